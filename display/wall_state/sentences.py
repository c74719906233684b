"""The state of a wall in words: the headline and the lines of proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from display.source_health import SourceHealth
from display.wall_state import usual_counts
from display.wall_state.document import Headline, ProofLine, StateKind
from display.wall_state.hidden_posts import not_shown_note
from display.wall_state.horizon import LastHour
from display.wall_state.i18n import Locale, Phrases, fill
from display.wall_state.incident_sentences import incident_size, incident_title, last_known_size
from display.wall_state.topics import NO_TOPIC, HeadlineTopic
from display.wall_state.wall_text import isolated, round_to_one_digit, short_brand_name, source_name
from monitor.analysis.baseline import MIN_VALID_DAYS, HourlyRange
from monitor.clock import epoch_ms
from monitor.model import Health, Incident, SourceStatus, StoreFault, StorePause

HOUR = timedelta(hours=1)
MIN_HEROES = 15
"""Heroes that fit into 5 minutes if the queue never runs empty."""
MIN_SAMPLING_RATIO = 1.5
"""The wall says that it shows a sample from this many arrivals per hero on."""


NOT_POLLED = frozenset({Health.PAUSED, Health.NEEDS_KEY, Health.SPENT, Health.BROKEN})
"""Of a source with one of these, it cannot be said that it is being read."""


@dataclass(frozen=True, slots=True)
class HeadlineContext:
    """Everything that the headline and the proof depend on."""

    source_health: SourceHealth
    last_hour: LastHour
    listening_since: datetime
    now: datetime
    locale: Locale
    baseline_days: int = 0
    """Valid days that the baseline has so far."""
    today_is_valid: bool = False
    """Whether today is one of them already."""
    rule_changed: bool = False
    """Whether the baseline begins with a new rule, or waits until stored posts are matched by it."""
    usual: HourlyRange | None = None
    """What this hour usually brings; None if that is unknown."""
    any_mention: bool = True
    collecting: bool = True
    detecting: bool = True
    """Whether incidents are detected."""
    topic: HeadlineTopic = NO_TOPIC
    """The main topic of the last hour."""
    incident: Incident | None = None
    """The ongoing incident."""
    ended_incident: Incident | None = None
    """The incident that ended last, while the headline reports it."""
    incident_topic: str = ""
    """The topic of either, as this wall may show it; may be empty."""
    gap_source: str = ""
    """A major source that was not read in a part of the last hour, though it is now; may be empty."""
    brand: str = ""
    """The brand whose figures these are; empty if it is ours."""
    night: bool = False

    @property
    def phrases(self) -> Phrases:
        """The phrases of the wall's language."""
        return self.locale.phrases

    def moment(self, time: datetime) -> str:
        """``time`` in words, as written at ``now``."""
        return self.locale.moment(time, self.now)


def state_kind(context: HeadlineContext) -> StateKind:
    """The strongest state that applies."""
    if context.source_health.fault:
        return StateKind.BLIND
    if not context.collecting:
        return StateKind.NOT_LIVE
    if context.incident:
        return StateKind.INCIDENT
    if context.source_health.all_stale or (context.any_mention and not context.source_health.statuses):
        return StateKind.BLIND
    if context.source_health.major and context.any_mention:
        return StateKind.PARTLY_BLIND
    health = context.source_health
    if not context.any_mention or health.generating or not health.last_read:
        return StateKind.LISTENING
    if context.usual is None:
        return StateKind.LEARNING
    kind = usual_counts.hour_kind(context.last_hour.n, context.usual)
    # An hour that was not seen in full cannot be called quiet.
    return StateKind.PARTLY_BLIND if kind is StateKind.QUIET and context.gap_source else kind


def headline(kind: StateKind, context: HeadlineContext) -> Headline:
    """The state in words."""
    if kind is StateKind.NOT_LIVE:
        return _not_live(context)
    if kind is StateKind.INCIDENT and context.incident:
        return _incident(context.incident, context)
    if kind is StateKind.BLIND:
        return _blind(context)
    if kind is StateKind.LISTENING:
        return _listening(context)
    if kind is StateKind.PARTLY_BLIND:
        return _partly_blind(context)
    if context.ended_incident:
        return _ended(context.ended_incident, context)
    return _last_hour(kind, context)


def unread_reason_text(status: SourceStatus, now: datetime, locale: Locale) -> str:
    """Why a source is not read, in words for everybody. The Sources page says what the operator can do about it."""
    phrases, due, was_read = locale.phrases, status.next_check, status.last_success is not None
    is_later = due is not None and due > now
    if status.health is Health.PAUSED:
        phrase = phrases.paused
    elif status.health is Health.NEEDS_KEY:
        phrase = phrases.refuses_key if was_read else phrases.needs_key
    elif status.health is Health.SPENT:
        phrase = phrases.credit_spent if status.spend else phrases.quota_until if is_later else phrases.quota_spent
    elif status.health is Health.LIMITED:
        phrase = phrases.waits_until if is_later else phrases.waits
    elif status.health is Health.BROKEN and is_later:
        phrase = phrases.next_try
    else:
        phrase, due = (phrases.last_read_at if was_read else phrases.never_read), status.last_success
    return fill(phrase, name=source_name(status.source), time=locale.moment(due, now) if due else "")


