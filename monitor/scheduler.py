"""One worker thread for each source, and a watchdog over them. When to read is decided in ``collector.timing``.

    Worker.run:  wait until due -> collector.poll -> due again as the stored status says -> ...

A loop here cannot end in silence: a pass that raises anything is logged, stored as a fault and backed off; a thread
that ends all the same is noticed and started again. Waits are measured on the monotonic clock, so that a clock that is
set forward or back brings neither a storm nor silence; the stored next check counts across restarts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.clock import Clock
from monitor.collector import Desk, Pace, Watched, note_fault, poll, timing
from monitor.config import SourceConfig
from monitor.config.tables import duration
from monitor.errors import StoreError
from monitor.http import Http
from monitor.model import Health, SourceStatus
from monitor.sources import SourceModule, SourceOptions

HEARTBEAT = 20.0
"""Seconds; the longest wait of a worker without a sign of life."""
HANGS_AFTER = 300.0
"""Seconds; no pass that keeps its bounds takes that long."""
STORE_RETRY = 30.0
SPREAD, SPREAD_ALL = 1.0, 60.0
"""Seconds between the first checks of two sources that are due at a start, and over all of them."""

log = logging.getLogger("wallflower.scheduler")


def watch(config: SourceConfig, module: SourceModule, http: Http) -> Watched:
    """The source that ``config`` describes, ready to be read by ``module``."""
    options = config.options
    assert isinstance(options, SourceOptions)
    pace = Pace(config.every, duration(module.Options.default_every))
    return Watched(config.name, config.kind, module.Source(options, http), pace, sample=module.Options.sample)


class Worker:
    """The loop of one source."""

    def __init__(self, watched: Watched, status: SourceStatus, desk: Desk, clock: Clock, delay: float) -> None:
        self.watched = watched
        self._status, self._desk, self._clock = status, desk, clock
        self._due = clock.monotonic() + delay
        self._busy_since: float | None = None
        self._noted = False

    def run(self) -> None:
        """Turn until the clock is stopped."""
        while not self._clock.stopped:
            self._clock.wait(min(self.turn(), HEARTBEAT))

    def turn(self) -> float:
        """Make a pass if it is time; the seconds until the next one, infinite where there will be none."""
        if self._due <= self._clock.monotonic():
            self._busy_since, self._noted = self._clock.monotonic(), False
            try:
                self._due = self._clock.monotonic() + self._pass()
            finally:
                self._busy_since = None
        return max(0.0, self._due - self._clock.monotonic())

    def hangs(self) -> bool:
        """Whether the pass that is under way outlasted every bound."""
        since = self._busy_since
        return since is not None and self._clock.monotonic() - since > HANGS_AFTER

    def note_hang(self) -> None:
        """Log and store, once for a pass, that it hangs. Raises StoreError."""
        if self._noted:
            return
        self._noted = True
        reason = (
            f"Reading it has not come to an end for {HANGS_AFTER / 60:.0f} minutes. Restart Wallflower if it stays so."
        )
        log.error("%s: %s", self.watched.name, reason)
        stuck = replace(self._status, health=Health.BROKEN, reason=reason)
        self._desk.store.save_status(stuck, self._desk.now())

    def _pass(self) -> float:
        """Read once, whatever happens; seconds until the next time."""
        try:
            self._status = poll(self.watched, self._status, self._desk)
        except StoreError as error:
            if not self._clock.stopped:
                log.error("%s: cannot be stored: %s. Trying again in %.0f s.", self.watched.name, error, STORE_RETRY)
            return STORE_RETRY
        except (Exception, SystemExit):
            log.exception("%s: a fault of Wallflower's own ended this pass", self.watched.name)
            return self._after_fault()
        return self._delay()

    def _after_fault(self) -> float:
        try:
            self._status = note_fault(self._status, self._desk)
        except Exception:
            log.exception("%s: nor could the fault be stored", self.watched.name)
            return STORE_RETRY
        return self._delay()

    def _delay(self) -> float:
        due = self._status.next_check
        return float("inf") if due is None else max(0.0, (due - self._desk.now()).total_seconds())


class Scheduler:
    """Reads every source in its own time, from ``start`` to ``stop``."""

    def __init__(self, watched: Sequence[Watched], desk: Desk, clock: Clock) -> None:
        self._watched, self._desk, self._clock = tuple(watched), desk, clock
        self._workers: dict[str, Worker] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Take up every source where the last run left it, and begin. Raises StoreError."""
        stored = {status.source: status for status in self._desk.store.statuses()}
        self._close_forgotten_gaps(stored)
        gap = min(SPREAD, SPREAD_ALL / max(1, len(self._watched)))
        for number, watched in enumerate(self._watched):
            status = self._take_up(watched, stored.get(watched.name))
            delay = max(number * gap, self._until(status))
            self._workers[watched.name] = Worker(watched, status, self._desk, self._clock, delay)
        for name in self._workers:
            self._launch(name)
        self._watchdog.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop the clock, and wait ``seconds`` at most for passes that are under way; others are left behind.

        What they did not save is fetched again: a pass is saved whole or not at all.
        """
        self._clock.stop()
        deadline = self._clock.monotonic() + seconds
        for name, thread in [*self._threads.items(), ("watchdog", self._watchdog)]:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - self._clock.monotonic()))
            if thread.is_alive():
                log.warning("%s: still reading; left behind", name)

    def alive(self) -> dict[str, bool]:
        """For each source, and for the watchdog, whether its loop runs."""
        loops = {name: thread.is_alive() for name, thread in self._threads.items()}
        return {**loops, "watchdog": self._watchdog.is_alive()}

    def look_after(self) -> None:
        """Start again what ended, and note what hangs."""
        for name, worker in self._workers.items():
            if not self._threads[name].is_alive() and not self._clock.stopped:
                log.critical("%s: its worker had ended; it is started again", name)
                self._launch(name)
            if worker.hangs():
                worker.note_hang()

    def _watch(self) -> None:
        while not self._clock.wait(HEARTBEAT):
            try:
                self.look_after()
            except Exception:
                log.exception("the watchdog failed, and goes on")

    def _launch(self, name: str) -> None:
        thread = threading.Thread(target=self._workers[name].run, name=f"source {name}", daemon=True)
        self._threads[name] = thread
        thread.start()

    def _take_up(self, watched: Watched, stored: SourceStatus | None) -> SourceStatus:
        """The status to go on from; a cursor that another kind of source left under this name is dropped."""
        now = self._desk.now()
        if stored is not None and stored.kind == watched.kind:
            return timing.resumed(stored, watched.kind, watched.pace, now, sample=watched.sample)
        status = timing.first(watched.name, watched.kind, watched.pace, sample=watched.sample)
        self._desk.store.save(watched.name, (), now=now, cursor=None, status=status)
        return status

    def _close_forgotten_gaps(self, stored: Mapping[str, SourceStatus]) -> None:
        """End the gaps of sources that are read well: a kill fell between the save and the note of it."""
        now = self._desk.now()
        for gap in self._desk.store.gaps(now, now + timedelta(seconds=1)):
            status = stored.get(gap.source)
            if gap.until is None and status is not None and status.health in timing.READ_WELL and status.last_success:
                self._desk.store.close_gaps(gap.source, status.last_success, now)

    def _until(self, status: SourceStatus) -> float:
        if status.next_check is None:
            return 0.0
        return (status.next_check - self._desk.now()).total_seconds()
