"""The state of each source in words: one row each, for the Sources page and for ``wallflower sources``.

    statuses, gaps, volumes --> SourceRow: state, since, last and next check, gaps, spend, what to do

Sources in trouble come first, then those that are rate-limited, then the others by volume; paused ones come last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from display.formatting import clock_time, day_and_month, format_duration
from display.intervals import merge_intervals
from monitor.analysis.staleness import is_stale
from monitor.collector.search_coverage import FULL_COVERAGE, SearchCoverage, search_coverage
from monitor.model import Gap, Health, SourceStatus, Spend, StoreFault, StorePause

if TYPE_CHECKING:
    from monitor.config import Config

WEEK = timedelta(days=7)
SPARK_BIN, SPARK_BINS = timedelta(hours=3), 56
"""A sparkline shows a week in bins of three hours."""
CHECK_LATE_AFTER = timedelta(minutes=2)
"""How late a check may be, and how long a start may take, before a source is reported as late."""
ALWAYS_ON_INTERVAL_SECONDS = 60
"""A source with a shorter interval is read all the time."""

STATE_LABELS = {
    Health.WORKING: "Working",
    Health.QUIET: "Working but quiet",
    Health.NEEDS_KEY: "Needs a key",
    Health.BROKEN: "Broken",
    Health.SPENT: "Budget spent",
    Health.PAUSED: "Paused",
    Health.WAITING: "Waiting",
}
TROUBLE = frozenset({Health.BROKEN, Health.NEEDS_KEY, Health.SPENT})
_TROUBLE_GROUP, _LIMITED_GROUP, _NORMAL_GROUP, _PAUSED_GROUP = range(4)
_SORT_GROUPS = {
    **dict.fromkeys(TROUBLE, _TROUBLE_GROUP),
    Health.LIMITED: _LIMITED_GROUP,
    Health.PAUSED: _PAUSED_GROUP,
}


@dataclass(frozen=True, slots=True)
class RowContext:
    """The time at which rows are computed, and the time zone in which they are written."""

    now: datetime
    zone: tzinfo
    started: datetime
    """When this program started; a source that was due while it was down is not late yet."""
    fault: StoreFault | StorePause | None = None
    """Why nothing can be stored, and so nothing is read."""

    def short_time(self, at: datetime) -> str:
        """ "15:44" today, "Tue 09:12" within six days, else "3 Nov", with the year if it is not this one."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        days = abs((local.date() - today.date()).days)
        if not days:
            return f"{local:%H:%M}"
        return f"{local:%a %H:%M}" if days < 7 else day_and_month(local, today)

    def clock_time(self, at: datetime) -> str:
        """ "15:44" today, else "Mon 16 Nov, 15:44"."""
        return clock_time(at, self.now, self.zone)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source at one moment, with the text of each column."""

    status: SourceStatus
    context: RowContext
    gaps: tuple[Gap, ...]
    """Those of the last 7 days."""
    volume: tuple[int, ...]
    """Mentions in each SPARK_BIN of the last 7 days."""
    coverage: SearchCoverage = FULL_COVERAGE
    """How its search covers the rules."""

    @property
    def name(self) -> str:
        """As in the config."""
        return self.status.source

    @property
    def held_up_by(self) -> StoreFault | StorePause | None:
        """The fault or pause of the store because of which a source that could be read is not read."""
        return None if self.status.health in _SORT_GROUPS else self.context.fault

    @property
    def late(self) -> bool:
        """Whether the next check of a source that works is overdue."""
        status, now = self.status, self.context.now
        not_due = status.next_check is not None and status.next_check + CHECK_LATE_AFTER > now
        if (
            status.health in _SORT_GROUPS
            or self.context.fault
            or not_due
            or now - self.context.started < CHECK_LATE_AFTER
        ):
            return False
        return is_stale(status, now, self.context.started)

    @property
    def trouble(self) -> bool:
        """Whether a person has to do something."""
        return self.late or self.status.health in TROUBLE

    @property
    def mark(self) -> str:
        """The name of the symbol of its state: "working", "needs-key", "late"."""
        if self.held_up_by:
            return "waiting"
        return "late" if self.late else self.status.health.name.lower().replace("_", "-")

    @property
    def state(self) -> str:
        """ "Working", "Limited until 16:20"."""
        status = self.status
        if self.held_up_by:
            return "Waiting"
        if self.late:
            return "Late"
        if status.health is Health.LIMITED:
            return f"Limited until {self.context.short_time(status.next_check)}" if status.next_check else "Limited"
        return STATE_LABELS[status.health]

    @property
    def since(self) -> datetime | None:
        """When the state began, if that is known."""
        return self.status.last_success if self.late else self.status.since

    @property
    def detail(self) -> str:
        """Below the state: since when, and after how many tries."""
        status = self.status
        if self.held_up_by:
            return f"since {self.context.short_time(self.held_up_by.since)}"
        if status.health in (Health.WORKING, Health.WAITING) and not self.late:
            return ""
        if status.health is Health.QUIET and status.last_post and not self.late:
            return f"nothing for {format_duration(self.context.now - status.last_post)}"
        if status.last_success is None and status.health is not Health.PAUSED:
            return "never read"
        tries = f", {status.failures} tries" if status.failures > 1 else ""
        return f"since {self.context.short_time(self.since)}{tries}" if self.since else ""

    @property
    def last_read(self) -> str:
        """The time of its last success, or "never"."""
        return self.context.short_time(self.status.last_success) if self.status.last_success else "never"

    @property
    def next_check(self) -> str:
        """The time of its next check, or what the check waits for."""
        status = self.status
        if self.held_up_by:
            return "later"
        if status.health is Health.PAUSED:
            return "when resumed"
        if status.next_check is None:
            if status.health is Health.WAITING:
                return "now"
            return "with a key" if status.health is Health.NEEDS_KEY else "after a restart"
        always_on = status.interval < ALWAYS_ON_INTERVAL_SECONDS
        if always_on and not self.trouble and status.health is not Health.LIMITED:
            return "always on"
        return self.context.short_time(status.next_check) if status.next_check > self.context.now else "now"

    @property
    def posts_per_hour(self) -> str:
        """Posts that it returns per hour, matched or not."""
        rate = self.status.posts_per_hour
        return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}" if rate >= 0.05 else "under 0.1" if rate else "0"

    @property
    def mentions(self) -> int:
        """Mentions of the last 7 days."""
        return sum(self.volume)

    @property
    def never_read(self) -> bool:
        """Whether it was tried and never read, so that nothing is known about it."""
        return self.status.last_success is None and self.status.health is not Health.WAITING and not self.mentions

    @property
    def unread_spans(self) -> list[tuple[datetime, datetime]]:
        """The times of the last 7 days in which it was not read, without overlaps."""
        now = self.context.now
        spans = ((max(gap.since, now - WEEK), min(gap.until or now, now)) for gap in self.gaps)
        return merge_intervals((a, b) for a, b in spans if a < b)

    @property
    def unread_hours(self) -> float:
        """The sum of ``unread_spans``."""
        return sum((b - a for a, b in self.unread_spans), timedelta()).total_seconds() / 3600

    @property
    def open_gap(self) -> Gap | None:
        """The gap that is still open."""
        return next((gap for gap in self.gaps if gap.until is None), None)

    @property
    def not_read(self) -> str:
        """ "since 11:40", "7 h on Sun 15", "9 h in 3 gaps", "all of it", "none"."""
        spans, open_gap = self.unread_spans, self.open_gap
        total = sum((b - a for a, b in spans), timedelta())
        if self.never_read or (open_gap is not None and open_gap.since <= self.context.now - WEEK):
            return "all of it"
        if not spans and open_gap is None:
            return "none"
        if open_gap is not None:
            in_all = f", {format_duration(total)} in all" if len(spans) > 1 else ""
            return f"since {self.context.short_time(open_gap.since)}{in_all}"
        if len(spans) > 1:
            return f"{format_duration(total)} in {len(spans)} gaps"
        start = spans[0][0].astimezone(self.context.zone)
        return f"{format_duration(total)} on {start:%a} {start.day}"

    @property
    def spend(self) -> Spend | None:
        """What it has cost this month; the cost of an earlier month does not count."""
        spend, month = self.status.spend, f"{self.context.now:%Y-%m}"
        return spend if spend is None or spend.month >= month else Spend(month, 0.0, spend.budget)

    @property
    def spent(self) -> str:
        """ "$38.20 of $60", or "free"."""
        return f"${self.spend.spent:,.2f} of ${self.spend.budget:,.10g}" if self.spend else "free"

    @property
    def search_note(self) -> str:
        """How its search covers the rules, in sentences; empty if there is nothing to report."""
        return self.coverage.summary()

    @property
    def search_note_comes_first(self) -> bool:
        """Whether a person should act on the search note: the search finds nothing about a brand."""
        return bool(self.coverage.unsearchable) and self.status.health is Health.WORKING and not self.late

    @property
    def remarks(self) -> str:
        """About a source that works: what its search misses, what its site reported, and its projected spend."""
        note = self.search_note if self.search_note_comes_first else ""
        return " ".join(filter(None, (note, self.status.note or self.status.reason, projected_spend(self))))

    @property
    def nothing_to_do(self) -> bool:
        """Whether it works and has no remarks."""
        return self.status.health is Health.WORKING and not self.late and not self.held_up_by and not self.remarks

    @property
    def to_do(self) -> str:
        """What a person should do, in sentences: "Nothing." if the source works."""
        return to_do(self)


def to_do(row: SourceRow) -> str:
    """What a person should do about ``row``, in sentences."""
    status, context = row.status, row.context
    when = (
        f"at {context.clock_time(status.next_check)}"
        if status.next_check and status.next_check > context.now
        else "in a moment"
    )
    if row.held_up_by:
        return "Nothing. It is read again as soon as Wallflower can store."
    if row.late:
        due = f"was due at {context.clock_time(status.next_check)}" if status.next_check else "is overdue"
        return f"Its check {due}. Is Wallflower running? If so, its log says what is delaying the check."
    if status.health is Health.BROKEN:
        return f"{status.reason} The next try is {when}." if status.next_check else status.reason
    if status.health is Health.NEEDS_KEY:
        return f"{status.reason} Then restart Wallflower."
    if status.health is Health.SPENT:
        return f"{status.reason} It resumes {when}."
    if status.health is Health.LIMITED:
        return f"Nothing. It resumes automatically {when}. {status.reason}"
    if status.health is Health.PAUSED:
        return "It is not read until you resume it."
    if status.health is Health.QUIET:
        return f"Nothing, if the site itself is quiet. {status.reason}"
    if status.health is Health.WAITING:
        return "Nothing. Its first check is due."
    return row.remarks if row.search_note_comes_first else f"Nothing. {row.remarks}".rstrip()


def projected_spend(row: SourceRow) -> str:
    """ "On course for $58 by 30 Nov." for a source that costs money; empty on the first day of a month."""
    spend, now = row.spend, row.context.now
    month_start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month_end = (month_start + timedelta(days=32)).replace(day=1)
    if spend is None or not spend.spent or now - month_start < timedelta(days=1):
        return ""
    share_of_month = (now - month_start) / (month_end - month_start)
    total = min(spend.spent / share_of_month, max(spend.budget, spend.spent))
    last_day = month_end - timedelta(days=1)
    return f"On course for ${total:,.0f} by {last_day.day} {last_day:%b}."


def search_coverages(config: Config) -> dict[str, SearchCoverage]:
    """Source -> how its search covers the rules."""
    return {source.name: search_coverage(source.options, config.brands) for source in config.sources}


def source_rows(
    statuses: Sequence[SourceStatus],
    gaps: Sequence[Gap],
    volumes: Mapping[str, Sequence[int]],
    context: RowContext,
    coverages: Mapping[str, SearchCoverage],
) -> list[SourceRow]:
    """A row for each status, those that need attention first. ``coverages`` come from ``search_coverages``."""
    rows = [
        SourceRow(
            status,
            context,
            tuple(gap for gap in gaps if gap.source == status.source),
            tuple(volumes.get(status.source, (0,) * SPARK_BINS)),
            coverages.get(status.source, FULL_COVERAGE),
        )
        for status in statuses
    ]
    return sorted(rows, key=_sort_key)


def _sort_key(row: SourceRow) -> tuple[int, int, float, list[str | int]]:
    group = _TROUBLE_GROUP if row.trouble else _SORT_GROUPS.get(row.status.health, _NORMAL_GROUP)
    return group, -row.mentions, -row.status.posts_per_hour, _natural_key(row.name)


def _natural_key(name: str) -> list[str | int]:
    """Sorts "Feed 2" before "Feed 10"."""
    parts = re.split(r"(\d{1,18})", name.casefold())
    return [int(part) if n % 2 else part for n, part in enumerate(parts)]
