"""The main loop of the worker: when a connection gets a thread, and when it is closed."""

from __future__ import annotations

import errno
import os
import resource
import selectors
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from display.server import worker as worker_module
from display.server.client_socket import ClientSocket
from display.server.descriptors import MAX_CONNECTIONS, MIN_CONNECTIONS, SpareDescriptor, max_connections, raise_limit
from display.server.worker import (
    CHECK_INTERVAL_SECONDS,
    LINGER_SECONDS,
    MIN_EVICTED_SECONDS,
    REQUEST_SECONDS,
    Connection,
    GuardedThreadWorker,
)

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


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


class Loop:
    """A worker that accepts connections from a real listener, without threads: ``served`` are those that got one."""

    def __init__(self, limit: int = 100) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.worker = GuardedThreadWorker(1, os.getpid(), [self.listener], None, 30, Config(), None)
        self.worker.poller = selectors.DefaultSelector()
        self.worker._max_connections = limit
        self.served: list[tuple[Connection, bytes]] = []
        self.worker.set_accept_enabled(True)

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A client whose connection the worker has accepted."""
        client = socket.create_connection(self.listener.getsockname(), 5)
        if sent:
            client.sendall(sent)
        self.turn()
        return client

    def turn(self) -> None:
        """Handle what has happened; on loopback that is everything that was sent."""
        for _ in range(3):
            self.worker.wait_for_and_dispatch_events(0.0)
        self.worker.murder_pending()

    def close(self) -> None:
        self.listener.close()
        self.worker.poller.close()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    loop = Loop()

    def thread(self: ThreadWorker, conn: Connection) -> None:
        loop.served.append((conn, conn.parser.unreader.take_buffered()))

    monkeypatch.setattr(ThreadWorker, "enqueue_req", thread)
    yield loop
    loop.close()


def is_closed(client: socket.socket) -> bool:
    client.settimeout(0)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


# Requests


@pytest.mark.parametrize("request_bytes", [REQUEST, POST + b"x" * 9])
def test_a_connection_gets_a_thread_when_its_whole_request_has_arrived(loop: Loop, request_bytes: bytes) -> None:
    client = loop.connect()
    for n in range(len(request_bytes)):
        assert loop.served == []
        client.send(request_bytes[n : n + 1])
        loop.turn()
    ((_, received),) = loop.served
    assert received == request_bytes
    client.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", POST, POST + b"half"])
def test_a_request_that_does_not_arrive_is_dropped(loop: Loop, fake_time: FakeTime, sent: bytes) -> None:
    client = loop.connect(sent)
    fake_time.seconds += REQUEST_SECONDS
    loop.turn()
    assert loop.worker.nr_conns == 1
    fake_time.seconds += CHECK_INTERVAL_SECONDS
    loop.turn()
    assert (loop.worker.nr_conns, loop.served, is_closed(client)) == (0, [], True)


def test_a_client_that_goes_away_is_forgotten(loop: Loop) -> None:
    loop.connect(b"GET / HT").close()
    loop.turn()
    assert (loop.worker.nr_conns, loop.served) == (0, [])


def test_an_invalid_request_is_answered_with_the_security_headers(loop: Loop, fake_time: FakeTime) -> None:
    client = loop.connect(b"\x16\x03\x01 no request\r\n\r\n")
    answer = client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Content-Security-Policy: default-src 'none'" in answer
    assert loop.worker.nr_conns == 1, "it stays open until the client has read the answer"
    fake_time.seconds += LINGER_SECONDS + CHECK_INTERVAL_SECONDS
    loop.turn()
    assert (loop.worker.nr_conns, loop.served) == (0, [])
    client.close()


def test_a_body_is_requested_from_a_client_that_waits_for_that(loop: Loop) -> None:
    client = loop.connect(POST.replace(b"Content", b"Expect: 100-continue\r\nContent"))
    assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"x" * 9)
    loop.turn()
    assert len(loop.served) == 1
    client.close()


def test_requests_beyond_the_memory_for_them_are_refused(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "MAX_RECEIVED_BYTES", 2000)
    first = loop.connect(POST.replace(b" 9", b" 9000") + b"x" * 1500)
    second = loop.connect(POST.replace(b" 9", b" 9000") + b"x" * 1500)
    answer = second.recv(4096)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: " in answer
    assert not is_closed(first)
    for client in (first, second):
        client.close()


def test_a_client_that_does_not_close_does_not_stop_the_loop(loop: Loop, fake_time: FakeTime) -> None:
    client = loop.connect(REQUEST)
    ((conn, _),) = loop.served
    loop.worker.nr_conns -= 1
    conn.close(graceful=True)
    client.sendall(b"more")
    loop.turn()
    assert conn.sock.fileno() != -1
    fake_time.seconds += LINGER_SECONDS + CHECK_INTERVAL_SECONDS
    loop.turn()
    assert (conn.sock.fileno(), loop.worker.nr_conns) == (-1, 0)
    client.close()


# Too many connections


def test_the_oldest_idle_connection_makes_room(loop: Loop, fake_time: FakeTime) -> None:
    loop.worker._max_connections = 2
    silent = [loop.connect(), loop.connect()]
    fake_time.seconds += MIN_EVICTED_SECONDS + 1
    newest = loop.connect(REQUEST)
    assert [is_closed(client) for client in silent] == [True, False]
    assert (len(loop.served), loop.worker.nr_conns) == (1, 2)
    for client in (*silent, newest):
        client.close()


def events_of_a_pass(loop: Loop) -> Iterator[Callable[[], None]]:
    """What the next pass of the loop would call: all its events are known before the first is handled."""
    for key, _ in loop.worker.poller.select(0):
        yield partial(key.data, key.fileobj)


@pytest.mark.parametrize("kind", ["arriving", "lingering", "kept"])
def test_an_event_of_a_connection_that_made_room_in_the_same_pass_is_ignored(
    loop: Loop, fake_time: FakeTime, kind: str
) -> None:
    client = loop.connect(b"GET" if kind == "arriving" else REQUEST)
    if kind == "lingering":
        loop.worker.linger(loop.served[0][0])
        loop.worker.nr_conns -= 1  # as ``finish_request`` counts
    elif kind == "kept":
        keep(loop, loop.served[0][0])
    client.sendall(REQUEST)
    fake_time.seconds += MIN_EVICTED_SECONDS + 1
    loop.worker.set_accept_enabled(False)
    events = list(events_of_a_pass(loop))
    assert len(events) == 1
    assert loop.worker._make_room()
    events[0]()
    assert (loop.worker.nr_conns, is_closed(client)) == (0, True)
    client.close()


def keep(loop: Loop, conn: Connection) -> None:
    """Keep a connection whose request was answered, as ``finish_request`` does."""
    conn.sock.setblocking(False)
    loop.worker.keepalived_conns.append(conn)
    loop.worker.poller.register(conn.sock, selectors.EVENT_READ, partial(loop.worker.on_client_socket_readable, conn))


def test_the_newest_connection_is_closed_if_all_others_are_in_use(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.worker._max_connections = 2
    clients = [loop.connect(REQUEST) for _ in range(4)]
    assert [is_closed(client) for client in clients] == [False, False, True, True]
    assert (len(loop.served), loop.worker.nr_conns) == (2, 2)
    assert caplog.text.count("Connections are closed") == 1, "logged once"
    for client in clients:
        client.close()


class FullListener:
    """A listener at the limit of descriptors: ``accept`` fails unless one was made free."""

    def __init__(self, spare: SpareDescriptor, listener: socket.socket) -> None:
        self.spare, self.listener = spare, listener

    def accept(self) -> Any:
        if self.spare._descriptor is not None:
            raise OSError(errno.EMFILE, "Too many open files")
        return self.listener.accept()


def test_without_a_free_descriptor_the_newest_connection_is_closed(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    in_use = loop.connect(REQUEST)
    loop.worker.set_accept_enabled(False)
    clients = [socket.create_connection(loop.listener.getsockname(), 5) for _ in range(3)]
    for _ in clients:
        loop.worker.accept(FullListener(loop.worker._spare, loop.listener))  # type: ignore[arg-type]
    assert [is_closed(client) for client in clients] == [True] * 3
    assert not is_closed(in_use)
    assert caplog.text.count("no file descriptor is free") == 1
    for client in (in_use, *clients):
        client.close()


def test_the_number_of_connections_follows_the_limit_of_descriptors() -> None:
    assert max_connections(64) == 12
    assert max_connections(10) == MIN_CONNECTIONS
    assert max_connections(100_000) == MAX_CONNECTIONS


def test_the_limit_of_descriptors_is_raised_but_never_lowered() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raise_limit(8) == before[0]
    assert raise_limit(before[0]) == before[0]
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


# A client that does not read


class SlowClock(FakeTime):
    """Each call takes ``step`` seconds."""

    def __init__(self, step: float) -> None:
        super().__init__()
        self.step = step

    def monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, ClientSocket]]:
    """The client's end of a connection, and ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), 5)
        ours = ClientSocket(listener.accept()[0])
    with client, ours:
        yield client, ours


