"""What is usual: how many mentions an hour brings, by the clock hours of the last 28 days.

Median, p10 and p90 of the same clock hour in the organisation's zone, workdays and weekends apart. A single loud day
moves a median of twenty hardly, and the caller leaves out the hours that say nothing: those with a gap in a source of
5 % weight or more, and those inside an incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from statistics import quantiles
from types import MappingProxyType

DAYS = 28
"""The caller gives the hours of so many days; of one organisation, its time zone and one brand."""
FEWEST_DAYS = 5
"""Valid days under which nothing is known."""
HOURS_OF_A_DAY = 12
"""Whole hours that make a day valid: who listens since last night has not heard a day."""
FEWEST_ALIKE = 3
"""Same hours of the same kind of day under which both kinds are taken together: the first weeks know few weekends."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the past and how many mentions it brought."""

    start: datetime
    n: int
    whole: bool = True
    """False: it says nothing, for a gap or an incident lies in it."""


@dataclass(frozen=True, slots=True)
class Range:
    """Mentions an hour: the middle of what is usual, and the tenth and the ninetieth of a hundred hours."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual by clock hour and kind of day."""

    days: int
    """Valid days heard."""
    zone: tzinfo
    ranges: Mapping[tuple[bool, int], Range]
    """(weekend, hour of the clock in ``zone``) -> what it brings; empty under FEWEST_DAYS."""

    def at(self, time: datetime) -> Range | None:
        """What the clock hour of ``time`` brings; None where too little is known."""
        return self.ranges.get(_kind(time.astimezone(self.zone)))


def usual(hours: Iterable[Hour], zone: tzinfo) -> Usual:
    """What is usual by these hours, in any order. An hour that a clock change doubles counts as two."""
    local = [(hour.start.astimezone(zone), hour.n) for hour in hours if hour.whole]
    days = _days(start for start, _ in local)
    ranges = _ranges(local) if days >= FEWEST_DAYS else {}
    return Usual(days, zone, MappingProxyType(ranges))


def middle(alike: Sequence[float], other: Sequence[float]) -> Range | None:
    """The range of the same hours of the same kind of day, or with those of the ``other`` kind where they are few."""
    values = [*alike, *other] if len(alike) < FEWEST_ALIKE else alike
    if len(values) < FEWEST_ALIKE:
        return None
    tenths = quantiles(values, n=10, method="inclusive")
    return Range(tenths[4], tenths[0], tenths[8])


def weekend(day: date) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def _days(starts: Iterable[datetime]) -> int:
    heard: dict[date, int] = {}
    for start in starts:
        heard[start.date()] = heard.get(start.date(), 0) + 1
    return sum(hours >= HOURS_OF_A_DAY for hours in heard.values())


def _ranges(local: Sequence[tuple[datetime, int]]) -> dict[tuple[bool, int], Range]:
    values: dict[tuple[bool, int], list[float]] = {(kind, hour): [] for kind in (False, True) for hour in range(24)}
    for start, n in local:
        values[_kind(start)].append(n)
    found = {key: middle(values[key], values[not key[0], key[1]]) for key in values}
    return {key: range_ for key, range_ in found.items() if range_ is not None}


def _kind(local: datetime) -> tuple[bool, int]:
    return weekend(local), local.hour
