"""The WebSocket of one connection: what the package beneath it does when a browser sends too much."""

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

from display.server.websocket import Pings, WebSocket


class Closing:
    """The package's server while it closes by itself: it refuses to be closed, and wakes nobody."""

    mode = "eventlet"

    def __init__(self, _environ: object, **_options: Any) -> None:
        self.looks: list[str | bytes | None] = ["3", None, None]
        self.sock = self
        self.shut = False

    def send(self, _message: object) -> None:
        raise LocalProtocolError("Event Message() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def close(self) -> None:
        raise LocalProtocolError("Event CloseConnection() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def shutdown(self, _how: int) -> None:
        self.shut = True

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        assert timeout, "nobody would ever be woken"
        if not self.looks:
            raise simple_websocket.ConnectionClosed
        return self.looks.pop(0)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[WebSocket], None]], Closing]:
    """Runs a handler over a connection that is closing."""

    def serve(handler: Callable[[WebSocket], None]) -> Closing:
        made: list[Closing] = []

        def server(environ: object, **options: Any) -> Closing:
            made.append(Closing(environ, **options))
            return made[0]

        monkeypatch.setattr(simple_websocket, "Server", server)
        WebSocket(handler, None)({}, None)  # type: ignore[arg-type]
        return made[0]

    return serve


def test_what_cannot_be_sent_is_told_as_a_closed_connection(
    served: Callable[[Callable[[WebSocket], None]], Closing],
) -> None:
    def handler(ws: WebSocket) -> None:
        with pytest.raises(OSError, match="closed"):
            ws.send("hello")

    served(handler)


def test_what_closes_already_may_be_closed_again(served: Callable[[Callable[[WebSocket], None]], Closing]) -> None:
    assert served(lambda ws: ws.close()).shut


def test_a_wait_ends_with_a_connection_that_ends_in_silence(
    served: Callable[[Callable[[WebSocket], None]], Closing],
) -> None:
    heard: list[object] = []
    served(lambda ws: heard.extend([ws.wait(), ws.wait()]))
    assert heard == ["3", None]


@pytest.mark.parametrize("message", ["421", '42["hide", 1]', "4", "2probe", "{", "", b"3"])
def test_who_says_what_no_screen_says_is_heard_no_longer(
    served: Callable[[Callable[[WebSocket], None]], Closing],
    monkeypatch: pytest.MonkeyPatch,
    message: str | bytes,
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(Closing, "receive", lambda self, timeout: message)
    served(lambda ws: heard.append(ws.wait()))
    assert heard == [None]


# Pings

AT_ONCE, PATIENCE = 0.0, 20.0


@pytest.fixture
def driver() -> Iterator[Any]:
    """The package's server, whose connections are to be pinged as soon as that is asked for."""
    driver, pings = engineio.Server(async_mode="threading", ping_interval=AT_ONCE), Pings()
    pings.take_over(driver)
    yield driver
    pings.stop()


def connected(driver: Any) -> Any:
    """A connection that waits for its ping."""
    connection = Socket(driver, "1")
    connection.schedule_ping()
    return connection


def test_one_thread_pings_all(driver: Any) -> None:
    before = threading.active_count()
    connections = [connected(driver) for _ in range(50)]
    assert threading.active_count() <= before + 1
    assert {c.queue.get(timeout=PATIENCE).packet_type for c in connections} == {PING}


def test_who_is_gone_or_fails_holds_up_nobody(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.ping_interval = 0.05
    gone, broken, there = (connected(driver) for _ in range(3))
    gone.closed = True
    monkeypatch.setattr(broken, "send", None)
    assert there.queue.get(timeout=PATIENCE).packet_type == PING
    assert gone.queue.empty()
    there.schedule_ping()
    assert there.queue.get(timeout=PATIENCE).packet_type == PING


def test_other_work_of_the_package_has_its_threads(driver: Any) -> None:
    done = threading.Event()
    driver.start_background_task(done.set)
    assert done.wait(PATIENCE)
