"""The parameters of the incident detector: one default for every brand.

``bench/incidents.py`` shows the score of the default and of values beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BIN = timedelta(minutes=5)
"""Width of the bins in which mentions are counted."""
QUARTER_BINS = 3
HOUR_BINS = 12
DAY_BINS = 288


@dataclass(frozen=True, slots=True)
class Tuning:
    """When an incident begins and ends.

    Multiples are of the baseline. While the baseline is still being learned, the multiples and ``min_excess`` double.
    Deviations are standard deviations of a Poisson count.
    """

    slow_quantile: float = 0.995
    """The slow rule: an hour must exceed this quantile of the hours of the last days,"""
    slow_window_bins: int = 10 * DAY_BINS
    """which are the hours that end in this many bins;"""
    slow_min_hours: int = 200
    """with fewer hours the rule does not apply."""
    lag_bins: int = 36
    """The newest bins are left out of all thresholds, so that an incident does not raise its own threshold."""
    slow_multiple: float = 1.6
    """The hour must also reach this multiple of the baseline,"""
    slow_min_deviations: float = 7.0
    """and lie this far above it, because mentions come in clumps."""
    fast_multiple: float = 3.5
    """The fast rule: 5 or 15 minutes must reach this multiple of the baseline."""
    min_excess: float = 10.0
    """Both rules: mentions above the baseline. A brand with two mentions a day has no incident at five."""
    fast_days: int = 10
    fast_quantile: float = 0.85
    """The highest deviation of each of the last ``fast_days`` days shows how clumped the mentions of a brand are. This
    quantile of them is compared with"""
    fast_chance_deviations: float = 4.0
    """what chance alone produces on most days; what exceeds that,"""
    fast_clump_factor: float = 2.5
    """multiplied by this factor, is added to"""
    fast_min_deviations: float = 5.0
    """the threshold of the fast rule for mentions that come independently."""
    calm_multiple: float = 2.0
    calm_excess: float = 3.0
    """15 minutes are calm below ``calm_multiple`` times the baseline, or below the baseline plus ``calm_excess``."""
    calm_bins: int = 6
    """An incident ends after this many calm bins."""


DEFAULT = Tuning()
MIN_DURATION = timedelta(minutes=10)
"""An incident lasts at least this long."""
RESUME_WITHIN = timedelta(minutes=30)
"""A new incident this soon after the end of the last one resumes it."""
