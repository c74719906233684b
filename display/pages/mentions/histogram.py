"""The histogram above the list, as numbers for an SVG: bars, hatched gaps, tick labels and their texts.

Horizontal positions are percentages of the width, so that the chart fits every screen without a script; heights are px.
Mentions are placed by their time of publication. Times in which a source was not read are hatched, always with a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from display.formatting import day_and_month, format_duration, pluralize
from display.intervals import merge_intervals
from display.pages.mentions.axis import (
    DAY,
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
from display.pages.mentions.chart_range import Period, next_month
from display.pages.mentions.usual import UsualCounts
from monitor.model import Bin, Gap, RuleChange

PLOT_HEIGHT_PX = 62
"""Height of the tallest bar."""
LABEL_HEIGHT_PX = 15
"""Space for text above the plot."""
BAR_SHARE = 0.84
"""Share of its slot that a bar fills."""
LAYOUT_WIDTH_PX = 1156
"""Width that text is laid out for; narrower screens show less text."""
LEGEND_PERCENT = 37.0
"""Width of the legend at the left, above the plot."""
MAX_GAP_TEXT_CHARS = 60

BIN_WIDTHS = (
    (timedelta(hours=25), timedelta(minutes=15), "15 min"),
    (timedelta(days=8), timedelta(hours=1), "hour"),
    (timedelta(days=32), timedelta(hours=6), "6 hours"),
    (timedelta(days=200), DAY, "day"),
    (timedelta(days=1500), 7 * DAY, "week"),
)
"""(longest span, width of its bins, name of a bin). Longer spans are drawn in calendar months."""
TICK_STEPS = {"15 min": timedelta(hours=3), "hour": DAY, "6 hours": 5 * DAY}
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
    usual: float | None = None
    """How many mentions it usually has, if that is known."""


@dataclass(frozen=True, slots=True)
class RuleFlag:
    """A change of the rule of a brand or a topic, which may be why the counts rise or fall from there on."""

    x: float
    brand: str
    """Empty if it is the rule of a topic."""
    version: int
    text: str
    """"Rule of Acme changed Tue 17 Nov, 14:05"."""
    topic: str


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
    narrow_ticks: tuple[TextLabel, ...]
    """Those for a screen of less than 1100 px."""
    start: str
    """The time at the left end, for a phone, which shows no ticks."""
    end: str
    """The time at the right end."""
    breaks: tuple[Break, ...]
    unread_now: str
    """The text about sources that are not read now, for a narrow screen."""
    usual_path: str = ""
    """Path of the stepped line of usual counts, in a box of 100 x PLOT_HEIGHT_PX; empty if they are not known."""
    rule_changed: bool = False
    """Whether what is usual is not known because a rule changed."""
    flags: tuple[RuleFlag, ...] = ()

    @property
    def total(self) -> int:
        """Mentions in all bars."""
        return sum(bar.bin.n for bar in self.bars)


def bin_width(shown: timedelta) -> tuple[timedelta | None, str]:
    """The width of a bin of a chart of that much time, and its name; None for calendar months."""
    for longest, width, name in BIN_WIDTHS:
        if shown <= longest:
            return width, name
    return None, "month"


def bin_edges(periods: Sequence[Period], zone: tzinfo) -> list[datetime]:
    """Edges of the bins of ``periods``, in UTC. The inner ones are whole units of the zone's clock."""
    width, _ = bin_width(Scale(periods).shown)
    edges = list[datetime]()
    for since, until in periods:
        inner = _aligned_times(since, until, width, zone)
        edges += [since, *(at for at in inner if since < at < until), until]
    return edges


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
        local = next_month(local) if width is None else local + width


def build_histogram(
    bins: Sequence[Bin],
    periods: Sequence[Period],
    gaps: Sequence[Gap],
    now: datetime,
    zone: tzinfo,
    usual: UsualCounts | None = None,
    changes: Sequence[RuleChange] = (),
) -> Histogram | None:
    """The chart of ``bins`` in ``periods``; None if there are none. Gaps and changes outside it are left out."""
    bins = [b for b in bins if any(start <= b.start < end for start, end in periods)]
    if not bins:
        return None
    scale = Scale(periods)
    since, until = bins[0].start, scale.until
    visible = [gap for gap in gaps if gap.since < until and (gap.until or now) > since]
    peak, unit = max(b.n for b in bins), bin_width(scale.shown)[1]
    usually = [usual.of(b.start, b.end) if usual else None for b in bins]
    px_per_mention = PLOT_HEIGHT_PX / (max(peak, *(n or 0 for n in usually)) or 1)
    step = TICK_STEPS.get(unit)
    return Histogram(
        unit=unit,
        peak=peak,
        bars=tuple(_bar(b, n, px_per_mention, scale, visible, now, zone) for b, n in zip(bins, usually, strict=True)),
        hatches=tuple(scale.span(a, b) for a, b in merge_intervals((g.since, g.until or until) for g in visible)),
        gap_labels=tuple(gap_labels(visible, scale, now, zone, LEGEND_PERCENT)),
        gaps=tuple(gap_text(gap, now, zone) for gap in visible),
        ticks=tuple(tick_labels(scale, step, now, zone, WIDE_PX)),
        narrow_ticks=tuple(tick_labels(scale, step, now, zone, NARROW_PX)),
        start=start_text(since, step, now, zone),
        end=end_text(until, now, zone),
        breaks=tuple(scale.breaks(zone)),
        unread_now=_unread_text(gap for gap in visible if gap.until is None),
        usual_path=_usual_path([(scale.at(b.start), scale.at(b.end)) for b in bins], usually, px_per_mention),
        rule_changed=usual is not None and usual.rule_changed,
        flags=tuple(_flag(change, scale, now, zone) for change in changes if since < change.at < until),
    )


