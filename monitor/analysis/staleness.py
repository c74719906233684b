"""When a source counts as not read: one rule for the watch, for walls and for pages, from section 5 of the design."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from monitor.model import Gap, Health, SourceStatus

PATIENCE = timedelta(minutes=15)
STREAMED, STREAM_PATIENCE = 10.0, timedelta(minutes=2)
"""What is read every few seconds, and so many seconds at most, is a stream: its silence tells sooner."""
PASSES = 3
"""Intervals without a success before a source counts as blind."""

Span: TypeAlias = "tuple[datetime, datetime]"


def is_blind(status: SourceStatus, now: datetime, started: datetime) -> bool:
    """Whether ``status`` has gone unread for too long; ``started`` counts for a source that was never read."""
    if status.health in (Health.NEEDS_KEY, Health.SPENT, Health.PAUSED):
        return True
    if status.health is Health.BROKEN and status.next_check is None:
        return True  # only a person can have it read again
    if status.health is Health.LIMITED and status.next_check and status.next_check - now > PATIENCE:
        return True
    patience = STREAM_PATIENCE if status.interval <= STREAMED and not status.sample else PATIENCE
    seen = status.last_success or started
    seen = max(seen, status.content_until or seen)
    return now - seen > max(PASSES * timedelta(seconds=status.interval), patience)


def unread(
    statuses: Iterable[SourceStatus], gaps: Sequence[Gap], begun: Mapping[str, datetime], since: datetime, now: datetime
) -> dict[str, tuple[Span, ...]]:
    """By source, the times of [since, now] in which it was not read, () where it was read all along.

    They are: before it ``begun``; its stored gaps; and, where no gap of it is open, a blindness that nobody has stored
    yet, as of a program that stood still. Made-up posts are there from their first on, as if they had always been read.
    """
    of_source: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        of_source[gap.source].append(gap)
    return {one.source: tuple(sorted(_spans(one, of_source[one.source], begun, since, now))) for one in statuses}


def _spans(
    status: SourceStatus, gaps: Sequence[Gap], begun: Mapping[str, datetime], since: datetime, now: datetime
) -> Iterable[Span]:
    first = min(now, begun.get(status.source, now))
    if first > since and not status.sample:
        yield since, first
    for gap in gaps:
        yield max(since, gap.since), min(now, gap.until or now)
    if is_blind(status, now, first) and all(gap.until for gap in gaps):
        yield max(since, status.last_success or first), now
