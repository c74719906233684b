"""A guarded connection for what is no request: a stream that stays open for days."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from urllib.parse import urlsplit

from monitor.errors import BadResponse
from monitor.http.addresses import site_of
from monitor.http.connections import Guard

_CHUNK = 64 * 1024


class Line:
    """A connected socket, as libraries take one that is ready-made. Its bytes are read in large pieces.

    Within a deadline of the calling thread no read lasts longer than that; after it, as long as ``settimeout`` says.
    """

    def __init__(self, sock: socket.socket, site: str, guard: Guard) -> None:
        self.site = site
        self.room: int | None = None
        """Bytes that may still be read; None: no matter how many."""
        self._sock, self._guard = sock, guard
        self._timeout = guard.patience()
        self._unread = b""
        self._at = 0

    def recv(self, size: int) -> bytes:
        """At most ``size`` bytes; none at the end. Raises OSError, TimeoutError, BadResponse beyond ``room``."""
        if self._at >= len(self._unread):
            self._fill()
        start, self._at = self._at, min(self._at + size, len(self._unread))
        return self._unread[start : self._at]

    def arrives(self, seconds: float) -> bool:
        """Whether there is something to read within ``seconds``."""
        if self._at < len(self._unread) or (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending()):
            return True
        try:
            return bool(select.select([self._sock], (), (), seconds)[0])
        except (OSError, ValueError):  # closed by another thread: the next read tells
            return True

    def send(self, data: bytes) -> int:
        """Send some of ``data``; how many bytes that were."""
        self._sock.settimeout(self._patience())
        return self._sock.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """How long to wait for the next byte."""
        self._timeout = self._guard.patience() if seconds is None else seconds

    def gettimeout(self) -> float:
        """How long it waits for the next byte."""
        return self._timeout

    def fileno(self) -> int:
        """Of the socket."""
        return self._sock.fileno()

    def shutdown(self, how: int = socket.SHUT_RDWR) -> None:
        """End the connection and wake whoever reads from it; may be called from another thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(how)

    def close(self) -> None:
        """Give the socket back."""
        self._sock.close()

    def _fill(self) -> None:
        self._sock.settimeout(self._patience())
        self._unread, self._at = self._sock.recv(_CHUNK), 0
        if self.room is not None:
            self.room -= len(self._unread)
            if self.room < 0:
                raise BadResponse(f"{self.site} sends something else than documented.", _text(self._unread))

    def _patience(self) -> float:
        deadline = self._guard.deadline
        return min(self._timeout, deadline.left()) if deadline else self._timeout


def open_line(url: str, guard: Guard) -> Line:
    """A line to the site of ``url``, over TLS for https. Raises SourceError where we may not go, OSError."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    sock = guard.open(parts.hostname or "", parts.port or (443 if secure else 80), secure)
    return Line(sock, site_of(url), guard)


def _text(sample: bytes) -> str:
    return sample[:200].decode("utf-8", "replace")
