"""Builds the state of walls that have the same settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from display.wall_state import board, coverage, first_run, horizon, incident_screen, sentences, topics, usual_counts
from display.wall_state.director import FRESH, MAX_SHOWN, Director
from display.wall_state.display_policy import DisplayPolicy
from display.wall_state.document import (
    Board,
    FirstRunSource,
    IncidentScreen,
    ProofLine,
    StateKind,
    TopicBoard,
    Voice,
    WallState,
)
from display.wall_state.horizon import UnseenPeriod
from display.wall_state.i18n import Locale, catalogue, fill
from display.wall_state.incident_sentences import incident_title
from display.wall_state.incident_voices import IncidentVoices
from display.wall_state.last_picture import last_picture
from display.wall_state.sentences import HeadlineContext
from display.wall_state.ttl_cache import ttl_cache
from display.wall_state.voice_query import VoiceQuery
from display.wall_state.voices import voice_of
from display.wall_state.wall_data import MAX_NEW_MENTIONS, WallData
from display.wall_state.wall_text import short_brand_name
from monitor.clock import Clock, epoch_ms
from monitor.errors import StoreError
from monitor.model import Brand, Incident, Mention, Sentiment

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.walls import Wall

TWELVE_HOURS = "12h"
HOUR = timedelta(hours=1)
RESTART_AFTER_SECONDS = 45.0
"""A wall whose state was not requested for this long starts again instead of showing what it missed."""
LATEST_TTL_SECONDS = 10.0
"""For the latest mentions, which are shown if nothing is fresh."""
SHOW_ENDED_FOR = timedelta(minutes=15)
"""How long the headline reports an incident that is over."""
CLEARLY_WORSE = 1.25
"""Another incident replaces the shown one if its multiple is more than this many times as large."""
STAGE_LOOP_SECONDS, VOICES_SECONDS = 60.0, 48.0
"""The loop of the stage, and how much of it shows voices; schedule.ts has the same."""
MAX_IGNORED_GAP = timedelta(minutes=5)
"""Gaps up to this length are ignored."""


class WallBuilder:
    """The state of walls with equal settings. Not thread-safe."""

    def __init__(self, config: Config, wall: Wall, data: WallData, clock: Clock, version: str) -> None:
        self._wall, self._data, self._clock, self._version = wall, data, clock, version
        phrases = catalogue()[wall.language]
        self._locale = Locale(wall.timezone or config.timezone, phrases, wall.clock == TWELVE_HOURS)
        brands = [b for b in config.brands if b.name in wall.brands] or config.brands
        self._brands: Sequence[Brand] = brands
        self._brand_names = tuple(b.name for b in brands)
        self._ours = tuple(b.name for b in brands if b.ours)
        # before the set-up there is no brand
        self._leading_brands = self._ours or (*wall.brands, *self._brand_names, "")[:1]
        self._competitors = tuple(name for name in self._brand_names if name not in self._leading_brands)
        self._policy = DisplayPolicy(
            wall.never_show,
            masks_authors=wall.mask_authors,
            unmasked_names=[name for b in brands for name in (b.name, *b.aliases)],
            someone=phrases.page.someone,
        )
        self._voice_query = VoiceQuery(config, wall, self._brand_names, data, self._policy)
        self._incident_voices = IncidentVoices(data, self._voice_query, clock)
        self._director = Director(self._leading_brands, clock, self._voice_query.may_show)
        self._last_known_id = self._shown_incident = 0
        self._latest_cache = ttl_cache(clock, LATEST_TTL_SECONDS, 1)
        self._directed_at, self._revision = float("-inf"), 0
        self._built: dict[str, Any] | None = None

    def take_over(self, former: WallBuilder) -> None:
        """Go on with the screen of ``former``, which built this wall by an earlier config."""
        self._director.take_over(former._director)
        self._last_known_id, self._directed_at = former._last_known_id, former._directed_at
        self._shown_incident = former._shown_incident
        self._incident_voices.take_over(former._incident_voices)

    def get(self) -> dict[str, Any]:
        """The newest state as JSON, without the wall's name; the one built before if nothing changed.

        Raises StoreError. While a fault also prevents reading, it is the last picture, with the fault as its headline.
        """
        try:
            return self._newest()
        except StoreError:
            fault = self._data.store_health.fault
            if fault is None or self._built is None:
                raise
            return last_picture(self._built, fault, self._clock, self._locale)

    def _newest(self) -> dict[str, Any]:
        revision = self._data.refresh()
        if self._built is None or revision != self._revision or self._director.is_due():
            self._revision = revision
            self._built = self._build().json()
        return self._built

    def is_due(self) -> bool:
        """Whether a mention is waiting and may appear now. Does not read the store."""
        return self._director.is_due()

    def _build(self) -> WallState:
        data, now, locale = self._data, self._data.now, self._locale
        self._direct()
        bins, unseen = data.bins(self._leading_brands), self._unseen_periods()
        context = self._headline_context(horizon.last_hour(bins))
        kind = sentences.state_kind(context)
        headline = sentences.headline(kind, context)
        usual = usual_counts.usual_per_bin(data.baseline(self._leading_brands), bins)
        is_calm = kind is not StateKind.INCIDENT
        return WallState(
            version=self._version,
            last_id=data.last_id,
            as_of=epoch_ms(now),
            utc_offset=_utc_offset_minutes(now.astimezone(locale.zone)),
            kind=kind,
            sample=data.source_health.sample,
            only_sample=data.source_health.only_sample,
            headline=headline,
            horizon=horizon.horizon(bins, unseen, locale, now, headline.sentence, usual),
            voices=self._voices(self._director.screen),
            board=self._board(),
            proof=self._proof(context),
            first_run=self._first_run() if kind is StateKind.LISTENING else (),
            ours=short_brand_name(self._leading_brands[0]),
            clock=epoch_ms(self._clock.machine_time()),
            speed=self._clock.speed,
            night=context.night and is_calm,
            rotates=self._wall.rotation,
            dwells_until=self._dwells_until(),
            topics=self._topics() if is_calm and not context.night else None,
            incident=self._incident_screen(context) if not is_calm else None,
            masked=self._policy.masks_authors,
            language=self._wall.language,
            twelve_hours=locale.twelve_hours,
        )

    def _first_run(self) -> tuple[FirstRunSource, ...]:
        data = self._data
        return first_run.first_run_sources(data.source_health.statuses, data.any_mention, data.now, self._locale)

    # Headline and proof

    def _headline_context(self, last_hour: horizon.LastHour) -> HeadlineContext:
        data, now = self._data, self._data.now
        baseline, running, ended = data.baseline(self._leading_brands), self._running_incident(), self._ended_incident()
        night, shown = self._wall.night, running or ended
        return HeadlineContext(
            source_health=data.source_health,
            last_hour=last_hour,
            listening_since=data.listening_since,
            now=now,
            locale=self._locale,
            baseline_days=baseline.days,
            today_is_valid=baseline.last_day == now.astimezone(baseline.zone).date(),
            rule_changed=data.rule_changed(self._leading_brands),
            usual=usual_counts.expected_range(baseline, now),
            any_mention=data.any_mention,
            collecting=data.collecting,
            detecting=data.detecting,
            topic=self._headline_topic(last_hour.n),
            incident=running,
            ended_incident=ended,
            incident_topic=topics.topic_phrase(shown.topic, self._policy) if shown else "",
            gap_source=self._source_with_gap(now - HOUR),
            brand="" if self._ours else self._leading_brands[0],
            night=night is not None and night.contains(now.astimezone(self._locale.zone)),
        )

    def _headline_topic(self, n: int) -> topics.HeadlineTopic:
        """The topic that stands out in the ``n`` mentions of the last hour, of the first brand that has one."""
        found = [topics.headline_topic(self._data.topics(b), n, self._policy) for b in self._leading_brands]
        return next((topic for topic in found if topic.name), min(found, key=lambda topic: topic.known))

    def _running_incident(self) -> Incident | None:
        """The worst ongoing incident; the shown one stays until another is clearly worse."""
        running = self._running_incidents(self._leading_brands)
        worst = max(
            running, key=lambda i: i.multiple * (CLEARLY_WORSE if i.id == self._shown_incident else 1), default=None
        )
        self._shown_incident = worst.id if worst else 0
        return worst

    def _running_incidents(self, brands: Collection[str]) -> list[Incident]:
        return [i for i in self._data.incidents() if i.brand in brands and i.until is None]

    def _ended_incident(self) -> Incident | None:
        """The incident that ended last, as long as the headline reports it."""
        ended = [i for i in self._data.incidents() if i.brand in self._leading_brands and i.until is not None]
        last = max(ended, key=lambda i: i.until or i.since, default=None)
        return last if last and last.until and self._data.now - last.until < SHOW_ENDED_FOR else None

    def _source_with_gap(self, since: datetime) -> str:
        """A major source that was not read in a part of the time since then; empty if there is none."""
        for source, periods in self._data.gaps.items():
            is_major = source in self._data.major
            if is_major and any(end - max(begin, since) > MAX_IGNORED_GAP for begin, end in periods):
                return source
        return ""

    def _proof(self, context: HeadlineContext) -> tuple[ProofLine, ...]:
        data, names = self._data, self._brand_names
        hidden = data.count_hidden(names)
        set_aside = sum(data.tallies[name].set_aside for name in names if name in data.tallies)
        hidden += data.count_matches(self._policy.queries, names) if self._policy.queries else 0
        return sentences.proof_lines(context, data.arrivals(names), self._director.recent_heroes(), hidden, set_aside)

    # Charts and figures

    def _unseen_periods(self) -> list[UnseenPeriod]:
        """What the horizon cannot show: the time before we listened, unless files cover it, and gaps."""
        data, start = self._data, self._data.now - horizon.SPAN
        phrases, n_sources = self._locale.phrases, len(data.source_health.statuses)
        if not n_sources:
            unknown = coverage.not_imported(data, start, horizon.end_of_last_bar(data.now))
            return [UnseenPeriod(a, b, phrases.not_read, blank=True) for a, b in unknown]
        unseen = horizon.unseen_periods(data.gaps, data.major, n_sources, start, phrases)
        unknown = coverage.not_imported(data, start, data.listening_since)
        # Later parts lie after imported posts, so that there is something before them.
        before = fill(phrases.not_listening, time=self._locale.time_of_day(unknown[0][1])) if unknown else ""
        texts = (before if a == start else phrases.not_read for a, _ in unknown)
        return [*(UnseenPeriod(a, b, text) for (a, b), text in zip(unknown, texts, strict=True)), *unseen]

    def _board(self) -> Board:
        data, names = self._data, self._brand_names
        # A single brand always has the whole share.
        usual = data.usual_shares(names) if len(names) > 1 else {}
        return board.brand_board(
            self._brands,
            data.tallies,
            self._leading_brands,
            head=coverage.board_head(data, self._locale),
            locale=self._locale,
            usual_shares=usual,
            rule_changed=len(names) > 1 and data.rule_changed(names),
            unread=not coverage.was_read_this_week(data),
            mood_model=data.error_figures.mood_model,
            errors=board.errors_line(
                data.error_figures.figure(Sentiment.NEGATIVE, brand=self._leading_brands[0]), self._locale
            ),
        )

    def _topics(self) -> TopicBoard | None:
        brand = self._leading_brands[0]
        model, has_others = self._data.error_figures.mood_model(brand), len(self._leading_brands) > 1
        found = self._data.topics(brand)
        return topics.topic_board(found, brand, model, self._policy, self._locale, names_brand=has_others)

    # The voices

    def _direct(self) -> None:
        """Let the director choose among the newest mentions, and remove what is gone."""
        at, director, query = self._clock.monotonic(), self._director, self._voice_query
        director.hold(self._topics_until())
        last_id = self._data.last_mention_id()
        if at - self._directed_at > RESTART_AFTER_SECONDS:
            director.restart(query.latest(), last_id)
        else:
            director.offer(self._data.mentions_after(self._last_known_id))
            if last_id - self._last_known_id > MAX_NEW_MENTIONS:
                director.offer(query.newest(self._leading_brands, FRESH))
        self._directed_at, self._last_known_id = at, last_id
        for _ in range(2 * MAX_SHOWN):
            director.advance(query.latest)
            if director.update(self._data.mentions([m.id for m in director.screen])):
                break
        if len(director.screen) < MAX_SHOWN:
            director.fill(query.latest())
        elif director.is_stale:
            if "latest" not in self._latest_cache:
                self._latest_cache["latest"] = query.latest()
            director.catch_up(self._latest_cache["latest"])

    def _voices(self, mentions: Iterable[Mention]) -> tuple[Voice, ...]:
        known = self._ours if len(self._brands) > 1 else self._brand_names
        return tuple(voice_of(m, known, self._policy) for m in mentions)

    def _dwells_until(self) -> int:
        """When the hero has been shown long enough, in epoch milliseconds of the real clock."""
        left = self._director.read_at - self._clock.monotonic()
        return epoch_ms(self._clock.machine_time() + timedelta(seconds=max(left, 0))) if self._director.screen else 0

    def _topics_until(self) -> float:
        """Until when, by the monotonic clock, the stage may show topics. The page decides by the same clock."""
        into_loop = self._clock.machine_time().timestamp() % STAGE_LOOP_SECONDS
        has_topics = self._built is not None and self._built["topics"] is not None and self._wall.rotation
        if not has_topics or into_loop < VOICES_SECONDS:
            return float("-inf")
        return self._clock.monotonic() + STAGE_LOOP_SECONDS - into_loop

    # The incident

    def _incident_screen(self, headline_context: HeadlineContext) -> IncidentScreen | None:
        incident, data = headline_context.incident, self._data
        if incident is None:
            return None
        context = incident_screen.IncidentContext(
            volumes=data.volumes(incident.brand, incident_screen.BARS),
            tallies=data.tallies_since(incident.since),
            source_health=data.source_health,
            unseen=self._unseen_periods(),
            with_incident=[i.brand for i in self._running_incidents(self._brand_names) if i.brand != incident.brand],
            busy=[name for name in self._competitors if self._competitor_kind(name) is StateKind.BUSY],
            as_usual=self._competitors if all(map(self._is_as_usual, self._competitors)) else (),
            by_source=data.counts_since(incident.brand, incident.since),
            baseline=data.baseline((incident.brand,)),
            brand="" if self._ours == (incident.brand,) else incident.brand,
            new_words=self._new_words(incident),
            wrong_negative=data.error_figures.figure(Sentiment.NEGATIVE, brand=incident.brand),
        )
        title = incident_title(incident, headline_context.incident_topic, self._locale.phrases)
        voices = self._voices(self._incident_voices.of(incident))
        return incident_screen.incident_screen(incident, title, voices, context, data.now, self._locale)

    def _new_words(self, incident: Incident) -> list[str]:
        phrases = (topics.topic_phrase(words, self._policy) for words in incident.phrases)
        return [words for words in phrases if words and words.casefold() != incident.topic.casefold()]

    def _competitor_kind(self, name: str) -> StateKind | None:
        """Whether its last hour is busy, quiet or normal; None if its baseline is not known."""
        usual = usual_counts.expected_range(self._data.baseline((name,)), self._data.now)
        return usual_counts.hour_kind(horizon.last_hour(self._data.bins((name,))).n, usual) if usual else None

    def _is_as_usual(self, name: str) -> bool:
        """Whether its last hour was read in full and brought what is usual."""
        usual = usual_counts.expected_range(self._data.baseline((name,)), self._data.now)
        if usual is None or self._data.source_health.major or self._source_with_gap(self._data.now - HOUR):
            return False
        return usual_counts.is_usual(horizon.last_hour(self._data.bins((name,))).n, usual)


def _utc_offset_minutes(local: datetime) -> int:
    offset = local.utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
