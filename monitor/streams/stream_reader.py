"""Reads a stream into a bounded buffer in its own thread; passes take batches out of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from monitor.errors import SourceError

T = TypeVar("T")

_IDLE_SECONDS = 0.02
"""Silence after which everything that has arrived counts as read."""


class Stream(Protocol):
    """What StreamReader reads, such as a WebSocketStream."""

    def wait_readable(self, seconds: float) -> bool:
        """Whether there is something to read within ``seconds``."""
        ...

    def receive(self) -> bytes:
        """The next message. Raises SourceError when the stream has ended."""
        ...

    def close(self) -> None:
        """End the stream. May be called from any thread."""
        ...


class StreamMessage(NamedTuple, Generic[T]):
    """A parsed message."""

    position: int
    """Increases along the stream."""
    item: T | None
    """What to keep of the message; None for nothing."""


@dataclass(frozen=True, slots=True)
class StreamBatch(Generic[T]):
    """The result of one ``take``."""

    items: tuple[T, ...]
    position: int | None
    """Everything up to here was read, and every item up to here was taken. None before the first message."""
    first_position: int | None
    """The position of the first message of the stream."""
    messages: int
    """How many messages were read since the previous batch."""
    unparsed: int
    """How many of them could not be parsed."""
    more: bool
    """Whether items are left in the buffer."""
    error: SourceError | None
    """Why the stream has ended. None while it continues or items are left."""


class StreamReader(Generic[T]):
    """Reads ``stream`` in a thread. While the buffer holds ``capacity`` items it does not read, so the site waits.

    ``parse`` raises ValueError for a message that it cannot parse.
    """

    def __init__(self, stream: Stream, parse: Callable[[bytes], StreamMessage[T]], capacity: int) -> None:
        self._stream, self._parse, self._capacity = stream, parse, capacity
        self._buffer: deque[StreamMessage[T]] = deque()
        self._changed = threading.Condition()
        self._position: int | None = None
        self._first_position: int | None = None
        self._messages = self._unparsed = 0
        self._idle = self._closed = False
        self._end: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    @property
    def is_exhausted(self) -> bool:
        """Whether the stream has ended and everything was taken."""
        with self._changed:
            return self._end is not None and not self._buffer and not self._messages

    def take(self, max_items: int, timeout: float, *, wait_for_first: bool = False) -> StreamBatch[T]:
        """At most ``max_items`` items, once all that has arrived is read, after ``timeout`` seconds at the latest.

        With ``wait_for_first`` it also waits for the first message. If the thread ended with an exception other than a
        SourceError, that exception is raised here.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_ready(max_items, wait_for_first), timeout)
            if self._end is not None and not isinstance(self._end, SourceError):
                raise self._end
            taken = [self._buffer.popleft() for _ in range(min(max_items, len(self._buffer)))]
            batch = StreamBatch(
                items=tuple(message.item for message in taken if message.item is not None),
                position=taken[-1].position if self._buffer else self._position,
                first_position=self._first_position,
                messages=self._messages,
                unparsed=self._unparsed,
                more=bool(self._buffer),
                error=None if self._buffer else self._end,
            )
            self._messages = self._unparsed = 0
            self._changed.notify_all()
            return batch

    def close(self) -> None:
        """End the stream. Items not yet taken are dropped; the site sends them again when the stream is resumed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._stream.close()

    def _is_ready(self, max_items: int, wait_for_first: bool) -> bool:
        if self._end is not None or len(self._buffer) >= max_items:
            return True
        return self._idle and (self._first_position is not None or not wait_for_first)

    def _run(self) -> None:
        """Read until the stream ends or anything fails. ``take`` reports the reason."""
        end: Exception = SourceError("The stream was closed.")
        try:
            while not self._closed:
                self._set_idle(not self._stream.wait_readable(_IDLE_SECONDS))
                self._add(self._stream.receive())
        except Exception as error:
            end = error
        finally:
            self._stream.close()
            with self._changed:
                self._end = end
                self._changed.notify_all()

    def _set_idle(self, idle: bool) -> None:
        if idle != self._idle:
            with self._changed:
                self._idle = idle
                self._changed.notify_all()

    def _add(self, data: bytes) -> None:
        try:
            position, item = self._parse(data)
        except (ValueError, RecursionError):
            with self._changed:
                self._idle = False
                self._messages += 1
                self._unparsed += 1
            return
        with self._changed:
            self._idle = False
            position = max(position, self._position or 0)
            while item is not None and len(self._buffer) >= self._capacity and not self._closed:
                self._changed.wait()
            if item is not None:
                self._buffer.append(StreamMessage(position, item))
                self._changed.notify_all()
            self._position = position
            self._first_position = position if self._first_position is None else self._first_position
            self._messages += 1
