"""How many requests an API token may send: a token bucket for each, in memory."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

from monitor.clock import Clock

PER_SECOND, BURST = 10.0, 300.0
"""A script that reads pages one after the other stays below it; one that runs wild does not take the threads."""
MAX_TOKENS = 10_000


@dataclass
class _Bucket:
    left: float
    at: float


class TokenRates:
    """Counts the requests of each API token. Thread-safe."""

    def __init__(self, clock: Clock, *, per_second: float = PER_SECOND, burst: float = BURST) -> None:
        self._clock, self._per_second, self._burst = clock, per_second, burst
        self._lock = threading.Lock()
        self._buckets: dict[int, _Bucket] = {}

    def seconds_to_wait(self, token: int) -> int:
        """0 if the token may send a request, which is counted; else how many seconds it has to wait."""
        with self._lock:
            now = self._clock.monotonic()
            if token not in self._buckets:
                self._forget_full(now)
            bucket = self._buckets.setdefault(token, _Bucket(self._burst, now))
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
            bucket.at = now
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return max(1, math.ceil((1 - bucket.left) / self._per_second))

    def _forget_full(self, now: float) -> None:
        """A bucket that is full again is like none."""
        if len(self._buckets) >= MAX_TOKENS:
            seconds = self._burst / self._per_second
            self._buckets = {id_: one for id_, one in self._buckets.items() if now - one.at < seconds}
