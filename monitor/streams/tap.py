"""A thread that reads a stream into a bounded buffer, and what a pass takes out of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from monitor.errors import SourceError

T = TypeVar("T")

_LULL = 0.02
"""Seconds without a byte after which the thread has read all that there is."""


class Stream(Protocol):
    """What is tapped; WebSocketStream is one."""

    def arrives(self, seconds: float) -> bool:
        """Whether something comes within ``seconds``."""
        ...

    def receive(self) -> bytes:
        """The next message. Raises SourceError at the end."""
        ...

    def close(self) -> None:
        """End it, from any thread."""
        ...


class StreamMessage(NamedTuple, Generic[T]):
    """What a message says."""

    position: int
    """Where in the stream it stands; these grow."""
    item: T | None
    """What is to be kept of it."""


@dataclass(frozen=True, slots=True)
class StreamBatch(Generic[T]):
    """What a pass took."""

    items: tuple[T, ...]
    position: int | None
    """All up to here was read, and what was wanted of it was taken. None: nothing came yet."""
    first: int | None
    """The position of the first message of all."""
    messages: int
    """How many were read since the last time."""
    unreadable: int
    """How many of them made no sense."""
    more: bool
    """Whether items are left."""
    trouble: SourceError | None
    """Why the stream has ended; None while it goes on, and while items are left."""


class StreamReader(Generic[T]):
    """Reads ``stream`` in a thread of its own. When ``room`` items wait it reads no further, and the site has to wait.

    ``read`` says what a message means; it raises ValueError for one that makes no sense.
    """

    def __init__(self, stream: Stream, read: Callable[[bytes], StreamMessage[T]], room: int) -> None:
        self._stream, self._read, self._room = stream, read, room
        self._items: deque[StreamMessage[T]] = deque()
        self._changed = threading.Condition()
        self._position: int | None = None
        self._first: int | None = None
        self._messages = self._unreadable = 0
        self._lull = self._closed = False
        self._end: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    @property
    def spent(self) -> bool:
        """Whether it has ended and everything was taken."""
        with self._changed:
            return self._end is not None and not self._items and not self._messages

    def take(self, most: int, seconds: float, *, first: bool = False) -> StreamBatch[T]:
        """At most ``most`` items, as soon as all that has arrived is read, after ``seconds`` at the latest.

        ``first``: wait for a first message too. Raises whatever but a SourceError ended the thread.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._settled(most, first), seconds)
            if self._end is not None and not isinstance(self._end, SourceError):
                raise self._end
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            position = taken[-1].position if self._items else self._position
            messages, self._messages = self._messages, 0
            unreadable, self._unreadable = self._unreadable, 0
            trouble = None if self._items else self._end
            self._changed.notify_all()
            items = tuple(one.item for one in taken if one.item is not None)
            return StreamBatch(items, position, self._first, messages, unreadable, bool(self._items), trouble)

    def close(self) -> None:
        """End it; what was not taken is lost here, and comes again from where the pass before ended."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._stream.close()

    def _settled(self, most: int, first: bool) -> bool:
        if self._end is not None or len(self._items) >= most:
            return True
        return self._lull and (self._first is not None or not first)

    def _run(self) -> None:
        """StreamMessage until the end, whatever that is: ``take`` tells of it."""
        end: Exception = SourceError("The stream was closed.")
        try:
            while not self._closed:
                self._note_lull(not self._stream.arrives(_LULL))
                self._keep(self._stream.receive())
        except Exception as error:
            end = error
        finally:
            self._stream.close()
            with self._changed:
                self._end = end
                self._changed.notify_all()

    def _note_lull(self, lull: bool) -> None:
        if lull != self._lull:
            with self._changed:
                self._lull = lull
                self._changed.notify_all()

    def _keep(self, message: bytes) -> None:
        try:
            position, item = self._read(message)
        except (ValueError, RecursionError):
            with self._changed:
                self._lull = False
                self._messages += 1
                self._unreadable += 1
            return
        with self._changed:
            self._lull = False
            position = max(position, self._position or 0)
            while item is not None and len(self._items) >= self._room and not self._closed:
                self._changed.wait()
            if item is not None:
                self._items.append(StreamMessage(position, item))
                self._changed.notify_all()
            self._position = position
            self._first = position if self._first is None else self._first
            self._messages += 1
