"""The chart of a comparison: a line for each side, the times in which it was not read, and changes of rules.

Horizontal positions are percentages, so that the chart fits every screen without a script; heights are px. Two times of
one brand lie over each other: the second is moved to where the first begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from display.formatting import clock_time
from display.intervals import merge_intervals
from display.pages.mentions.axis import (
    LETTER_WIDTH_PX,
    NARROW_PX,
    WIDE_PX,
    Break,
    Scale,
    TextLabel,
    end_text,
    start_text,
    tick_labels,
)
from display.pages.mentions.chart_range import CountBins, Period, chart_periods
from display.pages.mentions.histogram import (
    LAYOUT_WIDTH_PX,
    TICK_STEPS,
    bin_edges,
    bin_label,
    bin_width,
    gap_labels,
    gap_text,
)
from display.pages.mentions.times import local_minute
from monitor.model import Bin, Gap, MentionFilter
from monitor.model.comparison import Comparison, SideFigures

PLOT_HEIGHT_PX = 200
TOP_PX = 20
"""Space for text above the plot."""
LABEL_HEIGHT_PX = 15
GAP_LABEL_Y = 14
MAX_LABEL_PLACES = 12
"""Points at which a line's name is tried, its highest first."""
GRID_STEPS = (1, 2, 5)
MAX_GRID_LINES = 4
MINUTE = timedelta(minutes=1)

Count = Callable[[MentionFilter, Sequence[datetime]], list[Bin]]
"""The mentions of a filter between each two consecutive edges."""


@dataclass(frozen=True, slots=True)
class Line:
    """A side's mentions over time."""

    name: str
    path: str
    """In a box of 100 x PLOT_HEIGHT_PX."""
    peak: int
    label: tuple[TextLabel, float] | None
    """Its name at one of its highest points, and the y of the text; None if there is no place."""
    unread: tuple[tuple[float, float], ...]
    """x and width of each time in which it was not fully read."""
    moved_by: timedelta
    """How much later than in fact its mentions are drawn."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One bin, with the mentions of each side."""

    x: float
    width: float
    label: str
    since: str
    """Its edges in the server's zone, as parameters."""
    until: str
    bins: tuple[Bin | None, ...]
    """None where a side's range is over."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A change of a rule."""

    x: float
    brand: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A row of times below the chart."""

    ticks: tuple[TextLabel, ...]
    narrow_ticks: tuple[TextLabel, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class CompareChart:
    """Everything that the chart shows."""

    unit: str
    lines: tuple[Line, ...]
    slots: tuple[Slot, ...]
    grid: tuple[tuple[float, int], ...]
    """y and number of each line across."""
    hatches: tuple[tuple[float, float], ...]
    """x and width of each time in which any side was not fully read."""
    gap_labels: tuple[TextLabel, ...]
    gaps: tuple[str, ...]
    flags: tuple[Flag, ...]
    axes: tuple[Axis, ...]
    """One; of two times of a brand, one for each."""
    breaks: tuple[Break, ...]

    @property
    def differs(self) -> bool:
        """Whether the sides were not read at different times, so that each needs a strip of its own."""
        return len({line.unread for line in self.lines}) > 1


def build_chart(comparison: Comparison, names: Sequence[str], count: Count, zone: tzinfo) -> CompareChart | None:
    """The chart; None if there is nothing to draw. ``names``: what each side is called."""
    periods = _periods(comparison, count, zone)
    if not periods:
        return None
    now, scale, edges = comparison.as_of, Scale(periods), bin_edges(periods, zone)
    moved = [_moved_by(comparison, side) for side in comparison.sides]
    rows = [_bins(side, edges, by, now, count) for side, by in zip(comparison.sides, moved, strict=True)]
    rows = [[one for one in row if any(start <= one.start < end for start, end in periods)] for row in rows]
    peak = max((one.n for row in rows for one in row), default=0) or 1
    gaps = [
        tuple(_moved_gap(gap, by) for gap in side.unread.gaps) for side, by in zip(comparison.sides, moved, strict=True)
    ]
    every_gap = list(dict.fromkeys(gap for of_side in gaps for gap in of_side))
    unit = bin_width(scale.shown)[1]
    step, named = TICK_STEPS.get(unit), [gap for gap in every_gap if gap.source]
    labels = tuple(gap_labels(named, scale, now, zone))
    taken = [(*_extent(label.x, label.text, label.anchor), float(GAP_LABEL_Y)) for label in labels]
    return CompareChart(
        unit=unit,
        lines=tuple(
            Line(
                name,
                _path(row, scale, peak),
                max((one.n for one in row), default=0),
                _label(name, row, scale, peak, taken),
                _spans(of_side, scale),
                by,
            )
            for name, row, of_side, by in zip(names, rows, gaps, moved, strict=True)
        ),
        slots=tuple(_slots(rows, scale, now, zone)),
        grid=tuple((round(TOP_PX + PLOT_HEIGHT_PX * (1 - n / peak), 1), n) for n in _grid(peak)),
        hatches=_spans(every_gap, scale),
        gap_labels=labels,
        gaps=tuple(gap_text(gap, now, zone) for gap in named),
        flags=tuple(_flags(comparison, scale, zone)),
        axes=tuple(_axis(periods, by, step, now, zone) for by in dict.fromkeys(moved)),
        breaks=tuple(scale.breaks(zone)),
    )


def _axis(periods: Sequence[Period], moved_by: timedelta, step: timedelta | None, now: datetime, zone: tzinfo) -> Axis:
    """The times of a side that is drawn ``moved_by`` later than in fact."""
    scale = Scale([Period(start - moved_by, end - moved_by) for start, end in periods])
    wide, narrow = (tuple(tick_labels(scale, step, now, zone, width)) for width in (WIDE_PX, NARROW_PX))
    return Axis(wide, narrow, start_text(scale.periods[0].start, step, now, zone), end_text(scale.until, now, zone))


def _periods(comparison: Comparison, count: Count, zone: tzinfo) -> list[Period]:
    """The axis: that of the first side, long enough for the others."""
    first, end = comparison.sides[0].side, comparison.as_of.replace(second=0, microsecond=0) + MINUTE
    if not comparison.is_of_brands and first.since:
        return [Period(first.since, first.since + max(side.length for side in comparison.sides))]
    return chart_periods(first.since, min(first.until or end, end), zone, _of_all(comparison, count))


def _of_all(comparison: Comparison, count: Count) -> CountBins:
    mentions = replace(comparison.sides[0].all_brands.filter, since=None, until=None)
    return lambda edges: count(mentions, edges)


def _moved_by(comparison: Comparison, side: SideFigures) -> timedelta:
    """How far a side lies from its place on the axis."""
    first = comparison.sides[0].side.since
    return first - side.side.since if first and side.side.since else timedelta(0)


def _bins(side: SideFigures, edges: Sequence[datetime], by: timedelta, now: datetime, count: Count) -> list[Bin]:
    """The side's mentions between the edges of the axis, as far as its range goes."""
    end = min(side.side.until or now + MINUTE, now + MINUTE) + by
    inside = [edge for edge in edges if edge < end] + [end]
    found = count(side.side.filter, [edge - by for edge in inside])
    return [replace(one, start=one.start + by, end=one.end + by) for one in found]


