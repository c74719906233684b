"""What the worker knows of a connection before it gives it a thread."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from display.server.worker import MOST_HEAD_BYTES, has_part, head_is_whole

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A browser's end and ours."""
    browser, ours = socket.socketpair()
    with browser, ours:
        for end in (browser, ours):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MOST_HEAD_BYTES)
        yield browser, ours


@pytest.mark.parametrize(
    ("sent", "part", "whole"),
    [
        (b"", False, False),
        (b"GET / HT", True, False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", True, False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", True, True),
        (b"x" * MOST_HEAD_BYTES, True, True),
    ],
)
def test_a_head_is_whole_at_its_empty_line_or_when_it_is_too_long(
    pair: Pair, sent: bytes, part: bool, whole: bool
) -> None:
    browser, ours = pair
    browser.sendall(sent)
    assert (has_part(ours), head_is_whole(ours)) == (part, whole)
    assert (has_part(ours), head_is_whole(ours)) == (part, whole), "looking takes nothing away"


def test_a_thread_is_told_that_a_connection_has_ended(pair: Pair) -> None:
    browser, ours = pair
    browser.close()
    assert head_is_whole(ours)


def test_a_closed_socket_raises_nothing(pair: Pair) -> None:
    _, ours = pair
    ours.close()
    assert head_is_whole(ours)
    assert not has_part(ours)
