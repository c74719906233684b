"""The socket of a client, whose slowness costs a thread only a bounded time."""

from __future__ import annotations

import errno
import socket
import struct
import time

SEND_TIMEOUT_SECONDS = 20
"""How long a response may be blocked because its client reads nothing."""
MIN_BYTES_PER_SECOND = 32 * 1024
"""Each second beyond SEND_TIMEOUT_SECONDS that a response is blocked must have moved this much."""
RECEIVE_TIMEOUT_SECONDS = 1
"""Requests have arrived before a thread reads them, so a thread never has to wait for more."""
BUFFER_BYTES = 512 * 1024
"""The kernel takes a response of this size, or what the system allows, even if its client reads nothing."""
PIECE_BYTES = 64 * 1024


class ClientSocket(socket.socket):
    """A TCP socket with a minimum rate at which the client must read what it is sent."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.begin_response()
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_SECONDS, 0))
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", RECEIVE_TIMEOUT_SECONDS, 0))

    def begin_response(self) -> None:
        """Count the time and the bytes of a new response."""
        self._blocked_seconds, self._sent_bytes = 0.0, 0

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        """Send ``data``. Raises ConnectionResetError if the client reads too slowly."""
        rest = memoryview(data)
        while rest:
            started = time.monotonic()
            try:
                sent = self.send(rest[:PIECE_BYTES], flags)
            except BlockingIOError:
                sent = 0
            self._blocked_seconds += time.monotonic() - started
            self._sent_bytes += sent
            if not sent or self._is_too_slow():
                raise ConnectionResetError(errno.ECONNRESET, "the client does not read the response")
            rest = rest[sent:]

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive up to ``size`` bytes; none, as if the connection had ended, if a thread would have to wait."""
        try:
            return super().recv(size, flags)
        except BlockingIOError:
            if self.gettimeout() is not None:
                raise
            return b""

    def _is_too_slow(self) -> bool:
        return self._blocked_seconds > SEND_TIMEOUT_SECONDS + self._sent_bytes / MIN_BYTES_PER_SECOND
