"""The horizon: 24 hours of mentions of us, and where we could not see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from display.intervals import merge_intervals
from display.wall_state.document import Bar, Hatch, Horizon, Label
from display.wall_state.speech import Phrases, Speech
from display.wall_state.words import source_name
from monitor.model import Bin

SPAN = timedelta(hours=24)
BARS = 96
HOUR = 4
"""Bars."""
LEAST_SCALE = 4
"""A single mention must not fill the screen."""
CHARACTER = 0.0098
"""About how wide a character under the axis is, as a part of the horizon."""
LEFT = 4.8 / 91.2
"""Where the safe area begins: the horizon itself starts at the edge of the screen."""
SLIVER = timedelta(minutes=5)
"""A shorter stretch is narrower than a stripe of the hatching and would look like a fault of the screen."""
ABOVE_USUAL = 1.1
"""How far above the line of the usual the scale reaches at least."""
MOST_SPOKEN = 5
"""Stretches, the longest: sources by the hundred may leave thousands of gaps in a day, which nobody would listen to."""
WORD_HEIGHT, TOUCH = 0.3, 0.06
"""Of the horizon: how high a word on the line is, and how far a bar may reach into its foot."""


Span = tuple[datetime, datetime]
Gaps = Mapping[str, Sequence[Span]]
"""Source -> its gaps, from and until."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that could not be seen. ``full``: nothing at all was read in it."""

    start: datetime
    end: datetime
    text: str
    """For the axis; may be empty."""
    full: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """Mentions of us in the last hour."""

    n: int
    negative: int


