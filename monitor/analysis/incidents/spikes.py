"""Tests whether the latest counts of a series are a spike, and whether they are calm.

A spike is an hour above nearly all hours of the last ten days (the slow rule), or 5 or 15 minutes far above what chance
produces and, for brands whose mentions come in clumps, above the highest moments of most of those days (the fast rule).
Both rules require a multiple of the baseline and a number above it, so that neither a steady nor a quiet brand raises
an alarm by chance. A brand that spikes every day has a higher threshold; one exceptional day does not raise the
threshold of the fast rule.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cached_property

import numpy as np

from monitor.analysis.incidents.counts import Flags, Floats, Series
from monitor.analysis.incidents.expected import ExpectedCounts, trailing_sums
from monitor.analysis.incidents.tuning import DAY_BINS, HOUR_BINS, QUARTER_BINS, Tuning


class SpikeTest:
    """Tests the last bins of a series against its baseline. ``series.recent`` needs at least 13 bins.

    ``ago`` in the methods below is the number of bins between the end of the tested bins and now.
    """

    def __init__(
        self, series: Series, zone: tzinfo, tuning: Tuning, excluded: tuple[datetime, datetime] | None
    ) -> None:
        """``excluded``: the span of an earlier incident, which is left out of the baseline."""
        self.series = series
        self.tuning = tuning
        self._zone = zone
        self._excluded = excluded

    @cached_property
    def expected(self) -> ExpectedCounts:
        """The baseline per bin. Lazy, because most checks end before they need it."""
        return ExpectedCounts(self.series, self._zone, self._excluded)

    def count(self, bins: int, ago: int = 0) -> float:
        """Mentions in the last ``bins``."""
        end = len(self.series.recent) - ago
        return float(self.series.recent[max(0, end - bins) : max(0, end)].sum())

    def baseline(self, bins: int, ago: int = 0) -> float:
        """The baseline of the last ``bins``."""
        end = len(self.series.recent) - ago
        return float(self.expected.recent[max(0, end - bins) : max(0, end)].sum())

    def is_slow_spike(self) -> bool:
        """Whether the slow rule holds for the last hour, both now and one bin ago."""
        if not self._exceeds_multiple(HOUR_BINS, 0, self.tuning.slow_multiple):
            return False
        hours = trailing_sums(self.series.past, HOUR_BINS)[~_any_flag(self.series.unread, HOUR_BINS)]
        hours = hours[: -self.tuning.lag_bins or None][-self.tuning.slow_window_bins :]
        if len(hours) < self.tuning.slow_min_hours:
            return False
        threshold = float(np.quantile(hours, self.tuning.slow_quantile))
        return all(self._is_slow_spike(threshold, ago) for ago in (0, 1))

    def is_fast_spike(self, bins: int) -> bool:
        """Whether the fast rule holds for the last ``bins``."""
        if not self._exceeds_multiple(bins, 0, self.tuning.fast_multiple):
            return False
        past = _deviations(trailing_sums(self.series.past, bins), trailing_sums(self.expected.past, bins))
        past[_any_flag(self.series.unread, bins)] = 0.0
        maxima = _daily_maxima(past[: -self.tuning.lag_bins or None], self.tuning.fast_days)
        usual_maximum = float(np.quantile(maxima, self.tuning.fast_quantile)) if len(maxima) else 0.0
        clumped = max(0.0, usual_maximum - self.tuning.fast_chance_deviations)
        threshold = self.tuning.fast_min_deviations + self.tuning.fast_clump_factor * clumped
        return self._deviation(bins, 0) > threshold

    def is_calm(self, ago: int = 0) -> bool:
        """Whether the last 15 minutes are close to the baseline."""
        n = self.count(QUARTER_BINS, ago)
        if n < self.tuning.calm_excess:
            return True
        baseline = self.baseline(QUARTER_BINS, ago)
        return n < max(self.tuning.calm_multiple * baseline, baseline + self.tuning.calm_excess)

    def has_calmed_down(self) -> bool:
        """Whether it has been calm for long enough to end an incident."""
        return all(self.is_calm(ago) for ago in range(self.tuning.calm_bins))

    def _is_slow_spike(self, threshold: float, ago: int) -> bool:
        exceeds = self._exceeds_multiple(HOUR_BINS, ago, self.tuning.slow_multiple)
        deviates = self._deviation(HOUR_BINS, ago) > self.tuning.slow_min_deviations
        return exceeds and deviates and self.count(HOUR_BINS, ago) > threshold

    def _deviation(self, bins: int, ago: int) -> float:
        return float(_deviations(np.array([self.count(bins, ago)]), np.array([self.baseline(bins, ago)]))[0])

    def _exceeds_multiple(self, bins: int, ago: int, multiple: float) -> bool:
        if self.count(bins, ago) < self.tuning.min_excess:
            return False
        factor = 2.0 if self.expected.learning else 1.0
        n, baseline = self.count(bins, ago), self.baseline(bins, ago)
        far_above = n >= factor * multiple * baseline and n >= baseline + factor * self.tuning.min_excess
        return self.expected.known and far_above


def _deviations(n: Floats, baseline: Floats) -> Floats:
    """Distance from the baseline in standard deviations of a Poisson count."""
    return np.asarray((n - baseline) / np.sqrt(baseline + 1.0))


def _any_flag(flags: Flags, bins: int) -> Flags:
    """For each bin, whether it or one of the ``bins - 1`` before it is flagged."""
    return trailing_sums(flags.astype(np.float64), bins) > 0.5


def _daily_maxima(values: Floats, days: int) -> Floats:
    """The maximum of each of the last ``days`` periods of 24 hours; less than 24 hours of history count as one."""
    whole_days = min(days, len(values) // DAY_BINS)
    if not whole_days:
        return values.max(initial=0.0, keepdims=True) if len(values) else values
    return np.asarray(values[-whole_days * DAY_BINS :].reshape(whole_days, DAY_BINS).max(axis=1))
