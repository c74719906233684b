"""The fault that keeps the store from storing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import ERASING, FaultKind, StoreFault, StorePause


class FaultTracker:
    """The fault that keeps the store from storing, if any. Thread-safe."""

    def __init__(self, clock: Clock, has_room: Callable[[], bool] = lambda: True) -> None:
        """``has_room``: whether the disk has room for more than a tiny write, if this program can know that."""
        self._clock, self._has_room = clock, has_room
        self._lock = threading.Lock()
        self._current: StoreFault | None = None
        self._pause: StorePause | None = None
        self.changed: Callable[[StoreFault | None], None] = lambda _: None
        """Called when a fault begins or ends."""

    @property
    def pause(self) -> StorePause | None:
        """The expected pause that lasts now."""
        return self._pause

    @property
    def current(self) -> StoreFault | None:
        """The fault that lasts now."""
        return self._current

    def check(self) -> None:
        """Raise StoreError if there is a fault that does not end before a restart."""
        fault = self._current
        if fault is not None and fault.lasts:
            raise StoreError(fault.message, fault.kind.value)

    def record(self, error: StoreError) -> None:
        """Record why a write failed."""
        if error.fault == ERASING:
            self._begin_pause(error)
        elif error.fault:
            self.begin(FaultKind(error.fault), str(error))

    def record_damage(self, error: StoreError) -> None:
        """Record that a read found the database damaged. Other errors of reads say nothing about writes."""
        if error.fault == FaultKind.CORRUPT:
            self.begin(FaultKind.CORRUPT, str(error))

    def begin(self, kind: FaultKind, message: str) -> None:
        """Record a fault. The same fault keeps its beginning; one that lasts is never replaced."""
        with self._lock:
            before = self._current
            if before is None or not (before.lasts or before.kind is kind):
                self._current = StoreFault(kind, self._clock.now(), message)
                self.changed(self._current)

    def committed(self) -> None:
        """End the fault, unless it lasts, or the disk is still too full for a batch."""
        self._pause = None
        fault = self._current
        if fault is None or fault.lasts:
            return
        if fault.kind in (FaultKind.DISK_FULL, FaultKind.IO_ERROR) and not self._has_room():
            return
        with self._lock:
            if self._current is fault:
                self._current = None
                self.changed(None)

    def _begin_pause(self, error: StoreError) -> None:
        with self._lock:
            since = self._pause.since if self._pause else self._clock.now()
            self._pause = StorePause(since, getattr(error, "until", None))
