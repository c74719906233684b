"""One wall: the facts as its settings want them told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from display.wall_state import baseline, board, departures, horizon, incident, sentences, topics
from display.wall_state.director import FRESH, MOST, Director, key
from display.wall_state.discretion import Discretion, quiet_fields
from display.wall_state.document import Board, IncidentScreen, Kind, Voice, WallState
from display.wall_state.facts import MOST_NEWS, Facts
from display.wall_state.horizon import Span, Stretch
from display.wall_state.kept import Kept
from display.wall_state.sentences import Scene
from display.wall_state.speech import LANGUAGES, Speech
from display.wall_state.voices import voice
from display.wall_state.weeks import GAPPY, WEEK
from display.wall_state.words import called
from monitor.clock import Clock, epoch_ms
from monitor.model import Brand, Choice, Incident, Mention, MentionFilter
from monitor.query import Document

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.walls import Wall

PER_BRAND = 8
"""Newest mentions asked for where the wall begins."""
UNKNOWN = "und"
"""What stands for an unknown language."""
TWELVE = "12h"
RECENT = (FRESH, timedelta(hours=24), None)
"""How far back voices are looked for, until there are enough."""
ASLEEP = 45.0
"""Seconds in which nobody looked, after which the wall begins anew instead of telling what it missed."""
LATEST_FOR = 10.0
"""Seconds for which the newest are good, where all that is known is old."""
AFTERWARDS = timedelta(minutes=15)
"""How long the headline tells of an incident that is over."""
OUTDONE = 1.25
"""So many times the multiple of the incident that is told takes its place."""
LOOP, VOICES_FOR = 60.0, 48.0
"""Seconds of a turn of the stage, and how many of them are the voices'."""
PATIENCE = timedelta(minutes=5)
"""A shorter gap is no reason to doubt an hour."""


