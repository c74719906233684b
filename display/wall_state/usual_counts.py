"""Counts compared with the usual ones: the line on the horizon, and whether an hour is busy, quiet or normal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from display.wall_state.document import StateKind
from monitor.analysis.baseline import Baseline, HourlyRange
from monitor.model import Bin

HOUR = timedelta(hours=1)
BUSY_ABOVE_USUAL = 5
"""A busy hour has at least this many mentions more than the median."""
MIN_USUAL_FOR_QUIET = 8
"""An hour is never called quiet if its median is below this many mentions."""


def expected_range(baseline: Baseline, now: datetime) -> HourlyRange | None:
    """The usual range of the hour that ends at ``now``: its two clock hours, weighted by how much of each it covers."""
    local = now.astimezone(baseline.zone)
    part = (local.minute * 60 + local.second) / HOUR.total_seconds()
    before, after = baseline.at(now - HOUR), baseline.at(now)
    if before is None or after is None:
        return after if part >= 0.5 else before
    return HourlyRange(*(b + (a - b) * part for b, a in zip(_figures(before), _figures(after), strict=True)))


def hour_kind(n: int, usual: HourlyRange) -> StateKind:
    """BUSY, QUIET or NORMAL, for ``n`` mentions in an hour that usually brings ``usual``."""
    if n > usual.high and n >= usual.median + BUSY_ABOVE_USUAL:
        return StateKind.BUSY
    if n < usual.low and usual.median >= MIN_USUAL_FOR_QUIET:
        return StateKind.QUIET
    return StateKind.NORMAL


def is_usual(n: int, usual: HourlyRange) -> bool:
    """Whether ``n`` mentions in an hour are as many as usual: neither more nor fewer than in nine of ten such hours."""
    return usual.low <= n <= usual.high


def usual_per_bin(baseline: Baseline, bins: Sequence[Bin]) -> tuple[float | None, ...]:
    """What is usual for each of ``bins``, None where that is unknown; empty if it is unknown for all."""
    ranges = [baseline.at(b.start + (b.end - b.start) / 2) for b in bins]
    if not any(ranges):
        return ()
    return tuple(
        None if r is None else r.median * ((b.end - b.start) / HOUR) for r, b in zip(ranges, bins, strict=True)
    )


def _figures(range_: HourlyRange) -> tuple[float, float, float]:
    return range_.median, range_.low, range_.high
