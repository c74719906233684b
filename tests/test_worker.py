"""When the worker gives a connection a thread."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn, ThreadWorker

from display.server import worker as worker_module
from display.server.worker import (
    BODY_SECONDS,
    CHECK_INTERVAL_SECONDS,
    HEAD_SECONDS,
    MAX_HEAD_BYTES,
    GuardedThreadWorker,
    has_complete_head,
    has_data,
)

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The browser's end of a connection, and ours."""
    browser, ours = socket.socketpair()
    with browser, ours:
        for end in (browser, ours):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MAX_HEAD_BYTES)
        yield browser, ours


@pytest.mark.parametrize(
    ("sent", "some", "complete"),
    [
        (b"", False, False),
        (b"GET / HT", True, False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", True, False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", True, True),
        (b"x" * MAX_HEAD_BYTES, True, True),
    ],
)
def test_a_head_is_complete_at_its_empty_line_or_when_it_is_too_long(
    pair: Pair, sent: bytes, some: bool, complete: bool
) -> None:
    browser, ours = pair
    browser.sendall(sent)
    assert (has_data(ours), has_complete_head(ours)) == (some, complete)
    assert (has_data(ours), has_complete_head(ours)) == (some, complete), "checking consumes no data"


def test_an_ended_connection_counts_as_complete(pair: Pair) -> None:
    browser, ours = pair
    browser.close()
    assert has_complete_head(ours)


def test_a_closed_socket_raises_nothing(pair: Pair) -> None:
    _, ours = pair
    ours.close()
    assert has_complete_head(ours)
    assert not has_data(ours)


# Time limits


class FakeTime:
    """Replaces the module ``time``: a clock that the test advances."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(worker_module, "time", fake)
    return fake


@pytest.fixture
def worker() -> GuardedThreadWorker:
    """A worker with one connection that serves nothing."""
    worker = GuardedThreadWorker(1, os.getpid(), [], None, 30, Config(), None)
    worker.nr_conns = 1
    return worker


def connection(ours: socket.socket) -> Any:
    return TConn(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))


def test_an_incomplete_head_is_closed_after_its_time_limit(
    pair: Pair, worker: GuardedThreadWorker, fake_time: FakeTime
) -> None:
    browser, ours = pair
    browser.sendall(b"GET / HT")
    worker.enqueue_req(connection(ours))
    fake_time.seconds += HEAD_SECONDS
    worker.murder_pending()
    assert worker.nr_conns == 1
    fake_time.seconds += CHECK_INTERVAL_SECONDS
    worker.murder_pending()
    assert worker.nr_conns == 0
    assert ours.fileno() == -1, "closed"


def test_a_head_that_is_completed_in_time_gets_a_thread(
    pair: Pair, worker: GuardedThreadWorker, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, ours = pair
    with_thread: list[Any] = []
    monkeypatch.setattr(ThreadWorker, "enqueue_req", lambda self, conn: with_thread.append(conn))
    browser.sendall(b"GET / HTTP/1.1\r\n")
    conn = connection(ours)
    worker.enqueue_req(conn)
    assert with_thread == []
    browser.sendall(b"Host: x\r\n\r\n")
    worker.murder_pending()
    assert with_thread == [conn]
    fake_time.seconds += 2 * HEAD_SECONDS
    worker.murder_pending()
    assert worker.nr_conns == 1


@pytest.mark.parametrize(("remaining", "cut_off"), [(9, True), (0, False), (None, True)])
def test_a_body_is_cut_off_after_its_time_limit_unless_it_is_complete(
    pair: Pair,
    worker: GuardedThreadWorker,
    fake_time: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
    remaining: int | None,
    cut_off: bool,
) -> None:
    """``remaining`` is None for a chunked body, whose length is unknown."""
    _, ours = pair
    reader = SimpleNamespace() if remaining is None else SimpleNamespace(length=remaining)

    def slow_request(self: ThreadWorker, req: Any, conn: Any) -> bool:
        conn.sock.settimeout(0)
        fake_time.seconds += BODY_SECONDS + 1
        worker.murder_pending()
        try:
            return bool(conn.sock.recv(1) == b"")
        except BlockingIOError:
            return False

    monkeypatch.setattr(ThreadWorker, "handle_request", slow_request)
    request = SimpleNamespace(body=SimpleNamespace(reader=reader))
    assert worker.handle_request(request, connection(ours)) is cut_off


def test_a_client_that_does_not_read_the_answer_counts_as_gone(
    pair: Pair, worker: GuardedThreadWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocked(self: ThreadWorker, req: Any, conn: Any) -> None:
        raise BlockingIOError

    monkeypatch.setattr(ThreadWorker, "handle_request", blocked)
    request = SimpleNamespace(body=SimpleNamespace(reader=None))
    with pytest.raises(ConnectionResetError):
        worker.handle_request(request, connection(pair[1]))
