"""A clock for tests with threads: nobody's wait ends before the test moves it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from monitor.clock import Clock
from tests.fakes import NOON

PATIENCE = 20.0
"""Real seconds until a test that waits for threads gives up."""


class SteppedClock(Clock):
    """Threads wait on it until ``advance`` brings their time, or a stop."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__()
        self._moved = threading.Condition()
        self._start, self._elapsed = start, 0.0
        self._shift = timedelta()
        self._deadlines: dict[int, float] = {}

    def now(self) -> datetime:
        return self._start + self._shift + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def wait(self, seconds: float) -> bool:
        me = threading.get_ident()
        with self._moved:
            deadline = self._deadlines[me] = self._elapsed + max(seconds, 0.0)
            self._moved.notify_all()
            self._moved.wait_for(lambda: self.stopped or self._elapsed >= deadline)
            del self._deadlines[me]
        return self.stopped

    def stop(self) -> None:
        super().stop()
        with self._moved:
            self._moved.notify_all()

    def advance(self, seconds: float) -> None:
        """Let time pass for everybody."""
        with self._moved:
            self._elapsed += seconds
            self._moved.notify_all()

    def set(self, hours: float) -> None:
        """Set the wall clock forward or back, as an administrator does; the monotonic one knows nothing of it."""
        self._shift += timedelta(hours=hours)

    def settle(self, threads: int) -> None:
        """Return once that many threads wait for a time to come."""
        with self._moved:
            settled = self._moved.wait_for(lambda: self._idle() == threads, PATIENCE)
        assert settled, f"{self._idle()} threads wait, not {threads}"

    def _idle(self) -> int:
        return sum(deadline > self._elapsed for deadline in self._deadlines.values())
