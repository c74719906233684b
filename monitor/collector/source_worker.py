"""The loop of one source: wait until due, poll, wait again. ``scheduler`` runs one for each source in a thread.

    Worker.run:  wait until due -> collector.poll -> due again at the time in the stored status -> ...

Waits are measured on the monotonic clock, so that a change of the system clock causes neither a burst nor silence;
across restarts, the stored time of the next poll counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.activity import PassResult
from monitor.clock import Clock
from monitor.collector import (
    ConfiguredSource,
    PassContext,
    poll,
    record_bug,
    record_hang,
    record_outage,
    record_pause,
    restore_source,
    timing,
)
from monitor.collector.context import SharedContext
from monitor.collector.deliveries import Receiver
from monitor.collector.resuming import adopt_rules
from monitor.errors import StoreError
from monitor.logs import FaultLog
from monitor.model import Health, SourceRequest, SourceStatus, StoreFault, StorePause
from monitor.sources import Closable
from monitor.store import Store

REQUEST_CHECK_SECONDS = 2.0
"""How often a worker checks for people's requests."""
REQUEST_CACHE_SECONDS = 0.5
"""How long all workers use the requests that one of them has read."""
HANG_SECONDS = 300.0
"""A pass that takes longer hangs: no pass within its own limits takes this long."""
STORE_RETRY_SECONDS = 30.0

NOT_STORED, STORED_AGAIN = "What sources return cannot be stored", "What sources return is stored again"
NOT_READABLE, READABLE_AGAIN = "People's requests about sources cannot be read", "People's requests can be read again"
NOT_RESUMED, RESUMED = "Sources cannot be resumed", "Sources can be resumed again"

_RESULTS = {
    Health.LIMITED: PassResult.LIMITED,
    Health.SPENT: PassResult.SPENT,
    Health.NEEDS_KEY: PassResult.NEEDS_KEY,
    Health.BROKEN: PassResult.BROKEN,
}
"""Health after a pass -> its result; every other health follows a successful one."""

NOT_CONFIGURED = "It was not in the config."

