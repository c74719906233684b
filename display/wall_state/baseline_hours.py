"""The past as clock hours: how many mentions each brought, and which of them count towards the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from display.intervals import until_next_hour
from display.wall_state.horizon import Period
from monitor.analysis.baseline import HourCount
from monitor.model import VolumeSeries

HOUR = timedelta(hours=1)


def baseline_hours(volumes: Sequence[VolumeSeries], excluded: Sequence[Period], zone: tzinfo) -> list[HourCount]:
    """The clock hours in ``zone`` from the first mention on, with all of ``volumes`` added up.

    All volumes must start at the same time. An hour that overlaps a period of ``excluded`` is not valid.
    """
    if not volumes:
        return []
    start, step = volumes[0].start, volumes[0].step
    steps_per_hour = HOUR // step
    series = [counts for p in volumes for counts in p.n.values()]
    length = max(map(len, series), default=0)
    first = min((next((i for i, n in enumerate(counts) if n), length) for counts in series), default=length)
    skipped = until_next_hour(start + first * step, zone) // step
    hours = []
    for at in range(first + skipped, length - steps_per_hour + 1, steps_per_hour):
        begin = start + at * step
        n = sum(sum(counts[at : at + steps_per_hour]) for counts in series)
        hours.append(HourCount(begin, int(n), not any(a < begin + HOUR and begin < b for a, b in excluded)))
    return hours
