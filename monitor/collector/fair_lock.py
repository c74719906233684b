"""A first-in, first-out lock."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """A context manager like ``threading.Lock``, which is unfair: a thread that releases it and comes back can win
    every time.

    With this lock, a source that floods us lets every waiting source go first between two of its batches.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            released = threading.Event()
            self._waiting.append(released)
        released.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False

    @property
    def waiting(self) -> int:
        """The number of threads that wait for the lock."""
        return len(self._waiting)
