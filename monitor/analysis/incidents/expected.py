"""The expected count of every 5-minute bin at once: the median of ``analysis.baseline``, computed with arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from monitor.analysis.baseline import MIN_HOURS_PER_DAY, MIN_HOURS_PER_KIND, MIN_VALID_DAYS
from monitor.analysis.incidents.counts import Flags, Floats, Series
from monitor.analysis.incidents.tuning import BIN_WIDTH, DAY_BINS, HOUR_BINS, QUARTER_BINS

Ints = npt.NDArray[np.int64]

_MIN_BINS_OF_LAST_DAY = 20 * HOUR_BINS
"""With less of the last day there is no estimate at all: compared with a night alone, every morning is a spike."""
_BIN_SECONDS = int(BIN_WIDTH.total_seconds())
_KINDS = 48
"""24 hours of a working day, then 24 of a weekend."""


class ExpectedCounts:
    """The baseline of each past and recent bin of a series."""

    def __init__(self, series: Series, zone: tzinfo, excluded: tuple[datetime, datetime] | None) -> None:
        """``excluded``: the span of an earlier incident, which is left out."""
        clock = _local_seconds(series.past_start, len(series.past), zone)
        starts_hour = clock % 3600 < _BIN_SECONDS
        starts_hour[:1] = True
        hours = np.flatnonzero(starts_hour)
        medians = _medians(series.past, series.unread | _bins_within(series, excluded), clock, hours)
        self.learning = medians is None
        """Whether there are too few valid days. If so, all counts are the median of the last day."""
        self.known = True
        """False if the last day has too few bins even for that estimate."""
        if medians is None:
            estimate = _median_of_last_day(series)
            self.known = estimate is not None
            medians = np.full(_KINDS, estimate or 0.0)
        bins_per_hour = np.diff(hours, append=len(clock))
        self.past: Floats = np.repeat(medians[_kinds(clock[hours])], bins_per_hour)
        self.recent: Floats = medians[_kinds(_local_seconds(series.recent_start, len(series.recent), zone))]


def trailing_sums(values: Floats, bins: int) -> Floats:
    """For each bin, the sum of it and the ``bins - 1`` before it."""
    sums = np.cumsum(values)
    sums[bins:] -= sums[:-bins].copy()
    return sums


def _local_seconds(start: datetime, bins: int, zone: tzinfo) -> Ints:
    """The local time of each bin, in seconds since 1970 as if it were UTC. Assumes that offsets change on the hour."""
    times = int(start.timestamp()) + _BIN_SECONDS * np.arange(bins, dtype=np.int64)
    hours = times // 3600
    if not bins:
        return times
    local: Ints = times + _offsets(int(hours[0]), int(hours[-1]) + 1, zone)[hours - hours[0]]
    return local


def _offsets(first: int, last: int, zone: tzinfo) -> Ints:
    """The UTC offset in seconds of each hour since 1970 from ``first`` to ``last``.

    Where the offset is the same at both ends of a week it is taken to be constant in between.
    """
    offsets = np.zeros(last - first, dtype=np.int64)
    for week in range(first, last, 168):
        hours = range(week, min(week + 168, last))
        start_offset = _offset(3600 * hours[0], zone)
        same = start_offset == _offset(3600 * hours[-1], zone)
        offsets[week - first : hours[-1] + 1 - first] = (
            start_offset if same else [_offset(3600 * hour, zone) for hour in hours]
        )
    return offsets


def _offset(second: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _kinds(clock: Ints) -> Ints:
    """0 to 23 for the hours of a working day, 24 to 47 for those of a weekend."""
    weekend = (clock // 86_400 + 3) % 7 >= 5
    return clock // 3600 % 24 + 24 * weekend


def _bins_within(series: Series, span: tuple[datetime, datetime] | None) -> Flags:
    flags = np.zeros(len(series.past), dtype=np.bool_)
    if span is not None:
        first, last = ((time - series.past_start) // BIN_WIDTH for time in span)
        flags[max(0, first) : max(0, last + 1)] = True
    return flags


def _medians(past: Floats, invalid: Flags, clock: Ints, hours: Ints) -> Floats | None:
    """The median count per bin for each kind of hour; None with too few valid days.

    ``hours``: the first bin of each clock hour; an hour repeated by a clock change counts twice.
    """
    if not len(hours):
        return None
    complete = np.diff(hours, append=len(clock)) == HOUR_BINS
    valid = complete & (np.add.reduceat(invalid.astype(np.int64), hours) == 0)
    sums, starts = np.add.reduceat(past, hours)[valid], clock[hours][valid]
    days = starts // 86_400
    hours_by_day = np.bincount(days - days.min()) if len(days) else days
    if (hours_by_day >= MIN_HOURS_PER_DAY).sum() < MIN_VALID_DAYS:
        return None
    return _medians_by_kind(sums, _kinds(starts)) / HOUR_BINS


def _medians_by_kind(sums: Floats, kinds: Ints) -> Floats:
    """The median of each kind; of both kinds of day where one has too few hours, of all hours where both have."""
    medians, too_few = _grouped_medians(sums, kinds, _KINDS)
    combined, combined_too_few = (np.tile(values, 2) for values in _grouped_medians(sums, kinds % 24, 24))
    return np.where(too_few, np.where(combined_too_few, np.median(sums), combined), medians)


def _grouped_medians(sums: Floats, groups: Ints, group_count: int) -> tuple[Floats, Flags]:
    """The median of each group, and whether the group has too few values."""
    values = sums[np.lexsort((sums, groups))]
    count = np.bincount(groups, minlength=group_count)
    first = np.cumsum(count) - count
    lower, upper = (np.minimum(first + half, len(values) - 1) for half in (np.maximum(count - 1, 0) // 2, count // 2))
    return (values[lower] + values[upper]) / 2, count < MIN_HOURS_PER_KIND


def _median_of_last_day(series: Series) -> float | None:
    """The count per bin in the median quarter of an hour of the last 24 hours."""
    quarters = trailing_sums(series.past, QUARTER_BINS)[-DAY_BINS:][~series.unread[-DAY_BINS:]]
    return float(np.median(quarters)) / QUARTER_BINS if len(quarters) >= _MIN_BINS_OF_LAST_DAY else None
