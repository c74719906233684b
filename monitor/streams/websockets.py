"""A WebSocket over a guarded socket, with bounded messages. Every failure is a SourceError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import websocket
from websocket._abnf import continuous_frame, frame_buffer

from monitor.errors import BadResponse, SourceError
from monitor.http import GuardedSocket, Http, site_of
from monitor.http.error_messages import connection_error

MAX_MESSAGE_BYTES = 1_000_000
"""Longer messages are skipped."""
_MAX_SKIPPED_BYTES = 64_000_000
_SKIP_CHUNK_BYTES = 64 * 1024
_MAX_HANDSHAKE_BYTES = 64 * 1024
"""Headers of the handshake, or the body of a refusal."""


class WebSocketStream:
    """An open stream of messages. One thread reads it; any thread may ``close`` it."""

    def __init__(self, sock: GuardedSocket, client: websocket.WebSocket) -> None:
        self.site = sock.site
        self._socket, self._client = sock, client

    @classmethod
    def connect(cls, http: Http, url: str, max_silence: float) -> WebSocketStream:
        """Connect to ``url`` (http:// or https://). ``max_silence``: how many seconds to wait for a byte.

        Raises SourceErrors as ``Http.get`` does.
        """
        with http.deadline():
            sock = http.connect(url)
            try:
                client = _handshake(http, sock, url)
            except BaseException:
                sock.close()
                raise
        sock.byte_limit = None
        client.settimeout(max_silence)
        return cls(sock, client)

    def wait_readable(self, seconds: float) -> bool:
        """Whether there is something to read within ``seconds``."""
        return self._socket.wait_readable(seconds)

    def receive(self) -> bytes:
        """The next message; empty for one that was too long. Raises SourceError when the stream has ended."""
        try:
            opcode, data = self._client.recv_data()
        except (websocket.WebSocketException, OSError, ValueError) as error:
            raise _stream_error(error, self.site) from error
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise SourceError(f"{self.site} ended the stream{_close_reason(data)}.")
        return bytes(data)

    def close(self) -> None:
        """End the stream and wake the thread that reads it."""
        self._socket.shutdown()


class _BoundedFrames(frame_buffer):
    """Parses frames. A payload that is too long is read in chunks and discarded."""

    def recv_strict(self, size: int) -> bytes:
        if size <= MAX_MESSAGE_BYTES:
            return super().recv_strict(size)
        if size > _MAX_SKIPPED_BYTES:
            raise websocket.WebSocketProtocolException("frame too long")
        while size > 0:
            size -= len(self.recv(min(size, _SKIP_CHUNK_BYTES)))
        return b""


class _BoundedFragments(continuous_frame):
    """Joins fragmented messages. Drops fragments beyond the limit, so that the message cannot be parsed."""

    def add(self, frame: Any) -> None:
        if self.cont_data and len(self.cont_data[1]) + len(frame.data) > MAX_MESSAGE_BYTES:
            frame.data = b""
        super().add(frame)


def _handshake(http: Http, sock: GuardedSocket, url: str) -> websocket.WebSocket:
    """Open the WebSocket over ``sock``. The library opens no socket itself and follows no redirect."""
    client = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=False)
    client.frame_buffer = _BoundedFrames(client._recv, True)
    client.cont_frame = _BoundedFragments(False, True)
    sock.byte_limit = _MAX_HANDSHAKE_BYTES
    try:
        client.connect(  # type: ignore[no-untyped-call]
            "ws" + url.removeprefix("http"),
            socket=sock,
            timeout=sock.gettimeout(),
            redirect_limit=0,
            suppress_origin=True,
            header={"User-Agent": str(http.session.headers["User-Agent"])},
        )
    except websocket.WebSocketBadStatusException as error:
        raise _refused_error(http, url, error) from error
    except (websocket.WebSocketException, OSError, ValueError, LookupError) as error:
        raise _handshake_error(error, sock.site) from error
    return client


def _refused_error(http: Http, url: str, error: websocket.WebSocketBadStatusException) -> SourceError:
    headers: Mapping[str, str] = error.resp_headers or {}
    body = error.resp_body or b""
    if error.status_code >= 400:
        return http.response_error(url, error.status_code, headers, body)
    sample = body[:200].decode("utf-8", "replace")
    return BadResponse(f"{site_of(url)} responded with status {error.status_code} instead of a stream.", sample)


def _handshake_error(error: Exception, site: str) -> SourceError:
    if isinstance(error, websocket.WebSocketTimeoutException):
        return connection_error(TimeoutError(), site)
    if isinstance(error, websocket.WebSocketConnectionClosedException):
        return connection_error(ConnectionError(), site)
    if isinstance(error, OSError):
        return connection_error(error, site)
    return BadResponse(f"{site} did not open a stream. Check its address.")


def _stream_error(error: Exception, site: str) -> SourceError:
    if isinstance(error, websocket.WebSocketTimeoutException):
        return SourceError(f"{site} has sent nothing for too long.")
    if isinstance(error, websocket.WebSocketProtocolException):
        return BadResponse(f"{site} sent an invalid message.")
    return SourceError(f"{site} closed the stream unexpectedly.")


def _close_reason(data: bytes) -> str:
    """The code and reason of a close frame, such as `` (1008: too slow)``; empty if there are none."""
    code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 0
    reason = "".join(c for c in data[2:].decode("utf-8", "replace") if c.isprintable())[:100]
    return f" ({code}: {reason})" if reason else f" ({code})" if code else ""
