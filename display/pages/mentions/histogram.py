"""The histogram above the list, as numbers for an SVG: bars, hatched gaps, tick labels and their texts.

Horizontal positions are percentages of the width, so that the chart fits every screen without a script; heights are px.
Mentions are placed by their time of publication. Times in which a source was not read are hatched, always with a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from display.formatting import format_duration
from display.intervals import merge_intervals
from monitor.model import Bin, Gap

PLOT_HEIGHT_PX = 62
"""Height of the tallest bar."""
LABEL_HEIGHT_PX = 15
"""Space for text above the plot."""
BAR_SHARE = 0.84
"""Share of its slot that a bar fills."""
LAYOUT_WIDTH_PX = 1156
"""Width that text is laid out for; narrower screens show less text."""
LETTER_WIDTH_PX = 6.4
"""Mean width of a letter at 11.5 px."""
LEGEND_PERCENT = 37.0
"""Width of the legend at the left, above the plot."""
MIN_TICK_DISTANCE_PERCENT = 6.0
MAX_TICK_PERCENT = 93.5
"""Further right, the label of a tick would touch the time at the end."""
MIN_HATCH_PERCENT = 0.3
MAX_GAP_TEXT_CHARS = 60

DAY = timedelta(days=1)
BIN_WIDTHS = (
    (timedelta(hours=25), timedelta(minutes=15), "15 min"),
    (timedelta(days=8), timedelta(hours=1), "hour"),
    (timedelta(days=32), timedelta(hours=6), "6 hours"),
    (timedelta(days=200), DAY, "day"),
    (timedelta(days=1500), 7 * DAY, "week"),
)
"""(longest span, width of its bins, name of a bin). Longer spans are drawn in calendar months."""
_TICK_STEPS = {"15 min": timedelta(hours=3), "hour": DAY, "6 hours": 5 * DAY}
"""Bin -> time between two ticks; with wider bins there is a tick at each month."""


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """One bin: its position and the heights of its two parts."""

    x: float
    width: float
    slot: tuple[float, float]
    """Left edge and width of the whole slot, which reacts to the pointer."""
    rest: tuple[float, float]
    """y and height of the part that is not negative."""
    negative: tuple[float, float]
    """y and height of the negative part, which stands on the axis."""
    bin: Bin
    label: str
    """"Tue 17 Nov, 14:00 to 15:00"."""
    partly_unread: bool
    """Whether a source was not read in a part of it, so that its count is a minimum."""


@dataclass(frozen=True, slots=True)
class TextLabel:
    """A text and its position; ``anchor`` is the SVG text-anchor."""

    x: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Everything that the chart shows."""

    unit: str
    """What one bar represents: "hour"."""
    peak: int
    bars: tuple[HistogramBar, ...]
    hatches: tuple[tuple[float, float], ...]
    """x and width of each time in which a source was not read."""
    gap_labels: tuple[TextLabel, ...]
    gaps: tuple[str, ...]
    """Every gap in words, for the table."""
    ticks: tuple[TextLabel, ...]
    end: str
    """The time at the right end."""
    unread_now: str
    """The text about sources that are not read now, for a narrow screen."""

    @property
    def total(self) -> int:
        """Mentions in all bars."""
        return sum(bar.bin.n for bar in self.bars)


def bin_width(since: datetime, until: datetime) -> tuple[timedelta | None, str]:
    """The width of a bin over that span and its name; None for calendar months."""
    for longest, width, name in BIN_WIDTHS:
        if until - since <= longest:
            return width, name
    return None, "month"


