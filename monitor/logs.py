"""FaultLog: logs a fault once when it begins, and once when it is over, however often it is reported in between."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

MAX_CAUSES = 5
"""Different causes that are logged for one fault. Texts that contain a time or an address may differ every time."""


@dataclass(slots=True)
class _Fault:
    since: float
    last: float
    """When it was reported last."""
    reports: int = 0
    causes: set[str] = field(default_factory=set)


class FaultLog:
    """The faults of one part of the program. Thread-safe.

    ``report`` is called each time something fails, ``clear`` each time it works. They log:

        ERROR Walls are not updated: the disk is full
        INFO Walls are updated again, after 12 min (740 failures)
    """

    def __init__(self, log: logging.Logger, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._log, self._monotonic = log, monotonic
        self._faults: dict[str, _Fault] = {}
        self._lock = threading.Lock()

    def report(
        self,
        what: str,
        cause: str,
        *,
        example: str = "",
        level: int = logging.ERROR,
        exc_info: bool | Exception = False,
    ) -> bool:
        """Log ``what``: ``cause``, unless this fault was logged with this cause; return whether it was logged now.

        ``what`` identifies the fault: a sentence without a full stop, such as "Walls are not updated". ``example`` is
        logged with the cause without being part of it, such as the first of many posts. ``exc_info``: log the traceback
        too, unless a fault that lasts was logged with the same cause: a bug may hit many sources.
        """
        now = self._monotonic()
        with self._lock:
            is_known = any(cause in fault.causes for fault in self._faults.values())
            fault = self._faults.setdefault(what, _Fault(now, now))
            fault.reports, fault.last = fault.reports + 1, now
            is_new = cause not in fault.causes and len(fault.causes) < MAX_CAUSES
            if is_new:
                fault.causes.add(cause)
        if is_new:
            message = f"{cause} ({example})" if example else cause
            self._log.log(level, "%s: %s", what, message, exc_info=exc_info if not is_known else None)
        return is_new

    def clear(self, what: str, over: str, *, after_seconds: float = 0.0) -> bool:
        """If the fault ``what`` was reported, log that it is over; return whether it was.

        ``over`` is its opposite, such as "Walls are updated again". ``after_seconds``: only if it was not reported for
        that long, for a fault that comes and goes.
        """
        if what not in self._faults:
            return False
        with self._lock:
            fault = self._faults.get(what)
            if fault is None or self._monotonic() - fault.last < after_seconds:
                return False
            del self._faults[what]
        failures = "1 failure" if fault.reports == 1 else f"{fault.reports:,} failures"
        self._log.info("%s, after %s (%s)", over, _duration(self._monotonic() - fault.since), failures)
        return True

    def ongoing(self) -> tuple[str, ...]:
        """The faults that were reported and are not over, oldest first."""
        with self._lock:
            return tuple(self._faults)


def bug(error: BaseException) -> str:
    """The type of ``error`` and where it was raised, as a cause: its text may differ for each post that a bug hits."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"


def _duration(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
