"""A host of the soak: a server on loopback that injects the faults of the plan."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from bench._soak_post_generator import PostGenerator
from tests.fake_server import Connection, Request, Server

RETRY_AFTER_SECONDS = 45
"""Seconds that a 429 asks the client to wait."""
HTML = (
    b"<!doctype html><html><head><title>Just a moment</title></head><body><p>Checking your browser.</p></body></html>"
)
DRIP_HEAD, DRIP_PAUSE_SECONDS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{",
    0.5,
)


class SiteConnection(Connection):
    """A connection that sends only half of each body if ``cuts`` is set."""

    cuts = False
    broken = False
    """Whether the client has closed the connection."""

    def send(self, data: bytes) -> None:
        """Send as much as the client reads."""
        try:
            self.sock.sendall(data)
        except OSError:
            self.broken = True

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Send a response; if ``cuts``, with half of its body and a matching Content-Length."""
        super().answer(status, body[: len(body) // 2] if self.cuts else body, **headers)


class Host:
    """A server at a given port, which can be down. ``paths``: path, or "" for all -> (site, its post generator)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.paths: dict[str, tuple[Callable[[Connection], None], PostGenerator]] = {}
        self.fault = ""
        self._server: _ServerAtPort | None = None

    def listen(self) -> None:
        """Start listening."""
        if self._server is None:
            self._server = _ServerAtPort(self.port, self._answer)

    def set_fault(self, fault: str) -> None:
        """Inject ``fault`` from now on; none if it is empty."""
        if fault == self.fault:
            return
        self.fault = fault
        if fault in ("down", "forget"):
            server, self._server = self._server, None
            if server is not None:
                server.close()
        else:
            self.listen()

    def _answer(self, conn: Connection) -> None:
        assert self._server is not None
        self._server.requests.clear()
        site, generator = self.paths.get(conn.request.path) or self.paths[""]
        fault = self.fault
        generator.requests.append((time.time(), fault))
        answering = SiteConnection(conn.sock, conn.request, conn.closing)
        if fault in ("", "cut"):
            answering.cuts = fault == "cut"
            return site(answering)
        return _inject(answering, fault)


def _inject(conn: Connection, fault: str) -> None:
    if fault == "429":
        return conn.answer(429, b"", retry_after=str(RETRY_AFTER_SECONDS))
    if fault == "html":
        return conn.answer(200, HTML, content_type="text/html")
    if fault == "hang":
        return conn.hang()
    if fault in ("reset", "drop"):
        return conn.reset()
    if fault == "drip":
        return conn.drip(DRIP_HEAD + b" " * 4_999, DRIP_PAUSE_SECONDS)
    return conn.answer(int(fault), b"Something is wrong.")


class _ServerAtPort(Server):
    """A server at a given port."""

    def __init__(self, port: int, script: Callable[[Connection], None]) -> None:
        self.script, self.reads_requests, self.requests = script, True, list[Request]()
        self.closing = threading.Event()
        self.port = port
        self._listener = _listening(port)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()


def _listening(port: int) -> socket.socket:
    for _ in range(50):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port), backlog=128)
        time.sleep(0.1)
    raise OSError(f"port {port} is in use")
