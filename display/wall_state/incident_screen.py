"""The screen of an incident: how large it is, since when, who says what, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from display.intervals import until_next_hour
from display.source_health import SourceHealth
from display.wall_state.document import IncidentBar, IncidentScreen, Label, ProofLine, Voice
from display.wall_state.horizon import SCALE_ABOVE_USUAL, UnseenPeriod, axis_position, hatches_of, merge_hatches
from display.wall_state.i18n import Locale, fill
from display.wall_state.incident_sentences import incident_size, last_known_size
from display.wall_state.sentences import source_names
from display.wall_state.wall_text import isolated, short_brand_name, source_name
from monitor.analysis.baseline import Baseline
from monitor.model import Incident, Tally, Trend, VolumeSeries
from monitor.quality import ErrorFigure

BARS = 36
STEP = timedelta(minutes=5)
SPAN = BARS * STEP
HOUR = timedelta(hours=1)
MIN_SCALE = 4
MULTIPLICATION_SIGN = "\u00d7"
MAX_RATE_CHARS = 47
"""Roughly what fits between the title and the chart."""
MAX_PROOF_CHARS = 66
"""Roughly what fits on a line of proof."""
CHARACTER_WIDTH = 0.0155
"""The approximate width of a character under the axis, as a fraction of the chart."""
TEXT_LEFT = 0.0735
"""Where text may begin; the chart itself begins at the flag."""
MAX_NEW_WORDS = 2
MAX_NAMED_SOURCES = 2
"""Sources named as not read, or as bringing far more than usual."""
MAX_COUNTED_SOURCES = 3
"""Sources named with their counts; the rest are "others"."""
MIN_SCORED = 20
"""With fewer scored mentions, the negative share says nothing."""


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """What is known besides the incident itself."""

    volumes: VolumeSeries
    """Of the last SPAN, up to now."""
    tallies: Mapping[str, Tally]
    """Brand -> its figures since the incident began."""
    source_health: SourceHealth
    unseen: Sequence[UnseenPeriod]
    with_incident: Sequence[str]
    """Other brands that have an incident."""
    busy: Sequence[str]
    """Competitors with more mentions than usual."""
    as_usual: Sequence[str]
    """All competitors, if each has as many mentions as usual; else empty."""
    by_source: VolumeSeries
    """One bin, from the start of the incident to now."""
    baseline: Baseline | None
    brand: str = ""
    """The brand it is about; empty if the wall has a single brand of ours."""
    wrong_negative: ErrorFigure | None = None
    """How many posts that are called negative are not."""
    new_words: Sequence[str] = ()
    """What is said now and usually is not, as this wall may show it."""


def incident_screen(
    incident: Incident, title: str, voices: Sequence[Voice], context: IncidentContext, now: datetime, locale: Locale
) -> IncidentScreen:
    """The screen of ``incident`` at ``now``."""
    phrases = locale.phrases
    bars, usual = incident_bars(incident, context, now), usual_per_bar(incident, context.baseline, now)
    since = fill(phrases.since, time=locale.moment(incident.since, now))
    size = fill(phrases.sentence, text=incident_size(incident, locale))
    trend = trend_sentence(incident, context.source_health, now, locale)
    brand = f"{isolated(short_brand_name(context.brand))}. " if context.brand else ""
    line = brand + rate_sentence(incident, locale, MAX_RATE_CHARS - len(brand + trend))
    return IncidentScreen(
        multiple=locale.number(incident.n) if incident.has_low_baseline else locale.multiple(incident.multiple),
        sign="" if incident.has_low_baseline else MULTIPLICATION_SIGN,
        last_known=last_known_size(incident, locale),
        flag=flag_lines(incident, now, locale),
        title=title,
        since=since,
        line=line,
        trend=trend,
        bars=bars,
        usual=usual,
        scale=ceil(max(MIN_SCALE, *(b.n or 0 for b in bars), *(SCALE_ABOVE_USUAL * u for u in usual))),
        hatches=tuple(merge_hatches(hatches_of(context.unseen, now - SPAN, now))),
        labels=tuple(chart_labels(incident.since, now, locale)),
        voices=tuple(voices),
        proof=incident_proof(incident, voices, context, locale),
        spoken=f"{fill(phrases.sentence, text=f'{title} {since}')} {size} {line} {trend}",
    )


def flag_lines(incident: Incident, now: datetime, locale: Locale) -> tuple[str, ...]:
    """Below a multiple: ``the usual,`` ``for 2 hrs``. Below a count: what it counts, a word per line, and its time."""
    phrases = locale.phrases
    window, lasted = locale.duration(incident.window), locale.duration(now - incident.since)
    for_time = fill(phrases.for_time, duration=lasted)
    if not incident.has_low_baseline:
        return phrases.the_usual, for_time
    counted = locale.counted(phrases.flag_negative_mentions if incident.negative else phrases.flag_mentions, incident.n)
    in_time = fill(phrases.in_time, duration=window)
    if abs(now - incident.since - incident.window) < STEP:
        return (*counted.split(), in_time)
    return (*counted.split(), fill(phrases.continued, text=in_time), for_time)


def incident_bars(incident: Incident, context: IncidentContext, now: datetime) -> tuple[IncidentBar, ...]:
    """The last three hours; only the negative mentions if only those rose."""
    counts = (context.volumes.negative if incident.negative else context.volumes.n).values()
    blank = [p for p in context.unseen if p.blank]
    bars = []
    for n in range(BARS):
        start = now - SPAN + n * STEP
        is_blank = any(p.start <= start and start + STEP <= p.end for p in blank)
        total = None if is_blank else sum(int(of_source[n]) for of_source in counts)
        bars.append(IncidentBar(total, hot=start + STEP > incident.since))
    return tuple(bars)


def usual_per_bar(incident: Incident, baseline: Baseline | None, now: datetime) -> tuple[float, ...]:
    """What each bar usually brings; where its clock hour has no baseline, what the incident was measured against."""
    measured = incident.baseline * (STEP / incident.window)
    line = []
    for n in range(BARS):
        known = baseline.at(now - SPAN + (n + 0.5) * STEP) if baseline and not incident.negative else None
        line.append(round(known.median * (STEP / HOUR) if known else measured, 2))
    return tuple(line)


def rate_sentence(incident: Incident, locale: Locale, max_chars: int) -> str:
    """``252 mentions an hour, usually 42.``; a shorter form if that takes ``max_chars`` or more."""
    per_hour, phrases = HOUR / incident.window, locale.phrases
    n, rate = round(incident.n * per_hour), incident.baseline * per_hour
    usual = locale.number(round(rate)) if rate >= 1 else phrases.less_than_one
    if incident.has_low_baseline:
        return fill(phrases.usually_an_hour, usual=usual)
    mentions = locale.counted(phrases.negative_mentions if incident.negative else phrases.mentions, n)
    sentence = fill(phrases.an_hour, mentions=mentions, usual=usual)
    if len(sentence) < max_chars:
        return sentence
    number = locale.counted(phrases.negative_short, n) if incident.negative else locale.number(n)
    return fill(phrases.an_hour_short, n=number, usual=usual)


def trend_sentence(incident: Incident, source_health: SourceHealth, now: datetime, locale: Locale) -> str:
    """Whether the incident rises or falls; if no source can be read, since when."""
    phrases, last = locale.phrases, source_health.last_read
    if source_health.all_stale:
        return fill(phrases.unread_since, time=locale.moment(last, now)) if last else phrases.unread
    return {Trend.RISING: phrases.rising, Trend.STEADY: phrases.steady, Trend.FALLING: phrases.falling}[incident.trend]


def chart_labels(since: datetime, now: datetime, locale: Locale) -> list[Label]:
    """When it began, each hour after that while there is room, and now. Full hours if it began before the chart."""
    labels = [Label(1.0, locale.time_of_day(now), "end", strong=True)]
    half = len(labels[0].text) / 2 * CHARACTER_WIDTH
    room_ends = 1 - 3 * half - CHARACTER_WIDTH / 2
    start = now - SPAN
    time = since if since > start else start + until_next_hour(start, locale.zone)
    while (at := axis_position(time, start, now)) < room_ends:
        if at > TEXT_LEFT + half:
            labels.append(Label(round(at, 4), locale.time_of_day(time), bright=time == since))
        time += HOUR
    return sorted(labels, key=lambda label: label.at)


def incident_proof(
    incident: Incident, voices: Sequence[Voice], context: IncidentContext, locale: Locale
) -> tuple[ProofLine, ...]:
    """The size of the largest story, the negative share, the competitors; then what is new and where it comes from.

    What the competitors do moves to the second line where the first has no room for it.
    """
    phrases, more = locale.phrases, ""
    share = negative_share_sentence(context.tallies.get(incident.brand), context.wrong_negative, locale)
    competitors = competitors_sentence(context, locale)
    if voices and voices[0].near_duplicates:
        more = fill(phrases.sentence, text=locale.counted(phrases.page.more_like_this, voices[0].near_duplicates))
    has_room = not (more or share) or len(f"{more} {share} {competitors}") <= MAX_PROOF_CHARS
    rest = " ".join(filter(None, (share, competitors if has_room else "")))
    second = sentences_that_fit(
        [
            unread_sentence(context.source_health, locale),
            new_words_sentence(context.new_words, locale),
            far_more_sentence(incident, locale),
            "" if has_room else competitors,
            source_counts(incident, context, locale),
        ]
    )
    lines = ProofLine(more, f" {rest}" if more and rest else rest), ProofLine("", second)
    return tuple(line for line in lines if line.strong or line.text)


def sentences_that_fit(sentences: Sequence[str]) -> str:
    """As many of ``sentences`` as a line has room for, at least the first."""
    line = ""
    for sentence in filter(None, sentences):
        longer = f"{line} {sentence}".strip()
        if not line or len(longer) <= MAX_PROOF_CHARS:
            line = longer
    return line


def new_words_sentence(words: Sequence[str], locale: Locale) -> str:
    """``New: “refund” and “error 502”.``"""
    quoted = [fill(locale.phrases.quoted, topic=isolated(one)) for one in words[:MAX_NEW_WORDS]]
    return fill(locale.phrases.new_words, words=locale.names(quoted)) if quoted else ""


def far_more_sentence(incident: Incident, locale: Locale) -> str:
    """``X far more than usual.``"""
    names = incident.sources[:MAX_NAMED_SOURCES]
    return fill(locale.phrases.far_more, names=source_names(names, locale)) if names else ""


def negative_share_sentence(tally: Tally | None, wrong: ErrorFigure | None, locale: Locale) -> str:
    """``81% negative of 200 scored (11% wrong).``: an unscored mention is not neutral."""
    if tally is None:
        return ""
    scored = tally.negative + tally.neutral + tally.positive
    if tally.unscored > scored:
        return locale.phrases.mostly_unscored_sentence
    if scored < MIN_SCORED:
        return ""
    percent = locale.percent(round(100 * tally.negative / scored))
    if wrong is None:
        return fill(locale.phrases.percent_negative, percent=percent, n=locale.number(scored))
    wrongly = locale.percent(round(100 * wrong.wrong.value))
    return fill(locale.phrases.percent_negative_wrong, percent=percent, wrong=wrongly, n=locale.number(scored))


def competitors_sentence(context: IncidentContext, locale: Locale) -> str:
    """Whether competitors have an incident, or more mentions than usual."""
    phrases = locale.phrases
    for brands, phrase in ((context.with_incident, phrases.have_incident_too), (context.busy, phrases.busy_too)):
        if brands:
            names = locale.names([isolated(short_brand_name(name)) for name in brands])
            return locale.counted(phrase, len(brands), names=names)
    if len(context.as_usual) == 1:
        return fill(phrases.competitor_as_usual, name=isolated(short_brand_name(context.as_usual[0])))
    return phrases.competitors_as_usual if context.as_usual else ""


def source_counts(incident: Incident, context: IncidentContext, locale: Locale) -> str:
    """``X 161, Reddit 58, others 12.``, since the incident began; empty if there is only one source."""
    phrases, since = locale.phrases, context.by_source
    counts = {name: sum(n) for name, n in (since.negative if incident.negative else since.n).items()}
    largest = sorted((s for s in counts if counts[s]), key=lambda s: -counts[s])
    if not largest or len(context.source_health.statuses) < 2:
        return ""
    parts = [f"{source_name(s)} {locale.number(counts[s])}" for s in largest[:MAX_COUNTED_SOURCES]]
    if rest := sum(counts[s] for s in largest[MAX_COUNTED_SOURCES:]):
        parts.append(fill(phrases.others_count, n=locale.number(rest)))
    return fill(phrases.sentence, text=", ".join(parts))


def unread_sentence(source_health: SourceHealth, locale: Locale) -> str:
    """Names the major sources that are not read."""
    phrases, unread = locale.phrases, [one.source for one in source_health.major]
    if source_health.all_stale:
        return phrases.no_source_read
    if not unread:
        return ""
    names, more = source_names(unread[:MAX_NAMED_SOURCES], locale), len(unread) - MAX_NAMED_SOURCES
    if more > 0:
        names = locale.counted(phrases.and_more, more, names=names)
    return fill(phrases.names_not_read, names=names)
