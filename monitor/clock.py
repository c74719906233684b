"""The clock. All code reads the time and waits only through a ``Clock``, so that tests can control both."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from monitor.trusted_time import TrustedTime


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, as JavaScript counts time. ``time`` must be aware."""
    return round(time.timestamp() * 1000)


class Clock:
    """The machine's time, and waits that ``stop`` ends at once. Tests pass a clock that they move themselves."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._time = TrustedTime()

    @property
    def adjusted(self) -> timedelta:
        """How far the machine's clock was set ahead since the start; see ``TrustedTime``. Waits do not depend on it."""
        return self._time.adjusted

    @property
    def doubted(self) -> timedelta:
        """How far the machine's clock is ahead of ``now``, because it has just been set and is not believed yet."""
        return self._time.doubted

    @property
    def speed(self) -> float:
        """How many times faster than the machine's time ``now`` runs: 1, except in a replay."""
        return 1.0

    def machine_time(self) -> datetime:
        """The machine's time, aware, in UTC: the same as ``now``, except in a replay."""
        return self.now()

    def now(self) -> datetime:
        """The time, aware, in UTC. A clock that has just been set is not believed at once; see ``TrustedTime``."""
        return self._time.now()

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back, for measuring durations."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds``, or until ``stop`` is called; return whether it was."""
        return self._stopped.wait(max(0.0, seconds))

    def stop(self) -> None:
        """End all current waits; later ones return at once."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopped.is_set()


class ReplayClock(Clock):
    """A clock that replays a day in minutes: ``now`` starts at ``start`` and runs ``speed`` times as fast.

    Waits and ``monotonic`` stay real, so loops, heartbeats and timeouts behave as usual.
    """

    def __init__(self, start: datetime, speed: float) -> None:
        super().__init__()
        self._start, self._speed = start, speed
        self._started = time.monotonic()

    def machine_time(self) -> datetime:
        """The machine's time."""
        return self._time.now()

    def now(self) -> datetime:
        """The time in the replay, aware, in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    @property
    def speed(self) -> float:
        """Seconds of replayed time per second of real time."""
        return self._speed