def bin_edges(since: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Edges of the bins from ``since`` to ``until``, in UTC. The inner ones are whole units of the zone's clock."""
    width, _ = bin_width(since, until)
    inner = _aligned_times(since, until, width, zone)
    return [since, *(at for at in inner if since < at < until), until]


def _aligned_times(since: datetime, until: datetime, width: timedelta | None, zone: tzinfo) -> Iterable[datetime]:
    """Whole units from before ``since``: up to an hour in absolute time, longer ones by the calendar."""
    hour = since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if width is not None and width <= timedelta(hours=1):
        at = hour.astimezone(UTC)
        while (at := at + width) < until:
            yield at
        return
    local = hour.replace(hour=0, tzinfo=None)
    local -= timedelta(days=local.weekday()) if width == 7 * DAY else timedelta(0)
    local = local.replace(day=1) if width is None else local
    while (at := local.replace(tzinfo=zone).astimezone(UTC)) < until:
        yield at
        local = _next_month(local) if width is None else local + width


def build_histogram(bins: Sequence[Bin], gaps: Sequence[Gap], now: datetime, zone: tzinfo) -> Histogram | None:
    """The chart of adjacent ``bins``; None if there are none. Gaps outside it are left out."""
    if not bins:
        return None
    since, until = bins[0].start, bins[-1].end
    scale = _Scale(since, until)
    visible = [gap for gap in gaps if gap.since < until and (gap.until or now) > since]
    peak = max(b.n for b in bins)
    return Histogram(
        unit=bin_width(since, until)[1],
        peak=peak,
        bars=tuple(_bar(b, peak, scale, visible, now, zone) for b in bins),
        hatches=tuple(scale.span(a, b) for a, b in merge_intervals((g.since, g.until or until) for g in visible)),
        gap_labels=tuple(_gap_labels(visible, scale, now, zone)),
        gaps=tuple(gap_text(gap, now, zone) for gap in visible),
        ticks=tuple(_ticks(since, until, scale, zone)),
        end=_end_text(until, now, zone),
        unread_now=_unread_text(gap for gap in visible if gap.until is None),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    since: datetime
    until: datetime

    def at(self, time: datetime) -> float:
        """Per cent of the width, within 0 and 100."""
        part = (time - self.since) / (self.until - self.since) * 100
        return round(min(100.0, max(0.0, part)), 3)

    def span(self, start: datetime, end: datetime) -> tuple[float, float]:
        """x and width of a span of time, wide enough to be visible."""
        x = min(self.at(start), 100 - MIN_HATCH_PERCENT)
        return x, round(max(MIN_HATCH_PERCENT, self.at(end) - x), 3)


def _bar(b: Bin, peak: int, scale: _Scale, gaps: Sequence[Gap], now: datetime, zone: tzinfo) -> HistogramBar:
    left, width = scale.at(b.start), round(scale.at(b.end) - scale.at(b.start), 3)
    px_per_mention = PLOT_HEIGHT_PX / peak if peak else 0.0
    whole = max(1.0, b.n * px_per_mention) if b.n else 0.0
    negative = max(1.0, b.negative * px_per_mention) if b.negative else 0.0
    separator = 1.0 if negative and whole - negative > 1.0 else 0.0
    axis = LABEL_HEIGHT_PX + PLOT_HEIGHT_PX
    return HistogramBar(
        x=round(left + width * (1 - BAR_SHARE) / 2, 3),
        width=round(width * BAR_SHARE, 3),
        slot=(left, width),
        rest=(round(axis - whole, 2), round(max(0.0, whole - negative - separator), 2)),
        negative=(round(axis - negative, 2), round(negative, 2)),
        bin=b,
        label=bin_label(b, zone),
        partly_unread=any(g.since < b.end and (g.until or now) > b.start for g in gaps),
    )


def bin_label(b: Bin, zone: tzinfo) -> str:
    """The time of a bin: "Tue 17 Nov, 14:00 to 15:00", "Tue 17 Nov 2026", "Mon 16 Nov to 22 Nov 2026"."""
    start, end = b.start.astimezone(zone), b.end.astimezone(zone)
    day = f"{start:%a} {start.day} {start:%b}"
    if end - start < DAY - timedelta(hours=1):
        return f"{day}, {start:%H:%M} to {end:%H:%M}"
    last = (end - timedelta(minutes=1)).date()
    return f"{day} {start.year}" if last == start.date() else f"{day} to {last.day} {last:%b %Y}"


def gap_text(gap: Gap, now: datetime, zone: tzinfo) -> str:
    """ "no Reddit since 13:05" or "no Reddit since Tue 17 Nov" while it is open, "no X for 7 h" once it is over."""
    if gap.until is not None:
        return f"no {gap.source} for {format_duration(gap.until - gap.since)}"
    since = gap.since.astimezone(zone)
    today = since.date() == now.astimezone(zone).date()
    return f"no {gap.source} since " + (f"{since:%H:%M}" if today else f"{since:%a} {since.day} {since:%b}")


def _gap_labels(gaps: Sequence[Gap], scale: _Scale, now: datetime, zone: tzinfo) -> Iterable[TextLabel]:
    """Labels for as many gaps as have space: the open ones at the right end, then the longest over their middle."""
    taken = [(0.0, LEGEND_PERCENT)]
    if open_gaps := [g for g in gaps if g.until is None and scale.until >= now - timedelta(minutes=2)]:
        text = ", ".join(gap_text(g, now, zone) for g in open_gaps)
        text = text if len(text) <= MAX_GAP_TEXT_CHARS else _unread_text(open_gaps)
        taken.append((100 - _text_width(text), 100.0))
        yield TextLabel(100.0, text, "end")
    closed = [g for g in gaps if g.until is not None]
    for gap in sorted(closed, key=lambda g: g.since - (g.until or now)):
        text = gap_text(gap, now, zone)
        middle = (scale.at(gap.since) + scale.at(gap.until or now)) / 2
        left, right = middle - _text_width(text) / 2, middle + _text_width(text) / 2
        if right <= 100 and all(right < a or left > b for a, b in taken):
            taken.append((left, right))
            yield TextLabel(round(middle, 3), text, "middle")


def _unread_text(gaps: Iterable[Gap]) -> str:
    n = len({gap.source for gap in gaps})
    return f"{n} source{'' if n == 1 else 's'} not read" if n else ""


def _text_width(text: str) -> float:
    """Per cent of the width, with a margin of 1."""
    return len(text) * LETTER_WIDTH_PX / LAYOUT_WIDTH_PX * 100 + 1


def _ticks(since: datetime, until: datetime, scale: _Scale, zone: tzinfo) -> Iterable[TextLabel]:
    """As many labels under the axis as fit, each at the time it names, none under the time at the end."""
    width, name = bin_width(since, until)
    step = _TICK_STEPS.get(name)
    last = -100.0
    for at in _tick_times(since, until, step, zone):
        x = scale.at(at)
        if since < at and x - last >= MIN_TICK_DISTANCE_PERCENT and x <= MAX_TICK_PERCENT:
            last = x
            yield TextLabel(x, _tick_text(at.astimezone(zone), step, width))


def _tick_times(since: datetime, until: datetime, step: timedelta | None, zone: tzinfo) -> Iterable[datetime]:
    local = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    local = local if step else local.replace(day=1)
    while (at := local.replace(tzinfo=zone).astimezone(UTC)) < until:
        yield at
        local = local + step if step else _next_month(local)


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def _tick_text(local: datetime, step: timedelta | None, width: timedelta | None) -> str:
    if step is None:
        return f"{local:%b %Y}" if width is None or local.month == 1 else f"{local:%b}"
    if step < DAY:
        return f"{local:%H:%M}" if local.hour else f"{local:%a} {local.day}"
    return f"{local:%a} {local.day}" if step == DAY else f"{local.day} {local:%b}"


def _end_text(until: datetime, now: datetime, zone: tzinfo) -> str:
    local = min(until, now).astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local.day} {local:%b %Y}"
