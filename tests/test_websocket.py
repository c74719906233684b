"""The WebSocket of one connection: what the package beneath it does when a browser sends too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import simple_websocket
from wsproto.utilities import LocalProtocolError

from display.websocket import WebSocket


class Closing:
    """The package's server while it closes by itself: it refuses to be closed, and wakes nobody."""

    mode = "eventlet"

    def __init__(self, _environ: object, **_options: Any) -> None:
        self.looks = ["hello", None, None]
        self.sock = self
        self.shut = False

    def send(self, _message: object) -> None:
        raise LocalProtocolError("Event Message() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def close(self) -> None:
        raise LocalProtocolError("Event CloseConnection() cannot be sent in state ConnectionState.LOCAL_CLOSING.")

    def shutdown(self, _how: int) -> None:
        self.shut = True

    def receive(self, timeout: float | None = None) -> str | None:
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
    assert heard == ["hello", None]
