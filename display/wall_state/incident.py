"""The screen that an incident takes: how much, since when, who says what, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from display.source_health import SourceHealth
from display.wall_state.document import HotBar, IncidentScreen, Label, Line, Voice
from display.wall_state.horizon import Stretch, joined, place, stretch_hatches
from display.wall_state.past import to_the_hour
from display.wall_state.sentences import how_much, named, then
from display.wall_state.speech import Phrases, Speech
from display.wall_state.words import called, isolated, source_name
from monitor.analysis.baseline import Baseline
from monitor.model import Incident, Tally, Trend, VolumeSeries

BARS = 36
STEP = timedelta(minutes=5)
SPAN = BARS * STEP
HOUR = timedelta(hours=1)
LEAST_SCALE = 4
TIMES = "\u00d7"
LONGEST_FIGURES = 47
"""About how many characters there is room for between title and chart."""
LONGEST_LINE = 66
"""About how many characters a line of proof has room for."""
ABOVE_USUAL = 1.1
CHARACTER = 0.0155
"""About how wide a character under this axis is, as a part of the chart."""
LEFT = 0.0735
"""Where the words begin: the chart itself starts at the flag."""
MOST_WORDS = 2
"""New words that are told, and sources that bring far more."""
MOST_SOURCES = 3
"""Named with their counts; the rest are others."""
FEWEST_SCORED = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the incident itself."""

    pulses: VolumeSeries
    """Of the last SPAN, up to now."""
    tallies: Mapping[str, Tally]
    """By brand, since it began."""
    source_health: SourceHealth
    stretches: Sequence[Stretch]
    """What could not be read."""
    alarmed: Sequence[str]
    """Other brands with an incident of their own."""
    busy: Sequence[str]
    """Competitors with more than the usual."""
    known: bool
    """Whether the usual of competitors is known at all."""
    usual: Baseline | None
    of: str = ""
    """Whom it hits, where the wall is not one of a single brand of ours."""
    words: Sequence[str] = ()
    """What is said that is not usually said, as this wall may say it."""


def screen(
    incident: Incident, title: str, voices: Sequence[Voice], evidence: Evidence, now: datetime, speech: Speech
) -> IncidentScreen:
    """Everything that is drawn."""
    bars, usual = hot_bars(incident, evidence, now), usual_line(incident, evidence.usual, now)
    say, rare, much = speech.phrases, incident.rare, how_much(incident, speech)
    since = say.since.format(moment=speech.moment(incident.since, now))
    trend = trend_words(incident, evidence.source_health, now, speech)
    whom = f"{isolated(called(evidence.of))}. " if evidence.of else ""
    line = whom + rate_line(incident, speech, LONGEST_FIGURES - len(whom + trend))
    return IncidentScreen(
        multiple=speech.number(incident.n) if rare else speech.times(incident.multiple),
        sign="" if rare else TIMES,
        then=then(incident, speech),
        flag=flag(incident, now, speech),
        title=title,
        since=since,
        line=line,
        trend=trend,
        bars=bars,
        usual=usual,
        scale=ceil(max(LEAST_SCALE, *(b.n or 0 for b in bars), *(ABOVE_USUAL * u for u in usual))),
        hatches=tuple(joined(stretch_hatches(evidence.stretches, now - SPAN, now))),
        labels=tuple(labels(incident.since, now, speech)),
        voices=tuple(voices),
        proof=proof(incident, voices, evidence, speech),
        spoken=f"{title} {since}, {much[0].lower()}{much[1:]}. {line} {trend}",
    )


def flag(incident: Incident, now: datetime, speech: Speech) -> tuple[str, ...]:
    """Below the number: ``the usual,`` ``for 1 h 46 min``; where it is a count, what it counts and in which time."""
    say = speech.phrases
    within, lasted = speech.lasting(incident.window), speech.lasting(now - incident.since)
    if not incident.rare:
        return say.the_usual, say.for_time.format(time=lasted)
    counted = say.negative_mentions if incident.negative else say.mentions
    what = (counted.one if incident.n == 1 else counted.many).format(n="").split()
    time = say.in_time.format(time=within)
    return (*what, time, say.for_time.format(time=lasted)) if lasted != within else (*what, time.removesuffix(","))


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


def usual_line(incident: Incident, usual: Baseline | None, now: datetime) -> tuple[float, ...]:
    """What each bar usually brings; what the incident was measured by where the clock hours do not tell."""
    measured = incident.usual * (STEP / incident.window)
    line = []
    for n in range(BARS):
        known = usual.at(now - SPAN + (n + 0.5) * STEP) if usual and not incident.negative else None
        line.append(round(known.median * (STEP / HOUR) if known else measured, 2))
    return tuple(line)


def rate_line(incident: Incident, speech: Speech, room: int) -> str:
    """``252 mentions an hour, usually 42.``, or shorter where ``room`` is for less."""
    an_hour, say = HOUR / incident.window, speech.phrases
    n, rate = round(incident.n * an_hour), incident.usual * an_hour
    usual = speech.number(round(rate)) if rate >= 1 else say.less_than_one
    if incident.rare:
        return say.usually_an_hour.format(usual=usual)
    mentions = speech.counted(say.negative_mentions if incident.negative else say.mentions, n)
    line = say.an_hour.format(mentions=mentions, usual=usual)
    number = (say.negative_short if incident.negative else "{n}").format(n=speech.number(n))
    return line if len(line) < room else say.an_hour_short.format(n=number, usual=usual)


