"""Intervals on a time axis or on the width of a chart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

HOUR = timedelta(hours=1)

Position = TypeVar("Position", float, datetime)


def merge_intervals(intervals: Iterable[tuple[Position, Position]]) -> list[tuple[Position, Position]]:
    """``intervals`` in order, with those that touch or overlap merged into one."""
    merged: list[tuple[Position, Position]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def until_next_hour(time: datetime, zone: tzinfo) -> timedelta:
    """The time from ``time`` to the next full hour in ``zone``; zero on the hour."""
    local = time.astimezone(zone)
    return -timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % HOUR
