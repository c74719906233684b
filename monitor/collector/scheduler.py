"""One worker thread for each source, and a watchdog over them. ``collector.timing`` decides when to poll.

    Worker.run:  wait until due -> collector.poll -> due again at the time in the stored status -> ...

No loop here can end silently: a pass that raises anything is logged, stored as a bug and backed off, and the watchdog
restarts a thread that ends anyway. Waits are measured on the monotonic clock, so that a change of the system
clock causes neither a burst nor silence; across restarts, the stored time of the next poll counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel

from monitor import sources
from monitor.activity import PassResult
from monitor.clock import Clock
from monitor.collector import (
    ConfiguredSource,
    PassContext,
    PollingPolicy,
    poll,
    record_bug,
    record_hang,
    record_pause,
    restore_source,
    timing,
)
from monitor.config.source_tables import SourceConfig
from monitor.config.values import parse_duration
from monitor.errors import StoreError
from monitor.http import Http
from monitor.logs import FaultLog
from monitor.model import Health, SourceRequest, SourceStatus
from monitor.sources import SourceOptions
from monitor.store import Store

WATCHDOG_SECONDS = 20.0
"""Interval between two checks of the watchdog."""
REQUEST_CHECK_SECONDS = 2.0
"""How often a worker checks for people's requests."""
REQUEST_CACHE_SECONDS = 0.5
"""How long all workers use the requests that one of them has read."""
HANG_SECONDS = 300.0
"""A pass that takes longer hangs: no pass within its own limits takes this long."""
STORE_RETRY_SECONDS = 30.0
START_SPACING_SECONDS, MAX_START_SECONDS = 1.0, 60.0
"""Delay between the first polls of two due sources after a start, and the limit of the sum of these delays."""

NOT_STORED, STORED_AGAIN = "What sources return cannot be stored", "What sources return is stored again"
NOT_READABLE, READABLE_AGAIN = "People's requests about sources cannot be read", "People's requests can be read again"

_RESULTS = {
    Health.LIMITED: PassResult.LIMITED,
    Health.SPENT: PassResult.SPENT,
    Health.NEEDS_KEY: PassResult.NEEDS_KEY,
    Health.BROKEN: PassResult.BROKEN,
}
"""Health after a pass -> its result; every other health follows a successful one."""

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


class SourceRequests:
    """People's requests, read for all sources at once: reading them per source added 50 % to an idle run.

    Any thread may call it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._requests: Mapping[str, SourceRequest] = {}

    def get(self, source: str) -> SourceRequest:
        """The requests for ``source``, up to REQUEST_CACHE_SECONDS old. Raises StoreError."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._read_at >= REQUEST_CACHE_SECONDS:
                self._requests = self._store.source_requests()
                self._read_at = now
        return self._requests.get(source, SourceRequest())


class Worker:
    """The loop of one source. It finds requests (pause, resume, check now) in the store, where the pages save them."""

    def __init__(
        self,
        source: ConfiguredSource,
        status: SourceStatus,
        context: PassContext,
        clock: Clock,
        requests: SourceRequests,
        delay: float,
        faults: FaultLog,
    ) -> None:
        """``faults`` is shared by all workers, so that a fault of the store is logged once, not once per source."""
        self._source, self._status, self._context, self._faults = source, status, context, faults
        self._clock, self._requests = clock, requests
        self._due = clock.monotonic() + delay
        self._busy_since: float | None = None
        self._hang_recorded = False
        self._request = SourceRequest()

    def run(self) -> None:
        """Loop until the clock is stopped."""
        while not self._clock.stopped:
            self._clock.wait(min(self.step(), REQUEST_CHECK_SECONDS))

    def step(self) -> float:
        """Poll if it is time; return the seconds until the next poll, infinite if there will be none."""
        self._check_requests()
        if self._request.paused_at is not None:
            return float("inf")
        if self._due <= self._clock.monotonic():
            self._busy_since, self._hang_recorded = self._clock.monotonic(), False
            try:
                self._due = self._clock.monotonic() + self._poll()
            finally:
                self._busy_since = None
        return max(0.0, self._due - self._clock.monotonic())

    def is_hanging(self) -> bool:
        """Whether the current pass has exceeded every bound."""
        since = self._busy_since
        return since is not None and self._clock.monotonic() - since > HANG_SECONDS

    def record_hang(self) -> None:
        """Log and store, once per pass, that it hangs. Raises StoreError."""
        if self._hang_recorded:
            return
        self._hang_recorded = True
        minutes = HANG_SECONDS / 60
        reason = f"A poll has been running for more than {minutes:.0f} minutes. If this continues, restart Wallflower."
        log.error("%s: %s", self._source.name, reason)
        record_hang(self._status, reason, self._context)

    def _check_requests(self) -> None:
        """Apply new requests. If the store cannot be read now, the next check tries again."""
        try:
            request = self._requests.get(self._source.name)
            self._faults.clear(NOT_READABLE, READABLE_AGAIN)
            if request != self._request:
                self._apply_request(request)
        except StoreError as error:
            if not self._clock.stopped:
                self._faults.report(NOT_READABLE, str(error))

    def _apply_request(self, request: SourceRequest) -> None:
        before, now = self._request, self._context.now()
        if request.paused_at and not before.paused_at:
            record_pause(self._status, request.paused_at, self._context)
            log.info("%s: paused manually", self._source.name)
        if before.paused_at and not request.paused_at:
            self._status = timing.unpaused(self._status, now)
            self._due = self._clock.monotonic() + self._delay()
            log.info("%s: resumed manually", self._source.name)
        requested_at = request.check_requested_at
        if requested_at != before.check_requested_at and (
            due := timing.requested_check(self._status, requested_at, now)
        ):
            self._due = min(self._due, self._clock.monotonic() + (due - now).total_seconds())
        self._request = request

    def _poll(self) -> float:
        """Poll once, and handle every exception; return the seconds until the next poll."""
        started = self._clock.monotonic()
        result, seconds = self._poll_once()
        self._context.activity.count_pass(self._source.name, result, self._clock.monotonic() - started)
        return seconds

    def _poll_once(self) -> tuple[PassResult, float]:
        try:
            self._status = poll(self._source, self._status, self._context)
        except StoreError as error:
            if not self._clock.stopped:
                self._faults.report(NOT_STORED, f"{error} Trying again every {STORE_RETRY_SECONDS:.0f} s.")
            return PassResult.NOT_STORED, STORE_RETRY_SECONDS
        except (Exception, SystemExit) as error:
            self._faults.report(self._bug, repr(error), exc_info=True)
            return PassResult.BUG, self._after_bug()
        self._faults.clear(NOT_STORED, STORED_AGAIN)
        self._faults.clear(self._bug, f"{self._source.name}: read again")
        return _RESULTS.get(self._status.health, PassResult.OK), self._delay()

    @property
    def _bug(self) -> str:
        return f"{self._source.name}: a bug in Wallflower ended a pass"

    def _after_bug(self) -> float:
        try:
            self._status = record_bug(self._status, self._context)
        except StoreError as error:
            self._faults.report(NOT_STORED, str(error))
            return STORE_RETRY_SECONDS
        except Exception:
            log.exception("%s: cannot store that a bug ended the pass", self._source.name)
            return STORE_RETRY_SECONDS
        return self._delay()

    def _delay(self) -> float:
        due = self._status.next_check
        return float("inf") if due is None else max(0.0, (due - self._context.now()).total_seconds())


