"""The past as hours that tell what is usual: which of them say something, and how many mentions each brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from display.wall_state.horizon import Span
from monitor.analysis.baseline import HourCount
from monitor.model import VolumeSeries

HOUR = timedelta(hours=1)


def hours(pulses: Sequence[VolumeSeries], silent: Sequence[Span], zone: tzinfo) -> list[HourCount]:
    """Hours of the clock in ``zone`` over all of ``pulses``, which begin alike, from the first mention on.

    Those that lie in one of ``silent``, or touch it, say nothing.
    """
    if not pulses:
        return []
    start, step = pulses[0].start, pulses[0].step
    of_an_hour = HOUR // step
    counts = [of for p in pulses for of in p.n.values()]
    length = max(map(len, counts), default=0)
    first = min((next((i for i, n in enumerate(of) if n), length) for of in counts), default=length)
    skipped = to_the_hour(start + first * step, zone) // step
    found = []
    for at in range(first + skipped, length - of_an_hour + 1, of_an_hour):
        begins = start + at * step
        n = sum(sum(of[at : at + of_an_hour]) for of in counts)
        found.append(HourCount(begins, int(n), not any(a < begins + HOUR and begins < b for a, b in silent)))
    return found


def to_the_hour(time: datetime, zone: tzinfo) -> timedelta:
    """From ``time`` to the next full hour of the clock."""
    local = time.astimezone(zone)
    return -timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % HOUR
