"""The baseline: how many mentions a clock hour usually brings, from the last 28 days.

Median, 10th and 90th percentile of the same clock hour in the organisation's time zone, working days and weekends
separately. One exceptional day barely moves the median of twenty. The caller marks hours as invalid that contain a gap
in a source with 5 % or more of the mentions, or an incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from statistics import quantiles
from types import MappingProxyType

BASELINE_DAYS = 28
MIN_VALID_DAYS = 5
"""With fewer valid days there is no baseline."""
MIN_HOURS_PER_DAY = 12
"""Valid hours that make a day valid: a program started last night has not seen a day."""
MIN_HOURS_PER_KIND = 3
"""With fewer hours of one kind of day, working days and weekends are combined: the first weeks have few weekends."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class HourCount:
    """An hour of the past and the number of mentions in it."""

    start: datetime
    n: int
    valid: bool = True
    """False if the hour contains a gap or an incident."""


@dataclass(frozen=True, slots=True)
class HourlyRange:
    """Mentions per hour: the median, and the 10th (``low``) and 90th (``high``) percentile."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """The usual number of mentions, by clock hour and kind of day."""

    days: int
    """Number of valid days."""
    zone: tzinfo
    ranges: Mapping[tuple[bool, int], HourlyRange]
    """(is weekend, clock hour in ``zone``) -> range; empty with fewer than MIN_VALID_DAYS."""
    last_day: date | None = None
    """The newest valid day, which may be today; None if there is none."""

    def at(self, time: datetime) -> HourlyRange | None:
        """The range for the clock hour that contains ``time``; None if too few hours are known."""
        return self.ranges.get(_kind(time.astimezone(self.zone)))


def baseline_of(hours: Iterable[HourCount], zone: tzinfo) -> Baseline:
    """The baseline of one brand. ``hours`` may be in any order; an hour repeated by a clock change counts twice."""
    local = [(hour.start.astimezone(zone), hour.n) for hour in hours if hour.valid]
    days = _valid_days(start for start, _ in local)
    ranges = _ranges(local) if len(days) >= MIN_VALID_DAYS else {}
    return Baseline(len(days), zone, MappingProxyType(ranges), max(days, default=None))


def median_range(same_kind: Sequence[float], other_kind: Sequence[float]) -> HourlyRange | None:
    """The range of ``same_kind``, or of both if it has too few values; None if both together have too few."""
    values = [*same_kind, *other_kind] if len(same_kind) < MIN_HOURS_PER_KIND else same_kind
    if len(values) < MIN_HOURS_PER_KIND:
        return None
    deciles = quantiles(values, n=10, method="inclusive")
    return HourlyRange(deciles[4], deciles[0], deciles[8])


def is_weekend(day: date) -> bool:
    """Whether ``day`` is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def _valid_days(starts: Iterable[datetime]) -> list[date]:
    hours_by_day: dict[date, int] = {}
    for start in starts:
        hours_by_day[start.date()] = hours_by_day.get(start.date(), 0) + 1
    return [day for day, hours in hours_by_day.items() if hours >= MIN_HOURS_PER_DAY]


def _ranges(local: Sequence[tuple[datetime, int]]) -> dict[tuple[bool, int], HourlyRange]:
    values: dict[tuple[bool, int], list[float]] = {
        (weekend, hour): [] for weekend in (False, True) for hour in range(24)
    }
    for start, n in local:
        values[_kind(start)].append(n)
    ranges = {key: median_range(values[key], values[not key[0], key[1]]) for key in values}
    return {key: range_ for key, range_ in ranges.items() if range_ is not None}


def _kind(local: datetime) -> tuple[bool, int]:
    return is_weekend(local), local.hour
