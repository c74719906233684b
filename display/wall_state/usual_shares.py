"""The usual share of a brand: its median over whole weeks, because each week has the same mix of hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from display.wall_state.horizon import Period

WEEK = timedelta(days=7)
WEEKS = 4
MIN_WEEKS = 2
MIN_WEEK_MENTIONS = 50
"""Mentions of all brands together; with fewer, shares mean nothing."""
MAJOR_SHARE = 0.05
"""A week without a mention of a brand with a larger share now is a week in which its rule did not exist yet."""
MAX_UNREAD = 0.10
"""The fraction of a week that may be unread before its figures are marked as incomplete."""


def week_edges(now: datetime) -> list[datetime]:
    """Where each of the WEEKS weeks before the last 7 days begins, oldest first, and where the last one ends.

    They begin at midnight UTC, where the store has counts that are added up in advance.
    """
    end = (now - WEEK).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [end - n * WEEK for n in range(WEEKS, -1, -1)]


def weeks_read(edges: Sequence[datetime], unread: Mapping[str, Sequence[Period]]) -> list[bool]:
    """For each week between two edges, whether every source was read for nearly all of it.

    ``unread``: source -> the periods in which it was not read.
    """
    return [
        all(_overlap(periods, begin, end) <= MAX_UNREAD * WEEK for periods in unread.values())
        for begin, end in pairwise(edges)
    ]


def usual_shares(
    counts: Mapping[str, Sequence[int]], was_read: Sequence[bool], this_week: Mapping[str, int]
) -> dict[str, int]:
    """Brand -> its median share over the valid weeks, in whole per cent; empty if there are too few.

    ``counts``: brand -> its mentions in each week; ``was_read``: whether the sources were read that week;
    ``this_week``: brand -> its mentions of the last 7 days. A week without any mention of a brand that has many now
    predates the brand's rule, and is not valid.
    """
    major = [brand for brand, n in this_week.items() if n > MAJOR_SHARE * sum(this_week.values()) and brand in counts]
    totals = [sum(week) for week in zip(*counts.values(), strict=True)]
    valid = [
        i
        for i, total in enumerate(totals)
        if was_read[i] and total >= MIN_WEEK_MENTIONS and all(counts[brand][i] for brand in major)
    ]
    if len(valid) < MIN_WEEKS:
        return {}
    return {brand: round(100 * median(n[i] / totals[i] for i in valid)) for brand, n in counts.items()}


def _overlap(periods: Sequence[Period], begin: datetime, end: datetime) -> timedelta:
    """How much of a week ``periods``, which do not overlap each other, cover."""
    return sum((max(min(b, end) - max(a, begin), timedelta()) for a, b in periods), timedelta())
