"""The expected count of each 5-minute bin, for all bins at once: the median of ``analysis.baseline``, in arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from monitor.analysis.baseline import FEWEST_ALIKE, FEWEST_DAYS, HOURS_OF_A_DAY
from monitor.analysis.incidents.counts import Flags, Floats, Series
from monitor.analysis.incidents.tuning import DAY, HOUR, QUARTER, STEP

Ints = npt.NDArray[np.int64]

_LEAST_HEARD = 20 * HOUR
"""Bins of the last day under which not even a rough guess is made: after a night alone every morning is loud."""
_SECONDS = int(STEP.total_seconds())


class Expected:
    """What each bin of a series usually brings, past and recent."""

    def __init__(self, series: Series, zone: tzinfo, loud: tuple[datetime, datetime] | None) -> None:
        clock = _clock(series.past_start, len(series.past), zone)
        begins = clock % 3600 < _SECONDS
        begins[:1] = True
        hours = np.flatnonzero(begins)
        medians = _medians(series.past, series.blind | _inside(series, loud), clock, hours)
        self.learning = medians is None
        """Too few days were heard: ``past`` and ``recent`` are the median quarter of an hour of the last day."""
        self.known = True
        """False: there is not even that."""
        if medians is None:
            rough = _last_day(series)
            self.known = rough is not None
            medians = np.full(48, rough or 0.0)
        each = np.diff(hours, append=len(clock))
        self.past: Floats = np.repeat(medians[_kinds(clock[hours])], each)
        recent = _clock(series.recent_start, len(series.recent), zone)
        self.recent: Floats = medians[_kinds(recent)]


def _clock(start: datetime, bins: int, zone: tzinfo) -> Ints:
    """The local time of each bin in seconds, as if there were no zones; a zone changes on the hour."""
    times = int(start.timestamp()) + _SECONDS * np.arange(bins, dtype=np.int64)
    hours = times // 3600
    if not bins:
        return times
    local: Ints = times + _offsets(int(hours[0]), int(hours[-1]) + 1, zone)[hours - hours[0]]
    return local


def _offsets(first: int, last: int, zone: tzinfo) -> Ints:
    """How far the zone is ahead in each of these hours; where it is the same a week apart, it is so between."""
    found = np.zeros(last - first, dtype=np.int64)
    for week in range(first, last, 168):
        hours = range(week, min(week + 168, last))
        same = (one := _offset(3600 * hours[0], zone)) == _offset(3600 * hours[-1], zone)
        found[week - first : hours[-1] + 1 - first] = one if same else [_offset(3600 * hour, zone) for hour in hours]
    return found


def _offset(second: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _kinds(clock: Ints) -> Ints:
    """0 to 23: the hour of a workday; 24 to 47: of a weekend."""
    weekend = (clock // 86_400 + 3) % 7 >= 5
    return clock // 3600 % 24 + 24 * weekend


def _inside(series: Series, loud: tuple[datetime, datetime] | None) -> Flags:
    flags = np.zeros(len(series.past), dtype=np.bool_)
    if loud is not None:
        first, last = ((time - series.past_start) // STEP for time in loud)
        flags[max(0, first) : max(0, last + 1)] = True
    return flags


def _medians(past: Floats, dumb: Flags, clock: Ints, hours: Ints) -> Floats | None:
    """What a bin of each kind of hour usually brings; None while there are too few days to tell.

    ``hours``: the bins that each clock hour starts with; one that a clock change doubles counts as two.
    """
    if not len(hours):
        return None
    whole = (np.diff(hours, append=len(clock)) == HOUR) & (np.add.reduceat(dumb.astype(np.int64), hours) == 0)
    sums, starts = np.add.reduceat(past, hours)[whole], clock[hours][whole]
    days = starts // 86_400
    heard = np.bincount(days - days.min()) if len(days) else days
    if (heard >= HOURS_OF_A_DAY).sum() < FEWEST_DAYS:
        return None
    return _by_kind(sums, _kinds(starts)) / HOUR


def _by_kind(sums: Floats, kinds: Ints) -> Floats:
    alike, few = _middles(sums, kinds, 48)
    both, none = (np.tile(values, 2) for values in _middles(sums, kinds % 24, 24))
    return np.where(few, np.where(none, np.median(sums), both), alike)


def _middles(sums: Floats, kinds: Ints, many: int) -> tuple[Floats, Flags]:
    """The median of each kind, and whether it has too few values for one."""
    values = sums[np.lexsort((sums, kinds))]
    count = np.bincount(kinds, minlength=many)
    first = np.cumsum(count) - count
    lower, upper = (np.minimum(first + half, len(values) - 1) for half in (np.maximum(count - 1, 0) // 2, count // 2))
    return (values[lower] + values[upper]) / 2, count < FEWEST_ALIKE


def _last_day(series: Series) -> float | None:
    """What a bin brings by the median quarter of an hour of the last 24."""
    quarters = trailing(series.past, QUARTER)[-DAY:][~series.blind[-DAY:]]
    return float(np.median(quarters)) / QUARTER if len(quarters) >= _LEAST_HEARD else None


def trailing(values: Floats, bins: int) -> Floats:
    """The sum of each bin and those before it, ``bins`` in all."""
    sums = np.cumsum(values)
    sums[bins:] -= sums[:-bins].copy()
    return sums