log = logging.getLogger("wallflower.scheduler")


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
        shared: SharedContext,
        clock: Clock,
        requests: SourceRequests,
        delay: float,
        faults: FaultLog,
    ) -> None:
        """``delay``: seconds before the first poll at the earliest. Call ``resume`` or ``succeed`` before ``run``.

        ``faults`` is shared by all workers, so that a fault of the store is logged once, not once per source.
        """
        self.source = source
        self._shared, self._context = shared, shared.current
        self._clock, self._requests, self._faults = clock, requests, faults
        self._status = timing.initial_status(source.name, source.kind, source.polling, sample=source.sample)
        self._is_resumed = False
        self._adjusted = clock.adjusted
        self._due = clock.monotonic() + delay
        self._resume_at = float("-inf")
        self._busy_since: float | None = None
        self._hang_recorded = False
        self._request = SourceRequest()
        self._predecessor: threading.Thread | None = None
        self._is_retired = self._is_removed = False
        self._retried: Collection[Health] | None = None
        self._fault: StoreFault | StorePause | None = None
        """The fault or pause of the store because of which a poll was put off."""

    def resume(self, stored: SourceStatus | None) -> bool:
        """Resume where the last run of the program stopped, with the status that it stored.

        Returns whether the source is due. Raises StoreError.
        """
        self._status = restore_source(self.source, stored, self._context)
        seconds = self._delay() if self._status.next_check else 0.0
        self._due = max(self._due, self._clock.monotonic() + seconds)
        self._is_resumed = True
        return seconds <= 0

    def succeed(self, predecessor: threading.Thread | None) -> None:
        """Resume once ``predecessor``, which may still poll the source as it was configured before, has ended."""
        self._predecessor = predecessor

    def retire(self, *, removed: bool) -> None:
        """End after the current pass. ``removed``: the source is not in the config any more."""
        self._is_removed = removed
        self._is_retired = True

    def retry(self, health: Collection[Health]) -> None:
        """Poll now if no further poll is planned or the source is in one of these states: the config has changed."""
        self._retried = health

    def run(self) -> None:
        """Loop until the clock is stopped or the worker is retired."""
        while not (self._clock.stopped or self._is_retired):
            self._clock.wait(min(self.step(), REQUEST_CHECK_SECONDS))
        if self._is_retired and not self._clock.stopped:
            self._finish()

    def step(self) -> float:
        """Poll if it is time; return the seconds until the next poll, infinite if there will be none."""
        self._context = self._shared.current
        if not self._prepare():
            return REQUEST_CHECK_SECONDS
        self._follow_clock()
        self._check_requests()
        if self._request.paused_at is not None:
            return float("inf")
        if isinstance(self.source.source, Receiver) and self._fault_is_over():
            self._due = self._clock.monotonic()  # to record at once what it had to refuse
        if self._due <= self._clock.monotonic():
            if not self._can_store():
                return REQUEST_CHECK_SECONDS
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
        log.error("%s: %s", self.source.name, reason)
        record_hang(self._status, reason, self._context)

    def _prepare(self) -> bool:
        """Resume if that is still to be done, and adopt a changed config; return whether a poll may follow."""
        if self._is_predecessor_alive() or self._clock.monotonic() < self._resume_at:
            return False
        try:
            if not self._is_resumed:
                self._resume_now()
            self._status = adopt_rules(self.source, self._status, self._context)
        except StoreError as error:
            if self._can_store() and not self._clock.stopped:
                self._faults.report(NOT_RESUMED, f"{error} Trying again every {STORE_RETRY_SECONDS:.0f} s.")
            self._resume_at = self._clock.monotonic() + STORE_RETRY_SECONDS
            return False
        self._faults.clear(NOT_RESUMED, RESUMED)
        retried, self._retried = self._retried, None
        if retried is not None and (self._due == float("inf") or self._status.health in retried):
            self._due = self._clock.monotonic()
        return True

    def _follow_clock(self) -> None:
        """If the machine's clock was set, set the times of the status too, so that no time seems to have passed.

        Raises nothing: if the status cannot be stored, the next pass stores it.
        """
        now, by = self._context.now(), self._clock.adjusted - self._adjusted
        if not by:
            return
        self._adjusted += by
        self._status = timing.shifted(self._status, by)
        try:
            self._context.store.buffer_status(self._status, now=now)
        except StoreError as error:
            self._faults.report(NOT_STORED, str(error))

    def _pass_context(self) -> PassContext:
        """The context of a pass, in which a clock that is set meanwhile is not noticed."""
        start, began, clock = self._context.now(), self._clock.monotonic(), self._clock
        return replace(self._context, now=lambda: start + timedelta(seconds=(clock.monotonic() - began) * clock.speed))

    def _resume_now(self) -> None:
        """Resume while the program runs: the source was added or changed, so it is due, unless its site asked to wait.

        Raises StoreError.
        """
        context, name = self._context, self.source.name
        now = context.now()
        stored = next((status for status in context.store.recorded_statuses() if status.source == name), None)
        if stored and stored.read_since and self._predecessor is None and timing.is_overdue(stored, now):
            context.store.open_gap(name, stored.read_since, NOT_CONFIGURED, now)
        self.resume(stored and timing.unpaused(stored, now))

    def _finish(self) -> None:
        """Leave nothing open. A retired worker that has never started still waits for its predecessor."""
        while self._is_predecessor_alive() and not self._clock.wait(REQUEST_CHECK_SECONDS):
            pass
        try:
            if isinstance(self.source.source, Closable):
                self.source.source.close()
            if self._is_removed:
                now = self._context.now()
                self._context.store.close_gaps(self.source.name, now, now)
        except StoreError as error:
            log.warning("%s: its gap was not closed: %s The next start closes it.", self.source.name, error)

    def _is_predecessor_alive(self) -> bool:
        return self._predecessor is not None and self._predecessor.is_alive()

    def _check_requests(self) -> None:
        """Apply new requests. If the store cannot be read now, the next check tries again."""
        try:
            request = self._requests.get(self.source.name)
            self._faults.clear(NOT_READABLE, READABLE_AGAIN)
            if request != self._request:
                self._apply_request(request)
        except StoreError as error:
            if self._can_store() and not self._clock.stopped:
                self._faults.report(NOT_READABLE, str(error))

    def _apply_request(self, request: SourceRequest) -> None:
        before, now = self._request, self._context.now()
        if request.paused_at and not before.paused_at:
            record_pause(self._status, request.paused_at, self._context)
            log.info("%s: paused manually", self.source.name)
        if before.paused_at and not request.paused_at:
            self._status = timing.unpaused(self._status, now)
            self._due = self._clock.monotonic() + self._delay()
            log.info("%s: resumed manually", self.source.name)
        requested_at = request.check_requested_at
        if requested_at != before.check_requested_at and (
            due := timing.requested_check(self._status, requested_at, now)
        ):
            self._due = min(self._due, self._clock.monotonic() + (due - now).total_seconds())
        self._request = request

    def _can_store(self) -> bool:
        """Whether a poll makes sense: what cannot be stored is not fetched. The store's fault is logged elsewhere."""
        health = self._context.store.health()
        self._fault = self._fault or health.outage
        return health.can_store

    def _fault_is_over(self) -> bool:
        return self._can_store() and self._fault is not None

    def _poll(self) -> float:
        """Poll once, and handle every exception; return the seconds until the next poll."""
        started = self._clock.monotonic()
        result, seconds = self._poll_once()
        self._context.activity.count_pass(self.source.name, result, self._clock.monotonic() - started)
        return seconds

    def _poll_once(self) -> tuple[PassResult, float]:
        try:
            fault, self._fault = self._fault, None
            if fault is not None:
                record_outage(self._status, fault, self._context)
            self._status = poll(self.source, self._status, self._pass_context())
        except StoreError as error:
            if not self._can_store():
                return PassResult.NOT_STORED, REQUEST_CHECK_SECONDS
            if not self._clock.stopped:
                self._faults.report(NOT_STORED, f"{error} Trying again every {STORE_RETRY_SECONDS:.0f} s.")
            return PassResult.NOT_STORED, STORE_RETRY_SECONDS
        except (Exception, SystemExit) as error:
            self._faults.report(self._bug, repr(error), exc_info=True)
            return PassResult.BUG, self._after_bug()
        self._faults.clear(NOT_STORED, STORED_AGAIN)
        self._faults.clear(self._bug, f"{self.source.name}: read again")
        return _RESULTS.get(self._status.health, PassResult.OK), self._delay()

    @property
    def _bug(self) -> str:
        return f"{self.source.name}: a bug in Wallflower ended a pass"

    def _after_bug(self) -> float:
        try:
            self._status = record_bug(self._status, self._context)
        except StoreError as error:
            self._faults.report(NOT_STORED, str(error))
            return STORE_RETRY_SECONDS
        except Exception:
            log.exception("%s: cannot store that a bug ended the pass", self.source.name)
            return STORE_RETRY_SECONDS
        return self._delay()

    def _delay(self) -> float:
        due = self._status.next_check
        return float("inf") if due is None else max(0.0, (due - self._context.now()).total_seconds())
