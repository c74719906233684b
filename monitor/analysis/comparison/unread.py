"""What was not read of a side: of which sources, for how long, and which share of its mentions is probably missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Gap
from monitor.model.comparison import Unread

SAME_START = timedelta(hours=1)
"""Brands whose first rules are no further apart began together."""


def unread_of(
    bounds: tuple[datetime, datetime],
    now: datetime,
    gaps: Sequence[Gap],
    shares: Mapping[str, float],
    known: Iterable[str],
) -> Unread:
    """What was not read between two times, the later one not after ``now``.

    ``shares``: source -> its share of the brand's mentions. ``known``: the sources that ever brought a mention of any
    brand; of one that never did, nobody knows whether it would have brought some, so its gaps count for every brand.
    """
    since, until = bounds
    unknown = frozenset(gap.source for gap in gaps) - frozenset(known)
    inside = [
        replace(gap, since=max(gap.since, since), until=_end_within(gap, until, now))
        for gap in gaps
        if gap.since < until and (gap.until is None or gap.until > since)
        if not gap.source or gap.source in unknown or shares.get(gap.source)
    ]
    length, missing = max(until - since, timedelta(minutes=1)), 0.0
    for source in {gap.source for gap in inside}:
        time = _total([gap for gap in inside if gap.source == source], until)
        missing += (1.0 if not source else shares.get(source, 0.0)) * (time / length)
    return Unread(tuple(inside), _total(inside, until), min(1.0, missing))


def _end_within(gap: Gap, until: datetime, now: datetime) -> datetime | None:
    """The end of a gap within a range up to ``until``; None if it is still open and the range reaches up to now."""
    return None if gap.until is None and until >= now else min(gap.until or until, until)


def begin_of(
    brand: str, starts: Mapping[str, datetime], first: datetime | None, own_first: datetime | None
) -> datetime | None:
    """Since when mentions of a brand were looked for; None if nobody knows.

    ``starts``: brand -> when it got its first rule. ``first``: when the first stored mention was published, and
    ``own_first`` the first one of this brand: sources begin with older posts, and files bring them.
    """
    start = starts.get(brand)
    if start is None:
        return own_first
    earlier = own_first if start - min(starts.values()) > SAME_START else first
    return start if earlier is None else min(start, earlier)


def _total(gaps: Sequence[Gap], until: datetime) -> timedelta:
    """The time up to ``until`` in which at least one of them was open."""
    total, end = timedelta(0), None
    for start, stop in sorted((gap.since, gap.until or until) for gap in gaps):
        if end is None or start > end:
            total, end = total + (stop - start), stop
        elif stop > end:
            total, end = total + (stop - end), stop
    return total
