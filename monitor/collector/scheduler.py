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
from datetime import timedelta

from pydantic import BaseModel

from monitor import sources
from monitor.clock import Clock
from monitor.collector import (
    ConfiguredSource,
    Pace,
    PassContext,
    poll,
    record_bug,
    record_hang,
    record_pause,
    resume_source,
    timing,
)
from monitor.config.source_tables import SourceConfig
from monitor.config.tables import duration
from monitor.errors import StoreError
from monitor.http import Http
from monitor.model import SourceStatus, Wish
from monitor.sources import SourceOptions
from monitor.store import Store

HEARTBEAT = 20.0
"""Seconds between two looks of the watchdog."""
LOOK = 2.0
"""Seconds between a worker's looks at what people want of its source."""
FRESH = 0.5
"""Seconds for which what one worker saw there serves the others too."""
HANGS_AFTER = 300.0
"""Seconds; no pass that keeps its bounds takes that long."""
STORE_RETRY = 30.0
SPREAD, SPREAD_ALL = 1.0, 60.0
"""Seconds between the first checks of two sources that are due at a start, and over all of them."""

log = logging.getLogger("wallflower.scheduler")


def watch(config: SourceConfig, http: Http) -> ConfiguredSource:
    """The source that ``config`` describes, ready to be read; one that cannot be says why at each pass."""
    if config.options is None:
        module = sources.placeholder(config.trouble)
        options: BaseModel = module.Options(name=config.name)
    else:
        module, options = sources.load_or_placeholder(config.kind), config.options
    assert isinstance(options, SourceOptions)
    pace = Pace(config.every, duration(module.Options.default_every))
    ready, sample = config.options is not None, module.Options.sample
    return ConfiguredSource(config.name, config.kind, module.Source(options, http), pace, sample=sample, ready=ready)


class Wishes:
    """What people want of the sources, read for all at once: by each alone it made an idle run half as dear again.

    For any thread.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._known: Mapping[str, Wish] = {}

    def of(self, source: str) -> Wish:
        """What people want of ``source``, or did a moment ago. Raises StoreError."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._read_at >= FRESH:
                self._known = self._store.wishes()
                self._read_at = now
        return self._known.get(source, Wish())


class Worker:
    """The loop of one source.

    What people want of it (pause, resume, check now) stands in the store, where the pages put it.
    """

    def __init__(
        self,
        watched: ConfiguredSource,
        status: SourceStatus,
        desk: PassContext,
        clock: Clock,
        wishes: Wishes,
        delay: float,
    ) -> None:
        self.watched = watched
        self._status, self._desk, self._clock, self._wishes = status, desk, clock, wishes
        self._due = clock.monotonic() + delay
        self._busy_since: float | None = None
        self._noted = False
        self._wish = Wish()

    def run(self) -> None:
        """Turn until the clock is stopped."""
        while not self._clock.stopped:
            self._clock.wait(min(self.turn(), LOOK))

    def turn(self) -> float:
        """Make a pass if it is time; the seconds until the next one, infinite where there will be none."""
        self._look()
        if self._wish.paused is not None:
            return float("inf")
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

    def record_hang(self) -> None:
        """Log and store, once for a pass, that it hangs. Raises StoreError."""
        if self._noted:
            return
        self._noted = True
        reason = (
            f"Reading it has not come to an end for {HANGS_AFTER / 60:.0f} minutes. Restart Wallflower if it stays so."
        )
        log.error("%s: %s", self.watched.name, reason)
        record_hang(self._status, reason, self._desk)

    def _look(self) -> None:
        """Take note of what people want. A store that cannot be read now is read at the next look."""
        try:
            wish = self._wishes.of(self.watched.name)
            if wish != self._wish:
                self._follow(wish)
        except StoreError as error:
            if not self._clock.stopped:
                log.warning("%s: cannot be looked up: %s", self.watched.name, error)

    def _follow(self, wish: Wish) -> None:
        before, now = self._wish, self._desk.now()
        if wish.paused and not before.paused:
            record_pause(self._status, wish.paused, self._desk)
            log.info("%s: paused by hand", self.watched.name)
        if before.paused and not wish.paused:
            self._status = timing.unpaused(self._status, now)
            self._due = self._clock.monotonic() + self._delay()
            log.info("%s: resumed by hand", self.watched.name)
        if wish.asked != before.asked and (due := timing.asked_for(self._status, wish.asked, now)):
            self._due = min(self._due, self._clock.monotonic() + (due - now).total_seconds())
        self._wish = wish

    def _pass(self) -> float:
        """Read once, whatever happens; seconds until the next time."""
        try:
            self._status = poll(self.watched, self._status, self._desk)
        except StoreError as error:
            if not self._clock.stopped:
                log.error("%s: cannot be stored: %s Trying again in %.0f s.", self.watched.name, error, STORE_RETRY)
            return STORE_RETRY
        except (Exception, SystemExit):
            log.exception("%s: a fault of Wallflower's own ended this pass", self.watched.name)
            return self._after_fault()
        return self._delay()

    def _after_fault(self) -> float:
        try:
            self._status = record_bug(self._status, self._desk)
        except Exception:
            log.exception("%s: nor could the fault be stored", self.watched.name)
            return STORE_RETRY
        return self._delay()

    def _delay(self) -> float:
        due = self._status.next_check
        return float("inf") if due is None else max(0.0, (due - self._desk.now()).total_seconds())


class Scheduler:
    """Reads every source in its own time, from ``start`` to ``stop``."""

    def __init__(self, watched: Sequence[ConfiguredSource], desk: PassContext, clock: Clock) -> None:
        self._watched, self._desk, self._clock = tuple(watched), desk, clock
        self._workers: dict[str, Worker] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Take up every source where the last run left it, and begin. Raises StoreError."""
        stored = {status.source: status for status in self._desk.store.last_statuses()}
        self._close_forgotten_gaps(stored)
        gap = min(SPREAD, SPREAD_ALL / max(1, len(self._watched)))
        wishes = Wishes(self._desk.store, self._clock)
        for number, watched in enumerate(self._watched):
            status = resume_source(watched, stored.get(watched.name), self._desk)
            delay = max(number * gap, self._until(status))
            self._workers[watched.name] = Worker(watched, status, self._desk, self._clock, wishes, delay)
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
                worker.record_hang()

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

    def _close_forgotten_gaps(self, stored: Mapping[str, SourceStatus]) -> None:
        """End the gaps of sources that were read since, for a kill fell between the save and the note of it; and of
        those that the config has no more, for nothing of them is missed from now on."""
        now, names = self._desk.now(), {watched.name for watched in self._watched}
        for gap in self._desk.store.gaps(now, now + timedelta(seconds=1)):
            last = stored[gap.source].last_success if gap.source in stored else None
            if gap.source not in names:
                self._desk.store.close_gaps(gap.source, now, now)
            elif last is not None and gap.since < last and stored[gap.source].health in timing.READ_WELL:
                self._desk.store.close_gaps(gap.source, last, now)

    def _until(self, status: SourceStatus) -> float:
        if status.next_check is None:
            return 0.0
        return (status.next_check - self._desk.now()).total_seconds()