def _usual_path(spans: Sequence[tuple[float, float]], usual: Sequence[float | None], px_per_mention: float) -> str:
    """Horizontal steps, joined where one bin follows the other and both have a usual count."""
    parts, end = list[str](), -1.0
    for (left, right), n in zip(spans, usual, strict=True):
        if n is not None:
            y = round(PLOT_HEIGHT_PX - n * px_per_mention, 1)
            parts.append(f"{f'V{y:g}' if end == left else f'M{left:g} {y:g}'}H{right:g}")
            end = right
    return "".join(parts)


def _flag(change: RuleChange, scale: Scale, now: datetime, zone: tzinfo) -> RuleFlag:
    at = change.at.astimezone(zone)
    when = f"{at:%a} {day_and_month(at, now.astimezone(zone))}, {at:%H:%M}"
    return RuleFlag(scale.at(change.at), change.brand, change.version, _flag_text(change, when), change.topic)


def _flag_text(change: RuleChange, when: str) -> str:
    person = f" by {change.person}" if change.person else ""
    text = f"Rule of {change.brand or f'the topic {change.topic}'} changed {when}{person}"
    if change.entered is not None and change.left is not None:
        text += f": {pluralize(change.entered, 'mention')} entered, {change.left:,} left"
    if change.unfinished:
        return f"{text} so far; nothing is compared until all stored posts are matched again"
    return (
        f"{text}. It may find posts that were not kept before, so counts before it are not compared"
        if change.widens
        else text
    )


def _bar(
    b: Bin,
    usual: float | None,
    px_per_mention: float,
    scale: Scale,
    gaps: Sequence[Gap],
    now: datetime,
    zone: tzinfo,
) -> HistogramBar:
    left, width = scale.at(b.start), round(scale.at(b.end) - scale.at(b.start), 3)
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
        label=bin_label(b, now, zone),
        partly_unread=any(g.since < b.end and (g.until or now) > b.start for g in gaps),
        usual=usual,
    )


def bin_label(b: Bin, now: datetime, zone: tzinfo) -> str:
    """The time of a bin: "Tue 17 Nov, 14:00 to 15:00", "Tue 17 Nov 2026", "Mon 16 Nov to 22 Nov 2026", "Nov 2014"."""
    start, end = b.start.astimezone(zone), b.end.astimezone(zone)
    if end - start < DAY - timedelta(hours=1):
        return f"{start:%a} {day_and_month(start, now.astimezone(zone))}, {start:%H:%M} to {end:%H:%M}"
    last = (end - timedelta(minutes=1)).date()
    if (start.day, end.day) == (1, 1) and last.month == start.month:
        return f"{start:%b %Y}"
    day = f"{start:%a} {start.day} {start:%b}"
    return f"{day} {start.year}" if last == start.date() else f"{day} to {last.day} {last:%b %Y}"


def gap_text(gap: Gap, now: datetime, zone: tzinfo) -> str:
    """ "no Reddit since 13:05" or "no Reddit since Tue 17 Nov" while it is open, "no X for 7 h" once it is over."""
    if gap.until is not None:
        return f"no {gap.source} for {format_duration(gap.until - gap.since)}"
    since, today = gap.since.astimezone(zone), now.astimezone(zone)
    is_today = since.date() == today.date()
    return f"no {gap.source} since " + (f"{since:%H:%M}" if is_today else f"{since:%a} {day_and_month(since, today)}")


def gap_labels(
    gaps: Sequence[Gap], scale: Scale, now: datetime, zone: tzinfo, legend_percent: float = 0.0
) -> Iterable[TextLabel]:
    """Labels for as many gaps as have space: the open ones at the right end, then the longest over their middle.

    ``legend_percent``: what the legend takes at the left.
    """
    taken = [(0.0, legend_percent)]
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
