"""The rule by which a source counts as not read, shared by the incident job, the walls and the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from monitor.model import Gap, Health, SourceStatus

STALE_AFTER = timedelta(minutes=15)
STREAM_STALE_AFTER = timedelta(minutes=2)
MAX_STREAM_INTERVAL_SECONDS = 10.0
"""A source that is polled at least this often is treated as a stream, and becomes stale sooner."""
MISSED_PASSES = 3
"""Intervals without a success before a source with a long interval is stale."""

TimeSpan: TypeAlias = "tuple[datetime, datetime]"


def is_stale(status: SourceStatus, now: datetime, started: datetime) -> bool:
    """Whether a source has not been read for too long.

    For one that was never read, time counts from ``started``, or from when it was added to the config since.
    """
    if status.health in (Health.NEEDS_KEY, Health.SPENT, Health.PAUSED):
        return True
    if status.health is Health.BROKEN and status.next_check is None:
        return True  # it stays unread until a person fixes it
    if status.health is Health.LIMITED and status.next_check and status.next_check - now > STALE_AFTER:
        return True
    streams = status.interval <= MAX_STREAM_INTERVAL_SECONDS and not status.sample
    allowed = STREAM_STALE_AFTER if streams else STALE_AFTER
    last_read = status.last_success or max(started, status.first_seen or started)
    last_read = max(last_read, status.fresh_until or last_read)
    return now - last_read > max(MISSED_PASSES * timedelta(seconds=status.interval), allowed)


def unread_spans(
    statuses: Iterable[SourceStatus],
    gaps: Sequence[Gap],
    first_read: Mapping[str, datetime],
    since: datetime,
    now: datetime,
    imported: Mapping[str, TimeSpan] = MappingProxyType({}),
) -> dict[str, tuple[TimeSpan, ...]]:
    """For each source, the spans of [since, now] in which it was not read; () if it was read throughout.

    A source is unread before ``first_read`` and during its stored gaps. If it is stale and has no open gap, which
    happens when the program was suspended, it is also unread from its last success until now. Sample sources count as
    read from the beginning. ``imported``: the spans of which the source's own posts were imported; there is no need to
    have read it then.
    """
    gaps_by_source: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        gaps_by_source[gap.source].append(gap)
    unread = {
        status.source: sorted(_unread_spans(status, gaps_by_source[status.source], first_read, since, now))
        for status in statuses
    }
    return {
        source: tuple(without(spans, [imported[source]] if source in imported else []))
        for source, spans in unread.items()
    }


def without(spans: Sequence[TimeSpan], removed: Sequence[TimeSpan]) -> list[TimeSpan]:
    """``spans`` without the parts that lie in one of ``removed``."""
    left = list(spans)
    for start, end in removed:
        pieces = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b))]
        left = [(a, b) for a, b in pieces if a < b]
    return left


def _unread_spans(
    status: SourceStatus, gaps: Sequence[Gap], first_read: Mapping[str, datetime], since: datetime, now: datetime
) -> Iterable[TimeSpan]:
    first = min(now, first_read.get(status.source, now))
    if first > since and not status.sample:
        yield since, first
    for gap in gaps:
        yield max(since, gap.since), min(now, gap.until or now)
    if is_stale(status, now, first) and all(gap.until for gap in gaps):
        yield max(since, status.last_success or first), now
