"""How many times as often one side is mentioned as another, and between which bounds that is certain."""

from __future__ import annotations

import math
from datetime import timedelta

from monitor.model.comparison import Estimate, SideFigures
from monitor.quality.shares import Z

MAX_MISSING = 0.99
HOUR = timedelta(hours=1)


def volume_ratio(one: SideFigures, other: SideFigures) -> Estimate:
    """Mentions of ``other`` per hour, relative to those of ``one``, with a 95 % interval.

    The interval is that of two Poisson counts of stories, because posts of one story do not come independently. It is
    widened by what was not read: each side may have as many more mentions as are probably missing. Half a mention is
    added where a side has none, so that no ratio is infinite.
    """
    mentions, stories = _counts(one)
    other_mentions, other_stories = _counts(other)
    ratio = (other_mentions / _hours(other)) / (mentions / _hours(one))
    spread = math.exp(Z * math.sqrt(1 / stories + 1 / other_stories))
    low = ratio / spread * (1 - min(MAX_MISSING, one.unread.missing))
    high = ratio * spread / (1 - min(MAX_MISSING, other.unread.missing))
    return Estimate(ratio, low, high)


def _counts(side: SideFigures) -> tuple[float, float]:
    return side.mentions.n or 0.5, side.stories.n or 0.5


def _hours(side: SideFigures) -> float:
    return max(side.length / HOUR, 1 / 60)
