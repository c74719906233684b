"""The Socket.IO server of an app."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from display.server import patches
from display.server.socket_loop import SocketLoop
from display.server.websocket import MAX_MESSAGE_BYTES, Outbox, WebSocketDriver


def socket_server(app: Flask, sockets: SocketLoop) -> Any:
    """A Socket.IO server that accepts WebSockets only, served by ``sockets``.

    A long poll would hold a thread and would not be counted as a connection.
    """
    io = SocketIO(
        app,
        async_mode="threading",
        transports=["websocket"],
        # The handlers return at once, so a flood of events must not start a thread for each.
        async_handlers=False,
        manage_session=False,
        max_http_buffer_size=MAX_MESSAGE_BYTES,
    )
    patches.use_websocket(io.server.eio, partial(WebSocketDriver, sockets), Outbox)
    return io
