"""What is usual beside what is: the line on the horizon, and whether an hour is busy, quiet or normal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from display.wall_state.document import Kind
from monitor.analysis.baseline import Baseline, HourlyRange
from monitor.model import Bin

HOUR = timedelta(hours=1)
BUSY_BY = 5
"""Mentions above the usual under which an hour is not busy."""
QUIET_FROM = 8
"""Usual mentions an hour under which none is quiet."""


def expected(usual: Baseline, now: datetime) -> HourlyRange | None:
    """What the hour that ends ``now`` usually brings: each of its two clock hours by its part."""
    local = now.astimezone(usual.zone)
    part = (local.minute * 60 + local.second) / HOUR.total_seconds()
    before, after = usual.at(now - HOUR), usual.at(now)
    if before is None or after is None:
        return after if part >= 0.5 else before
    return HourlyRange(
        *(b + (a - b) * part for b, a in zip(_figures(before), _figures(after), strict=True)),
    )


def standing(n: int, usual: HourlyRange) -> Kind:
    """Busy, quiet or normal: ``n`` mentions in an hour that usually brings ``usual``."""
    if n > usual.high and n >= usual.median + BUSY_BY:
        return Kind.BUSY
    if n < usual.low and usual.median >= QUIET_FROM:
        return Kind.QUIET
    return Kind.NORMAL


def line(usual: Baseline, bins: Sequence[Bin]) -> tuple[float | None, ...]:
    """What is usual for each of ``bins``; empty where nobody knows anything."""
    found = [usual.at(b.start + (b.end - b.start) / 2) for b in bins]
    if not any(found):
        return ()
    return tuple(None if r is None else r.median * ((b.end - b.start) / HOUR) for r, b in zip(found, bins, strict=True))


def _figures(range_: HourlyRange) -> tuple[float, float, float]:
    return range_.median, range_.low, range_.high
