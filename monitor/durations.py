"""A histogram of durations, cheap enough for every transaction and every message."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Durations:
    """What a histogram has counted so far."""

    bounds: tuple[float, ...] = BOUNDS_SECONDS
    """Upper bounds of the buckets, in seconds."""
    counts: tuple[int, ...] = (0,) * (len(BOUNDS_SECONDS) + 1)
    """For each bound, how many durations were at most that long; at the end, how many there were."""
    total_seconds: float = 0.0


class DurationHistogram:
    """Counts durations. Thread-safe."""

    def __init__(self, bounds: Sequence[float] = BOUNDS_SECONDS) -> None:
        """``bounds``: ascending upper bounds of the buckets, in seconds."""
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._total_seconds = 0.0
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Count one duration. A negative one, after a change of the clock, counts as 0."""
        seconds = max(0.0, seconds)
        with self._lock:
            self._counts[bisect_left(self._bounds, seconds)] += 1
            self._total_seconds += seconds

    def snapshot(self) -> Durations:
        """What was counted so far."""
        with self._lock:
            return Durations(self._bounds, tuple(accumulate(self._counts)), self._total_seconds)
