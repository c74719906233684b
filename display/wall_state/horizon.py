"""The horizon: 24 hours of mentions of us, and the periods that could not be seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from display.intervals import merge_intervals
from display.wall_state.document import Bar, Hatch, Horizon, Label
from display.wall_state.i18n import Locale, Phrases, fill
from display.wall_state.wall_text import source_name
from monitor.model import Bin

SPAN = timedelta(hours=24)
BARS = 96
BARS_PER_HOUR = 4
MIN_SCALE = 4
"""A bar of full height stands for at least this many mentions: a single one must not fill the screen."""
CHARACTER_WIDTH = 0.0098
"""The approximate width of a character under the axis, as a fraction of the horizon."""
SAFE_LEFT = 4.8 / 91.2
"""Where the safe area begins; the horizon itself starts at the edge of the screen."""
MIN_HATCHED = timedelta(minutes=5)
"""A shorter period is narrower than a stripe of the hatching and would look like a fault of the screen."""
SCALE_ABOVE_USUAL = 1.1
"""The scale reaches at least this many times as high as the line of what is usual."""
MAX_SPOKEN_PERIODS = 5
"""The text alternative lists only the longest periods: hundreds of sources can have thousands of gaps in a day."""
LABEL_HEIGHT, LABEL_OVERLAP = 0.3, 0.06
"""Fractions of the full height: the height of the word on the line, and how far a bar may overlap its lower edge."""

Period = tuple[datetime, datetime]
Gaps = Mapping[str, Sequence[Period]]
"""Source -> the periods in which it was not read."""


@dataclass(frozen=True, slots=True)
class UnseenPeriod:
    """A period in which a source could not be read."""

    start: datetime
    end: datetime
    text: str
    """Its label under the axis; may be empty."""
    blank: bool = False
    """No source at all could be read."""


@dataclass(frozen=True, slots=True)
class LastHour:
    """Mentions of us in the last hour."""

    n: int
    negative: int


def end_of_last_bar(now: datetime) -> datetime:
    """The end of the second that ``now`` is in, so that a mention of this second counts."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def bar_edges(now: datetime) -> list[datetime]:
    """The 97 edges of the bars."""
    return [end_of_last_bar(now) - SPAN + n * SPAN / BARS for n in range(BARS + 1)]


def older_and_newer_edges(now: datetime) -> tuple[list[datetime], list[datetime]]:
    """The edges of the bars before the last hour and of those in it."""
    edges = bar_edges(now)
    return edges[: -BARS_PER_HOUR - 1], edges[-BARS_PER_HOUR - 1 :]


def last_hour(bins: Sequence[Bin]) -> LastHour:
    """The sum of the four bright bars: the number in the headline."""
    return LastHour(sum(b.n for b in bins[-BARS_PER_HOUR:]), sum(b.negative for b in bins[-BARS_PER_HOUR:]))


def bars(bins: Sequence[Bin], unseen: Sequence[UnseenPeriod]) -> tuple[Bar, ...]:
    """One bar per bin, without a count where nothing could be read in all of it."""
    blank = [period for period in unseen if period.blank]
    return tuple(
        Bar(None, 0) if any(p.start <= b.start and b.end <= p.end for p in blank) else Bar(b.n, b.negative)
        for b in bins
    )


def unseen_periods(
    gaps: Gaps, major: Collection[str], sources: int, start: datetime, phrases: Phrases
) -> list[UnseenPeriod]:
    """What could not be seen after ``start``: the gaps of each major source, and where all ``sources`` had one."""
    some = [
        UnseenPeriod(begin, end, fill(phrases.without, name=source_name(name)))
        for name, periods in gaps.items()
        if name in major
        for begin, end in periods
        if end > start
    ]
    common = _common_periods(list(gaps.values())) if len(gaps) >= sources else []
    blank = [UnseenPeriod(begin, end, phrases.not_read, blank=True) for begin, end in common if end > start]
    return [*blank, *(p for p in some if not any(b.start <= p.start and p.end <= b.end for b in blank))]


def horizon(
    bins: Sequence[Bin],
    unseen: Sequence[UnseenPeriod],
    locale: Locale,
    now: datetime,
    sentence: str,
    usual: Sequence[float | None] = (),
) -> Horizon:
    """The horizon at ``now``. ``usual``: what is usual for each bar, or empty."""
    drawn = bars(bins, unseen)
    unseen = [period for period in unseen if is_visible(period, now - SPAN) or period.end >= now]
    hatches = hatches_of(unseen, now - SPAN, now)
    scale = ceil(max([MIN_SCALE, *(b.n or 0 for b in drawn), *(SCALE_ABOVE_USUAL * (u or 0) for u in usual)]))
    heights, usual_heights = [(b.n or 0) / scale for b in drawn], [u and u / scale for u in usual]
    return Horizon(
        bars=drawn,
        scale=scale,
        hatches=tuple(merge_hatches(hatches)),
        labels=tuple(axis_labels(unseen, locale, now)),
        spoken=spoken_text(bins, unseen, locale, now, sentence),
        usual=tuple(None if u is None else round(u, 2) for u in usual),
        usual_label=usual_label_position(heights, usual_heights, hatches, locale.phrases.page.usual),
    )


def hatches_of(unseen: Sequence[UnseenPeriod], start: datetime, end: datetime) -> list[Hatch]:
    """The unseen periods on an axis from ``start`` to ``end``."""
    visible = [p for p in unseen if is_visible(p, start)]
    return [Hatch(axis_position(p.start, start, end), axis_position(p.end, start, end)) for p in visible]


def is_visible(period: UnseenPeriod, start: datetime) -> bool:
    """Whether the period is hatched on an axis from ``start`` on."""
    return period.end - period.start >= MIN_HATCHED and period.end > start


