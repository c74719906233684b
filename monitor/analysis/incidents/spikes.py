"""Tests whether the latest counts of a series are a spike, and whether they are calm.

A spike is a window of 5 or 15 minutes, an hour or four hours that lies further above the baseline than any such window
of the last four weeks, whose days count less the older they are. It must also be a multiple of the baseline and a
number above it, so that neither a steady nor a quiet brand raises an alarm by chance.

Records of whole days need no estimate of how mentions are distributed: a brand that spikes every day has a high record.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cached_property

import numpy as np

from monitor.analysis.incidents.counts import Flags, Floats, Series
from monitor.analysis.incidents.expected import ExpectedCounts, trailing_sums
from monitor.analysis.incidents.tuning import DAY_BINS, QUARTER_BINS, SHORT_WINDOWS, Tuning

_REPEAT_MIN_DAYS = 7
"""With fewer days the third highest one is not exceptional."""


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

    def is_spike(self, bins: int) -> bool:
        """Whether the last ``bins`` are a spike."""
        if len(self.series.recent) < bins or not self._exceeds_multiple(bins):
            return False
        score = float(_scores(np.array([self.count(bins)]), np.array([self.baseline(bins)]))[0])
        if score <= self._min_score(bins):
            return False
        maxima = self._daily_maxima(bins)
        if not len(maxima):
            return False
        usual_maximum = self.tuning.clump_factor * float(np.median(maxima))
        if score <= min(usual_maximum, self.tuning.max_min_score):
            return False
        decayed = np.sort(maxima * self.tuning.daily_decay ** np.arange(len(maxima)))[::-1]
        factor = self.tuning.short_record_factor if bins in SHORT_WINDOWS else 1.0
        return bool(score > factor * decayed[0]) or (bins in SHORT_WINDOWS and self._is_repeat(score, decayed))

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

    def _exceeds_multiple(self, bins: int) -> bool:
        n = self.count(bins)
        if n < self.tuning.min_excess or not self.expected.known:
            return False
        baseline, factor = self.baseline(bins), 2.0 if self.expected.learning else 1.0
        multiple = self.tuning.short_multiple if bins in SHORT_WINDOWS else self.tuning.long_multiple
        return n >= factor * multiple * baseline and n >= baseline + factor * self.tuning.min_excess

    def _min_score(self, bins: int) -> float:
        return self.tuning.short_min_score if bins in SHORT_WINDOWS else self.tuning.long_min_score

    def _daily_maxima(self, bins: int) -> Floats:
        """The highest score of a window of ``bins`` on each past day, counted back from now, newest first."""
        scores = _scores(trailing_sums(self.series.past, bins), trailing_sums(self.expected.past, bins))
        scores[: bins - 1] = 0.0
        scores[_any_flag(self.series.unread, bins)] = 0.0
        scores = scores[: -self.tuning.lag_bins or None]
        padded = np.concatenate((np.zeros(-len(scores) % DAY_BINS), scores))
        return np.asarray(padded.reshape(-1, DAY_BINS).max(axis=1)[::-1])

    def _is_repeat(self, score: float, decayed: Floats) -> bool:
        """Whether the score is exceptional apart from the two highest days, which may have been one crisis."""
        enough = len(decayed) >= _REPEAT_MIN_DAYS and not self.expected.learning
        return enough and score > self.tuning.repeat_factor * float(decayed[2])


def _scores(n: Floats, baseline: Floats) -> Floats:
    """How far counts are above the baseline, in standard deviations of a Poisson count.

    The square root (Anscombe 1948) gives counts of any size about the same variance: neither an empty night nor one
    huge day distorts a record.
    """
    return np.asarray(2.0 * (np.sqrt(n + 1.0) - np.sqrt(baseline + 1.0)))


def _any_flag(flags: Flags, bins: int) -> Flags:
    """For each bin, whether it or one of the ``bins - 1`` before it is flagged."""
    return trailing_sums(flags.astype(np.float64), bins) > 0.5
