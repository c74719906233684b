"""The WebSocket under Socket.IO, with the bounds that its packages leave out.

An unfinished message of 400 MB took 471 MB before anyone had signed in (seen with python-engineio 4.15), and a screen
that stops reading blocked its thread for good. Here a message ends at ``MOST_BYTES`` and a blocked write after
``LONGEST_WRITE`` seconds, and one thread sends all pings.
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
from engineio.socket import Socket
from wsproto.utilities import LocalProtocolError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST_BYTES = 64 * 1024
"""Of one message from a browser, which has little to say: its last id and its pongs."""
LONGEST_WRITE = 20
"""Seconds that a screen may leave what we send unread in its buffers."""
SAID = ("3", "40", "41", "1")
"""How all begins that a screen has to say: pong, hello with who it is, goodbye, and the end. For anything else the
packages have an error each, and a line in the log."""
LOOK = 5.0
"""Seconds between looks at whether the connection is there: the package may end one without waking who waits on it."""

log = logging.getLogger(__name__)


class Pings:
    """Asks every connection now and then whether it is there, all of them in one thread.

    The package has a thread asleep for each ping to come, whether or not its connection still is: 5,000 brief
    connections within a minute left 2,800 threads (seen with python-engineio 4.15).
    """

    def __init__(self) -> None:
        self._due: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pings", daemon=True)
        self._starting = threading.Lock()

    def take_over(self, driver: Any) -> None:
        """Ping the connections of ``driver``, an engineio.Server, in place of threads of its own."""
        begin, sleeper = driver.start_background_task, getattr(Socket, "_send_ping", None)

        def begin_or_note(target: Any, *args: Any, **named: Any) -> Any:
            if sleeper is None or getattr(target, "__func__", None) is not sleeper:
                return begin(target, *args, **named)
            with self._starting:
                if self._thread.ident is None:
                    self._thread.start()
            # Each waits as long as the others, so the first to come is the first to be due.
            return self._due.put((time.monotonic() + driver.ping_interval, target.__self__))

        driver.start_background_task = begin_or_note

    def stop(self) -> None:
        """Ping nobody any more."""
        self._stopped.set()
        self._due.put((0.0, None))

    def _run(self) -> None:
        while True:
            due, connection = self._due.get()
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                return
            try:
                _ping(connection)
            except Exception:
                log.exception("a connection was not pinged because of a bug")


def _ping(connection: Any) -> None:
    """As the package does it."""
    if not connection.closing and not connection.closed:
        connection.last_ping = time.time()
        with contextlib.suppress(SocketIsClosedError):
            connection.send(Packet(PING))


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

    def wait(self) -> str | None:
        """The next message; None when the connection ended, or said what no screen of ours says."""
        message: str | bytes | None = None
        with contextlib.suppress(simple_websocket.ConnectionClosed):
            while message is None:
                message = self._socket.receive(timeout=LOOK)
        return message if isinstance(message, str) and message.startswith(SAID) else None

    def close(self) -> None:
        """End the connection, also one that no longer reads; the thread that waits for its messages ends with it."""
        # The package refuses to close what it is closing already, as after a message that is too long.
        with contextlib.suppress(OSError, simple_websocket.ConnectionClosed, LocalProtocolError):
            self._socket.close()
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