def end(now: datetime) -> datetime:
    """Where the last bar ends: just after ``now``, so that a mention of this second counts."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def edges(now: datetime) -> list[datetime]:
    """The 97 borders of the bars."""
    return [end(now) - SPAN + n * SPAN / BARS for n in range(BARS + 1)]


def bars(bins: Sequence[Bin], stretches: Sequence[Stretch]) -> tuple[Bar, ...]:
    """One bar per bin; none where a full gap covers all of it."""
    blank = [s for s in stretches if s.full]
    return tuple(
        Bar(None, 0) if any(s.start <= b.start and b.end <= s.end for s in blank) else Bar(b.n, b.negative)
        for b in bins
    )


def last_hour(bins: Sequence[Bin]) -> Hour:
    """What the four bright bars stand for: the number in the headline."""
    return Hour(sum(b.n for b in bins[-HOUR:]), sum(b.negative for b in bins[-HOUR:]))


def stretches(gaps: Gaps, weighty: Collection[str], sources: int, start: datetime, phrases: Phrases) -> list[Stretch]:
    """What was not seen after ``start``: the gaps of each weighty source, and where all ``sources`` had one."""
    seen_to_matter = ((name, span) for name, of in gaps.items() if name in weighty for span in of if span[1] > start)
    one = [Stretch(a, b, phrases.without.format(name=source_name(name))) for name, (a, b) in seen_to_matter]
    blank = [Stretch(a, b, phrases.not_read, full=True) for a, b in _common(list(gaps.values())) if b > start]
    if len(gaps) < sources or not blank:
        return one
    return [*blank, *(s for s in one if not any(f.start <= s.start and s.end <= f.end for f in blank))]


def _common(gaps: Sequence[Sequence[Span]]) -> list[Span]:
    """The times that lie in a gap of every source."""
    if not gaps:
        return []
    common = list(gaps[0])
    for other in gaps[1:]:
        common = [(max(a, c), min(b, d)) for a, b in common for c, d in other if max(a, c) < min(b, d)]
    return common


def horizon(
    bins: Sequence[Bin],
    stretches: Sequence[Stretch],
    speech: Speech,
    now: datetime,
    sentence: str,
    usual: Sequence[float | None] = (),
) -> Horizon:
    """Everything of it that is drawn. ``usual``: for each bar, or empty."""
    drawn = bars(bins, stretches)
    start = now - SPAN
    hatches = stretch_hatches(stretches, start, now)
    scale = ceil(max([LEAST_SCALE, *(b.n or 0 for b in drawn), *(ABOVE_USUAL * (u or 0) for u in usual)]))
    return Horizon(
        bars=drawn,
        scale=scale,
        hatches=tuple(joined(hatches)),
        labels=tuple(labels(stretches, speech, now)),
        spoken=spoken(bins, stretches, speech, now, sentence),
        usual=tuple(None if u is None else round(u, 2) for u in usual),
        usual_label=usual_label([(b.n or 0) / scale for b in drawn], [u and u / scale for u in usual], hatches),
    )


def stretch_hatches(stretches: Sequence[Stretch], start: datetime, end: datetime) -> list[Hatch]:
    """Where ``stretches`` lie on an axis from ``start`` to ``end``."""
    seen = [s for s in stretches if s.end - s.start >= SLIVER and s.end > start]
    return [Hatch(place(s.start, start, end), place(s.end, start, end)) for s in seen]


def usual_label(bars: Sequence[float], usual: Sequence[float | None], hatches: Sequence[Hatch]) -> float | None:
    """Where the word "usual" stands over the line and free of bars; where that is lowest. None where it finds no place.

    ``bars`` and ``usual`` are parts of the full height.
    """
    half = len("usual") * CHARACTER / 2 + CHARACTER
    best: tuple[float, float] | None = None
    for n in range(0, len(usual), 2):
        at = (n + 0.5) / len(usual)
        first, last = int((at - half) * len(usual)), int((at + half) * len(usual))
        line = [u for u in usual[max(first, 0) : last + 1] if u is not None]
        if at - half < LEFT or at + half > 1 or len(line) <= last - first:
            continue
        foot = max(line)
        free = max(bars[first : last + 1]) <= foot + TOUCH and foot + WORD_HEIGHT <= 1
        if free and not any(h.start < at + half and at - half < h.end for h in hatches):
            best = min(best or (foot, at), (foot, at))
    return best and round(best[1], 4)


def labels(stretches: Sequence[Stretch], speech: Speech, now: datetime) -> list[Label]:
    """What stands under the axis: the time now, then what was not seen, then the hours that still find room."""
    clock = speech.time_of_day(now)
    kept = [Label(1.0, clock, "end", strong=True)]
    seen_from = max((s.end for s in stretches if s.start <= now - SPAN), default=now - SPAN)
    hours = (label for label in _hour_labels(speech, now) if label.at > _place(seen_from, now - SPAN))
    wanted = [*_stretch_labels(stretches, now, len(clock)), *hours]
    for label in wanted:
        if extent(label)[0] >= LEFT and all(_apart(label, other) for other in kept):
            kept.append(label)
    return sorted(kept, key=lambda label: label.at)


def spoken(bins: Sequence[Bin], stretches: Sequence[Stretch], speech: Speech, now: datetime, sentence: str) -> str:
    """The horizon as sentences."""
    say = speech.phrases
    peak = max(bins, key=lambda b: b.n, default=None)
    words = [sentence, say.last_day]
    if peak and peak.n:
        mentions = speech.counted(say.mentions, peak.n)
        words.append(say.peak_spoken.format(mentions=mentions, time=speech.time_of_day(peak.start)))
    told = sorted((s for s in stretches if s.text), key=lambda s: s.start - s.end)[:MOST_SPOKEN]
    for s in sorted(told, key=lambda s: s.start):
        start, end = speech.time_of_day(s.start), speech.time_of_day(s.end)
        words.append(say.from_to.format(start=start, end=end, text=s.text))
    return " ".join(words)


def _stretch_labels(stretches: Sequence[Stretch], now: datetime, clock: int) -> Iterable[Label]:
    """The longest stretch of each text: in its middle, or at the left where it runs off the screen.

    ``clock``: how many characters the time now has.
    """
    start = now - SPAN
    longest: dict[str, Stretch] = {}
    for s in sorted(stretches, key=lambda s: s.end - s.start):
        longest[s.text] = s
    for text, s in longest.items():
        half = len(text) * CHARACTER / 2
        middle = (_place(s.start, start) + _place(s.end, start)) / 2
        if text and (s.start <= start or middle < LEFT + half):
            yield Label(LEFT, text, "start", bright=True)
        elif text:
            yield Label(min(middle, 1 - half - (clock + 3) * CHARACTER), text, bright=True)


def _hour_labels(speech: Speech, now: datetime) -> Iterable[Label]:
    """Every sixth hour of the day."""
    start = now - SPAN
    hour = start.replace(minute=0, second=0, microsecond=0)
    while (hour := hour + timedelta(hours=1)) < now:
        local = hour.astimezone(speech.zone)
        local_hour = local.hour
        if local_hour % 6 == 0:
            on_the_hour = hour - timedelta(minutes=local.minute)
            yield Label(_place(on_the_hour, start), speech.hour(local_hour))


def place(time: datetime, start: datetime, end: datetime) -> float:
    """Where ``time`` lies on an axis from ``start``, 0, to ``end``, 1."""
    return min(max((time - start) / (end - start), 0.0), 1.0)


def _place(time: datetime, start: datetime) -> float:
    return place(time, start, start + SPAN)


def extent(label: Label) -> tuple[float, float]:
    """From where to where a label reaches, about."""
    width = len(label.text) * CHARACTER
    left = label.at - {"start": 0.0, "middle": 0.5, "end": 1.0}[label.align] * width
    return left, left + width


def _apart(one: Label, other: Label) -> bool:
    (a, b), (c, d) = extent(one), extent(other)
    return d + 2 * CHARACTER <= a or b + 2 * CHARACTER <= c


def joined(hatches: Sequence[Hatch]) -> list[Hatch]:
    """Stretches that touch become one, for two hatchings over each other would look like a third thing."""
    return [Hatch(a, b) for a, b in merge_intervals((h.start, h.end) for h in hatches if h.end > h.start)]


def two_parts(now: datetime) -> tuple[list[datetime], list[datetime]]:
    """The borders of the older bars, which may be kept for a while, and of the newer ones behind the last of those."""
    borders = edges(now)
    return borders[: -HOUR - 1], borders[-HOUR - 1 :]
