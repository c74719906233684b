"""One worker thread for each source, and a watchdog over them. ``source_worker`` has the loop of one source.

    start:  Worker for each source, the least recently tried first
    apply:  a new config: keep the workers of unchanged sources, end those of removed ones, start those of new ones

No loop here can end silently: a pass that raises anything is logged, stored as a bug and backed off, and the watchdog
restarts a thread that ends anyway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from monitor import sources
from monitor.clock import Clock
from monitor.collector import ConfiguredSource, PassContext, PollingPolicy, timing
from monitor.collector.context import SharedContext
from monitor.collector.deliveries import Receiver
from monitor.collector.source_worker import SourceRequests, Worker
from monitor.config.source_tables import SourceConfig
from monitor.config.values import parse_duration
from monitor.errors import StoreError
from monitor.http import Http
from monitor.logs import FaultLog, bug
from monitor.model import Health, SourceStatus, UncleanStop
from monitor.model.store_health import CAUSES
from monitor.sources import SourceOptions

WATCHDOG_SECONDS = 20.0
"""Interval between two checks of the watchdog."""
START_SPACING_SECONDS, MAX_START_SECONDS = 1.0, 60.0
"""Delay between the first polls of two due sources after a start, and the limit of the sum of these delays."""

NOT_SENT_AGAIN = "Posts that were delivered then and are not sent again are missing."
NOT_WATCHED = "Sources are not watched because of a bug in Wallflower"
NEVER_READ = "It has not been read since it was added to the config."

log = logging.getLogger("wallflower.scheduler")


def configured_source(config: SourceConfig, http: Http) -> ConfiguredSource:
    """The source that ``config`` describes. If it cannot be read, each of its passes fails with the reason."""
    if config.options is None:
        module = sources.placeholder(config.explanation)
        options: BaseModel = module.Options(name=config.name)
    else:
        module, options = sources.load_or_placeholder(config.kind), config.options
    assert isinstance(options, SourceOptions)
    return ConfiguredSource(
        config.name,
        config.kind,
        module.Source(options, http),
        PollingPolicy(config.every, parse_duration(module.Options.default_every)),
        sample=module.Options.sample,
        ready=config.options is not None,
    )


class Scheduler:
    """Polls every source when it is due, from ``start`` to ``stop``."""

    def __init__(self, configured: Sequence[ConfiguredSource], context: PassContext, clock: Clock) -> None:
        self._sources, self._store, self._clock = tuple(configured), context.store, clock
        self._shared = SharedContext(context)
        self._requests = SourceRequests(context.store, clock)
        self._faults = FaultLog(log, clock.monotonic)
        self._lock = threading.Lock()
        """Held while the two following are read or changed."""
        self._workers: dict[str, Worker] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._ending: dict[str, threading.Thread] = {}
        """The thread of the last worker of each source that was removed or changed."""
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Resume every source where the last run left it, the least recently tried ones first. Raises StoreError."""
        stored = {status.source: status for status in self._store.recorded_statuses()}
        self._close_outdated_gaps(stored)
        due = 0
        for source in sorted(self._sources, key=lambda one: _last_tried(stored.get(one.name))):
            worker = self._worker(source, due * self._spacing(len(self._sources)))
            due += worker.resume(stored.get(source.name))
            self._workers[source.name] = worker
        self._open_gaps_of_unread(stored)
        self._open_gaps_of_outage(stored)
        for name in self._workers:
            self._launch(name)
        self._watchdog.start()

    def apply(
        self, configured: Sequence[ConfiguredSource], context: PassContext, retried: Collection[Health] = ()
    ) -> None:
        """Poll these sources from now on, with ``context`` from the next pass of each.

        A source is unchanged if it is the same object as before: it keeps its worker and the time of its next poll,
        unless none is planned or it is in one of the states ``retried``. The worker of a changed source takes over when
        a current pass of the old one has ended.
        """
        wanted = {source.name: source for source in configured}
        with self._lock:
            self._shared.current = context
            self._ending = {name: thread for name, thread in self._ending.items() if thread.is_alive()}
            for name, worker in list(self._workers.items()):
                if wanted.get(name) is worker.source:
                    worker.retry(retried)
                else:
                    worker.retire(removed=name not in wanted)
                    del self._workers[name]
                    self._ending[name] = self._threads.pop(name)
            new = [source for source in configured if source.name not in self._workers]
            for number, source in enumerate(new):
                worker = self._worker(source, number * self._spacing(len(new)))
                worker.succeed(self._ending.get(source.name))
                self._workers[source.name] = worker
                self._launch(source.name)

    def stop(self, seconds: float = 5.0) -> None:
        """Stop the clock, and wait at most ``seconds`` for current passes; abandon those that take longer.

        What an abandoned pass did not save is fetched again: a batch is saved whole or not at all.
        """
        self._clock.stop()
        deadline = self._clock.monotonic() + seconds
        with self._lock:
            threads = [*self._ending.items(), *self._threads.items(), ("watchdog", self._watchdog)]
        for name, thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - self._clock.monotonic()))
            if thread.is_alive():
                log.warning("%s: still reading; abandoned", name)

    def alive(self) -> dict[str, bool]:
        """For each source, and for the watchdog, whether its loop runs."""
        with self._lock:
            loops = {name: thread.is_alive() for name, thread in self._threads.items()}
        return {**loops, "watchdog": self._watchdog.is_alive()}

    def check_workers(self) -> None:
        """Restart workers that have ended, and record those that hang."""
        with self._lock:
            workers = list(self._workers.values())
            for name in self._workers:
                if not self._threads[name].is_alive() and not self._clock.stopped:
                    log.critical("%s: its worker thread had ended and is restarted", name)
                    self._launch(name)
        for worker in workers:
            if worker.is_hanging():
                worker.record_hang()

    def _watch(self) -> None:
        while not self._clock.wait(WATCHDOG_SECONDS):
            try:
                self.check_workers()
                self._faults.clear(NOT_WATCHED, "Sources are watched again")
            except StoreError:
                pass  # the store's fault is logged elsewhere
            except Exception as error:
                self._faults.report(NOT_WATCHED, bug(error), exc_info=True)

    def _worker(self, source: ConfiguredSource, delay: float) -> Worker:
        return Worker(source, self._shared, self._clock, self._requests, delay, self._faults)

    def _launch(self, name: str) -> None:
        thread = threading.Thread(target=self._workers[name].run, name=f"source {name}", daemon=True)
        self._threads[name] = thread
        thread.start()

    def _spacing(self, sources: int) -> float:
        """Seconds between the first polls of two of that many sources."""
        return min(START_SPACING_SECONDS, MAX_START_SECONDS / max(1, sources))

    def _close_outdated_gaps(self, stored: Mapping[str, SourceStatus]) -> None:
        """Close the gaps of sources that were read since (after a crash between saving and closing), and of sources
        that are no longer in the config, because from now on nothing of theirs is missed."""
        now, names = self._shared.current.now(), {source.name for source in self._sources}
        for gap in self._store.gaps(now, now + timedelta(seconds=1)):
            last = stored[gap.source].last_success if gap.source in stored else None
            if gap.source not in names:
                self._store.close_gaps(gap.source, now, now)
            elif last is not None and gap.since < last and stored[gap.source].health in timing.HEALTH_AFTER_SUCCESS:
                self._store.close_gaps(gap.source, last, now)

    def _open_gaps_of_unread(self, stored: Mapping[str, SourceStatus]) -> None:
        """Open the gap of each source that earlier, short runs have never read."""
        context = self._shared.current
        now, starts, open_gaps = context.now(), self._store.source_start_times(), self._with_open_gap()
        for source in self._sources:
            status = stored.get(source.name)
            if status is None or status.last_success or status.sample or source.name in open_gaps:
                continue
            since = status.first_seen or starts.get(source.name, now)
            self._store.open_gap(source.name, since, NEVER_READ, now)

    def _open_gaps_of_outage(self, stored: Mapping[str, SourceStatus]) -> None:
        """Open the gaps that the last run could not record any more, because it ended while nothing could be stored.

        What was delivered then was refused, however short that was. A poll reads later what it missed, unless that was
        for too long; without a fault, it finds that out by itself.
        """
        stop, now = self._store.health().unclean_stop, self._shared.current.now()
        if stop is None:
            return
        open_gaps = self._with_open_gap()
        for source in self._sources:
            status, receives = stored.get(source.name), isinstance(source.source, Receiver)
            if status is None or status.sample or status.read_since is None or source.name in open_gaps:
                continue
            if receives or (stop.fault and timing.is_overdue(status, now)):
                self._store.open_gap(source.name, status.read_since, _outage_reason(stop, receives=receives), now)

    def _with_open_gap(self) -> set[str]:
        now = self._shared.current.now()
        return {gap.source for gap in self._store.gaps(now, now + timedelta(seconds=1)) if gap.until is None}


def _outage_reason(stop: UncleanStop, *, receives: bool) -> str:
    if stop.fault:
        reason = f"Nothing could be stored: {CAUSES[stop.fault].past}. Then Wallflower was not running."
    else:
        reason = "Wallflower ended unexpectedly."
    return f"{reason} {NOT_SENT_AGAIN}" if receives else reason


def _last_tried(status: SourceStatus | None) -> tuple[datetime, datetime]:
    """Sorts sources that were never tried first, so that short runs get round to every source."""
    never = datetime.min.replace(tzinfo=UTC)
    return (status and status.last_try) or never, (status and status.last_success) or never