def proof_lines(
    context: HeadlineContext, arrivals: int, heroes: int, hidden: int, set_aside: int = 0
) -> tuple[ProofLine, ...]:
    """How current the picture is; then the most urgent of: a source that is not read, sampling, posts not shown.

    ``arrivals`` and ``heroes``: mentions that arrived in the last 5 minutes, and how many were shown as the hero.
    """
    urgent = [unread_reason_text(one.status, context.now, context.locale) for one in context.source_health.stale[:1]]
    if not context.detecting:
        urgent.append(context.phrases.not_detecting)
    urgent.append(sampling_note(arrivals, heroes, context.locale))
    urgent.append(not_shown_note(hidden, set_aside, context.locale))
    return tuple([_liveness_line(context), *(ProofLine("", text) for text in urgent if text)][:2])


def sampling_note(arrivals: int, heroes: int, locale: Locale) -> str:
    """``Too fast to show all: 1 in 40 shown, all counted.``; empty if all could be shown."""
    ratio = arrivals / max(heroes, MIN_HEROES)
    if ratio < MIN_SAMPLING_RATIO:
        return ""
    return fill(locale.phrases.sampled, n=locale.number(round_to_one_digit(ratio)))


def source_names(names: Sequence[str], locale: Locale) -> str:
    """``Globex and Initech``, each cut to length."""
    return locale.names([source_name(name) for name in names])


def _not_live(context: HeadlineContext) -> Headline:
    phrases, last = context.phrases, context.source_health.last_read
    if last is None:
        return Headline(phrases.page.not_live, phrases.nothing_is_read)
    since = context.moment(last)
    if context.incident:
        text = fill(phrases.page.not_live_since, time=since)
        return Headline(phrases.page.not_live_unfinished, text, last_known_size(context.incident, context.locale))
    return Headline(phrases.page.not_live, fill(phrases.nothing_read_since, time=since))


def _incident(incident: Incident, context: HeadlineContext) -> Headline:
    size = incident_size(incident, context.locale)
    if not context.incident_topic:
        return Headline(context.phrases.incident, fill(context.phrases.sentence, text=size))
    title = incident_title(incident, context.incident_topic, context.phrases)
    return _with_clause(context.phrases.incident, size, fill(context.phrases.sentence, text=title), context)


def _blind(context: HeadlineContext) -> Headline:
    phrases, last = context.phrases, context.source_health.last_read
    if context.source_health.fault:
        return fault_headline(context.source_health.fault, context.now, context.locale)
    if not context.source_health.statuses:
        return Headline(phrases.blind, phrases.no_source)
    text = fill(phrases.none_read_since, time=context.moment(last)) if last else phrases.none_readable
    return Headline(phrases.blind, text)


def fault_headline(fault: StoreFault, now: datetime, locale: Locale) -> Headline:
    """ "Blind. Cannot store since 14:02: the disk is full." """
    phrases = locale.phrases
    text = fill(phrases.not_storing, time=locale.moment(fault.since, now))
    cause = fill(phrases.sentence, text=phrases.fault_causes[fault.kind])
    # Where both do not fit, the cause matters more than the time.
    return Headline(phrases.blind, fill(phrases.because, text=text), cause, cause[0].upper() + cause[1:])


def _listening(context: HeadlineContext) -> Headline:
    phrases, health = context.phrases, context.source_health
    if health.generating:
        duration = context.locale.duration(health.generating)
        return Headline(phrases.starting, fill(phrases.generating, duration=duration))
    if not health.statuses:
        return Headline(phrases.starting, phrases.no_source)
    being_polled = [s for s in health.statuses if s.health not in NOT_POLLED]
    if all(s.failures and not s.last_success for s in being_polled):  # also if nothing is polled
        return Headline(phrases.starting, phrases.all_failed)
    n_sources = len(health.statuses)
    if health.last_read is None:
        return Headline(phrases.starting, phrases.nothing_read_yet, context.locale.counted(phrases.set_up, n_sources))
    since = fill(phrases.since_nothing, time=context.moment(context.listening_since))
    if health.read_count < n_sources:
        return Headline(phrases.listening, since, fill(phrases.sentence, text=_some_read(context)))
    return Headline(phrases.listening, since, context.locale.counted(phrases.being_read, n_sources))


def _partly_blind(context: HeadlineContext) -> Headline:
    phrases, hour_ago = context.phrases, context.now - HOUR
    unread = context.source_health.major
    # The hour still holds what a source brought before it failed.
    is_elsewhere = bool(unread) and all(source.since is None or source.since <= hour_ago for source in unread)
    phrase = phrases.elsewhere if is_elsewhere else phrases.in_last_hour
    hour = fill(phrase, mentions=_mentions(context))
    return Headline(phrases.partly_blind, _unread_sources(context), fill(phrases.sentence, text=hour))


