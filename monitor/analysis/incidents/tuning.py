"""The parameters of the incident detector. All brands use the same defaults.

``bench/incidents.py`` measures how well the defaults and neighbouring values perform.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BIN_WIDTH = timedelta(minutes=5)
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
    """Slow rule: an hour must exceed this quantile of the hours in the last ``slow_window_bins``."""
    slow_window_bins: int = 10 * DAY_BINS
    slow_min_hours: int = 200
    """Slow rule: it does not apply if the window contains fewer hours than this."""
    lag_bins: int = 36
    """Both rules: thresholds ignore the newest bins, so that an incident does not raise its own threshold."""
    slow_multiple: float = 1.6
    """Slow rule: the hour must reach this multiple of the baseline."""
    slow_min_deviations: float = 7.0
    """Slow rule: deviations above the baseline that the hour must exceed; high, because mentions come in clumps."""
    fast_multiple: float = 3.5
    """Fast rule: 5 or 15 minutes must reach this multiple of the baseline."""
    min_excess: float = 10.0
    """Both rules: mentions above the baseline, so that a brand with two mentions a day has no incident at five."""
    fast_days: int = 10
    fast_quantile: float = 0.85
    """Fast rule: this quantile of the daily maximum deviations of the last ``fast_days`` days measures how clumped the
    mentions of a brand are."""
    fast_chance_deviations: float = 4.0
    """Fast rule: the value of that quantile for mentions that come independently of each other."""
    fast_clump_factor: float = 2.5
    """Fast rule: the excess of the quantile over ``fast_chance_deviations`` raises the threshold by this factor."""
    fast_min_deviations: float = 5.0
    """Fast rule: deviations to exceed if mentions come independently of each other."""
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