def merge_hatches(hatches: Sequence[Hatch]) -> list[Hatch]:
    """Hatches that touch, merged: two hatchings on top of each other would look like something else."""
    return [Hatch(a, b) for a, b in merge_intervals((h.start, h.end) for h in hatches if h.end > h.start)]


def usual_label_position(
    bars: Sequence[float], usual: Sequence[float | None], hatches: Sequence[Hatch], word: str
) -> float | None:
    """The middle of the lowest place on the line where ``word`` is free of bars and hatches; None if there is none.

    ``bars`` and ``usual`` are parts of the full height.
    """
    half = len(word) * CHARACTER_WIDTH / 2 + CHARACTER_WIDTH
    best: tuple[float, float] | None = None
    for n in range(0, len(usual), 2):
        at = (n + 0.5) / len(usual)
        first, last = int((at - half) * len(usual)), int((at + half) * len(usual))
        line = [u for u in usual[max(first, 0) : last + 1] if u is not None]
        if at - half < SAFE_LEFT or at + half > 1 or len(line) <= last - first:
            continue
        foot = max(line)
        is_free = max(bars[first : last + 1]) <= foot + LABEL_OVERLAP and foot + LABEL_HEIGHT <= 1
        if is_free and not any(h.start < at + half and at - half < h.end for h in hatches):
            best = min(best or (foot, at), (foot, at))
    return best and round(best[1], 4)


def axis_labels(unseen: Sequence[UnseenPeriod], locale: Locale, now: datetime) -> list[Label]:
    """The texts under the axis: the time now, then what was not seen, then the hours that still have room."""
    start, clock = now - SPAN, locale.time_of_day(now)
    kept = [Label(1.0, clock, "end", strong=True)]
    seen_from = max((p.end for p in unseen if p.start <= start), default=start)
    hours = (label for label in _hour_labels(locale, now) if label.at > axis_position(seen_from, start, now))
    for label in [*_unseen_labels(unseen, now, len(clock)), *hours]:
        if label_extent(label)[0] >= SAFE_LEFT and all(_are_apart(label, other) for other in kept):
            kept.append(label)
    return sorted(kept, key=lambda label: label.at)


def spoken_text(
    bins: Sequence[Bin], unseen: Sequence[UnseenPeriod], locale: Locale, now: datetime, sentence: str
) -> str:
    """The horizon as sentences."""
    phrases = locale.phrases
    peak = max(bins, key=lambda b: b.n, default=None)
    sentences = [sentence, phrases.last_day]
    if peak and peak.n:
        mentions = locale.counted(phrases.mentions, peak.n)
        sentences.append(fill(phrases.peak_spoken, mentions=mentions, time=locale.moment(peak.start, now)))
    longest = sorted((p for p in unseen if p.text), key=lambda p: p.start - p.end)[:MAX_SPOKEN_PERIODS]
    for p in sorted(longest, key=lambda p: p.start):
        start, end = locale.moment(p.start, now), locale.moment(p.end, now)
        sentences.append(fill(phrases.from_to, start=start, end=end, text=p.text))
    return " ".join(sentences)


def axis_position(time: datetime, start: datetime, end: datetime) -> float:
    """The position of ``time`` on an axis from ``start``, 0, to ``end``, 1."""
    return min(max((time - start) / (end - start), 0.0), 1.0)


def label_extent(label: Label) -> tuple[float, float]:
    """The approximate positions of a label's left and right end."""
    width = len(label.text) * CHARACTER_WIDTH
    left = label.at - {"start": 0.0, "middle": 0.5, "end": 1.0}[label.align] * width
    return left, left + width


def _common_periods(gaps: Sequence[Sequence[Period]]) -> list[Period]:
    """The periods in which every source had a gap."""
    if not gaps:
        return []
    common = list(gaps[0])
    for other in gaps[1:]:
        common = [(max(a, c), min(b, d)) for a, b in common for c, d in other if max(a, c) < min(b, d)]
    return common


def _unseen_labels(unseen: Sequence[UnseenPeriod], now: datetime, clock_chars: int) -> Iterable[Label]:
    """A label for the longest period of each text, the longest first: in its middle, or at the left if it runs off
    the screen.

    ``clock_chars``: the length of the current time, which is at the right end.
    """
    start = now - SPAN
    longest: dict[str, UnseenPeriod] = {}
    for p in sorted(unseen, key=lambda p: p.end - p.start):
        longest[p.text] = p
    for text, p in sorted(longest.items(), key=lambda one: one[1].start - one[1].end):
        half = len(text) * CHARACTER_WIDTH / 2
        middle = (axis_position(p.start, start, now) + axis_position(p.end, start, now)) / 2
        if text and (p.start <= start or middle < SAFE_LEFT + half):
            yield Label(SAFE_LEFT, text, "start", bright=True)
        elif text:
            yield Label(min(middle, 1 - half - (clock_chars + 3) * CHARACTER_WIDTH), text, bright=True)


def _hour_labels(locale: Locale, now: datetime) -> Iterable[Label]:
    """A label for every sixth hour of the day in the wall's time zone."""
    start = now - SPAN
    time = start.replace(minute=0, second=0, microsecond=0)
    while (time := time + timedelta(hours=1)) < now:
        local = time.astimezone(locale.zone)
        if local.hour % 6 == 0:
            # Some zones are half an hour off the full hours of UTC.
            on_the_hour = time - timedelta(minutes=local.minute)
            yield Label(axis_position(on_the_hour, start, now), locale.axis_hour(on_the_hour))


def _are_apart(one: Label, other: Label) -> bool:
    (a, b), (c, d) = label_extent(one), label_extent(other)
    return d + 2 * CHARACTER_WIDTH <= a or b + 2 * CHARACTER_WIDTH <= c
