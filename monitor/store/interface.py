"""The contract of every storage engine: its methods, and what callers can rely on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, Protocol

from monitor.durations import Durations
from monitor.model import (
    Brand,
    Change,
    DatabaseStatus,
    Gap,
    Incident,
    Json,
    JudgedPost,
    SaveResult,
    SourceRequest,
    SourceStatus,
    State,
    StoreHealth,
    Topics,
)
from monitor.store.actions import ActionStore
from monitor.store.checks import CheckStore
from monitor.store.events import EventStore
from monitor.store.intents import IntentStore
from monitor.store.learning import LearningStore
from monitor.store.maintenance import Maintenance
from monitor.store.mention_queries import MentionQueries
from monitor.store.named_topics import NamedTopicStore
from monitor.store.notifications import NotificationStore
from monitor.store.opinions import OpinionStore
from monitor.store.people import PeopleStore
from monitor.store.relevance import RelevanceStore
from monitor.store.rules import RuleStore
from monitor.store.views import ViewStore

if TYPE_CHECKING:
    from monitor.clock import Clock


class Keep(Enum):
    """The type of KEEP."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
"""Passed as a cursor: keep the stored one. (None is a valid cursor.)"""


class Store(MentionQueries, Protocol):
    """The database of one installation. ``monitor.store.open_store`` returns one.

    Every method may be called from any thread. A method that writes runs in one transaction and returns when that is
    committed. A method that reads sees a snapshot of the database. Both raise StoreError when the database cannot be
    used: locked, full, damaged or closed. A write has one deadline, counted from the call: after it, nothing was
    written, and StoreError is raised.

    Times are aware and in UTC, and are stored to the millisecond. Scores are stored to the thousandth. Ids of mentions
    and of changes are positive, are never reused, and grow in the order in which they become visible to readers.
    """

    people: PeopleStore
    """Accounts, sessions, API tokens, paired walls and the audit log."""
    opinions: OpinionStore
    """The language model's opinions, and the posts that wait for it."""
    intents: IntentStore
    """Stored posts in which intents are to be found by rules that changed."""
    named_topics: NamedTopicStore
    """The topics of the config, and stored posts that are to be matched against them."""
    learning: LearningStore
    """What was learnt from people's answers, and the scores that are to be adjusted by it."""
    actions: ActionStore
    """What people do with mentions: claims, corrections, notes, blocks and the rest, and undoing it."""
    events: EventStore
    """Programs that are told what happens in a view."""
    checks: CheckStore
    """Mentions drawn at random, and what people answer about them."""
    relevance: RelevanceStore
    """Whether mentions are about their brand: people's clicks, and what the program sets aside."""
    notifications: NotificationStore
    """Channels, subscriptions, messages on their way, and built-in alerts."""
    rules: RuleStore
    """Versions of rules, what another rule would find, and stored posts that are matched again after a change."""
    views: ViewStore
    """Saved views, and when each person last looked at them."""

    @property
    def maintenance(self) -> Maintenance:
        """Retention and erasure."""

    # The database itself

    def close(self) -> None:
        """Finish queued writes, write buffered statuses, and close every connection."""

    def health(self) -> StoreHealth:
        """Whether it can store, and if not, why. Returns at once, also while nothing can be read or written.

        A fault is found when a write fails or waits for long. A store that was opened for a long run finds it within
        ten seconds even if nothing has to be stored.
        """

    def commit_durations(self) -> Durations:
        """How long each transaction took since the start, with the wait for locks, whether it succeeded or not."""

    def database_status(self) -> DatabaseStatus:
        """The engine, its version and the space that the database uses."""

    # Collectors

    def register_brands(self, brands: Sequence[Brand], now: datetime) -> None:
        """Make ``brands`` the brands of the config, in this order. A changed rule text becomes its next version.

        Other brands keep their mentions, but appear in no overview; their ongoing incidents end.
        """

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
        """Save one batch of a source: posts with their mentions, deletions, cursor and status, in one transaction.

        A known post (same source and external id) is updated if its content changed; otherwise nothing is written. An
        edited post that no longer mentions a brand keeps that mention with the state LEFT. Posts without findings are
        stored only if they are already known. If several posts have the same external id, the last one counts.

        ``deleted``: external ids of posts to delete after saving. ``deleted_prefixes``: prefixes of external ids; posts
        stored with such an id are deleted before saving, because a deleted author may have returned in this batch.

        ``imported``: the posts come from a file. Such a post and a collected one, or one from another file, with the
        same link are stored once if their texts, times and authors agree too: many posts may share one link. The later
        one is not stored but returned in ``SaveResult.repeats``; brands that only it mentions become mentions of the
        stored post if the texts are equal.

        A post that was erased, or that is older than posts of its source are kept, is not stored but returned in
        ``SaveResult.refused``; see ``maintenance``.
        """

    def delete_posts(self, source: str, external_ids: Sequence[str], now: datetime) -> int:
        """Delete posts with their mentions; return how many posts existed."""

    def cursor(self, source: str) -> Json:
        """The source's last saved cursor; None before its first pass."""

    def save_status(self, status: SourceStatus, now: datetime) -> None:
        """Save the status of ``status.source``. The first call for a source sets its time in ``source_start_times``."""

    def buffer_status(self, status: SourceStatus, *, now: datetime, cursor: Json | Literal[Keep.KEEP] = KEEP) -> None:
        """Save a status, and a cursor if given, within about a second, together with other writes.

        For passes that found nothing new: one transaction per pass would cost more than the pass. Readers of this store
        see the status at once. A crash loses at most the last second, and the pass is repeated.

        Without a cursor, that is, before a pass, the first status of each source is written at once, so that after
        a restart the attempt is known even if it crashed the program. The next one after a failed write is written at
        once as well, so that nothing is fetched that cannot be stored.
        """

    def statuses(self) -> list[SourceStatus]:
        """The status of each source that ever had one, by name, with people's requests applied.

        A paused source has the health PAUSED; one that was paused before its first pass has an empty ``kind``.
        """

    def recorded_statuses(self) -> list[SourceStatus]:
        """The status of each source as its last pass saved it, by name, regardless of people's requests."""

    def source_start_times(self) -> dict[str, datetime]:
        """Source -> when its first status was saved. Sources that were only imported are missing."""

    def imported_periods(self) -> dict[str, tuple[datetime, datetime]]:
        """Source -> when the first and the last of its imported posts were published, for sources with any."""

    def open_gap(self, source: str, since: datetime, reason: str, now: datetime) -> None:
        """Record that a source was not read since ``since``. A gap that is already open keeps the earlier start."""

    def close_gaps(self, source: str, until: datetime, now: datetime, complete_since: datetime | None = None) -> None:
        """Record that a source was read at ``until``. Gaps end at ``complete_since``: nothing since is missing."""

    def gaps(self, since: datetime, until: datetime, source: str | None = None) -> list[Gap]:
        """The gaps that overlap [since, until), of one source or of all, by source and start."""

    def source_volumes(self, since: datetime, step: timedelta, bins: int) -> dict[str, list[int]]:
        """Source -> the number of mentions published in each of ``bins`` intervals of ``step`` from ``since`` on.

        Only mentions of the config's brands count. ``since`` and ``step`` are rounded down to 5 minutes.
        """

    def remove_source(self, source: str, now: datetime) -> int:
        """Delete a source with its posts, mentions, status, cursor, gaps and requests; return how many posts existed.

        Posts are deleted in batches, so that other writes can run in between. If it is interrupted, run it again.
        """

    # People's requests about sources

    def pause_source(self, source: str, now: datetime) -> bool:
        """Pause a source until ``resume``; return whether it was running. Its worker notices within seconds."""

    def resume_source(self, source: str, now: datetime) -> bool:
        """Resume a source; return whether it was paused."""

    def request_check(self, source: str, now: datetime) -> bool:
        """Request that a source is polled at once; return False if it is paused. Its worker notices within seconds."""

    def source_request(self, source: str) -> SourceRequest:
        """What people requested of a source."""

    def source_requests(self) -> dict[str, SourceRequest]:
        """Source -> what people requested, for the sources with any request."""

    # People's changes to a mention; each returns whether it changed anything

    def set_hidden(self, id: int, hidden: bool, now: datetime) -> bool:
        """Remove a mention from lists and walls, or put it back. Figures count it either way."""

    def correct_score(self, id: int, value: float | None, now: datetime) -> bool:
        """Replace the score by a person's; None means unscored. The program's own score is kept."""

    def restore_score(self, id: int, now: datetime) -> bool:
        """Restore the program's own score."""

    def set_state(self, id: int, state: State, now: datetime) -> bool:
        """Set the state that a person gives a mention."""

    # Results of the analysis jobs

    def incidents(self, since: datetime, until: datetime) -> list[Incident]:
        """The incidents of any brand that overlap [since, until), by start."""

    def latest_incidents(self) -> list[Incident]:
        """The newest incident, ongoing or over, of each brand of the config that ever had one."""

    def save_incident(self, incident: Incident) -> Incident:
        """Insert an incident with id 0, or update an existing one; return it with its id."""

    def topics(self, brand: str) -> Topics | None:
        """A brand's topics as last saved, or None."""

    def save_topics(self, topics: Topics) -> None:
        """Replace a brand's topics."""

    # The change log: one row for each change of a mention that a screen may show

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        """Changes with an id above ``after``, oldest first."""

    def wait_for_changes(self, after: int, seconds: float, clock: Clock, limit: int = 500) -> list[Change]:
        """Like ``changes``, but wait for the first one. [] if none comes within ``seconds`` or the clock is stopped.

        A change is returned within 0.1 s after it was committed, by whichever process.
        """

    def last_change_id(self) -> int:
        """The highest id that a change ever had, or 0."""

    def first_change_id(self) -> int:
        """The lowest id in the log, or the next id if it is empty. A reader that is further behind must reload."""

    def trim_changes(self, keep: int) -> None:
        """Delete all but the newest ``keep`` changes. The log also trims itself, to 200,000 rows."""
