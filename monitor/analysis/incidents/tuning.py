"""The figures of the rules: one fixed default for every brand. ``bench/incidents.py`` shows what a step beside does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

STEP = timedelta(minutes=5)
HOUR, QUARTER = 12, 3
"""In bins of STEP, as are all figures below that say so."""
DAY = 288


@dataclass(frozen=True, slots=True)
class Tuning:
    """What makes an incident. Multiples are of the usual; while that is still learnt, they and ``above`` double."""

    slow_quantile: float = 0.995
    """An hour is loud when it beats this share of the hours of the last days."""
    slow_window: int = 10 * DAY
    """Bins whose trailing hours those are."""
    fewest: int = 200
    """Such hours under which nothing is known."""
    lag: int = 36
    """The last bins, left out of all thresholds: an incident does not raise the bar for itself."""
    slow_multiple: float = 1.6
    """A loud hour brings so many times the usual as well."""
    slow_least: float = 7.0
    """And lies so many standard deviations of a Poisson count above it: strangers' mentions come in clumps."""
    fast_multiple: float = 3.5
    """So do loud 5 or 15 minutes."""
    above: float = 10.0
    """And so many mentions above the usual: a brand of two a day has no incident of five."""
    fast_days: int = 10
    fast_share: float = 0.85
    """Of the loudest moments of each of the last days, the one that so many of them do not beat says how much mentions
    of this brand come in clumps: by what it lies beyond..."""
    fast_chance: float = 4.0
    """...what chance alone brings on most days, in standard deviations of a Poisson count..."""
    fast_over: float = 2.5
    """...so many times, the bar of 5 or 15 minutes is above..."""
    fast_least: float = 5.0
    """...this one, which holds for mentions that come one by one."""
    calm_multiple: float = 2.0
    calm_above: float = 3.0
    """15 minutes are calm below either."""
    calm_for: int = 6
    """Bins: so long calm, and it is over."""


DEFAULT = Tuning()
SHOWN = timedelta(minutes=10)
"""An incident stays at least so long."""
RESUMES = timedelta(minutes=30)
"""One that begins within this time of the end of the last is the same one."""
