"""Intervals on a time axis or on the width of a chart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

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
