"""Runs the jobs in a thread, until the program stops. An error in a job does not end it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.logs import FaultLog

INTERVAL_SECONDS = 15.0
"""Time between two runs. An incident must be reported within five minutes, and a run is cheap."""
MIN_REPLAY_INTERVAL_SECONDS = 1.0
"""Minimum time between two runs in a replay, however fast it is."""
HANGS_AFTER_SECONDS = 300.0
"""A run that takes longer counts as hanging."""

log = logging.getLogger("wallflower.jobs")


class Job(Protocol):
    """Work that is repeated."""

    @property
    def name(self) -> str:
        """Shown in the log."""

    def run(self, now: datetime) -> None:
        """Run once. May raise any exception: the job is run again after the next interval."""


class JobRunner:
    """Runs each job in turn, from ``start`` to ``stop``."""

    def __init__(
        self,
        jobs: Sequence[Job],
        clock: Clock,
        interval: float = INTERVAL_SECONDS,
        *,
        can_store: Callable[[], bool] = lambda: True,
    ) -> None:
        """``interval``: seconds between two runs, in the clock's time, which passes faster in a replay.

        ``can_store``: whether results can be stored. While they cannot, no job runs; why is logged elsewhere.
        """
        self._can_store = can_store
        self._jobs, self._clock = tuple(jobs), clock
        replay_interval = max(MIN_REPLAY_INTERVAL_SECONDS, interval / clock.speed)
        self._interval = interval if clock.speed == 1.0 else replay_interval
        self._faults = FaultLog(log, clock.monotonic)
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)

    def replace(self, jobs: Sequence[Job]) -> None:
        """Run these jobs from the next run on."""
        self._jobs = tuple(jobs)

    def start(self) -> None:
        """Start the thread, which runs the jobs at once."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop the clock, and wait at most ``seconds`` for a job that is running."""
        self._clock.stop()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        if self._thread.is_alive():
            log.warning("A job is still running; stopping without it")

    def alive(self) -> bool:
        """Whether the thread runs and no job hangs."""
        since = self._busy_since
        hangs = since is not None and self._clock.monotonic() - since > HANGS_AFTER_SECONDS
        return self._thread.is_alive() and not hangs

    def run_all(self) -> None:
        """Run every job once, whatever happens to the others."""
        self._busy_since = self._clock.monotonic()
        for job in self._jobs:
            if self._clock.stopped:
                break
            self._run(job)
        self._busy_since = None

    def _loop(self) -> None:
        while not self._clock.stopped:
            self.run_all()
            self._clock.wait(self._interval)

    def _run(self, job: Job) -> None:
        """Run one job. A repeated error is logged once, and again when it is over."""
        if not self._can_store():
            return
        fault = f"The job {job.name} failed"
        try:
            job.run(self._clock.now())
        except StoreError as error:
            if self._can_store() and not self._clock.stopped:
                self._faults.report(fault, str(error))
        except (Exception, SystemExit) as error:
            if not self._clock.stopped:
                self._faults.report(fault, f"a bug in Wallflower: {error!r}", exc_info=True)
        else:
            self._faults.clear(fault, f"The job {job.name} works again")
