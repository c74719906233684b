"""The one door through which time enters: reading it and spending it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, as JavaScript counts time. ``time`` must be aware."""
    return round(time.timestamp() * 1000)


class Clock:
    """The machine's time, and waits that a stop ends at once. Tests hand in a clock that they move themselves."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    @property
    def speed(self) -> float:
        """How many times faster than the machine's time ``now`` runs: 1 but in a replay."""
        return 1.0

    def machine_time(self) -> datetime:
        """The machine's own time, aware, in UTC: what ``now`` is but in a replay."""
        return self.now()

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back, for measuring how long something takes."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` or until the stop, whichever comes first; tell whether we are stopped."""
        return self._stopped.wait(max(0.0, seconds))

    def stop(self) -> None:
        """End every wait, now and from now on."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopped.is_set()


class ReplayClock(Clock):
    """A clock for showing a day in minutes: ``now`` starts at ``begin`` and runs ``pace`` times as fast as life.

    Waits and ``monotonic`` stay real, so loops, heartbeats and time limits are what they always are.
    """

    def __init__(self, begin: datetime, pace: float) -> None:
        super().__init__()
        self._begin, self._pace = begin, pace
        self._started = time.monotonic()

    def machine_time(self) -> datetime:
        """The machine's own time."""
        return datetime.now(UTC)

    def now(self) -> datetime:
        """The time in the replay, aware, in UTC."""
        return self._begin + timedelta(seconds=(time.monotonic() - self._started) * self._pace)

    @property
    def speed(self) -> float:
        """How many seconds of the replay pass in a second."""
        return self._pace
