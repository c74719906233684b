"""A clock for tests with threads: no wait ends before the test moves the clock."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from monitor.clock import Clock
from tests.fakes import NOON

TIMEOUT_SECONDS = 20.0
"""Real seconds until a test that waits for threads gives up."""


class SteppedClock(Clock):
    """Threads that wait on it sleep until ``advance`` reaches their time, or until it is stopped."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__()
        self._moved = threading.Condition()
        self._start, self._elapsed = start, 0.0
        self._shift = timedelta()
        self._deadlines: dict[int, float] = {}

    def now(self) -> datetime:
        return self._start + self._shift + timedelta(seconds=self._elapsed)

    @property
    def adjusted(self) -> timedelta:
        return self._shift

    def monotonic(self) -> float:
        return self._elapsed

    def wait(self, seconds: float) -> bool:
        thread = threading.get_ident()
        with self._moved:
            deadline = self._deadlines[thread] = self._elapsed + max(seconds, 0.0)
            self._moved.notify_all()
            self._moved.wait_for(lambda: self.stopped or self._elapsed >= deadline)
            del self._deadlines[thread]
        return self.stopped

    def stop(self) -> None:
        super().stop()
        with self._moved:
            self._moved.notify_all()

    def advance(self, seconds: float) -> None:
        """Move both clocks forward, and wake the threads that are due."""
        with self._moved:
            self._elapsed += seconds
            self._moved.notify_all()

    def set_wall_clock(self, hours: float) -> None:
        """Set the wall clock forward or back, as an administrator does; the monotonic clock is not affected."""
        self._shift += timedelta(hours=hours)

    def settle(self, threads: int) -> None:
        """Return once that many threads wait for a later time."""
        with self._moved:
            settled = self._moved.wait_for(lambda: self._waiting() == threads, TIMEOUT_SECONDS)
        assert settled, f"{self._waiting()} threads wait, not {threads}"

    def _waiting(self) -> int:
        return sum(deadline > self._elapsed for deadline in self._deadlines.values())
