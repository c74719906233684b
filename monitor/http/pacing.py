"""How hard we lean on one host: two requests at once, a little apart, and none while it wants to rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.clock import Clock
from monitor.errors import RateLimited, Stopped

LONGEST_REST = timedelta(hours=24)
_REST_UNSAID = timedelta(minutes=15)
_HOSTS_KEPT = 1_000


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """The moment that a Retry-After header (seconds or an HTTP date) names, within a day; None: it says nothing."""
    if not value:
        return None
    try:
        if value.strip().isdigit():
            wanted = timedelta(seconds=min(int(value.strip()[:9]), LONGEST_REST.total_seconds()))
        else:
            wanted = parsedate_to_datetime(value).astimezone(now.tzinfo) - now
    except (ValueError, OverflowError):
        return None
    return now + min(max(wanted, timedelta(0)), LONGEST_REST)


@dataclass(slots=True)
class _Host:
    running: int = 0
    next_start: float = 0.0
    rests_until: datetime | None = None


class Pacer:
    """Lets requests to one host through in turn, for every source and thread alike."""

    def __init__(self, clock: Clock, at_once: int = 2, spacing: float = 0.5, patience: float = 60.0) -> None:
        self._clock = clock
        self._at_once = at_once
        self._spacing = spacing
        self._patience = patience
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[float]:
        """Wait for a turn at ``host``, give the seconds waited, and give the turn back in the end.

        Raises RateLimited while the host rests or is taken by others for too long, Stopped on a stop.
        """
        waited = self._wait_for_turn(host)
        try:
            yield waited
        finally:
            with self._lock:
                self._hosts[host].running -= 1

    def rest(self, host: str, until: datetime | None) -> datetime:
        """Remember that ``host`` wants to be left alone until then (a quarter of an hour if it did not say)."""
        until = until or self._clock.now() + _REST_UNSAID
        with self._lock:
            self._hosts.setdefault(host, _Host()).rests_until = until
        return until

    def _wait_for_turn(self, host: str) -> float:
        waited = 0.0
        while (pause := self._take(host)) > 0:
            if waited > self._patience:
                raise RateLimited(f"{host} is being read by other sources.", self._clock.now() + timedelta(minutes=1))
            if self._clock.wait(pause):
                raise Stopped("Stopped while waiting to be let through.")
            waited += pause
        return waited

    def _take(self, host: str) -> float:
        """Take a turn and give 0, or give the seconds after which to ask again."""
        with self._lock:
            self._forget_idle()
            known = self._hosts.setdefault(host, _Host())
            if known.rests_until and self._clock.now() < known.rests_until:
                raise RateLimited(f"{host} asked us to wait.", known.rests_until)
            if known.running >= self._at_once:
                return 0.1
            pause = known.next_start - self._clock.monotonic()
            if pause <= 0:
                known.running += 1
                known.next_start = self._clock.monotonic() + self._spacing
            return max(0.0, pause)

    def _forget_idle(self) -> None:
        if len(self._hosts) <= _HOSTS_KEPT:
            return
        now = self._clock.now()
        self._hosts = {h: k for h, k in self._hosts.items() if k.running or (k.rests_until and k.rests_until > now)}
