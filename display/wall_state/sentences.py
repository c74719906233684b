"""The state and its sentence: the headline and the lines of proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from display.source_health import SourceHealth, UnreadSource
from display.wall_state import baseline
from display.wall_state.document import Headline, Kind, Line
from display.wall_state.horizon import Hour
from display.wall_state.speech import Phrases, Speech
from display.wall_state.words import END_ISOLATE, called, isolated, one_digit, source_name
from monitor.analysis.baseline import MIN_VALID_DAYS, HourlyRange
from monitor.clock import epoch_ms
from monitor.model import Health, Incident, SourceStatus

SHORTEST_QUEUE = 15
"""Heroes that 5 minutes show at least, where somebody waits."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the sentence depends on."""

    source_health: SourceHealth
    hour: Hour
    since: datetime
    """When we began to listen."""
    now: datetime
    speech: Speech
    days: int = 0
    """Heard so far, of those that tell what is usual."""
    usual: HourlyRange | None = None
    """What this hour usually brings; None where nobody knows."""
    any_mention: bool = True
    collecting: bool = True
    watching: bool = True
    topic: str = ""
    """What most of the hour is about."""
    incident: Incident | None = None
    """That goes on."""
    over: Incident | None = None
    """That ended lately."""
    title: str = ""
    """Of either."""
    gap: str = ""
    """The source of weight that was not read in a part of the hour, though it is now."""
    of: str = ""
    """Whom the figures are of, where it is not us."""
    night: bool = False

    @property
    def phrases(self) -> Phrases:
        """In the language of the wall."""
        return self.speech.phrases

    def moment(self, time: datetime) -> str:
        """A time as people say it now."""
        return self.speech.moment(time, self.now)


def kind(scene: Scene) -> Kind:
    """The strongest state that holds."""
    if not scene.collecting:
        return Kind.NOT_LIVE
    if scene.incident:
        return Kind.INCIDENT
    if scene.source_health.all_stale:
        return Kind.BLIND
    if scene.source_health.weighty and scene.any_mention:
        return Kind.PARTLY_BLIND
    if not scene.any_mention:
        return Kind.LISTENING
    if scene.usual is None:
        return Kind.LEARNING
    stands = baseline.standing(scene.hour.n, scene.usual)
    # What was not seen is no silence.
    return Kind.PARTLY_BLIND if stands is Kind.QUIET and scene.gap else stands


def headline(kind: Kind, scene: Scene) -> Headline:
    """The state in words."""
    say, speech = scene.phrases, scene.speech
    if kind is Kind.NOT_LIVE:
        return _not_live(scene)
    if kind is Kind.INCIDENT and scene.incident:
        much = how_much(scene.incident, speech)
        return (
            Headline(say.incident, f"{much}.")
            if _unnamed(scene)
            else Headline(say.incident, f"{much},", f"{scene.title}.")
        )
    if kind is Kind.BLIND:
        last = scene.source_health.last_read
        return Headline(say.blind, say.none_read_since.format(moment=scene.moment(last)) if last else say.none_readable)
    if kind is Kind.LISTENING:
        since = say.since_nothing.format(moment=scene.moment(scene.since))
        return Headline(say.listening, since, being_read(scene))
    if kind is Kind.PARTLY_BLIND:
        return Headline(say.partly_blind, not_read(scene), f"{say.elsewhere.format(mentions=_mentions(scene))}.")
    if scene.over:
        return _over(scene.over, scene)
    hour = say.in_last_hour.format(mentions=_mentions(scene))
    if kind is Kind.LEARNING:
        day = say.learning_day.format(day=scene.days + 1)
        return Headline(say.learning, day if scene.days < MIN_VALID_DAYS else say.learning_hour, f"{hour}.")
    word = {Kind.BUSY: say.busy, Kind.QUIET: say.quiet}.get(kind, say.normal)
    return Headline(word, f"{hour},", _clause(kind, scene))


def _not_live(scene: Scene) -> Headline:
    say, last = scene.phrases, scene.source_health.last_read
    if last is None:
        return Headline(f"{say.not_live}.", say.nothing_is_read)
    since = scene.moment(last)
    if scene.incident:
        return Headline(say.not_live, say.since_stop.format(moment=since), then(scene.incident, scene.speech))
    return Headline(f"{say.not_live}.", say.nothing_read_since.format(moment=since))


def _over(incident: Incident, scene: Scene) -> Headline:
    assert incident.until is not None
    say, lasted = scene.phrases, scene.speech.lasting(incident.until - incident.since)
    text = (say.over_unnamed if _unnamed(scene) else say.over_named).format(title=scene.title, time=lasted)
    most = scene.speech.counted(say.mentions, round(incident.peak))
    peak = say.at_most.format(mentions=most) if incident.rare else say.peak.format(n=scene.speech.times(incident.peak))
    return Headline(say.over, text, peak)


def how_much(incident: Incident, speech: Speech) -> str:
    """``6 times the usual``; ``12 mentions in 40 min`` where too little is usual for that.

    It goes on for a while after it was calm, and what carried it may be deleted: then no multiple of it is told.
    """
    say = speech.phrases
    if incident.rare:
        return say.mentions_in.format(mentions=brought(incident, speech), time=speech.lasting(incident.window))
    if round(incident.multiple) <= 1:
        return say.no_more_than_usual
    return say.times_usual.format(n=speech.times(incident.multiple))


def then(incident: Incident, speech: Speech) -> str:
    """The same as the last that was known."""
    say = speech.phrases
    if incident.rare:
        return say.then_mentions.format(mentions=brought(incident, speech), time=speech.lasting(incident.window))
    if round(incident.multiple) <= 1:
        return say.then_no_more
    return say.then_times.format(n=speech.times(incident.multiple))