def _moved_gap(gap: Gap, by: timedelta) -> Gap:
    return replace(gap, since=gap.since + by, until=gap.until and gap.until + by)


def _spans(gaps: Iterable[Gap], scale: Scale) -> tuple[tuple[float, float], ...]:
    merged = merge_intervals((gap.since, gap.until or scale.until) for gap in gaps)
    return tuple(scale.span(start, end) for start, end in merged)


def _path(row: Sequence[Bin], scale: Scale, peak: int) -> str:
    """A line through the middle of each bin, interrupted where the axis is."""
    parts, end = list[str](), None
    for one in row:
        x, y = (scale.at(one.start) + scale.at(one.end)) / 2, PLOT_HEIGHT_PX * (1 - one.n / peak)
        parts.append(f"{'L' if one.start == end else 'M'}{x:.2f} {y:.1f}")
        end = one.end
    return "".join(parts)


def _label(
    name: str, row: Sequence[Bin], scale: Scale, peak: int, taken: list[tuple[float, float, float]]
) -> tuple[TextLabel, float] | None:
    """The name at one of the line's highest points where no other name is. ``taken``: left, right and y of each."""
    width = _width(name)
    for one in sorted(row, key=lambda each: -each.n)[:MAX_LABEL_PLACES]:
        x, y = (scale.at(one.start) + scale.at(one.end)) / 2, TOP_PX + PLOT_HEIGHT_PX * (1 - one.n / peak) - 5
        anchor = "end" if x > 100 - width else "start" if x < width else "middle"
        left, right = _extent(x, name, anchor)
        if one.n and all(left > b or right < a or abs(y - at) > LABEL_HEIGHT_PX for a, b, at in taken):
            taken.append((left, right, y))
            return TextLabel(round(x, 2), name, anchor), round(y, 1)
    return None


def _width(text: str) -> float:
    """Per cent of the chart, with a margin of a letter."""
    return (len(text) + 1) * LETTER_WIDTH_PX / LAYOUT_WIDTH_PX * 100


def _extent(x: float, text: str, anchor: str) -> tuple[float, float]:
    """From where to where a text reaches."""
    width = _width(text)
    left = x - width if anchor == "end" else x if anchor == "start" else x - width / 2
    return left, left + width


def _slots(rows: Sequence[Sequence[Bin]], scale: Scale, now: datetime, zone: tzinfo) -> Iterable[Slot]:
    by_start = [{one.start: one for one in row} for row in rows]
    for one in max(rows, key=len):
        left = scale.at(one.start)
        bins = tuple(of_side.get(one.start) for of_side in by_start)
        edges = local_minute(one.start, zone), local_minute(one.end, zone)
        yield Slot(left, round(scale.at(one.end) - left, 3), bin_label(one, now, zone), *edges, bins)


def _grid(peak: int) -> list[int]:
    """The numbers of the lines across: at most MAX_GRID_LINES, and none for a single mention."""
    factor = 1
    while True:
        for step in GRID_STEPS:
            if peak // (step * factor) <= MAX_GRID_LINES:
                return [n for n in range(step * factor, peak + 1, step * factor) if peak > 1]
        factor *= 10


def _flags(comparison: Comparison, scale: Scale, zone: tzinfo) -> Iterable[Flag]:
    """The changes within the axis."""
    for change in comparison.rule_changes:
        if scale.periods[0].start < change.at < scale.until:
            text = f"Rule of {change.brand} changed {clock_time(change.at, comparison.as_of, zone)}"
            yield Flag(scale.at(change.at), change.brand, change.version, text)
