"""A guarded socket for streams, which stay open for days and are not requests."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from urllib.parse import urlsplit

from monitor.errors import BadResponse
from monitor.http.connections import Guard
from monitor.urls import site_of

_READ_BYTES = 64 * 1024


class GuardedSocket:
    """A connected socket with the methods that the WebSocket library calls. Reads are buffered.

    While the calling thread has a deadline, every read ends at it; otherwise ``settimeout`` applies.
    """

    def __init__(self, sock: socket.socket, site: str, guard: Guard) -> None:
        self.site = site
        self.byte_limit: int | None = None
        """Bytes that may still be read; None for no limit."""
        self._sock, self._guard = sock, guard
        self._timeout = guard.read_timeout()
        self._buffer = b""
        self._offset = 0

    def recv(self, size: int) -> bytes:
        """At most ``size`` bytes; empty at the end. Raises OSError, TimeoutError, BadResponse beyond ``byte_limit``."""
        if self._offset >= len(self._buffer):
            self._fill_buffer()
        start, self._offset = self._offset, min(self._offset + size, len(self._buffer))
        return self._buffer[start : self._offset]

    def wait_readable(self, seconds: float) -> bool:
        """Whether there is something to read within ``seconds``."""
        if self._offset < len(self._buffer) or (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending()):
            return True
        try:
            return bool(select.select([self._sock], (), (), seconds)[0])
        except (OSError, ValueError):  # Closed by another thread: the next read raises the error.
            return True

    def send(self, data: bytes) -> int:
        """Send a part of ``data``; return the number of bytes sent."""
        self._sock.settimeout(self._effective_timeout())
        return self._sock.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """Set how long to wait for the next byte; None for the default."""
        self._timeout = self._guard.read_timeout() if seconds is None else seconds

    def gettimeout(self) -> float:
        """Seconds to wait for the next byte."""
        return self._timeout

    def fileno(self) -> int:
        """The file descriptor."""
        return self._sock.fileno()

    def shutdown(self, how: int = socket.SHUT_RDWR) -> None:
        """End the connection and wake the thread that reads from it. May be called from any thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(how)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def _fill_buffer(self) -> None:
        self._sock.settimeout(self._effective_timeout())
        self._buffer, self._offset = self._sock.recv(_READ_BYTES), 0
        if self.byte_limit is not None:
            self.byte_limit -= len(self._buffer)
            if self.byte_limit < 0:
                sample = self._buffer[:200].decode("utf-8", "replace")
                raise BadResponse(f"{self.site} sent an unexpectedly long response.", sample)

    def _effective_timeout(self) -> float:
        deadline = self._guard.deadline
        return min(self._timeout, deadline.remaining()) if deadline else self._timeout


def open_guarded_socket(url: str, guard: Guard) -> GuardedSocket:
    """Connect to the site of ``url``, with TLS for https. Raises SourceError for a blocked address, OSError."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    sock = guard.connect(parts.hostname or "", parts.port or (443 if is_tls else 80), tls=is_tls)
    return GuardedSocket(sock, site_of(url), guard)