def trend_words(incident: Incident, source_health: SourceHealth, now: datetime, speech: Speech) -> str:
    """Where it goes; while nothing can be read, that."""
    say, last = speech.phrases, source_health.last_read
    if source_health.all_stale:
        return say.unread_since.format(moment=speech.moment(last, now)) if last else say.unread
    return {Trend.RISING: say.rising, Trend.STEADY: say.steady, Trend.FALLING: say.falling}[incident.trend]


def labels(since: datetime, now: datetime, speech: Speech) -> list[Label]:
    """When it began, whole hours after that as far as there is room, and now."""
    kept = [Label(1.0, speech.time_of_day(now), "end", strong=True)]
    half = len(kept[0].text) / 2 * CHARACTER
    free = 1 - 3 * half - CHARACTER / 2
    left = now - SPAN
    start = since if since > left else left + to_the_hour(left, speech.zone)
    while (at := place(start, left, now)) < free:
        if at > LEFT + half:
            kept.append(Label(round(at, 4), speech.time_of_day(start), bright=start == since))
        start += HOUR
    return sorted(kept, key=lambda label: label.at)


def proof(incident: Incident, voices: Sequence[Voice], evidence: Evidence, speech: Speech) -> tuple[Line, ...]:
    """The size of the largest group, what is negative, who else sees it, where it comes from, what is not read."""
    alike, say = voices[0].alike if voices else 0, speech.phrases
    tally = evidence.tallies.get(incident.brand)
    rest = " ".join(filter(None, (negative_share(tally, say), competitors(evidence, speech))))
    more = say.more_like_this.format(n=speech.number(alike)) if alike else ""
    first = Line(more, f" {rest}" if more and rest else rest)
    told = [not_read(evidence.source_health, speech), new_words(evidence, speech), far_more(incident, speech)]
    second = fitting([*told, sources(incident, evidence, speech)])
    return tuple(line for line in (first, Line("", second)) if line.strong or line.text)


def fitting(parts: Sequence[str]) -> str:
    """As many of ``parts`` as there is room for on a line, the first in any case."""
    line = ""
    for part in filter(None, parts):
        longer = f"{line} {part}".strip()
        if not line or len(longer) <= LONGEST_LINE:
            line = longer
    return line


def new_words(evidence: Evidence, speech: Speech) -> str:
    """``New: “refund” and “error 502”.``"""
    quoted = [speech.phrases.quoted.format(topic=isolated(words)) for words in evidence.words[:MOST_WORDS]]
    return speech.phrases.new_words.format(words=speech.named(quoted)) if quoted else ""


def far_more(incident: Incident, speech: Speech) -> str:
    """``X far more than usual.``"""
    names = incident.sources[:MOST_WORDS]
    return speech.phrases.far_more.format(names=named(names, speech)) if names else ""


def negative_share(tally: Tally | None, phrases: Phrases) -> str:
    """``81 % negative.`` of those that are scored; unscored is not neutral."""
    if tally is None:
        return ""
    scored = tally.negative + tally.neutral + tally.positive
    if tally.unscored > scored:
        return phrases.mostly_unscored_stop
    return phrases.percent_negative.format(n=round(100 * tally.negative / scored)) if scored >= FEWEST_SCORED else ""


def competitors(evidence: Evidence, speech: Speech) -> str:
    """Whether it is ours alone."""
    say = speech.phrases
    for names, words in ((evidence.alarmed, say.see_it_too), (evidence.busy, say.busy_too)):
        if names:
            return words.of(len(names)).format(names=speech.named([isolated(called(name)) for name in names]))
    return say.competitors_as_usual if evidence.known else ""


def sources(incident: Incident, evidence: Evidence, speech: Speech) -> str:
    """``X 161, Reddit 58, others 12.``; of the only source there is nothing to tell."""
    pulses, say = evidence.pulses, speech.phrases
    first = max(0, BARS - ceil((pulses.start + BARS * STEP - incident.since) / STEP))
    counted = pulses.negative if incident.negative else pulses.n
    counts = {source: sum(map(int, of[first:])) for source, of in counted.items()}
    largest = sorted((s for s in counts if counts[s]), key=lambda s: -counts[s])
    if not largest or len(evidence.source_health.statuses) < 2:
        return ""
    parts = [f"{source_name(s)} {speech.number(counts[s])}" for s in largest[:MOST_SOURCES]]
    if rest := sum(counts[s] for s in largest[MOST_SOURCES:]):
        parts.append(say.others_count.format(n=speech.number(rest)))
    return f"{', '.join(parts)}."


def not_read(source_health: SourceHealth, speech: Speech) -> str:
    """Names the sources that matter and are blind."""
    say, blind = speech.phrases, [b.source for b in source_health.weighty]
    if source_health.all_stale or not blind:
        return say.no_source_read if source_health.all_stale else ""
    names, more = named(blind[:2], speech), len(blind) - 2
    return say.names_not_read.format(names=say.and_more.format(names=names, n=more) if more > 0 else names)
