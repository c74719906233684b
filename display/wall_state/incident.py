"""The screen that an incident takes: how much, since when, who says what, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from display.wall_state.document import HotBar, IncidentScreen, Label, Line, Voice
from display.wall_state.horizon import Stretch, joined, place, stretch_hatches
from display.wall_state.reading import Reading
from display.wall_state.sentences import named
from display.wall_state.words import LONGEST_NAME, cut, lasting, moment, time_of_day, times
from monitor.model import Incident, Pulses, Tally, Trend
from monitor.usual import Usual

BARS = 36
STEP = timedelta(minutes=5)
SPAN = BARS * STEP
HOUR = timedelta(hours=1)
LEAST_SCALE = 4
ABOVE_USUAL = 1.1
CHARACTER = 0.0155
"""About how wide a character under this axis is, as a part of the chart."""
LEFT = 0.0735
"""Where the words begin: the chart itself starts at the flag."""
MOST_SOURCES = 3
"""Named with their counts; the rest are others."""
FEWEST_SCORED = 20
NEW_SOURCE, WAS_NOTHING = 0.1, 0.02
"""A source with this part of an incident, and before it no more than that of the mentions, is new to it."""
TRENDS: Mapping[Trend, str] = {
    Trend.RISING: "Still rising.",
    Trend.STEADY: "Steady.",
    Trend.FALLING: "Falling.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the incident itself."""

    pulses: Pulses
    """Of the last SPAN, up to now."""
    tallies: Mapping[str, Tally]
    """By brand, since it began."""
    weights: Mapping[str, int]
    """Mentions of 7 days by source."""
    reading: Reading
    stretches: Sequence[Stretch]
    """What could not be read."""
    alarmed: Sequence[str]
    """Competitors with an incident of their own."""
    busy: Sequence[str]
    """Competitors with more than the usual."""
    known: bool
    """Whether the usual of competitors is known at all."""
    usual: Usual | None


def screen(
    incident: Incident, title: str, voices: Sequence[Voice], evidence: Evidence, now: datetime, zone: ZoneInfo
) -> IncidentScreen:
    """Everything that is drawn."""
    bars, usual = hot_bars(incident, evidence, now), usual_line(incident, evidence.usual, now)
    since = f"since {moment(incident.since, now, zone)}"
    line, trend = rate_line(incident), trend_words(incident, evidence.reading, now, zone)
    return IncidentScreen(
        multiple=times(incident.multiple),
        flag=("the usual,", f"for {lasting(now - incident.since)}"),
        title=title,
        since=since,
        line=line,
        trend=trend,
        bars=bars,
        usual=usual,
        scale=ceil(max(LEAST_SCALE, *(b.n or 0 for b in bars), *(ABOVE_USUAL * u for u in usual))),
        hatches=tuple(joined(stretch_hatches(evidence.stretches, now - SPAN, now))),
        labels=tuple(labels(incident.since, now, zone)),
        voices=tuple(voices),
        proof=proof(incident, voices, evidence),
        spoken=f"{title} {since}, {times(incident.multiple)} times the usual. {line} {trend}",
    )


def hot_bars(incident: Incident, evidence: Evidence, now: datetime) -> tuple[HotBar, ...]:
    """The last three hours; of negative mentions alone where only those rose."""
    counts = (evidence.pulses.negative if incident.negative else evidence.pulses.n).values()
    blank = [s for s in evidence.stretches if s.full]
    bars = []
    for n in range(BARS):
        start = now - SPAN + n * STEP
        unseen = any(s.start <= start and start + STEP <= s.end for s in blank)
        total = None if unseen else sum(int(of[n]) for of in counts)
        bars.append(HotBar(total, hot=start + STEP > incident.since))
    return tuple(bars)


def usual_line(incident: Incident, usual: Usual | None, now: datetime) -> tuple[float, ...]:
    """What each bar usually brings; what the incident was measured by where the clock hours do not tell."""
    measured = incident.usual * (STEP / incident.window)
    line = []
    for n in range(BARS):
        known = usual.at(now - SPAN + (n + 0.5) * STEP) if usual and not incident.negative else None
        line.append(round(known.median * (STEP / HOUR) if known else measured, 2))
    return tuple(line)


