"""The parameters of the incident detector. All brands use the same defaults.

``bench/incidents.py`` measures how well the defaults and neighbouring values perform, in sample and out of sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BIN_WIDTH = timedelta(minutes=5)
"""Width of the bins in which mentions are counted."""
QUARTER_BINS = 3
HOUR_BINS = 12
DAY_BINS = 288
SHORT_WINDOWS = (1, QUARTER_BINS)
LONG_WINDOWS = (HOUR_BINS, 4 * HOUR_BINS)
"""The windows, in bins, that are compared with the past. Short ones find bursts early, long ones find slow rises."""
RECENT_BINS = 5 * HOUR_BINS
"""Recent bins that a check needs: the longest window, and an hour before it in which an incident may have begun."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """When an incident begins and ends.

    Multiples are of the baseline. While the baseline is still being learned, the multiples and ``min_excess`` double.
    Scores are about the standard deviations that a Poisson count is above the baseline.
    """

    min_excess: float = 12.0
    """Mentions above the baseline, so that a brand with two mentions a day has no incident at five."""
    short_multiple: float = 3.5
    long_multiple: float = 1.5
    """A window must reach this multiple of the baseline."""
    short_min_score: float = 4.2
    long_min_score: float = 6.0
    """The least score of an incident. These guard against chance, which sets records too. On labelled series, 8 is
slightly better for long windows, but it would miss twice the usual at 20 mentions an hour."""
    short_record_factor: float = 1.2
    """A short window must exceed the record by this factor; a long one must exceed the record."""
    daily_decay: float = 0.975
    """The record is the highest score of the past four weeks, of which each day is worth this much less per day."""
    clump_factor: float = 1.75
    """A score must also exceed the median of the daily maxima by this factor: mentions that come in clumps have high
    scores every day."""
    max_min_score: float = 8.0
    """That requirement never exceeds this score, so that a brand in a restless market still has incidents."""
    repeat_factor: float = 2.5
    """Instead of the record, a short window may exceed the third highest day by this factor: otherwise one crisis
    would hide those of the weeks after it."""
    lag_bins: int = HOUR_BINS
    """The record leaves out the newest bins, so that an incident does not raise its own threshold."""
    calm_multiple: float = 2.0
    calm_excess: float = 3.0
    """15 minutes are calm below ``calm_multiple`` times the baseline, or below the baseline plus ``calm_excess``."""
    calm_bins: int = 6
    """An incident ends after this many consecutive bins at which the last 15 minutes were calm."""


DEFAULT_TUNING = Tuning()
MIN_DURATION = timedelta(minutes=10)
"""An incident lasts at least this long."""
RESUME_WITHIN = timedelta(minutes=30)
"""A new incident this soon after the end of the last one resumes it."""
