"""A gunicorn gthread worker protected against slow clients.

gunicorn gives a connection a thread as soon as its first byte arrives, and the connection keeps the thread until the
whole request has arrived: 140 connections with half a request each stopped all pages (seen with gunicorn 27). Here a
connection gets a thread only once the complete head of its request has arrived, a body must arrive within
``BODY_SECONDS``, and a write that is blocked for ``WRITE_TIMEOUT_SECONDS`` fails.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_SECONDS = 10
BODY_SECONDS = 10
WRITE_TIMEOUT_SECONDS = 20
MAX_HEAD_BYTES = 64 * 1024
"""A longer head goes to gunicorn at once, which rejects it."""
CHECK_INTERVAL_SECONDS = 0.2
"""How often incomplete heads are checked. A selector would report them as readable without a pause."""


def has_complete_head(connection: socket.socket) -> bool:
    """Whether a thread can read a request's head without waiting; True also if the connection has ended."""
    try:
        received = connection.recv(MAX_HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not received or b"\r\n\r\n" in received or len(received) == MAX_HEAD_BYTES


def has_data(connection: socket.socket) -> bool:
    """Whether at least one byte can be read."""
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False


class GuardedThreadWorker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker with a time limit for everything that a client can delay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_deadlines: dict[Any, float] = {}
        """Connection with an incomplete head -> when it is closed. Used by the main thread only."""
        self._bodies: dict[Any, tuple[float, Any]] = {}
        """Connection whose body a thread is reading -> when it is closed, and gunicorn's body reader."""
        self._next_check = 0.0

    def enqueue_req(self, conn: Any) -> None:
        """Give ``conn`` a thread if a request's head is complete. gunicorn calls this when ``conn`` is readable."""
        read_ahead = conn.parser is not None and conn.parser.unreader.buf.getvalue()
        if read_ahead or has_complete_head(conn.sock):
            conn.data_ready = True
            super().enqueue_req(conn)
        elif has_data(conn.sock):
            self._head_deadlines[conn] = time.monotonic() + HEAD_SECONDS
        else:
            self._wait_for_data(conn)

    def _wait_for_data(self, conn: Any) -> None:
        """Return ``conn`` to the poller, as gunicorn does with a deferred connection."""
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request, with time limits for its body and for each write. gunicorn calls this in a thread."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", WRITE_TIMEOUT_SECONDS, 0))
        self._bodies[conn] = (time.monotonic() + BODY_SECONDS, req.body.reader)
        try:
            return super().handle_request(req, conn)
        except BlockingIOError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client does not read the answer") from error
        finally:
            self._bodies.pop(conn, None)

    def murder_pending(self) -> None:
        """Check slow connections. gunicorn calls this in each pass of its loop, at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_INTERVAL_SECONDS
        self._check_heads(now)
        self._check_bodies(now)

    def _check_heads(self, now: float) -> None:
        for conn, deadline in list(self._head_deadlines.items()):
            if has_complete_head(conn.sock):
                del self._head_deadlines[conn]
                self.enqueue_req(conn)
            elif now > deadline:
                del self._head_deadlines[conn]
                self.nr_conns -= 1
                conn.close()

    def _check_bodies(self, now: float) -> None:
        for conn, (deadline, reader) in list(self._bodies.items()):
            if now > deadline and not _is_read(reader):
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def _is_read(reader: Any) -> bool:
    """Whether the whole body was read: gunicorn counts down the ``length`` that remains, if the length is known."""
    return getattr(reader, "length", None) == 0