@pytest.mark.parametrize(("seconds_for_each_piece", "allowed"), [(1.0, True), (3.0, False)])
def test_a_response_must_be_read_at_a_minimum_rate(
    pair: tuple[socket.socket, ClientSocket],
    monkeypatch: pytest.MonkeyPatch,
    seconds_for_each_piece: float,
    allowed: bool,
) -> None:
    """A piece has 64 KiB, and the minimum is 32 KiB/s after the first 20 s."""
    _, ours = pair
    monkeypatch.setattr("display.server.client_socket.time", SlowClock(seconds_for_each_piece))
    monkeypatch.setattr(socket.socket, "send", lambda self, data, flags=0: len(data))
    ours.begin_response()
    body = b"x" * (40 * 64 * 1024)
    if allowed:
        ours.sendall(body)
    else:
        with pytest.raises(ConnectionResetError):
            ours.sendall(body)


def test_a_client_that_reads_nothing_counts_as_gone(pair: tuple[socket.socket, ClientSocket]) -> None:
    _, ours = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, (0).to_bytes(8, "little") + (1000).to_bytes(8, "little"))
    with pytest.raises(ConnectionResetError):
        ours.sendall(b"x" * (8 << 20))


def test_a_small_response_is_taken_by_the_kernel(pair: tuple[socket.socket, ClientSocket]) -> None:
    _, ours = pair
    ours.setblocking(False)
    ours.sendall(b"x" * 200_000)


def test_a_thread_does_not_wait_for_more_of_a_request(pair: tuple[socket.socket, ClientSocket]) -> None:
    _, ours = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, (0).to_bytes(8, "little") + (1000).to_bytes(8, "little"))
    ours.setblocking(True)
    assert ours.recv(10) == b""
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(10)
