"""The time of a machine whose clock may be set while the program runs, or be wrong for a moment.

Time that has passed since the start is known from a clock that nobody can set. A machine clock that differs from it is
believed only once it has kept its new time for a while. Without this rule a clock that is a year ahead for 15 s would
date what is stored then a year ahead, and everything after it too, because ids must grow with the time of adding.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MAX_CORRECTION_SECONDS = 2.0
"""Smaller differences are followed at once: time servers correct clocks by milliseconds."""
BELIEVED_AFTER_SECONDS = 60.0
FAR_AHEAD_SECONDS, FAR_AHEAD_BELIEVED_AFTER_SECONDS = 86_400.0, 600.0
"""A clock that is set more than a day ahead is believed later, because what it dates cannot be put right by itself."""

log = logging.getLogger("wallflower.clock")


def seconds_since_boot() -> float:
    """Seconds of a clock that cannot be set, and that goes on while the machine is suspended, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class TrustedTime:
    """``now`` is the machine's time, except shortly after its clock was set. Thread-safe."""

    def __init__(
        self, machine_time: Callable[[], float] = time.time, elapsed: Callable[[], float] = seconds_since_boot
    ) -> None:
        """``machine_time``: seconds since 1970."""
        self._machine_time, self._elapsed = machine_time, elapsed
        self._lock = threading.Lock()
        self._offset = machine_time() - elapsed()
        """Between the two clocks, as it is believed."""
        self._new_offset: float | None = None
        """As it is by the machine's clock, if that differs."""
        self._differs_since = 0.0
        self._adjusted = 0.0

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        with self._lock:
            elapsed = self._elapsed()
            self._follow(self._machine_time() - elapsed, elapsed)
            return datetime.fromtimestamp(elapsed + self._offset, UTC)

    @property
    def adjusted(self) -> timedelta:
        """How far the clock was set ahead since the start, in total, as far as that is believed."""
        return timedelta(seconds=self._adjusted)

    @property
    def doubted(self) -> timedelta:
        """How far the machine's clock is ahead of ``now``, because it has just been set and is not believed yet."""
        new_offset = self._new_offset
        return timedelta() if new_offset is None else timedelta(seconds=new_offset - self._offset)

    def _follow(self, offset: float, elapsed: float) -> None:
        difference = offset - self._offset
        if abs(difference) <= MAX_CORRECTION_SECONDS:
            self._offset, self._new_offset = offset, None
            return
        if self._new_offset is None or abs(offset - self._new_offset) > MAX_CORRECTION_SECONDS:
            self._differs_since = elapsed
            log.warning("The machine's clock was set by %+.0f s. %s", difference, "It is used if it stays so.")
        self._new_offset = offset
        is_far_ahead = difference > FAR_AHEAD_SECONDS
        if elapsed - self._differs_since >= (
            FAR_AHEAD_BELIEVED_AFTER_SECONDS if is_far_ahead else BELIEVED_AFTER_SECONDS
        ):
            self._offset, self._new_offset = offset, None
            self._adjusted += difference
            log.warning("The machine's clock has kept its new time, which is used from now on.")