def rate_line(incident: Incident) -> str:
    """``252 mentions an hour, usually 42.``"""
    an_hour = HOUR / incident.window
    n, usual = round(incident.n * an_hour), incident.usual * an_hour
    what = "negative mention" if incident.negative else "mention"
    usually = f"{round(usual):,}" if usual >= 1 else "less than 1"
    return f"{n:,} {what}{'' if n == 1 else 's'} an hour, usually {usually}."


def trend_words(incident: Incident, reading: Reading, now: datetime, zone: ZoneInfo) -> str:
    """Where it goes; while nothing can be read, that."""
    if reading.sees_nothing:
        return f"Not read since {moment(reading.last_read, now, zone)}." if reading.last_read else "Not read."
    return TRENDS[incident.trend]


def labels(since: datetime, now: datetime, zone: ZoneInfo) -> list[Label]:
    """When it began, whole hours after that as far as there is room, and now."""
    kept = [Label(1.0, time_of_day(now, zone), "end", strong=True)]
    free = 1 - 8 * CHARACTER
    start = since if since > now - SPAN else now - SPAN + timedelta(minutes=now.minute)
    begun = start
    while (at := place(start, now - SPAN, now)) < free:
        if at > LEFT + 2.5 * CHARACTER:
            kept.append(Label(round(at, 4), time_of_day(start, zone), bright=start == since and begun == since))
        start += HOUR
    return sorted(kept, key=lambda label: label.at)


def proof(incident: Incident, voices: Sequence[Voice], evidence: Evidence) -> tuple[Line, ...]:
    """The size of the largest group, what is negative, who else sees it, where it comes from, what is not read."""
    alike = voices[0].alike if voices else 0
    tally = evidence.tallies.get(incident.brand)
    rest = " ".join(filter(None, (negative_share(tally), competitors(evidence))))
    first = Line(f"and {alike:,} more like this." if alike else "", f" {rest}" if alike and rest else rest)
    found = [first] if first.strong or first.text else []
    if counts := sources(incident, evidence):
        found.append(Line("", counts))
    if unread := not_read(evidence.reading):
        found.append(Line("", unread))
    return tuple(found)


def negative_share(tally: Tally | None) -> str:
    """``81 % negative.`` of those that are scored; unscored is not neutral."""
    if tally is None:
        return ""
    scored = tally.negative + tally.neutral + tally.positive
    if tally.unscored > scored:
        return "Mostly unscored."
    return f"{round(100 * tally.negative / scored)} % negative." if scored >= FEWEST_SCORED else ""


def competitors(evidence: Evidence) -> str:
    """Whether it is ours alone."""
    if evidence.alarmed:
        return f"{named(evidence.alarmed)} {'sees' if len(evidence.alarmed) == 1 else 'see'} it too."
    if evidence.busy:
        return f"{named(evidence.busy)} {'is' if len(evidence.busy) == 1 else 'are'} busy too."
    return "Competitors as usual." if evidence.known else ""


def sources(incident: Incident, evidence: Evidence) -> str:
    """``X 161, Reddit 58, others 12.``, with those that are new to it."""
    pulses = evidence.pulses
    first = max(0, BARS - ceil((pulses.start + BARS * STEP - incident.since) / STEP))
    counted = pulses.negative if incident.negative else pulses.n
    counts = {source: sum(map(int, of[first:])) for source, of in counted.items()}
    largest = sorted((s for s in counts if counts[s]), key=lambda s: -counts[s])
    if not largest:
        return ""
    parts = [f"{cut(s, LONGEST_NAME)} {counts[s]:,}" for s in largest[:MOST_SOURCES]]
    if rest := sum(counts[s] for s in largest[MOST_SOURCES:]):
        parts.append(f"others {rest:,}")
    total, before = sum(counts.values()), sum(evidence.weights.values()) - sum(counts.values())
    new = [
        s
        for s in largest
        if counts[s] >= NEW_SOURCE * total and evidence.weights.get(s, 0) - counts[s] < WAS_NOTHING * max(before, 1)
    ]
    return f"{', '.join(parts)}." + (f" {named(new[:2])} {'is' if len(new) == 1 else 'are'} new." if new else "")


def not_read(reading: Reading) -> str:
    """Names the sources that matter and are blind."""
    blind = [b.source for b in reading.weighty]
    if reading.sees_nothing or not blind:
        return "No source is read." if reading.sees_nothing else ""
    return f"{named(blind[:2])}{f' and {len(blind) - 2} more' if len(blind) > 2 else ''} not read."
