"""A WebSocketStream that only goes where it may, whose messages are bounded and whose failures are SourceErrors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import websocket
from websocket._abnf import continuous_frame, frame_buffer

from monitor.errors import BadResponse, SourceError
from monitor.http import GuardedSocket, Http, site_of
from monitor.http.error_messages import connection_error

MAX_MESSAGE_BYTES = 1_000_000
"""Of one message; a longer one is passed over."""
_MOST_SKIPPED = 64_000_000
_SKIPPED_AT_ONCE = 64 * 1024
_MOST_BEFORE = 64 * 1024
"""Bytes of headers, or of a refusal's page."""


class WebSocketStream:
    """An open stream of messages. One thread reads; any may ``close``."""

    def __init__(self, line: GuardedSocket, socket: websocket.WebSocket) -> None:
        self.site = line.site
        self._line, self._socket = line, socket

    @classmethod
    def open(cls, http: Http, url: str, quiet: float) -> WebSocketStream:
        """Connect to ``url``, which starts with http(s):// like any other. ``quiet``: the longest wait for a byte, s.

        Raises SourceErrors: RateLimited and the others for what a site answers, SourceError for no connection.
        """
        with http.deadline():
            line = http.connect(url)
            try:
                socket = _greet(http, line, url)
            except BaseException:
                line.close()
                raise
        line.byte_limit = None
        socket.settimeout(quiet)
        return cls(line, socket)

    def arrives(self, seconds: float) -> bool:
        """Whether something comes within ``seconds``."""
        return self._line.wait_readable(seconds)

    def receive(self) -> bytes:
        """The next message, empty for one that was too long. Raises SourceError when the stream has ended."""
        try:
            opcode, data = self._socket.recv_data()
        except (websocket.WebSocketException, OSError, ValueError) as error:
            raise _ended(error, self.site) from error
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise SourceError(f"{self.site} ended the stream{_why(data)}.")
        return bytes(data)

    def close(self) -> None:
        """End it, and wake the thread that reads."""
        self._line.shutdown()


class _Frames(frame_buffer):
    """Takes a frame apart; the inside of one that is too long is read and thrown away, piece by piece."""

    def recv_strict(self, size: int) -> bytes:
        if size <= MAX_MESSAGE_BYTES:
            return super().recv_strict(size)
        if size > _MOST_SKIPPED:
            raise websocket.WebSocketProtocolException("a message without end")
        while size > 0:
            size -= len(self.recv(min(size, _SKIPPED_AT_ONCE)))
        return b""


class _Parts(continuous_frame):
    """Puts messages together that come in parts; what goes beyond the bound is left out, so that they make no sense."""

    def add(self, frame: Any) -> None:
        if self.cont_data and len(self.cont_data[1]) + len(frame.data) > MAX_MESSAGE_BYTES:
            frame.data = b""
        super().add(frame)


def _greet(http: Http, line: GuardedSocket, url: str) -> websocket.WebSocket:
    """Shake hands. The library neither opens a socket of its own nor follows a redirect."""
    socket = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=False)
    socket.frame_buffer = _Frames(socket._recv, True)
    socket.cont_frame = _Parts(False, True)
    line.byte_limit = _MOST_BEFORE
    agent = {"User-Agent": str(http.session.headers["User-Agent"])}
    try:
        socket.connect(  # type: ignore[no-untyped-call]
            "ws" + url.removeprefix("http"),
            socket=line,
            timeout=line.gettimeout(),
            redirect_limit=0,
            suppress_origin=True,
            header=agent,
        )
    except websocket.WebSocketBadStatusException as error:
        raise _refused(http, url, error) from error
    except (websocket.WebSocketException, OSError, ValueError, LookupError) as error:
        raise _not_greeted(error, line.site) from error
    return socket


def _refused(http: Http, url: str, error: websocket.WebSocketBadStatusException) -> SourceError:
    headers: Mapping[str, str] = error.resp_headers or {}
    body = error.resp_body or b""
    if error.status_code >= 400:
        return http.status_error(url, error.status_code, headers, body)
    sample = body[:200].decode("utf-8", "replace")
    return BadResponse(f"{site_of(url)} answers with {error.status_code} instead of a stream.", sample)


def _not_greeted(error: Exception, site: str) -> SourceError:
    if isinstance(error, websocket.WebSocketTimeoutException):
        return connection_error(TimeoutError(), site)
    if isinstance(error, websocket.WebSocketConnectionClosedException):
        return connection_error(ConnectionError(), site)
    if isinstance(error, OSError):
        return connection_error(error, site)
    return BadResponse(f"{site} does not answer as a stream should. Check its address.")


def _ended(error: Exception, site: str) -> SourceError:
    if isinstance(error, websocket.WebSocketTimeoutException):
        return SourceError(f"{site} has sent nothing for too long.")
    if isinstance(error, websocket.WebSocketProtocolException):
        return BadResponse(f"{site} sends something that is no message.")
    return SourceError(f"{site} broke off the stream.")


def _why(data: bytes) -> str:
    """What the site says with its goodbye, such as `` (1008: too slow)``."""
    code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 0
    words = "".join(c for c in data[2:].decode("utf-8", "replace") if c.isprintable())[:100]
    return f" ({code}: {words})" if words else f" ({code})" if code else ""
