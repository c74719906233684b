"""Which sources are read and which are not: one model for the pages, the walls and the command line.

    config, statuses --source_health--> SourceHealth: the configured sources, those that are not read, and why

Each of these puts it into words: ``pages/health_line.py``, ``pages/sources/rows.py``, ``wall_state/sentences.py``.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from monitor.analysis.staleness import STALE_AFTER, is_stale, without
from monitor.model import Gap, Health, MentionFilter, SourceStatus, StoreFault, StoreHealth, StorePause

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

MAJOR_SHARE = 0.05
"""A source with at least this share of the mentions of 7 days is major: walls name it when it is not read."""

WORKING_STORE = StoreHealth()


class UnreadReason(Enum):
    """Why a source is not read."""

    BROKEN = auto()
    NEEDS_KEY = auto()
    BUDGET_SPENT = auto()
    PAUSED = auto()
    RATE_LIMITED = auto()
    """Its site asks us to wait, for longer than STALE_AFTER."""
    STALE = auto()
    """It never succeeded, or its last success is too long ago."""


NEEDS_PERSON = frozenset({UnreadReason.BROKEN, UnreadReason.NEEDS_KEY, UnreadReason.BUDGET_SPENT})
_REASONS = {
    Health.BROKEN: UnreadReason.BROKEN,
    Health.NEEDS_KEY: UnreadReason.NEEDS_KEY,
    Health.SPENT: UnreadReason.BUDGET_SPENT,
    Health.PAUSED: UnreadReason.PAUSED,
}


@dataclass(frozen=True, slots=True)
class UnreadSource:
    """A source that is not read."""

    status: SourceStatus
    reason: UnreadReason
    major: bool = True
    """Whether it brings enough mentions to be missed."""
    stale: bool = True
    """False for a broken source whose last success is recent: pages report it at once, walls wait."""

    @property
    def source(self) -> str:
        """Its name in the config."""
        return self.status.source

    @property
    def since(self) -> datetime | None:
        """The last time it was read; None: never."""
        return self.status.last_success

    @property
    def needs_person(self) -> bool:
        """Whether it stays unread until a person does something."""
        return self.reason in NEEDS_PERSON


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The health of all configured sources at one moment."""

    statuses: tuple[SourceStatus, ...]
    """In the order of the config."""
    unread: tuple[UnreadSource, ...]
    """Major sources first, then by the time of the last success, newest first."""
    sample: bool
    """Whether any stored mention is sample data."""
    only_sample: bool = False
    """Whether every stored mention is sample data, as far as the sources say."""
    generating: timedelta | None = None
    """How much history the sample source is generating right now; None if it is not."""
    leftover_samples: tuple[str, ...] = ()
    """See ``leftover_samples``."""
    has_imports: bool = False
    """Whether posts of a file were imported."""
    fault: StoreFault | None = None
    """Why nothing can be stored, and so no source is read."""
    pause: StorePause | None = None
    """The same, if that is expected and ends by itself."""

    @property
    def last_read(self) -> datetime | None:
        """The newest success of any source."""
        return max((status.last_success for status in self.statuses if status.last_success), default=None)

    @property
    def stale(self) -> tuple[UnreadSource, ...]:
        """Sources that have not been read for too long: those that walls report."""
        return tuple(source for source in self.unread if source.stale)

    @property
    def major(self) -> tuple[UnreadSource, ...]:
        """Stale sources that matter enough for a wall's headline."""
        return tuple(source for source in self.stale if source.major)

    @property
    def all_stale(self) -> bool:
        """Whether there are sources and none of them can be read."""
        return bool(self.statuses) and len(self.stale) == len(self.statuses)

    @property
    def read_count(self) -> int:
        """Sources that have been read and are not stale."""
        stale = {unread.source for unread in self.stale}
        return sum(status.last_success is not None and status.source not in stale for status in self.statuses)


def source_health(
    config: Config,
    stored: Sequence[SourceStatus],
    now: datetime,
    started: datetime,
    mentions_by_source: Mapping[str, int] | None = None,
    store: StoreHealth = WORKING_STORE,
    imported: Collection[str] = (),
) -> SourceHealth:
    """The health of the sources of ``config`` at ``now``.

    ``started`` is when this program began: a source that was never read counts as stale from then on.
    ``mentions_by_source`` counts the mentions of 7 days; without it every source is major. ``imported`` are the sources
    with imported posts.
    """
    statuses = configured_statuses(config, stored)
    counts = mentions_by_source or {}
    total = sum(counts.values())
    unread = [
        UnreadSource(status, reason, is_major(status, counts, total), is_stale(status, now, started))
        for status in statuses
        if (reason := unread_reason(status, now, started))
    ]
    unread.sort(key=lambda source: (not source.major, -(source.since or started).timestamp()))
    samples = {status.source for status in stored if status.sample}
    leftovers = leftover_samples(config, stored)
    with_posts = {status.source for status in stored if status.last_post} | {name for name, n in counts.items() if n}
    return SourceHealth(
        statuses=tuple(statuses),
        unread=tuple(unread),
        sample=bool(samples),
        only_sample=bool(samples) and not leftovers and samples >= with_posts | set(imported),
        has_imports=bool(imported),
        generating=_history_being_generated(config, statuses),
        leftover_samples=leftovers,
        fault=store.fault,
        pause=store.pause,
    )