class Scheduler:
    """Polls every source when it is due, from ``start`` to ``stop``."""

    def __init__(self, configured: Sequence[ConfiguredSource], context: PassContext, clock: Clock) -> None:
        self._sources, self._context, self._clock = tuple(configured), context, clock
        self._workers: dict[str, Worker] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Resume every source where the last run left it. Raises StoreError."""
        stored = {status.source: status for status in self._context.store.recorded_statuses()}
        self._close_outdated_gaps(stored)
        spacing = min(START_SPACING_SECONDS, MAX_START_SECONDS / max(1, len(self._sources)))
        requests, faults = SourceRequests(self._context.store, self._clock), FaultLog(log, self._clock.monotonic)
        for number, source in enumerate(self._sources):
            status = restore_source(source, stored.get(source.name), self._context)
            delay = max(number * spacing, self._seconds_until(status))
            self._workers[source.name] = Worker(source, status, self._context, self._clock, requests, delay, faults)
        for name in self._workers:
            self._launch(name)
        self._watchdog.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop the clock, and wait at most ``seconds`` for current passes; abandon those that take longer.

        What an abandoned pass did not save is fetched again: a batch is saved whole or not at all.
        """
        self._clock.stop()
        deadline = self._clock.monotonic() + seconds
        for name, thread in [*self._threads.items(), ("watchdog", self._watchdog)]:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - self._clock.monotonic()))
            if thread.is_alive():
                log.warning("%s: still reading; abandoned", name)

    def alive(self) -> dict[str, bool]:
        """For each source, and for the watchdog, whether its loop runs."""
        loops = {name: thread.is_alive() for name, thread in self._threads.items()}
        return {**loops, "watchdog": self._watchdog.is_alive()}

    def check_workers(self) -> None:
        """Restart workers that have ended, and record those that hang."""
        for name, worker in self._workers.items():
            if not self._threads[name].is_alive() and not self._clock.stopped:
                log.critical("%s: its worker thread had ended and is restarted", name)
                self._launch(name)
            if worker.is_hanging():
                worker.record_hang()

    def _watch(self) -> None:
        while not self._clock.wait(WATCHDOG_SECONDS):
            try:
                self.check_workers()
            except Exception:
                log.exception("a check of the watchdog failed; the watchdog continues")

    def _launch(self, name: str) -> None:
        thread = threading.Thread(target=self._workers[name].run, name=f"source {name}", daemon=True)
        self._threads[name] = thread
        thread.start()

    def _close_outdated_gaps(self, stored: Mapping[str, SourceStatus]) -> None:
        """Close the gaps of sources that were read since (after a crash between saving and closing), and of sources
        that are no longer in the config, because from now on nothing of theirs is missed."""
        now, names = self._context.now(), {source.name for source in self._sources}
        for gap in self._context.store.gaps(now, now + timedelta(seconds=1)):
            last = stored[gap.source].last_success if gap.source in stored else None
            if gap.source not in names:
                self._context.store.close_gaps(gap.source, now, now)
            elif last is not None and gap.since < last and stored[gap.source].health in timing.HEALTH_AFTER_SUCCESS:
                self._context.store.close_gaps(gap.source, last, now)

    def _seconds_until(self, status: SourceStatus) -> float:
        if status.next_check is None:
            return 0.0
        return (status.next_check - self._context.now()).total_seconds()
