"""The hours of which is told what is usual: their counts, and whether they say anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from monitor.model import Incident, Pulses
from monitor.usual import Hour

WEIGHTY = 0.05
"""Share of the mentions from which on a source is missed."""
_HOUR = timedelta(hours=1)

Span: TypeAlias = "tuple[datetime, datetime]"


def hours(
    pulses: Pulses, until: datetime, unread: Mapping[str, Sequence[Span]], incidents: Iterable[Incident], zone: tzinfo
) -> list[Hour]:
    """The whole hours of the clock in ``zone`` that lie within ``pulses``, which reach up to ``until``; oldest first.

    One is whole unless a source that brings WEIGHTY of the mentions, or every source, was ``unread`` in it, or an
    incident of the brand touched it.
    """
    start = _on_the_hour(pulses.start, zone)
    count = max(0, (until - start) // _HOUR)
    spoilt = _touched([(one.since, one.until or until) for one in incidents if one.brand == pulses.brand], start, count)
    spoilt |= _missed(pulses, unread, start, count)
    return [
        Hour(start + number * _HOUR, n, number not in spoilt) for number, n in enumerate(_counts(pulses, start, count))
    ]


def weighty(pulses: Pulses) -> set[str]:
    """The sources that bring enough of the mentions to be missed."""
    sums = {source: sum(n) for source, n in pulses.n.items()}
    total = sum(sums.values())
    return {source for source, n in sums.items() if n and n >= WEIGHTY * total}


def _on_the_hour(start: datetime, zone: tzinfo) -> datetime:
    """The first full hour of the clock; in some zones it is half past by UTC."""
    local = start.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return start + (_HOUR - past) % _HOUR


def _counts(pulses: Pulses, start: datetime, count: int) -> Iterator[int]:
    first, each = (start - pulses.start) // pulses.step, _HOUR // pulses.step
    for number in range(count):
        low = first + number * each
        yield sum(sum(n[low : low + each]) for n in pulses.n.values())


def _missed(pulses: Pulses, unread: Mapping[str, Sequence[Span]], start: datetime, count: int) -> set[int]:
    """The hours that lack what would be missed."""
    touched = {source: _touched(spans, start, count) for source, spans in unread.items()}
    everywhere = set.intersection(*touched.values()) if touched else set()
    return everywhere.union(*(touched.get(source, set()) for source in weighty(pulses)))


def _touched(spans: Iterable[Span], start: datetime, count: int) -> set[int]:
    """The numbers of the hours that the spans touch."""
    found: set[int] = set()
    for since, until in spans:
        if since < until:
            found.update(range(max(0, (since - start) // _HOUR), min(count, -((start - until) // _HOUR))))
    return found