def leftover_samples(config: Config, stored: Iterable[SourceStatus]) -> tuple[str, ...]:
    """Sample sources that left the config, but whose made-up posts are still stored beside real ones."""
    generated = {source.name for source in config.sources if source.is_sample}
    return tuple(status.source for status in stored if status.sample and status.source not in generated)


def removal_advice(source: str) -> str:
    """What to do about the stored posts of a sample source that left the config."""
    command = f"wallflower remove-source {shlex.quote(source)}"
    return f"Posts that the sample source {source} made up are still stored. To remove them, run `{command}`."


def _history_being_generated(config: Config, statuses: Iterable[SourceStatus]) -> timedelta | None:
    """The longest history of the config's sample sources whose first passes are not finished; None without any."""
    unfinished = {s.source for s in statuses if s.catching_up_since is not None or s.last_success is None}
    histories = [s.sample_history for s in config.sources if s.sample_history and s.name in unfinished]
    return max(histories, default=None)


def configured_statuses(config: Config, stored: Iterable[SourceStatus]) -> list[SourceStatus]:
    """The status of each source of the config, in its order; one without a stored status is waiting."""
    known = {status.source: status for status in stored}
    pairs = [(known.get(s.name, SourceStatus(s.name, s.kind)), s.kind) for s in config.sources]
    return [status if status.kind else replace(status, kind=kind) for status, kind in pairs]


def known_source_names(config: Config, store: Store) -> set[str]:
    """Sources that a filter may name: those of the config, and those that left it but are still in the store."""
    stored = store.facets(MentionFilter()).get("source", ())
    return {source.name for source in config.sources} | {value.value for value in stored}


def unread_reason(status: SourceStatus, now: datetime, started: datetime) -> UnreadReason | None:
    """Why the source is not read; None if it is."""
    if reason := _REASONS.get(status.health):
        return reason
    if status.health is Health.LIMITED and status.next_check and status.next_check - now > STALE_AFTER:
        return UnreadReason.RATE_LIMITED
    return UnreadReason.STALE if is_stale(status, now, started) else None


def is_major(status: SourceStatus, mentions_by_source: Mapping[str, int], total: int) -> bool:
    """Whether a source brings enough of ``total`` mentions to be missed; True while it is too new to say."""
    return status.last_post is None or not total or mentions_by_source.get(status.source, 0) / total >= MAJOR_SHARE


def major_sources(mentions_by_source: Mapping[str, int]) -> set[str]:
    """Sources that brought at least MAJOR_SHARE of these mentions."""
    total = sum(mentions_by_source.values())
    return {source for source, n in mentions_by_source.items() if n and n / total >= MAJOR_SHARE}


def gaps_outside_imports(
    gaps: Iterable[Gap], imported: Mapping[str, tuple[datetime, datetime]], now: datetime
) -> list[Gap]:
    """``gaps`` without the times of which a file was imported for the same source: what it holds is not missing.

    ``imported``: source -> when its first and last imported posts were published.
    """
    found = []
    for gap in gaps:
        end = gap.until or now
        periods = without([(gap.since, end)], [imported[gap.source]] if gap.source in imported else [])
        found += [replace(gap, since=start, until=gap.until if stop == end else stop) for start, stop in periods]
    return found


def outage_gaps(health: SourceHealth) -> list[Gap]:
    """An open gap for each source while nothing can be stored; [] while that works."""
    if health.fault:
        since, reason = health.fault.since, f"Nothing can be stored: {health.fault.cause}."
    elif health.pause:
        since, reason = health.pause.since, "Nothing is stored while posts are being erased."
    else:
        return []
    return [Gap(status.source, since, None, reason) for status in health.statuses]


def unrecorded_gaps(
    unread: Iterable[UnreadSource], stored: Sequence[Gap], never_read_since: datetime | None = None
) -> list[Gap]:
    """An open gap for each unread source that has none stored, because its next pass never came.

    A source that was never read gets a gap from when the config first had it, else from ``never_read_since``, or none.
    """
    recorded = {gap.source for gap in stored if gap.until is None}
    return [
        Gap(source.source, since, None, source.status.reason)
        for source in unread
        if (since := source.status.read_since or never_read_since) and source.source not in recorded
    ]
