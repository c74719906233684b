"""The wording of the health line in the head of each page: how many sources are read, which are not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from display.formatting import clock_time, format_duration, join_with_and
from display.pages.context import PageContext
from display.source_health import SourceHealth, UnreadReason, UnreadSource, removal_advice, source_health
from monitor.errors import StoreError
from monitor.model import Health

MAX_NAMED_SOURCES = 3
_REASON_WORDS = {
    UnreadReason.BROKEN: "is broken",
    UnreadReason.NEEDS_KEY: "needs a key",
    UnreadReason.BUDGET_SPENT: "has spent its budget",
    UnreadReason.PAUSED: "is paused",
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """The health of ``sources`` in words, at ``now`` in ``zone``."""

    sources: SourceHealth
    now: datetime
    zone: tzinfo

    @property
    def sample(self) -> bool:
        """Whether any mention is sample data, which every page must say."""
        return self.sources.sample

    @property
    def only_sample(self) -> bool:
        """Whether no mention is real."""
        return self.sources.only_sample

    @property
    def leftover_samples(self) -> str:
        """What to do about made-up posts that are stored beside real ones; empty if there are none."""
        if not self.sources.leftover_samples:
            return ""
        return removal_advice(self.sources.leftover_samples[0])

    @property
    def unread(self) -> list[UnreadSource]:
        """Sources that are not read: first those that need a person, then by name."""
        return sorted(self.sources.unread, key=lambda unread: (not unread.needs_person, unread.source))

    @property
    def level(self) -> str:
        """ "ok", "unread", or "trouble" if a person has to do something."""
        if self.sources.fault or any(unread.needs_person for unread in self.sources.unread):
            return "trouble"
        return "unread" if self.sources.unread or self.sources.pause else "ok"

    @property
    def pause(self) -> str:
        """ "Erasing posts; storing continues at about 14:05"; empty while storing works."""
        pause = self.sources.pause
        if pause is None:
            return ""
        until = pause.until if pause.until and pause.until > self.now else None
        when = f"at about {clock_time(until, self.now, self.zone)}" if until else "soon"
        return f"Erasing posts; storing continues {when}"

    @property
    def fault(self) -> str:
        """ "Cannot store since 14:02: the disk is full"; empty while storing works."""
        fault = self.sources.fault
        return f"Cannot store since {clock_time(fault.since, self.now, self.zone)}: {fault.cause}" if fault else ""

    @property
    def expected_count(self) -> int:
        """Sources that should be read: all except the paused ones."""
        return sum(status.health is not Health.PAUSED for status in self.sources.statuses)

    @property
    def read_count(self) -> int:
        """Sources that are not reported as unread. A source whose first check is still due counts as read."""
        return len(self.sources.statuses) - len(self.sources.unread)

    @property
    def headline(self) -> str:
        """The first sentence of the line."""
        if self.fault or self.pause:
            return f"{self.fault or self.pause}."
        total = self.expected_count
        if not total:
            return f"{self._without_sources}."
        if self.sources.unread:
            return f"{self.read_count:,} of {total:,} sources read."
        if self.sources.generating:
            return f"Making up {format_duration(self.sources.generating)} of history."
        if not self.sources.last_read:
            return "The first check is under way."
        ago = f"{format_duration(self.now - self.sources.last_read)} ago"
        return f"All {total:,} sources read, last {ago}" if total > 1 else f"The only source was last read {ago}"

    @property
    def short(self) -> str:
        """The line for a phone."""
        if self.fault or self.pause:
            return "Cannot store" if self.fault else "Erasing posts"
        total = self.expected_count
        if total:
            return f"{self.read_count:,} of {total:,} read"
        return "Imported posts" if self._has_only_imports else "No sources"

    @property
    def title(self) -> str:
        """The title of /sources: "6 of 8 sources are being read"."""
        if self.fault or self.pause:
            return self.fault or self.pause
        read, total = self.read_count, self.expected_count
        if not total:
            return self._without_sources
        if read < total:
            return f"{read:,} of {total:,} sources are being read"
        return f"All {total:,} sources are being read" if total > 1 else "The only source is being read"

    @property
    def details(self) -> str:
        """Which sources are not read and why, with at most MAX_NAMED_SOURCES named."""
        if self.fault or self.pause:
            return ""
        named = ", ".join(f"{unread.source} {self._reason(unread)}" for unread in self.unread[:MAX_NAMED_SOURCES])
        more = len(self.unread) - MAX_NAMED_SOURCES
        return f"{named} and {more:,} more" if more > 0 else named

    @property
    def missing_sentence(self) -> str:
        """For an empty list: which sources were not read, so that it does not look complete. Empty if all were read."""
        read_before = [unread for unread in self.unread if unread.since]
        never_read = [unread.source for unread in self.unread if not unread.since]
        fault = self.sources.fault
        if fault:
            since = clock_time(fault.since, self.now, self.zone)
            return f"Nothing was stored since {since}, because {fault.cause}. There may be more mentions."
        clauses = [
            f"{unread.source} {'since' if n else 'has not been read since'} "
            f"{clock_time(unread.since, self.now, self.zone)}"
            for n, unread in enumerate(read_before)
            if unread.since
        ]
        if never_read:
            clauses.append(f"{join_with_and(never_read)} {'was' if len(never_read) == 1 else 'were'} never read")
        return f"{join_with_and(clauses)}. There may be more mentions." if clauses else ""

    @property
    def _has_only_imports(self) -> bool:
        return self.sources.has_imports and not self.sources.statuses

    @property
    def _without_sources(self) -> str:
        """What is said where no source should be read."""
        if self._has_only_imports:
            return "Imported posts only, no source is read"
        return "Every source is paused" if self.sources.statuses else "No source is set up"

    def _reason(self, unread: UnreadSource) -> str:
        if words := _REASON_WORDS.get(unread.reason):
            return words
        if unread.reason is UnreadReason.RATE_LIMITED and unread.status.next_check:
            return f"asks us to wait until {clock_time(unread.status.next_check, self.now, self.zone)}"
        return f"was last read {format_duration(self.now - unread.since)} ago" if unread.since else "was never read"


def current_health(context: PageContext, now: datetime) -> HealthLine:
    """The health line of a page at ``now``. Raises StoreError, unless a known fault is all there is to say."""
    store = context.store.health()
    try:
        statuses, imported = context.store.statuses(), context.store.imported_periods()
    except StoreError:
        if store.fault is None:
            raise
        statuses, imported = [], {}
    health = source_health(context.config, statuses, now, context.started, store=store, imported=imported)
    return HealthLine(health, now, context.config.timezone)
