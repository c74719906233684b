"""The histogram over the list, as numbers for an SVG: bars, hatched gaps, ticks and their words.

Positions are per cent of the width, so that the drawing fits every screen without a script; heights are px.
A mention's place is its published time. Where a source could not be read the ground is hatched, always with words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from display.formatting import duration
from display.intervals import merge_intervals
from monitor.model import Bin, Gap

PLOT = 62
"""Height of the tallest bar, px."""
ABOVE = 15
"""Room for words above the plot, px."""
FILLED = 0.84
"""Part of its slot that a bar fills."""
FULL_WIDTH = 1156
"""Width that words are laid out for, px; narrower screens show fewer of them."""
LETTER = 6.4
"""Mean width of a letter at 11.5 px."""
LEGEND = 37.0
"""Per cent of the width that the legend takes at the left, above the plot."""

DAY = timedelta(days=1)
STEPS = (
    (timedelta(hours=25), timedelta(minutes=15), "15 min"),
    (timedelta(days=8), timedelta(hours=1), "hour"),
    (timedelta(days=32), timedelta(hours=6), "6 hours"),
    (timedelta(days=200), DAY, "day"),
    (timedelta(days=1500), 7 * DAY, "week"),
)
"""Spans up to the first are drawn in bins of the second; longer ones by month."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin: where it stands, and how high its negative foot and the rest are."""

    x: float
    width: float
    slot: tuple[float, float]
    """Left edge and width of the whole slot, which is what can be pointed at."""
    rest: tuple[float, float]
    """y and height of what is not negative."""
    foot: tuple[float, float]
    """y and height of the negative part."""
    bin: Bin
    label: str
    """"Tue 17 Nov, 14:00 to 15:00"."""
    partly: bool
    """Some of it was not read, so its count is the least there can be."""


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text: where, and which of its ends stands there ("start", "middle", "end")."""

    x: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Chart:
    """All there is to draw."""

    unit: str
    """"hour": what one bar stands for."""
    peak: int
    bars: tuple[Bar, ...]
    hatches: tuple[tuple[float, float], ...]
    """x and width of what was not read."""
    gap_words: tuple[Words, ...]
    gaps: tuple[str, ...]
    """Every gap in words, for the table."""
    ticks: tuple[Words, ...]
    end: str
    """The time at the right end."""
    blind_now: str
    """What a narrow screen says of sources that are not read now."""

    @property
    def total(self) -> int:
        """Mentions in all bars."""
        return sum(bar.bin.n for bar in self.bars)


def unit(since: datetime, until: datetime) -> tuple[timedelta | None, str]:
    """How wide a bin is over that span, None for calendar months, and its name."""
    for longest, step, name in STEPS:
        if until - since <= longest:
            return step, name
    return None, "month"


def edges(since: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Edges of the bins from ``since`` to ``until``, in UTC: whole units of the zone's clock but for the two ends."""
    step, _ = unit(since, until)
    inner = _aligned(since, until, step, zone)
    return [since, *(at for at in inner if since < at < until), until]


def _aligned(since: datetime, until: datetime, step: timedelta | None, zone: tzinfo) -> Iterable[datetime]:
    """Whole units from before ``since`` on. By the hour and less in absolute time, else by the calendar."""
    here = since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if step is not None and step <= timedelta(hours=1):
        at = here.astimezone(UTC)
        while (at := at + step) < until:
            yield at
        return
    wall = here.replace(hour=0, tzinfo=None)
    wall -= timedelta(days=wall.weekday()) if step == 7 * DAY else timedelta(0)
    wall = wall.replace(day=1) if step is None else wall
    while (at := wall.replace(tzinfo=zone).astimezone(UTC)) < until:
        yield at
        wall = (wall + timedelta(days=32)).replace(day=1) if step is None else wall + step


