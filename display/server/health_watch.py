"""Watches the store and the system clock: logs when a fault begins and ends, and reports one that must end the run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from display.formatting import format_duration
from monitor.clock import Clock
from monitor.logs import FaultLog, bug
from monitor.model import FaultKind, StoreFault, StorePause
from monitor.store import Store

WATCH_SECONDS = 0.5
MIN_JUMP_SECONDS = 5.0
"""A smaller change of the system clock is a correction."""

UNKNOWN = "The health of the store is not known because of a bug"

log = logging.getLogger("wallflower")


@dataclass(frozen=True, slots=True)
class ClockJump:
    """A change of the system clock that was not the passing of time."""

    seconds: float
    """Positive: it was set ahead, or the machine was suspended."""
    at: float
    """When it was noticed, by the monotonic clock."""


class HealthWatch:
    """Looks at the store and the clock twice a second, from ``start`` until the clock is stopped."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._replaced: Callable[[], None] = lambda: None
        self._fault: StoreFault | None = None
        self._pause: StorePause | None = None
        self._faults = FaultLog(log, clock.monotonic)
        self._offset = self._clock_offset()
        self._thread = threading.Thread(target=self._run, name="health-watch", daemon=True)
        self.clock_jump: ClockJump | None = None
        """The last one."""

    def on_replaced(self, callback: Callable[[], None]) -> None:
        """Let ``callback`` be called once when the file of the database is not in its place any more."""
        self._replaced = callback

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def step(self) -> None:
        """Look once."""
        self._check_store()
        self._check_clock()

    def _run(self) -> None:
        while not self._clock.stopped:
            try:
                self.step()
                self._faults.clear(UNKNOWN, "The health of the store is known again")
            except Exception as error:
                self._faults.report(UNKNOWN, bug(error), exc_info=True)
            self._clock.wait(WATCH_SECONDS)

    def _check_store(self) -> None:
        health = self._store.health()
        self._log_pause(health.pause)
        before, self._fault = self._fault, health.fault
        if before is not None and (self._fault is None or self._fault.kind is not before.kind):
            self._log_end(before)
        if self._fault is not None and (before is None or before.kind is not self._fault.kind):
            log.critical("Nothing can be stored since %s. %s", _local_time(self._fault.since), self._fault.message)
            if self._fault.kind is FaultKind.REPLACED:
                self._replaced()

    def _log_pause(self, pause: StorePause | None) -> None:
        before, self._pause = self._pause, pause
        if pause and not before:
            until = f" Storing continues at about {_local_time(pause.until)}." if pause.until else ""
            log.info("Posts are being erased, and nothing is stored meanwhile.%s", until)
        elif before and not pause:
            log.info("Storing again; posts were being erased since %s.", _local_time(before.since))

    def _log_end(self, fault: StoreFault) -> None:
        cause, until = fault.past_cause, _local_time(self._clock.now())
        text = f"{cause[0].upper()}{cause[1:]} from {_local_time(fault.since)} to {until}"
        log.warning("%s", f"{text}; storing again." if self._fault is None else f"{text}.")

    def _check_clock(self) -> None:
        before, self._offset = self._offset, self._clock_offset()
        seconds = self._offset - before
        if abs(seconds) >= MIN_JUMP_SECONDS:
            self.clock_jump = ClockJump(seconds, self._clock.monotonic())
            direction = "ahead, or the machine was suspended" if seconds > 0 else "back"
            log.warning("The system clock was set %s %s.", format_duration(timedelta(seconds=abs(seconds))), direction)

    def _clock_offset(self) -> float:
        return self._clock.machine_time().timestamp() - self._clock.monotonic()


def _local_time(time: datetime) -> str:
    """By the clock of the machine, as in the times of the log."""
    return f"{time.astimezone():%H:%M:%S}"
