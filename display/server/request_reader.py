"""Follows the bytes of a request until all of it has arrived, so that no thread has to wait for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import h11

MAX_HEAD_BYTES = 64 * 1024
"""The request line and the headers. A search of 5,000 letters, each percent-encoded as up to nine bytes, fits."""
MAX_BODY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is answered before anything else sees it."""

    status: str
    """"413 Content Too Large"."""
    text: str


BAD_REQUEST = Refusal("400 Bad Request", "This is not a valid HTTP request.")
UNKNOWN_CODING = Refusal("501 Not Implemented", "The only transfer coding that is understood is chunked.")
LONG_ADDRESS = Refusal("414 URI Too Long", f"The address is longer than {MAX_HEAD_BYTES // 1024} KiB.")
LARGE_HEAD = Refusal("431 Request Header Fields Too Large", f"The headers exceed {MAX_HEAD_BYTES // 1024} KiB.")
LARGE_BODY = Refusal("413 Content Too Large", f"The request is larger than {MAX_BODY_BYTES >> 20} MiB.")


class RequestReader:
    """One request of a connection. ``received`` holds its bytes, and those of the next if they came with it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.complete = False
        self.refusal: Refusal | None = None
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._head_arrived = False
        self._body_bytes = 0

    def feed(self, data: bytes) -> None:
        """Add what arrived, at least one byte; afterwards the request may be ``complete`` or have a ``refusal``."""
        self.received += data
        if self.complete or self.refusal:
            return
        try:
            self._http.receive_data(data)
            while not (self.complete or self.refusal):
                event = self._http.next_event()
                if event in (h11.NEED_DATA, h11.PAUSED):
                    return
                self._follow(event)
        except h11.RemoteProtocolError as error:
            self.refusal = self._refusal_of(error)

    @property
    def waits_for_continue(self) -> bool:
        """Whether the client sends its body only after "100 Continue"."""
        return self._http.they_are_waiting_for_100_continue

    def _follow(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self._head_arrived = True
            if len(self.received) - len(self._http.trailing_data[0]) > MAX_HEAD_BYTES:
                self.refusal = self._large_head()
                return
            length = dict(event.headers).get(b"content-length", b"0")
            self.refusal = LARGE_BODY if int(length) > MAX_BODY_BYTES else None
        elif isinstance(event, h11.Data):
            self._body_bytes += len(event.data)
            self.refusal = LARGE_BODY if self._body_bytes > MAX_BODY_BYTES else None
        elif isinstance(event, h11.EndOfMessage):
            self.complete = True

    def _refusal_of(self, error: h11.RemoteProtocolError) -> Refusal:
        if error.error_status_hint == 501:
            return UNKNOWN_CODING
        if error.error_status_hint != 431 or self._head_arrived:
            return BAD_REQUEST
        return self._large_head()

    def _large_head(self) -> Refusal:
        return LARGE_HEAD if b"\n" in self.received[:MAX_HEAD_BYTES] else LONG_ADDRESS