def draw(bins: Sequence[Bin], gaps: Sequence[Gap], now: datetime, zone: tzinfo) -> Chart | None:
    """The chart of ``bins``, which follow each other; None without any. ``gaps`` beyond it are left out."""
    if not bins:
        return None
    since, until = bins[0].start, bins[-1].end
    scale = _Scale(since, until)
    seen = [gap for gap in gaps if gap.since < until and (gap.until or now) > since]
    peak = max(b.n for b in bins)
    return Chart(
        unit=unit(since, until)[1],
        peak=peak,
        bars=tuple(_bar(b, peak, scale, seen, now, zone) for b in bins),
        hatches=tuple(scale.span(a, b) for a, b in merge_intervals((g.since, g.until or until) for g in seen)),
        gap_words=tuple(_placed(seen, scale, now, zone)),
        gaps=tuple(gap_sentence(gap, now, zone) for gap in seen),
        ticks=tuple(_ticks(since, until, scale, zone)),
        end=_end(until, now, zone),
        blind_now=_sources_not_read(gap for gap in seen if gap.until is None),
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
        """x and width of a time; never so narrow that it could not be seen."""
        x = min(self.at(start), 99.7)
        return x, round(max(0.3, self.at(end) - x), 3)


def _bar(b: Bin, peak: int, scale: _Scale, gaps: Sequence[Gap], now: datetime, zone: tzinfo) -> Bar:
    left, width = scale.at(b.start), round(scale.at(b.end) - scale.at(b.start), 3)
    per = PLOT / peak if peak else 0.0
    whole = max(1.0, b.n * per) if b.n else 0.0
    foot = max(1.0, b.negative * per) if b.negative else 0.0
    parted = 1.0 if foot and whole - foot > 1.0 else 0.0
    return Bar(
        x=round(left + width * (1 - FILLED) / 2, 3),
        width=round(width * FILLED, 3),
        slot=(left, width),
        rest=(round(ABOVE + PLOT - whole, 2), round(max(0.0, whole - foot - parted), 2)),
        foot=(round(ABOVE + PLOT - foot, 2), round(foot, 2)),
        bin=b,
        label=bin_label(b, zone),
        partly=any(g.since < b.end and (g.until or now) > b.start for g in gaps),
    )


def bin_label(b: Bin, zone: tzinfo) -> str:
    """When a bin is, as people say it."""
    start, end = b.start.astimezone(zone), b.end.astimezone(zone)
    day = f"{start:%a} {start.day} {start:%b}"
    if end - start < DAY - timedelta(hours=1):
        return f"{day}, {start:%H:%M} to {end:%H:%M}"
    last = (end - timedelta(minutes=1)).date()
    return f"{day} {start.year}" if last == start.date() else f"{day} to {last.day} {last:%b %Y}"


def gap_sentence(gap: Gap, now: datetime, zone: tzinfo) -> str:
    """ "no Reddit since 13:05", or "no X for 7 h" once it is over."""
    if gap.until is not None:
        return f"no {gap.source} for {duration(gap.until - gap.since)}"
    since = gap.since.astimezone(zone)
    today = since.date() == now.astimezone(zone).date()
    return (
        f"no {gap.source} since {since:%H:%M}" if today else f"no {gap.source} since {since:%a} {since.day} {since:%b}"
    )


def _placed(gaps: Sequence[Gap], scale: _Scale, now: datetime, zone: tzinfo) -> Iterable[Words]:
    """Words for as many gaps as have room: the open ones at the right end, then the longest ones over their middle."""
    taken = [(0.0, LEGEND)]
    if open_gaps := [g for g in gaps if g.until is None and scale.until >= now - timedelta(minutes=2)]:
        text = ", ".join(gap_sentence(g, now, zone) for g in open_gaps)
        text = text if len(text) <= 60 else _sources_not_read(open_gaps)
        taken.append((100 - _wide(text), 100.0))
        yield Words(100.0, text, "end")
    closed = [g for g in gaps if g.until is not None]
    for gap in sorted(closed, key=lambda g: g.since - (g.until or now)):
        text = gap_sentence(gap, now, zone)
        middle = (scale.at(gap.since) + scale.at(gap.until or now)) / 2
        left, right = middle - _wide(text) / 2, middle + _wide(text) / 2
        if right <= 100 and all(right < a or left > b for a, b in taken):
            taken.append((left, right))
            yield Words(round(middle, 3), text, "middle")


def _sources_not_read(gaps: Iterable[Gap]) -> str:
    n = len({gap.source for gap in gaps})
    return f"{n} source{'' if n == 1 else 's'} not read" if n else ""


def _wide(text: str) -> float:
    return len(text) * LETTER / FULL_WIDTH * 100 + 1


def _ticks(since: datetime, until: datetime, scale: _Scale, zone: tzinfo) -> Iterable[Words]:
    """Words under the axis, each at the moment it names, as many as fit, none under the time at the end."""
    step, name = unit(since, until)
    every = {"15 min": timedelta(hours=3), "hour": DAY, "6 hours": 5 * DAY}.get(name)
    last = -100.0
    for at in _tick_times(since, until, every, zone):
        there = at.astimezone(zone)
        x = scale.at(at)
        if since < at and x - last >= 6.0 and x <= 93.5:
            last = x
            yield Words(x, _tick_text(there, every, step))


def _tick_times(since: datetime, until: datetime, every: timedelta | None, zone: tzinfo) -> Iterable[datetime]:
    wall = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    wall = wall if every else wall.replace(day=1)
    while (at := wall.replace(tzinfo=zone).astimezone(UTC)) < until:
        yield at
        wall = wall + every if every else (wall + timedelta(days=32)).replace(day=1)


def _tick_text(there: datetime, every: timedelta | None, step: timedelta | None) -> str:
    if every is None:
        return f"{there:%b %Y}" if step is None or there.month == 1 else f"{there:%b}"
    if every < DAY:
        return f"{there:%H:%M}" if there.hour else f"{there:%a} {there.day}"
    return f"{there:%a} {there.day}" if every == DAY else f"{there.day} {there:%b}"


def _end(until: datetime, now: datetime, zone: tzinfo) -> str:
    there = min(until, now).astimezone(zone)
    today = there.date() == now.astimezone(zone).date()
    return f"{there:%H:%M}" if today else f"{there.day} {there:%b %Y}"
