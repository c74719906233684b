"""What is loud and what is calm.

Loud is an hour beyond nearly all hours of the last ten days (the slow rule), or 5 or 15 minutes beyond what chance
brings, and far beyond what most of those days had at their loudest where that was more (the fast one). Both ask for a
multiple of the usual and for a number above it, so that neither a steady brand nor a quiet one is alarmed by chance. A
brand that is loud every day has a high bar of its own; a single loud day raises the bar of the fast rule for nobody.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cached_property

import numpy as np

from monitor.analysis.incidents.counts import Flags, Floats, Series
from monitor.analysis.incidents.expecting import Expected, trailing
from monitor.analysis.incidents.tuning import DAY, HOUR, QUARTER, Tuning


class Pulse:
    """A series beside what is usual, and the rules for its last bins. ``recent`` has 13 at least."""

    def __init__(self, series: Series, zone: tzinfo, tuning: Tuning, loud: tuple[datetime, datetime] | None) -> None:
        """``loud``: an incident of the past, which is left out of the usual."""
        self.series = series
        self.tuning = tuning
        self._zone = zone
        self._left_out = loud

    @cached_property
    def expected(self) -> Expected:
        """What is usual; most looks are over before they need it."""
        return Expected(self.series, self._zone, self._left_out)

    def n(self, bins: int, ago: int = 0) -> float:
        """Mentions in so many bins that end ``ago`` bins before now."""
        end = len(self.series.recent) - ago
        return float(self.series.recent[max(0, end - bins) : max(0, end)].sum())

    def usual(self, bins: int, ago: int = 0) -> float:
        """What they usually bring."""
        end = len(self.series.recent) - ago
        return float(self.expected.recent[max(0, end - bins) : max(0, end)].sum())

    def slow(self) -> bool:
        """Whether the last hour is loud, now and a bin ago."""
        if not self._far(HOUR, 0, self.tuning.slow_multiple):
            return False
        hours = trailing(self.series.past, HOUR)
        heard = hours[~_blind(self.series.blind, HOUR)][: -self.tuning.lag or None][-self.tuning.slow_window :]
        if len(heard) < self.tuning.fewest:
            return False
        bar = float(np.quantile(heard, self.tuning.slow_quantile))
        return all(self._slow(bar, ago) for ago in (0, 1))

    def fast(self, bins: int) -> bool:
        """Whether the last so many bins are."""
        if not self._far(bins, 0, self.tuning.fast_multiple):
            return False
        past = _deviations(trailing(self.series.past, bins), trailing(self.expected.past, bins))
        past[_blind(self.series.blind, bins)] = 0.0
        loudest = _loudest(past[: -self.tuning.lag or None], self.tuning.fast_days)
        usual = float(np.quantile(loudest, self.tuning.fast_share)) if len(loudest) else 0.0
        clumped = max(0.0, usual - self.tuning.fast_chance)
        return self._beyond(bins, 0) > self.tuning.fast_least + self.tuning.fast_over * clumped

    def calm(self, ago: int = 0) -> bool:
        """Whether the 15 minutes that ended ``ago`` bins before now are nothing much."""
        n = self.n(QUARTER, ago)
        if n < self.tuning.calm_above:
            return True
        usual = self.usual(QUARTER, ago)
        return n < max(self.tuning.calm_multiple * usual, usual + self.tuning.calm_above)

    def over(self) -> bool:
        """Whether it was calm for long enough to end an incident."""
        return all(self.calm(ago) for ago in range(self.tuning.calm_for))

    def _slow(self, bar: float, ago: int) -> bool:
        far = self._far(HOUR, ago, self.tuning.slow_multiple)
        return far and self.n(HOUR, ago) > bar and self._beyond(HOUR, ago) > self.tuning.slow_least

    def _beyond(self, bins: int, ago: int) -> float:
        return float(_deviations(np.array([self.n(bins, ago)]), np.array([self.usual(bins, ago)]))[0])

    def _far(self, bins: int, ago: int, times: float) -> bool:
        if self.n(bins, ago) < self.tuning.above:
            return False
        doubled = 2.0 if self.expected.learning else 1.0
        n, usual = self.n(bins, ago), self.usual(bins, ago)
        return self.expected.known and n >= doubled * times * usual and n >= usual + doubled * self.tuning.above


def _deviations(n: Floats, usual: Floats) -> Floats:
    """How far counts are from the usual, in standard deviations of a Poisson count."""
    return np.asarray((n - usual) / np.sqrt(usual + 1.0))


def _blind(flags: Flags, bins: int) -> Flags:
    """Whether one of so many trailing bins was blind."""
    return trailing(flags.astype(np.float64), bins) > 0.5


def _loudest(values: Floats, days: int) -> Floats:
    """The greatest value of each of the last ``days`` times 24 hours; less than a day counts as one if it is all."""
    whole = min(days, len(values) // DAY)
    if not whole:
        return values.max(initial=0.0, keepdims=True) if len(values) else values
    return np.asarray(values[-whole * DAY :].reshape(whole, DAY).max(axis=1))