class View:
    """Builds the state of walls with equal settings. Not for several threads at once."""

    def __init__(self, config: Config, wall: Wall, facts: Facts, clock: Clock, version: str) -> None:
        self._config, self._wall, self._facts, self._clock, self._version = config, wall, facts, clock, version
        zone, say = wall.timezone or config.timezone, LANGUAGES[wall.language]
        self._speech = Speech(zone, say, twelve=wall.clock == TWELVE)
        chosen = [b for b in config.brands if b.name in wall.brands] or config.brands
        self._brands: Sequence[Brand] = chosen
        ours = tuple(b.name for b in chosen if b.ours)
        self._ours = ours
        self._leads = ours or (wall.brands or (chosen[0].name,))[:1]
        self._discretion = Discretion(
            wall.never_show, masked=wall.mask_authors, keeps=_names(chosen), someone=say.someone
        )
        self._quiet = quiet_fields(wall.quiet)
        self._director = Director(self._leads, clock, self._shows)
        self._known = self._told = 0
        self._kept_latest = Kept[list[Mention]](clock, LATEST_FOR)
        self._asked, self._moment = float("-inf"), 0
        self._built: dict[str, Any] | None = None

    def get(self) -> dict[str, Any]:
        """The state as JSON, but for the wall's name: the newest one, or the last where nothing changed."""
        moment = self._facts.look()
        if self._built is None or moment != self._moment or self._director.due():
            self._moment = moment
            self._built = self._build().json()
        return self._built

    def due(self) -> bool:
        """Whether somebody waits to be heard and may be now. Asks the store nothing."""
        return self._director.due()

    def _build(self) -> WallState:
        facts, now, speech = self._facts, self._facts.now, self._speech
        self._direct()
        bins, stretches = facts.bins(self._leads), self._stretches()
        scene = self._scene(horizon.last_hour(bins))
        kind = sentences.kind(scene)
        headline = sentences.headline(kind, scene)
        usual = facts.usual(self._leads)
        calm = kind is not Kind.INCIDENT
        return WallState(
            version=self._version,
            last_id=facts.last_id,
            as_of=epoch_ms(now),
            utc_offset=_minutes_ahead(now.astimezone(speech.zone)),
            kind=kind,
            sample=facts.source_health.sample,
            headline=headline,
            horizon=horizon.horizon(bins, stretches, speech, now, headline.sentence, baseline.line(usual, bins)),
            voices=self._voices(self._director.screen),
            board=self._board(),
            proof=self._proof(scene),
            departures=departures.departures(facts.source_health.statuses, now, speech)
            if kind is Kind.LISTENING
            else (),
            ours=called(self._leads[0]),
            clock=epoch_ms(self._clock.machine_time()),
            pace=self._clock.speed,
            night=scene.night and calm,
            rotates=self._wall.rotation,
            dwells_until=self._dwells_until(),
            topics=self._topics() if calm and not scene.night else None,
            incident=self._incident_screen(scene) if not calm and scene.incident else None,
            masked=self._discretion.masked,
            language=self._wall.language,
            twelve=speech.twelve,
        )

    # The sentence

    def _scene(self, hour: horizon.Hour) -> Scene:
        facts, now = self._facts, self._facts.now
        usual, running, over = facts.usual(self._leads), self._running(), self._over()
        night, told = self._wall.night, running or over
        return Scene(
            source_health=facts.source_health,
            hour=hour,
            since=facts.since,
            now=now,
            speech=self._speech,
            days=usual.days,
            usual=baseline.expected(usual, now),
            any_mention=facts.any_mention,
            collecting=facts.collecting,
            watching=facts.watching,
            topic=topics.of_hour(facts.topics(self._leads[0]), hour.n, self._discretion),
            incident=running,
            over=over,
            title=self._title(told) if told else "",
            gap=self._gap_in(now - timedelta(hours=1)),
            of="" if self._ours else self._leads[0],
            night=night is not None and night.contains(now.astimezone(self._speech.zone)),
        )

    def _title(self, incident: Incident) -> str:
        return sentences.title(incident, topics.phrase(incident.topic, self._discretion), self._speech.phrases)

    def _running(self) -> Incident | None:
        """The worst incident that goes on; the one that is told stays until another is clearly worse."""
        going = self._going_on(self._leads)
        worst = max(going, key=lambda i: i.multiple * (OUTDONE if i.id == self._told else 1), default=None)
        self._told = worst.id if worst else 0
        return worst

    def _going_on(self, brands: Collection[str]) -> list[Incident]:
        return [i for i in self._facts.incidents() if i.brand in brands and i.until is None]

    def _over(self) -> Incident | None:
        """The incident that ended last, while it is told."""
        ended = [i for i in self._facts.incidents() if i.brand in self._leads and i.until is not None]
        last = max(ended, key=lambda i: i.until or i.since, default=None)
        return last if last and last.until and self._facts.now - last.until < AFTERWARDS else None

    def _gap_in(self, since: datetime) -> str:
        """A source of weight that was not read in a part of the time since then."""
        for source, spans in self._facts.gaps.items():
            if source in self._facts.weighty and any(end - max(begin, since) > PATIENCE for begin, end in spans):
                return source
        return ""

    def _proof(self, scene: Scene) -> Any:
        facts = self._facts
        heard = tuple(b.name for b in self._brands)
        hidden = sum(facts.tallies[name].hidden for name in heard if name in facts.tallies)
        hidden += facts.found(self._discretion.searches, heard) if self._discretion.searches else 0
        return sentences.proof(scene, facts.arrivals(heard), self._director.heroes_lately(), hidden)

    # The figures

    def _stretches(self) -> list[Stretch]:
        """What the horizon cannot show: the time before we listened, and gaps."""
        facts, start = self._facts, self._facts.now - horizon.SPAN
        say, sources = self._speech.phrases, len(facts.source_health.statuses)
        unseen = horizon.stretches(facts.gaps, facts.weighty, sources, start, say)
        text = say.not_listening.format(moment=self._speech.time_of_day(facts.since))
        return [*([Stretch(start, facts.since, text)] if facts.since > start else []), *unseen]

    def _board(self) -> Board:
        facts, names = self._facts, tuple(b.name for b in self._brands)
        # Of one brand alone the share is always all.
        usual = facts.usual_shares(names) if len(names) > 1 else {}
        head, phrases = self._head(), self._speech.phrases
        return board.board(self._brands, facts.tallies, self._leads, head=head, phrases=phrases, usual=usual)

    def _head(self) -> str:
        """What the board's figures cover."""
        facts, say = self._facts, self._speech.phrases
        if facts.now - facts.since < WEEK:
            return say.board_since.format(moment=self._speech.moment(facts.since, facts.now, with_time=False))
        missing = max((_length(of) for name, of in facts.gaps.items() if name in facts.weighty), default=timedelta())
        return say.last_week_gaps if missing > GAPPY * WEEK else say.last_week

    def _topics(self) -> Any:
        brand = self._leads[0]
        return topics.board(self._facts.topics(brand), brand, self._discretion, self._speech)

    # The voices

    def _direct(self) -> None:
        """Have the director choose among the newest, and take back what is gone."""
        at, director = self._clock.monotonic(), self._director
        director.hold(self._topics_until())
        last = self._facts.last_mention_id()
        if at - self._asked > ASLEEP:
            director.begin(self._latest(), last)
        else:
            director.offer(self._facts.news(self._known))
            if last - self._known > MOST_NEWS:
                director.offer(self._newest(FRESH, self._leads))
        self._asked, self._known = at, last
        for _ in range(2 * MOST):
            director.advance(self._latest)
            if director.refresh(self._facts.mentions([m.id for m in director.screen])):
                break
        if len(director.screen) < MOST:
            director.fill(self._latest())
        elif director.is_stale:
            director.catch_up(self._kept_latest.get(self._latest))

    def _latest(self) -> list[Mention]:
        """The newest of each brand. What is read last may be old: history that was imported, a feed that began."""
        found: list[Mention] = []
        for back in RECENT:
            found = self._newest(back, [b.name for b in self._brands])
            if len(found) >= MOST:
                break
        return found

    def _newest(self, back: timedelta | None, brands: Iterable[str]) -> list[Mention]:
        """The newest few of each of ``brands`` in the time ``back`` from now, or of all time."""
        since = None if back is None else self._facts.now - back
        return [m for name in brands for m in self._facts.newest(self._filter(name, since), PER_BRAND)]

    def _shows(self, mention: Mention) -> bool:
        """Whether this wall may show ``mention`` as a voice."""
        if not any(b.name == mention.brand for b in self._brands) or mention.hidden:
            return False
        if mention.story is not None and mention.story in self._facts.hidden_stories:
            return False
        if self._wall.languages and (mention.post.lang or UNKNOWN) not in self._wall.languages:
            return False
        is_quiet = bool(self._quiet) and not self._quiet.isdisjoint(Document.of(mention.post).fields)
        return not is_quiet and self._discretion.shows(mention)

    def _filter(self, brand: str, since: datetime | None) -> MentionFilter:
        """What may be a voice of ``brand``, as far as the store can tell; ``_shows`` tells the rest."""
        quiet = Choice(exclude=self._wall.quiet)
        sources = {s.name for s in self._config.sources}
        return MentionFilter(
            brand=Choice((brand,)),
            lang=Choice(self._wall.languages),
            source=Choice(exclude=tuple(q for q in self._wall.quiet if q in sources)),
            author=quiet,
            site=quiet,
            since=since,
        )

    def _voices(self, mentions: Iterable[Mention]) -> tuple[Voice, ...]:
        return tuple(voice(m, self._ours, self._discretion) for m in mentions)

    def _dwells_until(self) -> int:
        """By the real clock."""
        left = self._director.read_at - self._clock.monotonic()
        return epoch_ms(self._clock.machine_time() + timedelta(seconds=max(left, 0))) if self._director.screen else 0

    def _topics_until(self) -> float:
        """Until when, by the monotonic clock, topics may have the stage. The page goes by the same clock."""
        into = self._clock.machine_time().timestamp() % LOOP
        has_topics = self._built is not None and self._built["topics"] is not None and self._wall.rotation
        return self._clock.monotonic() + LOOP - into if has_topics and into >= VOICES_FOR else float("-inf")

    # The incident

    def _incident_screen(self, scene: Scene) -> IncidentScreen | None:
        found = scene.incident
        if found is None:
            return None
        facts = self._facts
        evidence = incident.Evidence(
            pulses=facts.pulses(found.brand, incident.BARS),
            tallies=facts.tallies_since(found.since),
            source_health=facts.source_health,
            stretches=self._stretches(),
            alarmed=[i.brand for i in self._going_on([b.name for b in self._brands]) if i.brand != found.brand],
            busy=[name for name, kind in self._others().items() if kind is Kind.BUSY],
            known=bool(self._others()),
            usual=facts.usual((found.brand,)),
            of="" if self._ours == (found.brand,) else found.brand,
            words=self._new_words(found),
        )
        return incident.screen(found, scene.title, self._crowd(found), evidence, facts.now, self._speech)

    def _new_words(self, found: Incident) -> list[str]:
        said = (topics.phrase(words, self._discretion) for words in found.words)
        return [words for words in said if words and words.casefold() != found.topic.casefold()]

    def _crowd(self, found: Incident) -> tuple[Voice, ...]:
        """The largest groups since it began, then the newest who are like nobody."""
        facts = self._facts
        groups = facts.mentions(facts.groups(found.brand, found.since, 2 * MOST)).values()
        shown = [m for m in groups if self._shows(m)]
        keys = set(map(key, shown))
        alone = facts.newest(self._filter(found.brand, found.since), PER_BRAND) if len(shown) < MOST else []
        shown += [m for m in alone if key(m) not in keys and self._shows(m)]
        return self._voices(shown[:MOST])

    def _is_theirs(self, brand: str) -> bool:
        return brand not in self._leads and any(b.name == brand for b in self._brands)

    def _others(self) -> dict[str, Kind]:
        """How each competitor stands of whom the usual is known."""
        facts = self._facts
        found = {}
        for brand in self._brands:
            usual = baseline.expected(facts.usual((brand.name,)), facts.now) if self._is_theirs(brand.name) else None
            if usual is not None:
                hour = horizon.last_hour(facts.bins((brand.name,)))
                found[brand.name] = baseline.standing(hour.n, usual)
        return found


def _names(brands: Sequence[Brand]) -> list[str]:
    return [name for brand in brands for name in (brand.name, *brand.aliases)]


def _length(spans: Sequence[Span]) -> timedelta:
    return sum((until - since for since, until in spans), timedelta())


def _minutes_ahead(local: datetime) -> int:
    offset = local.utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
