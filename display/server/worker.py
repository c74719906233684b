"""A gunicorn gthread worker protected against slow clients and a lack of file descriptors.

gunicorn gives a connection a thread as soon as its first byte arrives, and the connection keeps the thread until the
whole request has arrived: 140 connections with half a request each stopped all pages, and 200 slow bodies did so for
10 s. Its main loop waits up to 2 s for each client to close its connection, which kept /healthz waiting for 45 s, and
it ends when no file descriptor is left (seen with gunicorn 27).

    main loop:  accept --> read until the request is complete --> a thread --> keep, or close without waiting
    a thread:   answer; a client that reads too slowly is cut off (``ClientSocket``)
"""

from __future__ import annotations

import contextlib
import errno
import logging
import selectors
import socket
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from display.server.client_socket import ClientSocket
from display.server.descriptors import SpareDescriptor
from display.server.plain_response import plain_response
from display.server.request_reader import Refusal, RequestReader

REQUEST_SECONDS = 10
"""How long a request may take to arrive, head and body, from its first byte or from the start of the connection."""
LINGER_SECONDS = 2
"""How long a client may still send what nobody reads, after its last response: closing at once could cut that off."""
MIN_EVICTED_SECONDS = 1
"""When there are too many connections, one that has sent nothing complete for so long makes room for a new one."""
CHECK_INTERVAL_SECONDS = 0.2
SHORTAGE_OVER_SECONDS = 60
"""After this time without a shortage of connections, the next one is logged again."""
RECEIVE_BYTES = 64 * 1024
LINE_BYTES = 1024
"""Of a refused request, so much is looked at to know whether it is for the API."""
MAX_RECEIVED_BYTES = 64 << 20
"""Of all requests that are arriving. Beyond it, the request that receives more is refused."""
OVERLOADED = Refusal("503 Service Unavailable", "The server is busy. Try again in a few seconds.")
NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)

log = logging.getLogger("wallflower")


@dataclass(slots=True)
class Arriving:
    """A connection whose request has not arrived yet."""

    reader: RequestReader
    since: float
    told_to_continue: bool = False
    registered: bool = field(default=False)


