"""Limits the load on one host: two requests at a time, half a second apart, none while it asks us to wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.clock import Clock
from monitor.dates import parse_date
from monitor.errors import RateLimited, Stopped

MAX_RETRY_AFTER = timedelta(hours=24)
_DEFAULT_RETRY_AFTER = timedelta(minutes=15)
_MAX_TRACKED_HOSTS = 1_000
_CHECK_SECONDS = 0.1
"""How often to check whether a slot has become free."""


def requested_wait(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (seconds or an HTTP date) asks us to wait; None if it is unreadable."""
    if not value:
        return None
    try:
        if value.strip().isdigit():
            return timedelta(seconds=int(value.strip()[:9]))
        return max(parse_date(value, zone=UTC) - now, timedelta(0))
    except (ValueError, OverflowError):
        return None


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """The time in a Retry-After header, at most a day ahead; None if it is unreadable."""
    wait = requested_wait(value, now)
    return None if wait is None else now + min(wait, MAX_RETRY_AFTER)


@dataclass(slots=True)
class _Host:
    running: int = 0
    next_start: float = 0.0
    blocked_until: float | None = None
    """By the monotonic clock: setting the machine's clock must not change how long we wait."""


class HostRateLimiter:
    """Limits requests per host, across all sources and threads."""

    def __init__(
        self, clock: Clock, max_concurrent: int = 2, interval_seconds: float = 0.5, max_wait_seconds: float = 60.0
    ) -> None:
        self._clock = clock
        self._max_concurrent = max_concurrent
        self._interval = interval_seconds
        self._max_wait = max_wait_seconds
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def slot(self, host: str) -> Iterator[float]:
        """Wait for a slot at ``host``, yield the seconds waited, release the slot at the end.

        Raises RateLimited while the host is blocked or when no slot becomes free in time, Stopped on shutdown.
        """
        waited = self._wait_for_slot(host)
        try:
            yield waited
        finally:
            with self._lock:
                self._hosts[host].running -= 1

    def block(self, host: str, until: datetime | None) -> datetime:
        """Send nothing to ``host`` before ``until`` (None: for a quarter of an hour). Returns that time."""
        until = until or self._clock.now() + _DEFAULT_RETRY_AFTER
        seconds = (until - self._clock.now()).total_seconds()
        with self._lock:
            self._hosts.setdefault(host, _Host()).blocked_until = self._clock.monotonic() + seconds
        return until

    def _wait_for_slot(self, host: str) -> float:
        waited = 0.0
        while (pause := self._try_acquire(host)) > 0:
            if waited > self._max_wait:
                raise RateLimited(
                    f"Other sources are already sending requests to {host}.", self._clock.now() + timedelta(minutes=1)
                )
            if self._clock.wait(pause):
                raise Stopped("Stopped while waiting for a free request slot.")
            waited += pause
        return waited

    def _try_acquire(self, host: str) -> float:
        """Acquire a slot and return 0, or return the seconds after which to try again."""
        with self._lock:
            self._forget_idle_hosts()
            state = self._hosts.setdefault(host, _Host())
            left = (state.blocked_until or 0.0) - self._clock.monotonic()
            if state.blocked_until is not None and left > 0:
                raise RateLimited(f"{host} asked us to wait.", self._clock.now() + timedelta(seconds=left))
            if state.running >= self._max_concurrent:
                return _CHECK_SECONDS
            pause = state.next_start - self._clock.monotonic()
            if pause <= 0:
                state.running += 1
                state.next_start = self._clock.monotonic() + self._interval
            return max(0.0, pause)

    def _forget_idle_hosts(self) -> None:
        if len(self._hosts) <= _MAX_TRACKED_HOSTS:
            return
        now = self._clock.monotonic()
        self._hosts = {
            host: state
            for host, state in self._hosts.items()
            if state.running or (state.blocked_until is not None and state.blocked_until > now)
        }
