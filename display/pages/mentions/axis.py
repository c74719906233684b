"""The time axis of the histogram: where a time stands, and the labels below it.

Positions are percentages of the width. Labels are placed for two widths of the chart, because text does not shrink with
it; the style sheet shows one of the two sets, and on a phone only the first and the last label.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from display.formatting import clock_time, day_and_month
from display.pages.mentions.chart_range import Period, next_month

LETTER_WIDTH_PX = 6.4
"""Mean width of a letter at 11.5 px."""
WIDE_PX, NARROW_PX = 996, 660
"""The least widths of the chart on a screen of at least 1100 px, and on one of at least 700 px."""
LABEL_DISTANCE_PX = 10
BREAK_PERCENT = 2.4
"""Width of the mark where the axis leaves out a time."""
MIN_HATCH_PERCENT = 0.3
DAY = timedelta(days=1)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
MIN_MONTH_PX, MIN_YEAR_PX = 46, 40
"""Least distance between two labels with names of months, and between two years."""


@dataclass(frozen=True, slots=True)
class TextLabel:
    """A text and its position; ``anchor`` is the SVG text-anchor."""

    x: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the axis leaves out a long time without mentions."""

    x: float
    width: float
    text: str
    """"none from 30 Jun 2014 to 1 Nov 2026"."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where times stand on an axis of ``periods``, with a break between each two."""

    periods: Sequence[Period]

    @property
    def until(self) -> datetime:
        """The right end."""
        return self.periods[-1].end

    @property
    def shown(self) -> timedelta:
        """The time on the axis."""
        return sum((end - start for start, end in self.periods), timedelta())

    def at(self, time: datetime) -> float:
        """Per cent of the width, within 0 and 100. A time in a break stands at its right end."""
        per_period = 100 - BREAK_PERCENT * (len(self.periods) - 1)
        left = 0.0
        for start, end in self.periods:
            if time <= end or end == self.until:
                left += max(timedelta(), min(time, end) - start) / self.shown * per_period
                break
            left += (end - start) / self.shown * per_period + BREAK_PERCENT
        return round(min(100.0, left), 3)

    def span(self, start: datetime, end: datetime) -> tuple[float, float]:
        """x and width of a span of time, wide enough to be visible."""
        x = min(self.at(start), 100 - MIN_HATCH_PERCENT)
        return x, round(max(MIN_HATCH_PERCENT, self.at(end) - x), 3)

    def breaks(self, zone: tzinfo) -> Iterable[Break]:
        """The breaks of the axis."""
        for (_, end), (start, _) in zip(self.periods, self.periods[1:], strict=False):
            first, last = end.astimezone(zone), (start - timedelta(minutes=1)).astimezone(zone)
            text = f"none from {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
            yield Break(round(self.at(start) - BREAK_PERCENT, 3), BREAK_PERCENT, text)


def tick_labels(scale: Scale, step: timedelta | None, now: datetime, zone: tzinfo, width_px: int) -> list[TextLabel]:
    """As many labels as fit below an axis of ``width_px``, each at its time, none under the time at the end.

    ``step``: the time between two labels; None for calendar months. After a break, the start of the period comes first.
    """
    taken = [(width_px - _text_width(end_text(scale.until, now, zone)), float("inf"))]
    chosen: dict[datetime, TextLabel] = {}
    for start, _ in scale.periods if len(scale.periods) > 1 else ():
        if label := _placed(scale, start, start_text(start, step, now, zone), width_px, taken):
            chosen[start] = label
    months = month_step(scale, width_px)
    for at in _tick_times(scale, step, months, zone):
        before = max((time for time in chosen if time < at), default=now)
        local, year = at.astimezone(zone), before.astimezone(zone).year
        if label := _placed(scale, at, tick_text(local, step, months, local.year != year), width_px, taken):
            chosen[at] = label
    return [chosen[at] for at in sorted(chosen)]


def _placed(scale: Scale, at: datetime, text: str, width_px: int, taken: list[tuple[float, float]]) -> TextLabel | None:
    """``text`` at ``at``, within the chart; None if it would touch what is in ``taken``, to which it is added."""
    x, width = scale.at(at), _text_width(text)
    px = x / 100 * width_px
    begins_here = px < width / 2
    left = px if begins_here else px - width / 2
    extent = (left, left + width)
    if any(extent[0] - LABEL_DISTANCE_PX < b and a < extent[1] + LABEL_DISTANCE_PX for a, b in taken):
        return None
    taken.append(extent)
    return TextLabel(x, text, "start" if begins_here else "middle")


def month_step(scale: Scale, width_px: int) -> int:
    """The months between two labels, so that they fit on an axis of ``width_px``."""
    px_per_month = width_px * timedelta(days=30.4) / scale.shown
    steps = (step for step in MONTH_STEPS if step * px_per_month >= (MIN_MONTH_PX if step < 12 else MIN_YEAR_PX))
    return next(steps, MONTH_STEPS[-1])


def _tick_times(scale: Scale, step: timedelta | None, months: int, zone: tzinfo) -> Iterable[datetime]:
    """Times for labels, those of each period in order; none at the very start."""
    for start, end in scale.periods:
        local = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        local = local if step else local.replace(day=1)
        while (at := local.replace(tzinfo=zone).astimezone(UTC)) < end:
            if at > start and (step or (local.year * 12 + local.month - 1) % months == 0):
                yield at
            local = local + step if step else next_month(local)


def tick_text(local: datetime, step: timedelta | None, months: int, with_year: bool) -> str:
    """ "Thu 26", "26 Nov", "15:00", "Apr", "2016"; ``with_year``: "26 Nov 2014", "Apr 2014"."""
    if step is None:
        return f"{local.year}" if months >= 12 else f"{local:%b %Y}" if with_year else f"{local:%b}"
    if with_year:
        return f"{local.day} {local:%b %Y}"
    if step < DAY:
        return f"{local:%H:%M}" if local.hour else f"{local:%a} {local.day}"
    return f"{local:%a} {local.day}" if step == DAY else f"{local.day} {local:%b}"


def start_text(start: datetime, step: timedelta | None, now: datetime, zone: tzinfo) -> str:
    """The time at the left end or after a break: "09:15" today, "Sun 29 Nov, 12:00", "24 Nov", "Jun 2014"."""
    local, today = start.astimezone(zone), now.astimezone(zone)
    if step is not None and step < DAY:
        return clock_time(start, now, zone)
    if step is None and local.day == 1:
        return f"{local:%b}" if local.year == today.year else f"{local:%b %Y}"
    return day_and_month(local, today)


def end_text(until: datetime, now: datetime, zone: tzinfo) -> str:
    """The time at the right end: "15:44" today, else the last day, "29 Nov"."""
    local, today = min(until, now).astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return day_and_month((until - timedelta(minutes=1)).astimezone(zone), today)


def _text_width(text: str) -> float:
    return len(text) * LETTER_WIDTH_PX
