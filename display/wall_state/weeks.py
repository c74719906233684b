"""What share a brand usually has: that of whole weeks before this one, for then all have the same hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from display.wall_state.horizon import Span

WEEK = timedelta(days=7)
WEEKS = 4
FEWEST_WEEKS = 2
FEWEST_MENTIONS = 50
"""Of all brands in a week, under which its shares say nothing."""
WEIGHTY = 0.05
"""Share of this week from which on a brand cannot have been unheard of."""
GAPPY = 0.10
"""Part of a week that may go unread; with more its figures say so, or nothing."""


def edges(now: datetime) -> list[datetime]:
    """Where each of the weeks before the last 7 days begins, oldest first, and where the last of them ends.

    They begin at midnight of UTC, for then the store's cubes know their counts.
    """
    end = (now - WEEK).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [end - n * WEEK for n in range(WEEKS, -1, -1)]


def heard(edges: Sequence[datetime], unread: Mapping[str, Sequence[Span]]) -> list[bool]:
    """Whether each week between two edges was listened to: no source of ``unread`` missed much of it."""
    return [
        all(_missed(spans, begin, end) <= GAPPY * WEEK for spans in unread.values()) for begin, end in pairwise(edges)
    ]


def usual_shares(
    counts: Mapping[str, Sequence[int]], listened: Sequence[bool], this_week: Mapping[str, int]
) -> dict[str, int]:
    """Each brand's median share in whole per cent over the weeks that say something, or nothing where they are too few.

    ``counts``: mentions of each brand in each week; ``listened``: whether that week was heard; ``this_week``: mentions
    of each brand in the last 7 days. A week without one of a brand that weighs now was before its rule and is left out.
    """
    weighty = [brand for brand, n in this_week.items() if n > WEIGHTY * sum(this_week.values()) and brand in counts]
    totals = [sum(of) for of in zip(*counts.values(), strict=True)]
    valid = [
        i
        for i, total in enumerate(totals)
        if listened[i] and total >= FEWEST_MENTIONS and all(counts[brand][i] for brand in weighty)
    ]
    if len(valid) < FEWEST_WEEKS:
        return {}
    return {brand: round(100 * median(n[i] / totals[i] for i in valid)) for brand, n in counts.items()}


def _missed(spans: Sequence[Span], begin: datetime, end: datetime) -> timedelta:
    """How much of a week ``spans`` cover, where they do not overlap."""
    return sum((max(min(b, end) - max(a, begin), timedelta()) for a, b in spans), timedelta())
