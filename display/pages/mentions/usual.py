"""What the bars of the histogram usually are: the median of the same clock hour over four weeks, for any filter.

The same baseline as on the wall, which has it for brands only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from display.intervals import until_next_hour
from display.pages.mentions.chart_range import Period
from monitor.analysis.baseline import BASELINE_DAYS, Baseline, HourCount, baseline_of
from monitor.model import Bin

HOUR = timedelta(hours=1)
MAX_SPAN = timedelta(days=32)
"""Longer charts have bins of a day and more, and show the course of a year rather than what is usual."""


class UsualCounts(Protocol):
    """What a line beside the bars shows."""

    def of(self, start: datetime, end: datetime) -> float | None:
        """Mentions in [start, end); None if too little is known."""
        ...

    @property
    def rule_changed(self) -> bool:
        """Whether nothing is known because a rule changed."""
        ...


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a view."""

    baseline: Baseline
    rule_changed: bool = False

    def of(self, start: datetime, end: datetime) -> float | None:
        """Mentions in [start, end); None if too little is known."""
        total, at = 0.0, start
        while at < end:
            until = min(end, at + (until_next_hour(at, self.baseline.zone) or HOUR))
            usual = self.baseline.at(at)
            if usual is None:
                return None
            total += usual.median * ((until - at) / HOUR)
            at = until
        return total


def hour_edges(until: datetime, zone: tzinfo) -> list[datetime]:
    """The full hours of the four weeks before ``until``, ascending."""
    start = until - timedelta(days=BASELINE_DAYS)
    first = start + until_next_hour(start, zone)
    return [first + n * HOUR for n in range((until - first) // HOUR + 1)]


def usual_of(
    hours: Sequence[Bin], excluded: Iterable[Period], zone: tzinfo, changed: Iterable[Period] = ()
) -> Usual | None:
    """What is usual, from the counts of ``hours``; None with too few days.

    Hours before the first mention do not count, and neither do those that overlap a period of ``excluded``, or one of
    ``changed``: the times whose counts a change of a rule has made incomparable.
    """
    spans, incomparable = list(excluded), list(changed)
    baseline = _baseline(hours, [*spans, *incomparable], zone)
    if baseline.ranges:
        return Usual(baseline)
    is_known_otherwise = bool(incomparable and _baseline(hours, spans, zone).ranges)
    return Usual(baseline, rule_changed=True) if is_known_otherwise else None


def _baseline(hours: Sequence[Bin], excluded: Sequence[Period], zone: tzinfo) -> Baseline:
    first = next((number for number, hour in enumerate(hours) if hour.n), len(hours))
    counts = [
        HourCount(hour.start, hour.n, not any(a < hour.end and hour.start < b for a, b in excluded))
        for hour in hours[first:]
    ]
    return baseline_of(counts, zone)


def usual_number(n: float) -> str:
    """A usual count as people read it: "15", "1,200", "under 1"."""
    return "under 1" if 0 < n < 0.5 else f"{round(n):,}"