class Connection(TConn):  # type: ignore[misc]
    """gunicorn's connection, whose end does not stop the main loop."""

    def __init__(self, worker: GuardedThreadWorker, sock: ClientSocket, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self._worker = worker

    def close(self, graceful: bool = False) -> None:
        """Close the connection; ``graceful`` lets the client read its response first."""
        if self.sock.fileno() == -1:
            return  # a WebSocket has taken it over
        if graceful:
            self._worker.linger(self)
        else:
            super().close()


class GuardedThreadWorker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker whose threads serve complete requests only. Everything here runs in its main loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Connection, Arriving] = {}
        self._lingering: dict[Connection, float] = {}
        """Connection that was answered -> when it is closed at the latest."""
        self._spare = SpareDescriptor()
        self._shortage_at = float("-inf")
        self._next_check = 0.0

    def init_process(self) -> None:
        """Also keep accepting at the limit of connections, in order to close them: see ``accept``."""
        self._max_connections: int = self.cfg.worker_connections
        self.worker_connections = float("inf")
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; if there are too many or no descriptor is free, close an idle one or the new one."""
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno in NO_DESCRIPTOR and not self._make_room():
                self._close_newest(listener)
            return
        if self.nr_conns >= self._max_connections and not self._make_room():
            accepted.close()
            self._report_shortage("too many connections")
            return
        self.nr_conns += 1
        self.enqueue_req(Connection(self, ClientSocket(accepted), client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Read the next request of ``conn``. gunicorn calls this for a kept connection that is readable."""
        conn.sock.setblocking(False)
        self._arriving[conn] = arriving = Arriving(RequestReader(), time.monotonic())
        if conn.parser is not None and (read_ahead := conn.parser.unreader.take_buffered()):
            arriving.reader.feed(read_ahead)
        self._receive(conn, conn.sock)

    def linger(self, conn: Connection) -> None:
        """Close ``conn`` once its client has closed it, or after ``LINGER_SECONDS``."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            conn.close()
            return
        self.nr_conns += 1
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer one request. Runs in a thread."""
        conn.sock.begin_response()
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Close slow connections. gunicorn calls this in each pass of its loop, at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_INTERVAL_SECONDS
        self._spare.restore()
        for conn, arriving in list(self._arriving.items()):
            if now > arriving.since + REQUEST_SECONDS:
                self._drop(conn)
        for conn, deadline in list(self._lingering.items()):
            if now > deadline:
                self._end_lingering(conn)

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """Read the next request of a kept connection, unless it was closed, as in ``_receive``."""
        if conn in self.keepalived_conns:
            super().on_client_socket_readable(conn, client)

    def _receive(self, conn: Connection, _sock: Any) -> None:
        """Read what ``conn`` has sent, and pass it on when its request is complete."""
        arriving = self._arriving.get(conn)
        if arriving is None:
            return None  # ``_make_room`` closed it for a connection that was accepted in the same pass
        reader = arriving.reader
        while not (reader.complete or reader.refusal):
            try:
                data = conn.sock.recv(RECEIVE_BYTES)
            except BlockingIOError:
                return self._wait(conn, arriving)
            except OSError:
                data = b""
            if not data:
                return self._drop(conn)
            reader.feed(data)
        if reader.refusal is None and self._received_bytes() > MAX_RECEIVED_BYTES:
            reader.refusal = OVERLOADED
        self._stop_waiting(conn)
        if reader.refusal is not None:
            return self._refuse(conn, reader.refusal, bytes(reader.received[:LINE_BYTES]))
        return self._serve(conn, bytes(reader.received))

    def _wait(self, conn: Connection, arriving: Arriving) -> None:
        """Wait for the rest of a request."""
        if self._received_bytes() > MAX_RECEIVED_BYTES:
            self._stop_waiting(conn)
            return self._refuse(conn, OVERLOADED)
        if arriving.reader.waits_for_continue and not arriving.told_to_continue:
            arriving.told_to_continue = True
            with contextlib.suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not arriving.registered:
            arriving.registered = True
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        return None

    def _serve(self, conn: Connection, received: bytes) -> None:
        """Give ``conn`` a thread, in which gunicorn parses and answers the request."""
        conn.init()
        conn.parser.unreader.unread(received)
        conn.data_ready = True
        super().enqueue_req(conn)

    def _refuse(self, conn: Connection, refusal: Refusal, received: bytes = b"") -> None:
        self.nr_conns -= 1
        # The buffer of a new connection has room for it, so this cannot block.
        with contextlib.suppress(OSError):
            conn.sock.send(plain_response(refusal.status, refusal.text, received))
        conn.close(graceful=True)

    def _drop(self, conn: Connection) -> None:
        self._stop_waiting(conn)
        self.nr_conns -= 1
        conn.close()

    def _stop_waiting(self, conn: Connection) -> None:
        if self._arriving.pop(conn).registered:
            self.poller.unregister(conn.sock)

    def _received_bytes(self) -> int:
        return sum(len(one.reader.received) for one in self._arriving.values())

    def _drain(self, conn: Connection, sock: ClientSocket) -> None:
        """Read what a client sends after its last response, and forget it."""
        if conn not in self._lingering:
            return  # as in ``_receive``
        try:
            is_open = bool(sock.recv(RECEIVE_BYTES))
        except BlockingIOError:
            return
        except OSError:
            is_open = False
        if not is_open:
            self._end_lingering(conn)

    def _end_lingering(self, conn: Connection) -> None:
        del self._lingering[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _make_room(self) -> bool:
        """Close the connection that has waited longest for its request, or else to be used again."""
        before = time.monotonic() - MIN_EVICTED_SECONDS
        oldest = next(iter(self._arriving), None)
        if oldest is not None and self._arriving[oldest].since < before:
            self._drop(oldest)
        elif self._lingering:
            self._end_lingering(next(iter(self._lingering)))
        elif self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()
        else:
            return False
        return True

    def _close_newest(self, listener: socket.socket) -> None:
        """Take a connection from the queue of the kernel and close it, although no descriptor is free."""
        self._report_shortage("no file descriptor is free")
        self._spare.release()
        with contextlib.suppress(OSError):
            listener.accept()[0].close()
        self._spare.restore()

    def _report_shortage(self, cause: str) -> None:
        """Log the cause when a shortage begins."""
        now = time.monotonic()
        if now - self._shortage_at > SHORTAGE_OVER_SECONDS:
            log.warning("Connections are closed: %s; raise the limit of open files (LimitNOFILE in systemd)", cause)
        self._shortage_at = now
