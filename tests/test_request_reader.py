"""When a request has arrived, and which are refused before a thread sees them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.server.request_reader import MAX_BODY_BYTES, MAX_HEAD_BYTES, RequestReader

GET = b"GET /mentions?q=acme HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /in/forum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
CHUNKED = b"POST /in/forum HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
CHUNKS = b"4\r\nabcd\r\n5\r\n\r\n0\r\n\r\n0\r\n\r\n"
"""The second chunk contains what ends a body."""
WHOLE = [GET, POST + b"x" * 9, CHUNKED + CHUNKS, UPGRADE, b"GET / HTTP/1.0\r\n\r\n"]


def reader_of(*pieces: bytes) -> RequestReader:
    reader = RequestReader()
    for piece in pieces:
        reader.feed(piece)
    return reader


@given(st.sampled_from(WHOLE), st.lists(st.integers(1, 300), max_size=6))
def test_a_request_is_complete_exactly_at_its_last_byte(request_bytes: bytes, cuts: Sequence[int]) -> None:
    positions = sorted({0, len(request_bytes) - 1, *(cut for cut in cuts if cut < len(request_bytes) - 1)})
    pieces = [request_bytes[a:b] for a, b in pairwise(positions)]
    reader = reader_of(*pieces)
    assert (reader.complete, reader.refusal) == (False, None)
    reader.feed(request_bytes[-1:])
    assert (reader.complete, reader.refusal) == (True, None)
    assert bytes(reader.received) == request_bytes


@pytest.mark.parametrize("request_bytes", WHOLE)
def test_the_beginning_of_the_next_request_is_kept(request_bytes: bytes) -> None:
    reader = reader_of(request_bytes + b"GET /next")
    assert reader.complete
    assert bytes(reader.received).endswith(b"GET /next")


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b"GET /" + b"a" * MAX_HEAD_BYTES, b"a"], "414"),
        ([b"GET /" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n"], "414"),
        ([b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD_BYTES, b"a"], "431"),
        ([b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * MAX_HEAD_BYTES], "431"),
        ([POST.replace(b": 9", b": %d" % (MAX_BODY_BYTES + 1))], "413"),
        ([CHUNKED, *[b"10000\r\n" + b"x" * 0x10000 + b"\r\n"] * (MAX_BODY_BYTES // 0x10000), b"1\r\nx"], "413"),
        ([b"\x16\x03\x01\x02\x00\x01\x00\x01"], "400"),
        ([b"GET / HTTP/1.1\r\n\r\n"], "400"),
        ([b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"], "400"),
        ([POST.replace(b": 9", b": -9")], "400"),
        ([POST.replace(b": 9", b": 9\r\nContent-Length: 10")], "400"),
        ([CHUNKED, b"xyz\r\n"], "400"),
        ([CHUNKED.replace(b"chunked", b"gzip")], "501"),
    ],
)
def test_a_request_that_cannot_be_served_is_refused(pieces: list[bytes], status: str) -> None:
    reader = reader_of(*pieces)
    assert not reader.complete
    assert reader.refusal is not None
    assert reader.refusal.status.split()[0] == status


def test_the_largest_requests_are_read() -> None:
    assert reader_of(POST.replace(b": 9", b": %d" % MAX_BODY_BYTES), b"x" * MAX_BODY_BYTES).complete
    assert reader_of(b"GET /?q=" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n").complete


def test_a_client_that_waits_for_continue_is_noticed() -> None:
    reader = reader_of(POST.replace(b"Content", b"Expect: 100-continue\r\nContent"))
    assert (reader.complete, reader.waits_for_continue) == (False, True)


@given(st.lists(st.binary(min_size=1, max_size=80), max_size=8))
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    reader_of(b"GET / HTTP/1.1\r\nHost: x\r\n", *pieces)
    reader_of(*pieces)
