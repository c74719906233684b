"""A host of the soak: a server on loopback that fails in every way that the plan may want."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from bench._soak_pen import Pen
from tests.fake_server import Connection, Request, Server

RETRY_AFTER = 45
"""Seconds that a 429 asks for."""
HTML = (
    b"<!doctype html><html><head><title>Just a moment</title></head><body><p>Checking your browser.</p></body></html>"
)
DRIP, DRIP_PAUSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{", 0.5


class Told(Connection):
    """A connection whose answers are cut in the middle when ``cuts``."""

    cuts = False
    broken = False
    """Whether the client is gone."""

    def send(self, data: bytes) -> None:
        """Send what the client still takes."""
        try:
            self.sock.sendall(data)
        except OSError:
            self.broken = True

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """A whole answer, or half of one that looks whole."""
        super().answer(status, body[: len(body) // 2] if self.cuts else body, **headers)


class Host:
    """A server at a port of its own choice, which can be away. ``paths``: beginning of a path -> (site, its pen)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.paths: dict[str, tuple[Callable[[Connection], None], Pen]] = {}
        self.fault = ""
        self._server: _At | None = None

    def listen(self) -> None:
        """Be there."""
        if self._server is None:
            self._server = _At(self.port, self._answer)

    def be(self, fault: str) -> None:
        """Fail so from now on; empty: work."""
        if fault == self.fault:
            return
        self.fault = fault
        if fault in ("down", "forget"):
            server, self._server = self._server, None
            if server is not None:
                server.close()
        else:
            self.listen()

    def _answer(self, line: Connection) -> None:
        assert self._server is not None
        self._server.requests.clear()
        site, pen = self.paths.get(line.request.path) or self.paths[""]
        fault = self.fault
        pen.asked.append((time.time(), fault))
        told = Told(line.sock, line.request, line.closing)
        if fault in ("", "cut"):
            told.cuts = fault == "cut"
            return site(told)
        return _fail(told, fault)


def _fail(line: Connection, fault: str) -> None:
    if fault == "429":
        return line.answer(429, b"", retry_after=str(RETRY_AFTER))
    if fault == "html":
        return line.answer(200, HTML, content_type="text/html")
    if fault == "hang":
        return line.hang()
    if fault in ("reset", "drop"):
        return line.reset()
    if fault == "drip":
        return line.drip(DRIP + b" " * 4_999, DRIP_PAUSE)
    return line.answer(int(fault), b"Something is wrong.")


class _At(Server):
    """A server at a port that is given."""

    def __init__(self, port: int, script: Callable[[Connection], None]) -> None:
        self._wanted = port
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
    raise OSError(f"port {port} was taken by somebody else")
