"""gunicorn's threaded worker, which whoever is slow on purpose cannot fill.

gunicorn gives a connection a thread as soon as its first byte is here and lets it keep that thread for as long as the
rest takes: 140 connections with half a request each, and no page was served any more (seen with gunicorn 27). Here a
connection waits without a thread until the whole head of its request has come, a body has to come within
``BODY_SECONDS``, and an answer that nobody takes for ``WRITE_SECONDS`` is given up.
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
WRITE_SECONDS = 20
MOST_HEAD_BYTES = 64 * 1024
"""A head that is longer goes to gunicorn as it is, which refuses it."""
LOOK_AGAIN = 0.2
"""Seconds between looks at heads that have come in part. A selector would tell of them without end."""


def head_is_whole(connection: socket.socket) -> bool:
    """Whether a thread can read a request's head from ``connection`` without waiting; so too where it has ended."""
    try:
        here = connection.recv(MOST_HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not here or b"\r\n\r\n" in here or len(here) == MOST_HEAD_BYTES


def has_part(connection: socket.socket) -> bool:
    """Whether something is there to read."""
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False


class Worker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker with an end to everything that a browser may delay."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._heads: dict[Any, float] = {}
        """Connections with part of a head -> when they are given up; touched by the main thread only."""
        self._bodies: dict[Any, tuple[float, Any]] = {}
        """Connections whose body is read by a thread -> when they are given up, and the reader."""
        self._look = 0.0

    def enqueue_req(self, conn: Any) -> None:
        """Give ``conn`` a thread, once the head of a request is here; called by gunicorn for whatever may be read."""
        read_ahead = conn.parser is not None and conn.parser.unreader.buf.getvalue()
        if read_ahead or head_is_whole(conn.sock):
            conn.data_ready = True
            super().enqueue_req(conn)
        elif has_part(conn.sock):
            self._heads[conn] = time.monotonic() + HEAD_SECONDS
        else:
            self._wait(conn)

    def _wait(self, conn: Any) -> None:
        """As gunicorn lets connections wait that it gave a thread in vain."""
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request, in a thread; called by gunicorn. Its body and its reader are given up when too slow."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", WRITE_SECONDS, 0))
        self._bodies[conn] = (time.monotonic() + BODY_SECONDS, req.body.reader)
        try:
            return super().handle_request(req, conn)
        except BlockingIOError as error:
            raise ConnectionResetError(errno.ECONNRESET, "nobody takes the answer") from error
        finally:
            self._bodies.pop(conn, None)

    def murder_pending(self) -> None:
        """Look at all that is slow; called by gunicorn in each turn of its loop, once a second at least."""
        super().murder_pending()
        now = time.monotonic()
        if now < self._look:
            return
        self._look = now + LOOK_AGAIN
        self._look_at_heads(now)
        self._look_at_bodies(now)

    def _look_at_heads(self, now: float) -> None:
        for conn, until in list(self._heads.items()):
            if head_is_whole(conn.sock):
                del self._heads[conn]
                self.enqueue_req(conn)
            elif now > until:
                del self._heads[conn]
                self.nr_conns -= 1
                conn.close()

    def _look_at_bodies(self, now: float) -> None:
        for conn, (until, reader) in list(self._bodies.items()):
            if now > until and not _is_read(reader):
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def _is_read(reader: Any) -> bool:
    """Whether a body is all here: gunicorn counts down what is missing of one whose length was told."""
    return getattr(reader, "length", None) == 0
