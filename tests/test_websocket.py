"""The WebSocket of one connection when simple-websocket closes it, and the pings of all connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import engineio
import pytest
import simple_websocket
from engineio.packet import PING
from engineio.socket import Socket
from wsproto.utilities import LocalProtocolError

from display.server import patches
from display.server.websocket import BoundedWebSocket, PingScheduler


class ClosingServer:
    """A simple_websocket.Server that is closing: it refuses to be closed again, and wakes no reader."""

    mode = "eventlet"

    def __init__(self, _environ: object, **_options: Any) -> None:
        self.messages: list[str | bytes | None] = ["3", None, None]
        self.sock = self
        self.is_shut = False

    def send(self, _message: object) -> None:
        raise LocalProtocolError("Event Message() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def close(self) -> None:
        raise LocalProtocolError("Event CloseConnection() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def shutdown(self, _how: int) -> None:
        self.is_shut = True

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        assert timeout, "without a timeout the reader would never wake"
        if not self.messages:
            raise simple_websocket.ConnectionClosed
        return self.messages.pop(0)


Serve = Callable[[Callable[[BoundedWebSocket], None]], ClosingServer]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Runs a handler over a connection that is closing."""

    def serve(handler: Callable[[BoundedWebSocket], None]) -> ClosingServer:
        servers: list[ClosingServer] = []

        def server(environ: object, **options: Any) -> ClosingServer:
            servers.append(ClosingServer(environ, **options))
            return servers[0]

        monkeypatch.setattr(simple_websocket, "Server", server)
        BoundedWebSocket(handler, None)({}, None)  # type: ignore[arg-type]
        return servers[0]

    return serve


def test_a_message_that_cannot_be_sent_raises_oserror(
    served: Serve,
) -> None:
    def handler(ws: BoundedWebSocket) -> None:
        with pytest.raises(OSError, match="closed"):
            ws.send("hello")

    served(handler)


def test_a_closing_connection_can_be_closed_again(
    served: Serve,
) -> None:
    assert served(lambda ws: ws.close()).is_shut


def test_wait_returns_none_when_a_connection_ends_silently(
    served: Serve,
) -> None:
    received: list[object] = []
    served(lambda ws: received.extend([ws.wait(), ws.wait()]))
    assert received == ["3", None]


@pytest.mark.parametrize("message", ["421", '42["hide", 1]', "4", "2probe", "{", "", b"3"])
def test_a_message_that_is_not_allowed_ends_the_connection(
    served: Serve,
    monkeypatch: pytest.MonkeyPatch,
    message: str | bytes,
) -> None:
    received: list[object] = []
    monkeypatch.setattr(ClosingServer, "receive", lambda self, timeout: message)
    served(lambda ws: received.append(ws.wait()))
    assert received == [None]


# Pings

PING_INTERVAL_SECONDS, TIMEOUT_SECONDS = 0.0, 20.0


@pytest.fixture
def server() -> Iterator[Any]:
    """An engineio server that pings its connections without delay."""
    server, pings = engineio.Server(async_mode="threading", ping_interval=PING_INTERVAL_SECONDS), PingScheduler()
    patches.schedule_pings(server, pings)
    yield server
    pings.stop()


def connection_to(server: Any) -> Any:
    """A connection whose ping is scheduled."""
    connection = Socket(server, "1")
    connection.schedule_ping()
    return connection


def test_one_thread_pings_every_connection(server: Any) -> None:
    before = threading.active_count()
    connections = [connection_to(server) for _ in range(50)]
    assert threading.active_count() <= before + 1
    assert {c.queue.get(timeout=TIMEOUT_SECONDS).packet_type for c in connections} == {PING}


def test_a_closed_or_failing_connection_does_not_delay_the_others(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.ping_interval = 0.05
    closed, broken, open_one = (connection_to(server) for _ in range(3))
    closed.closed = True
    monkeypatch.setattr(broken, "send", None)
    assert open_one.queue.get(timeout=TIMEOUT_SECONDS).packet_type == PING
    assert closed.queue.empty()
    open_one.schedule_ping()
    assert open_one.queue.get(timeout=TIMEOUT_SECONDS).packet_type == PING


def test_other_background_tasks_of_engineio_keep_their_threads(server: Any) -> None:
    done = threading.Event()
    server.start_background_task(done.set)
    assert done.wait(TIMEOUT_SECONDS)
