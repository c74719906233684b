"""SqlStore: the Store interface over connections that run shared SQL. Each method runs one function of this package.

An engine derives its store from it, and says how reads and writes are run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from monitor.clock import Clock
from monitor.durations import Durations
from monitor.model import (
    Brand,
    Change,
    Gap,
    Incident,
    Json,
    JudgedPost,
    SaveResult,
    SourceRequest,
    SourceStatus,
    State,
    Topics,
)
from monitor.store.actions import ActionStore
from monitor.store.checks import CheckStore
from monitor.store.events import EventStore
from monitor.store.intents import IntentStore
from monitor.store.interface import KEEP, Keep
from monitor.store.learning import LearningStore
from monitor.store.named_topics import NamedTopicStore
from monitor.store.notifications import NotificationStore
from monitor.store.opinions import OpinionStore
from monitor.store.people import PeopleStore
from monitor.store.relevance import RelevanceStore
from monitor.store.requests import with_requests
from monitor.store.rules import RuleStore
from monitor.store.sql import analysis_results, changes, ids, links, registering, saving, sources, volume_series
from monitor.store.sql.actions import SqlActions
from monitor.store.sql.checks import SqlChecks
from monitor.store.sql.connection import Connection
from monitor.store.sql.events import SqlEvents
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.ids import IdCache
from monitor.store.sql.intents import SqlIntents
from monitor.store.sql.learning import SqlLearning
from monitor.store.sql.mention_queries import SqlMentionQueries
from monitor.store.sql.named_topics import SqlNamedTopics
from monitor.store.sql.opinions import SqlOpinions
from monitor.store.sql.outbox import SqlNotifications
from monitor.store.sql.people import SqlPeople
from monitor.store.sql.relevance import SqlRelevance
from monitor.store.sql.rules import SqlRules
from monitor.store.sql.samples import Samples
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.units import MILLISECOND, optional_ms, to_ms
from monitor.store.sql.views import SqlViews
from monitor.store.sql.write_thread import WriteThread
from monitor.store.views import ViewStore

T = TypeVar("T")

CHANGE_CHECK_SECONDS = 0.05
"""Interval between two checks for changes; a check costs microseconds."""
REMOVED_PER_WRITE = 500
"""Posts of a removed source that one transaction deletes."""


class SqlStore(SqlMentionQueries):
    """Store over the connections of an engine. ``monitor.store.interface`` documents the methods."""

    def __init__(self, writer: WriteThread, buffer: StatusBuffer, caches: Caches, faults: FaultTracker) -> None:
        """``caches`` are those that ``writer`` clears."""
        self._writer, self._buffer, self._faults = writer, buffer, faults
        self._ids, self._stories = caches.ids, caches.stories
        self._samples = Samples()
        self.people: PeopleStore = SqlPeople(self._read, self._write)
        self.opinions: OpinionStore = SqlOpinions(self._read, self._write)
        self.intents: IntentStore = SqlIntents(self._read, self._write)
        self.named_topics: NamedTopicStore = SqlNamedTopics(self._read, self._write, self._slow_read, self._samples)
        self.learning: LearningStore = SqlLearning(self._read, self._write)
        self.actions: ActionStore = SqlActions(self._read, self._write)
        self.checks: CheckStore = SqlChecks(self._read, self._write)
        self.relevance: RelevanceStore = SqlRelevance(self._read, self._write)
        self.notifications: NotificationStore = SqlNotifications(self._read, self._write)
        self.rules: RuleStore = SqlRules(self._read, self._write, self._slow_read)
        self.views: ViewStore = SqlViews(self._read, self._write)
        self.events: EventStore = SqlEvents(self._read, self._write)

    def _change_version(self) -> int:
        """A number that differs after a change. Costs microseconds."""
        raise NotImplementedError

    def commit_durations(self) -> Durations:
        return self._writer.commits.snapshot()

    # Collectors

    def register_brands(self, brands: Sequence[Brand], now: datetime) -> None:
        def job(db: Connection) -> None:
            registering.register(db, brands, to_ms(now))
            self._ids.clear()  # an earlier text of a rule that returns is a new version
            analysis_results.end_inactive(db)

        self._write(job)

    def save(
        self,
        source: str,
        judged_posts: Sequence[JudgedPost],
        *,
        now: datetime,
        deleted: Sequence[str] = (),
        deleted_prefixes: Sequence[str] = (),
        cursor: Json | Literal[Keep.KEEP] = KEEP,
        status: SourceStatus | None = None,
        imported: bool = False,
    ) -> SaveResult:
        now_ms = to_ms(now)
        while imported and self._write(lambda db: links.catch_up(db, links.POSTS_PER_STEP)):
            pass

        def job(db: Connection) -> SaveResult:
            batch = saving.BatchSaver(db, self._ids, self._stories, source, now_ms, imported)
            saved = batch.save(judged_posts, deleted, deleted_prefixes)
            if cursor is not KEEP:
                sources.save_cursor(db, source, sources.encode_cursor(cursor))
            if status is not None:
                sources.save_status(db, status, now_ms)
            return saved

        return self._write(job)

    def delete_posts(self, source: str, external_ids: Sequence[str], now: datetime) -> int:
        def job(db: Connection) -> int:
            return saving.delete_posts(
                db, self._stories, ids.source_id(db, source), to_ms(now), external_ids=external_ids
            )

        return self._write(job)

    def cursor(self, source: str) -> Json:
        buffered = self._buffer.cursor(source)
        return self._read(lambda db: sources.cursor(db, source)) if buffered is KEEP else buffered

    def save_status(self, status: SourceStatus, now: datetime) -> None:
        self._write(lambda db: sources.save_status(db, status, to_ms(now)))

    def buffer_status(self, status: SourceStatus, *, now: datetime, cursor: Json | Literal[Keep.KEEP] = KEEP) -> None:
        if cursor is KEEP and self._buffer.mark_seen(status.source):
            return self.save_status(status, now)
        self._buffer.add(status, to_ms(now), cursor)
        self._writer.wake()

    def statuses(self) -> list[SourceStatus]:
        return self._read(lambda db: with_requests(self._buffer.update(sources.statuses(db)), sources.requests(db)))

    def recorded_statuses(self) -> list[SourceStatus]:
        return self._buffer.update(self._read(sources.statuses))

    def source_start_times(self) -> dict[str, datetime]:
        return self._read(sources.first_status_times)

    def imported_periods(self) -> dict[str, tuple[datetime, datetime]]:
        return self._read(sources.imported_periods)

    def open_gap(self, source: str, since: datetime, reason: str, now: datetime) -> None:
        self._write(lambda db: sources.open_gap(db, source, to_ms(since), reason))

    def close_gaps(self, source: str, until: datetime, now: datetime, complete_since: datetime | None = None) -> None:
        self._write(lambda db: sources.close_gaps(db, source, to_ms(until), optional_ms(complete_since)))

    def gaps(self, since: datetime, until: datetime, source: str | None = None) -> list[Gap]:
        return self._read(lambda db: sources.gaps(db, to_ms(since), to_ms(until), source))

    def source_volumes(self, since: datetime, step: timedelta, bins: int) -> dict[str, list[int]]:
        return self._read(lambda db: volume_series.volumes_by_source(db, to_ms(since), step // MILLISECOND, bins))

    def remove_source(self, source: str, now: datetime) -> int:
        removed = 0
        while external_ids := self._read(lambda db: sources.external_ids(db, source, REMOVED_PER_WRITE)):
            removed += self.delete_posts(source, external_ids, now)
        self._buffer.forget(source)
        self._write(lambda db: sources.remove(db, source))
        return removed

    # People's requests about sources

    def pause_source(self, source: str, now: datetime) -> bool:
        return self._write(lambda db: sources.pause(db, source, to_ms(now)))

    def resume_source(self, source: str, now: datetime) -> bool:
        return self._write(lambda db: sources.resume(db, source))

    def request_check(self, source: str, now: datetime) -> bool:
        return self._write(lambda db: sources.request_check(db, source, to_ms(now)))

    def source_request(self, source: str) -> SourceRequest:
        return self.source_requests().get(source, SourceRequest())

    def source_requests(self) -> dict[str, SourceRequest]:
        return self._read(sources.requests)

    # People's changes to a mention

    def set_hidden(self, id: int, hidden: bool, now: datetime) -> bool:
        return self._write(lambda db: changes.set_hidden(db, id, hidden, to_ms(now)))

    def correct_score(self, id: int, value: float | None, now: datetime) -> bool:
        return self._write(lambda db: changes.correct_score(db, id, value, to_ms(now)))

    def restore_score(self, id: int, now: datetime) -> bool:
        return self._write(lambda db: changes.restore_score(db, id, to_ms(now)))

    def set_state(self, id: int, state: State, now: datetime) -> bool:
        return self._write(lambda db: changes.set_state(db, id, state, to_ms(now)))

    # Results of the analysis jobs

    def incidents(self, since: datetime, until: datetime) -> list[Incident]:
        return self._read(lambda db: analysis_results.incidents(db, to_ms(since), to_ms(until)))

    def latest_incidents(self) -> list[Incident]:
        return self._read(analysis_results.latest_incidents)

    def save_incident(self, incident: Incident) -> Incident:
        return self._write(lambda db: analysis_results.save_incident(db, self._ids.brand(db, incident.brand), incident))

    def topics(self, brand: str) -> Topics | None:
        return self._read(lambda db: analysis_results.topics(db, brand))

    def save_topics(self, topics: Topics) -> None:
        self._write(lambda db: analysis_results.save_topics(db, self._ids.brand(db, topics.brand), topics))

    # The change log

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        return self._read(lambda db: changes.read_changes(db, after, limit))

    def wait_for_changes(self, after: int, seconds: float, clock: Clock, limit: int = 500) -> list[Change]:
        # The version is read before the changes, so that the next check finds a commit between the two reads.
        end, seen = clock.monotonic() + seconds, None
        while True:
            version = self._change_version()
            if version != seen and (found := self.changes(after, limit)):
                return found
            seen = version
            left = end - clock.monotonic()
            if left <= 0 or clock.wait(min(CHANGE_CHECK_SECONDS, left)):
                return []

    def last_change_id(self) -> int:
        return self._read(changes.last_change_id)

    def first_change_id(self) -> int:
        return self._read(changes.first_change_id)

    def trim_changes(self, keep: int) -> None:
        self._write(lambda db: changes.trim(db, keep))

    def _write(self, job: Callable[[Connection], T]) -> T:
        return self._writer.submit(job)


@dataclass(frozen=True)
class Caches:
    """What the write thread keeps of the database."""

    ids: IdCache = field(default_factory=IdCache)
    stories: StoryIndex = field(default_factory=StoryIndex)

    def clear(self) -> None:
        """Forget it, so that it is read again."""
        self.ids.clear()
        self.stories.clear()
