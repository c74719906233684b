"""The WebSocket under Socket.IO, with the bounds that its packages leave out.

An unfinished message of 400 MB took 471 MB before anyone had signed in (seen with python-engineio 4.15), and a screen
that stops reading blocked its thread for good. Here a message ends at ``MOST_BYTES`` and a blocked write after
``LONGEST_WRITE`` seconds.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import simple_websocket
from wsproto.utilities import LocalProtocolError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST_BYTES = 64 * 1024
"""Of one message from a browser, which has little to say: its last id and its pongs."""
LONGEST_WRITE = 20
"""Seconds that a screen may leave what we send unread in its buffers."""
LOOK = 5.0
"""Seconds between looks at whether the connection is there: the package may end one without waking who waits on it."""


class WebSocket:
    """What engineio asks of a WebSocket: called as a WSGI app it runs ``handler``, which sends and waits through it."""

    def __init__(self, handler: Callable[[WebSocket], Any], server: object, **_: Any) -> None:
        self._handler = handler
        self._socket: Any = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        if isinstance(raw, socket.socket):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", LONGEST_WRITE, 0))
        # A daemon, for the package's own thread would keep a stopped program from ending.
        daemon = functools.partial(threading.Thread, daemon=True)
        self._socket = simple_websocket.Server(environ, max_message_size=MOST_BYTES, thread_class=daemon)
        self._handler(self)
        # How each server is told that this connection is no longer its own.
        if self._socket.mode == "gunicorn":
            raise StopIteration
        if self._socket.mode == "werkzeug":
            raise ConnectionError
        return []

    def send(self, message: str | bytes) -> None:
        """Send one message. Raises OSError when it cannot be delivered."""
        try:
            self._socket.send(message)
        except (simple_websocket.ConnectionClosed, LocalProtocolError) as error:
            raise OSError("the connection is closed") from error

    def wait(self) -> str | bytes | None:
        """The next message; None when the connection ended."""
        message: str | bytes | None = None
        with contextlib.suppress(simple_websocket.ConnectionClosed):
            while message is None:
                message = self._socket.receive(timeout=LOOK)
        return message

    def close(self) -> None:
        """End the connection, also one that no longer reads; the thread that waits for its messages ends with it."""
        # The package refuses to close what it is closing already, as after a message that is too long.
        with contextlib.suppress(OSError, simple_websocket.ConnectionClosed, LocalProtocolError):
            self._socket.close()
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
