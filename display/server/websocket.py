"""The WebSocket and the pings under Socket.IO, with the limits that the packages do not have.

Seen with python-engineio 4.15: one unfinished message of 400 MB took 471 MB of memory before any authentication, and a
screen that stopped reading blocked its thread forever. Here a message has at most ``MAX_MESSAGE_BYTES``, a blocked
write fails after ``WRITE_TIMEOUT_SECONDS``, and one thread sends all pings. ``patches`` installs both classes.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import simple_websocket
from engineio.exceptions import SocketIsClosedError
from engineio.packet import PING, Packet
from wsproto.utilities import LocalProtocolError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_MESSAGE_BYTES = 64 * 1024
"""Browsers send only their last id and pongs, so their messages are short."""
WRITE_TIMEOUT_SECONDS = 20
"""How long a screen may leave data unread in its socket buffers."""
ALLOWED_PREFIXES = ("3", "40", "41", "1")
"""Prefixes of the only messages clients may send: pong, connect with auth, disconnect, close.

Anything else makes engineio or socketio log an error, each in its own way.
"""
RECEIVE_TIMEOUT_SECONDS = 5.0
"""How often a reader checks that its connection is still open: simple-websocket may end one without waking it."""

log = logging.getLogger(__name__)


class PingScheduler:
    """Sends the pings of every connection from one thread.

    engineio starts a sleeping thread for each ping, and the thread outlives its connection: 5,000 short connections
    within a minute left 2,800 threads (seen with python-engineio 4.15).
    """

    def __init__(self) -> None:
        self._due: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pings", daemon=True)
        self._start_lock = threading.Lock()

    def schedule(self, connection: Any, seconds: float) -> None:
        """Ping ``connection``, an engineio socket, in ``seconds``.

        Every call must use the same ``seconds``: the queue is first in, first out.
        """
        with self._start_lock:
            if self._thread.ident is None:
                self._thread.start()
        self._due.put((time.monotonic() + seconds, connection))

    def stop(self) -> None:
        """Send no more pings, and end the thread."""
        self._stopped.set()
        self._due.put((0.0, None))

    def _run(self) -> None:
        while True:
            due, connection = self._due.get()
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                return
            try:
                send_ping(connection)
            except Exception:
                log.exception("a connection was not pinged because of a bug")


def send_ping(connection: Any) -> None:
    """Ping an engineio socket as ``engineio.socket.Socket._send_ping`` does after its sleep."""
    if not connection.closing and not connection.closed:
        connection.last_ping = time.time()
        with contextlib.suppress(SocketIsClosedError):
            connection.send(Packet(PING))


class BoundedWebSocket:
    """engineio's WebSocket driver: a WSGI app that runs ``handler``, which sends and receives through it."""

    def __init__(self, handler: Callable[[BoundedWebSocket], Any], server: object, **_: Any) -> None:
        self._handler = handler
        self._socket: Any = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        if isinstance(raw, socket.socket):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", WRITE_TIMEOUT_SECONDS, 0))
        # A daemon, because simple-websocket's own thread would keep a stopped program from exiting.
        daemon = functools.partial(threading.Thread, daemon=True)
        self._socket = simple_websocket.Server(environ, max_message_size=MAX_MESSAGE_BYTES, thread_class=daemon)
        self._handler(self)
        # This is how each server learns that the connection no longer belongs to it.
        if self._socket.mode == "gunicorn":
            raise StopIteration
        if self._socket.mode == "werkzeug":
            raise ConnectionError
        return []

    def send(self, message: str | bytes) -> None:
        """Send one message. Raises OSError if it cannot be delivered."""
        try:
            self._socket.send(message)
        except (simple_websocket.ConnectionClosed, LocalProtocolError) as error:
            raise OSError("the connection is closed") from error

    def wait(self) -> str | None:
        """The next message; None if the connection has ended or the message is not an allowed one."""
        message: str | bytes | None = None
        with contextlib.suppress(simple_websocket.ConnectionClosed):
            while message is None:
                message = self._socket.receive(timeout=RECEIVE_TIMEOUT_SECONDS)
        return message if isinstance(message, str) and message.startswith(ALLOWED_PREFIXES) else None

    def close(self) -> None:
        """Close the connection, even if the client has stopped reading; this also ends the thread that reads it."""
        # simple-websocket refuses to close a connection it is closing already, as after a message that is too long.
        with contextlib.suppress(OSError, simple_websocket.ConnectionClosed, LocalProtocolError):
            self._socket.close()
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