def _unread_sources(context: HeadlineContext) -> str:
    """Names the one major source that is not read, or counts all that are not, as the proof does."""
    phrases, unread = context.phrases, context.source_health.major
    if not unread:
        return fill(phrases.not_read_all_hour, name=source_name(context.gap_source))
    if len(unread) > 1:
        n_sources = len(context.source_health.statuses)
        return fill(phrases.sources_not_read, n=n_sources - context.source_health.read_count, all=n_sources)
    name, since = source_name(unread[0].source), unread[0].since
    if since is None:
        return fill(phrases.never_read, name=name)
    return fill(phrases.not_read_since, name=name, time=context.moment(since))


def _ended(incident: Incident, context: HeadlineContext) -> Headline:
    assert incident.until is not None
    phrases, locale = context.phrases, context.locale
    title = incident_title(incident, context.incident_topic, phrases)
    phrase = phrases.over_named if context.incident_topic else phrases.over_unnamed
    text = fill(phrase, title=title, duration=locale.duration(incident.until - incident.since))
    if incident.has_low_baseline:
        peak = fill(phrases.peak_mentions, mentions=locale.counted(phrases.mentions, round(incident.peak)))
    else:
        peak = fill(phrases.peak, n=locale.multiple(incident.peak))
    return _with_clause(phrases.over, text, peak, context)


def _last_hour(kind: StateKind, context: HeadlineContext) -> Headline:
    phrases = context.phrases
    hour = fill(phrases.in_last_hour, mentions=_mentions(context))
    if kind is StateKind.LEARNING:
        days_before = context.baseline_days - context.today_is_valid
        phrase = phrases.learning_rule_day if context.rule_changed else phrases.learning_day
        day = fill(phrase, day=context.locale.number(days_before + 1))
        text = day if context.baseline_days < MIN_VALID_DAYS else phrases.learning_hour
        return Headline(phrases.learning, text, fill(phrases.sentence, text=hour))
    word = {StateKind.BUSY: phrases.busy, StateKind.QUIET: phrases.quiet}.get(kind, phrases.normal)
    return _with_clause(word, hour, _last_hour_clause(kind, context), context)


def _last_hour_clause(kind: StateKind, context: HeadlineContext) -> str:
    """A remark about the hour besides its number: its topic, or how it compares with the usual."""
    phrases, n, topic, usual = context.phrases, context.last_hour.n, context.topic, context.usual
    if topic.name:
        phrase = phrases.mostly_about if topic.of_most else phrases.often_about
        return fill(phrase, topic=isolated(topic.name))
    is_calm = kind is StateKind.NORMAL and (context.night or not n)
    if is_calm and usual and usual_counts.is_usual(n, usual):
        return phrases.usual_for_night if context.night else phrases.usual_for_hour
    if usual and (kind is StateKind.QUIET or is_calm or not topic.known):
        return context.locale.counted(phrases.usually, round(usual.median))
    return phrases.no_topic


def _with_clause(word: str, text: str, clause: str, context: HeadlineContext) -> Headline:
    """A headline whose ``text`` continues in ``clause``, and is a sentence if the clause is dropped."""
    phrases = context.phrases
    return Headline(word, fill(phrases.continued, text=text), clause, fill(phrases.sentence, text=text))


def _mentions(context: HeadlineContext) -> str:
    """``42 mentions``, ``42 mentions of Globex``"""
    mentions = context.locale.counted(context.phrases.mentions, context.last_hour.n)
    if not context.brand:
        return mentions
    return fill(context.phrases.of_brand, mentions=mentions, brand=isolated(short_brand_name(context.brand)))


def _some_read(context: HeadlineContext) -> str:
    """``6 of 7 sources read``"""
    health = context.source_health
    return fill(context.phrases.some_read, n=health.read_count, all=len(health.statuses))


def _erasing(pause: StorePause, context: HeadlineContext) -> str:
    """ "Erasing posts; new ones are stored from about 14:05 on." """
    if pause.until and pause.until > context.now:
        return fill(context.phrases.erasing_until, time=context.moment(pause.until))
    return context.phrases.erasing


def _liveness_line(context: HeadlineContext) -> ProofLine:
    """``All 7 sources read, last 20 sec ago.``"""
    phrases, health = context.phrases, context.source_health
    n_sources, last = len(health.statuses), health.last_read
    if not n_sources:
        return ProofLine("", phrases.no_source)
    if health.fault:
        return ProofLine("", phrases.no_source_read)
    if health.pause:
        return ProofLine("", _erasing(health.pause, context))
    if last is None:
        return ProofLine("", phrases.none_read_yet)
    if health.read_count < n_sources:
        some_read = _some_read(context)
        return ProofLine(some_read, fill(phrases.sentence, text=""), epoch_ms(last), phrases.last_read_age)
    all_read = phrases.both_read if n_sources == 2 else context.locale.counted(phrases.all_read, n_sources)
    return ProofLine("", fill(phrases.sentence, text=all_read), epoch_ms(last), all_read + phrases.last_read_age)