def brought(incident: Incident, speech: Speech) -> str:
    """``12 mentions``, or ``12 negative mentions``: of its window."""
    say = speech.phrases
    return speech.counted(say.negative_mentions if incident.negative else say.mentions, incident.n)


def _mentions(scene: Scene) -> str:
    """``42 mentions``, ``42 mentions of Globex``"""
    mentions = scene.speech.counted(scene.phrases.mentions, scene.hour.n)
    return scene.phrases.of_brand.format(mentions=mentions, brand=isolated(called(scene.of))) if scene.of else mentions


def _clause(kind: Kind, scene: Scene) -> str:
    """What there is to say of the hour besides its number."""
    say = scene.phrases
    if scene.topic:
        about = say.mostly_about.format(topic=isolated(scene.topic))
        return about.replace("….", "…").replace(f"…{END_ISOLATE}.", f"…{END_ISOLATE}")
    if kind is Kind.QUIET and scene.usual:
        return say.usually.format(n=scene.speech.number(round(scene.usual.median)))
    if kind is Kind.NORMAL and scene.night:
        return say.usual_for_night
    return say.no_topic if scene.hour.n else say.usual_for_hour


def being_read(scene: Scene) -> str:
    """``5 sources are being read.``, unless each has been tried in vain."""
    statuses = scene.source_health.statuses
    if not statuses:
        return scene.phrases.no_source
    if all(s.failures and not s.last_success for s in statuses):
        return scene.phrases.in_vain
    return scene.speech.counted(scene.phrases.being_read, len(statuses))


def not_read(scene: Scene) -> str:
    """Names the one weighty source that is blind, or counts all that are not read, as the proof does."""
    say, blind = scene.phrases, scene.source_health.weighty
    if not blind:
        return say.not_read_all_hour.format(name=source_name(scene.gap))
    if len(blind) > 1:
        sources = len(scene.source_health.statuses)
        return say.sources_not_read.format(n=sources - scene.source_health.read_count, all=sources)
    name, since = source_name(blind[0].source), blind[0].since
    return (
        say.not_read_since.format(name=name, moment=scene.moment(since)) if since else say.never_read.format(name=name)
    )


def why(status: SourceStatus, now: datetime, speech: Speech) -> str:
    """Why a source is not read, in words for everybody: what to do about it is told to who runs this, elsewhere."""
    say, due, known = speech.phrases, status.next_check, status.last_success is not None
    later = due is not None and due > now
    if status.health is Health.PAUSED:
        words = say.paused
    elif status.health is Health.NEEDS_KEY:
        words = say.refuses_key if known else say.needs_key
    elif status.health is Health.SPENT:
        words = say.credit_spent if status.spend else say.quota_until if later else say.quota_spent
    elif status.health is Health.LIMITED:
        words = say.waits_until if later else say.waits
    elif status.health is Health.BROKEN and later:
        words = say.next_try
    else:
        words, due = (say.last_read_at if known else say.never_read), status.last_success
    return words.format(name=source_name(status.source), moment=speech.moment(due, now) if due else "")


def proof(scene: Scene, arrivals: int, heroes: int, hidden: int) -> tuple[Line, ...]:
    """How live we are; then the most urgent of: what is blind and why, what is sampled, what is hidden.

    ``arrivals`` and ``heroes``: mentions of the last 5 minutes, and how many of them stood large.
    """
    urgent = [_why(b, scene) for b in scene.source_health.stale[:1]]
    if not scene.watching:
        urgent.append(scene.phrases.unwatched)
    urgent.append(sampling(arrivals, heroes, scene.speech))
    if hidden:
        urgent.append(scene.speech.counted(scene.phrases.hidden, hidden))
    return tuple([liveness(scene), *(Line("", text) for text in urgent if text)][:2])


def _why(unread: UnreadSource, scene: Scene) -> str:
    return why(unread.status, scene.now, scene.speech)


def sampling(arrivals: int, heroes: int, speech: Speech) -> str:
    """``Too fast to show all: 1 in 40 shown, all counted.``; empty where all had their turn."""
    share = arrivals / max(heroes, SHORTEST_QUEUE)
    return speech.phrases.sampled.format(n=speech.number(one_digit(share))) if share >= 1.5 else ""


def liveness(scene: Scene) -> Line:
    """``All 7 sources read, last 20 s ago.``"""
    say, source_health = scene.phrases, scene.source_health
    sources, read, last = len(source_health.statuses), source_health.read_count, source_health.last_read
    if not sources:
        return Line("", say.no_source)
    if last is None:
        return Line("", say.none_read_yet)
    if read < sources:
        return Line(say.some_read.format(n=read, all=sources), say.last_read, epoch_ms(last), ".")
    return Line("", scene.speech.counted(say.all_read, sources) + say.last_read, epoch_ms(last), ".")


def title(incident: Incident, topic: str, phrases: Phrases) -> str:
    """``“Checkout down”``, or what rose where no ``topic`` is known."""
    if topic:
        # A title begins large, but for a name that is written otherwise: iPhone.
        large = topic[0].upper() + topic[1:] if topic.split()[0].islower() else topic
        return phrases.quoted.format(topic=isolated(large))
    return phrases.many_more_negative if incident.negative else phrases.many_more


def _unnamed(scene: Scene) -> bool:
    """Whether the incident's title says no more than that it is one."""
    return scene.title in (scene.phrases.many_more, scene.phrases.many_more_negative)


def named(names: Sequence[str], speech: Speech) -> str:
    """``Globex and Initech``, none of them too long."""
    return speech.named([source_name(name) for name in names])
