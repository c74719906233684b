"""Which times the chart of a view covers: its whole range or, if that is long, only the periods that have mentions.

    Store.histogram by year, month and day --chart_periods--> periods --histogram.bin_edges--> bins --> the chart

Without this, one row of an old import would press everything else into the last pixels, behind years without a bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from monitor.model import UNDATED, Bin

MAX_UNTRIMMED_SPAN = timedelta(days=1500)
"""The chart of a longer span starts in the month of the first mention, and leaves out long gaps."""
LONG_GAP_SHARE = 0.25
"""A gap is left out if it is at least this share of the time since the first mention. So there are at most four."""
MIN_LONG_GAP = timedelta(days=92)
MAX_SPAN_BY_DAY = timedelta(days=366)
"""If no more time than this is left beside the gaps, the periods begin and end at a day instead of a month."""
FIRST_DATED = UNDATED + timedelta(milliseconds=1)
"""Posts without a date have no place on a chart."""

CountBins: TypeAlias = Callable[[Sequence[datetime]], list[Bin]]
"""Ascending edges -> the bins between them, with the mentions of a view."""
LocalStart: TypeAlias = Callable[[datetime], datetime]
"""A local time without zone -> the start of a calendar unit."""


class Period(NamedTuple):
    """Times from ``start`` up to, but not including, ``end``."""

    start: datetime
    end: datetime


def chart_periods(since: datetime | None, until: datetime, zone: tzinfo, count: CountBins) -> list[Period]:
    """The periods that the chart of [since, until) shows, in order; [] if there is nothing to show."""
    if since is not None and until - since <= MAX_UNTRIMMED_SPAN:
        return [Period(since, until)] if since < until else []
    first = max(since or FIRST_DATED, FIRST_DATED)
    years = _with_mentions([Period(first, until)] if first < until else [], _next_year, zone, count)
    months = _with_mentions(years, next_month, zone, count)
    if not months:
        return []
    periods = _without_long_gaps(months, until)
    if periods == [Period(months[0].start, until)] or sum((b - a for a, b in periods), timedelta()) > MAX_SPAN_BY_DAY:
        return periods
    return _trimmed_to_days(periods, zone, count)


def _without_long_gaps(months: Sequence[Period], until: datetime) -> list[Period]:
    """``months`` joined to periods up to ``until``, with a new one after each long gap."""
    longest = max(MIN_LONG_GAP, LONG_GAP_SHARE * (until - months[0].start))
    periods = [months[0]]
    for start, end in [*months[1:], Period(until, until)]:
        if start - periods[-1].end < longest:
            periods[-1] = Period(periods[-1].start, end)
        elif start < end:
            periods.append(Period(start, end))
    return periods


def _trimmed_to_days(periods: Sequence[Period], zone: tzinfo, count: CountBins) -> list[Period]:
    days = _with_mentions(periods, _next_day, zone, count)
    trimmed = []
    for i, (start, end) in enumerate(periods):
        inside = [day for day in days if start <= day.start < end]
        is_last = i == len(periods) - 1
        trimmed.append(Period(inside[0].start, end if is_last else inside[-1].end))
    return trimmed


def _with_mentions(periods: Iterable[Period], next_unit: LocalStart, zone: tzinfo, count: CountBins) -> list[Period]:
    """``periods`` split at the starts of calendar units of ``zone``, without the parts that have no mentions."""
    edges = {at for start, end in periods for at in (start, *_unit_starts(start, end, next_unit, zone), end)}
    return [Period(b.start, b.end) for b in count(sorted(edges)) if b.n] if edges else []


def _unit_starts(since: datetime, until: datetime, next_unit: LocalStart, zone: tzinfo) -> Iterable[datetime]:
    local = since.astimezone(zone).replace(tzinfo=None)
    while (at := (local := next_unit(local)).replace(tzinfo=zone).astimezone(UTC)) < until:
        yield at


def _next_year(local: datetime) -> datetime:
    return datetime(local.year + 1, 1, 1)


def next_month(local: datetime) -> datetime:
    """The start of the month after ``local``."""
    return (datetime(local.year, local.month, 1) + timedelta(days=32)).replace(day=1)


def _next_day(local: datetime) -> datetime:
    return datetime(local.year, local.month, local.day) + timedelta(days=1)
