"""How each source is, as people are told: one row each, for the page /sources and for ``wallflower sources`` alike.

    statuses, gaps, volumes --> SourceRow: state, since, last and next reading, gaps, spend, what to do

Trouble comes first, then what waits by itself, then the rest by volume; what a person paused comes last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from display.formatting import clock_time, duration
from display.intervals import merge_intervals
from monitor.analysis.staleness import is_stale
from monitor.collector.search_coverage import FULL_COVERAGE, SearchCoverage, search_coverage
from monitor.model import Gap, Health, SourceStatus, Spend

if TYPE_CHECKING:
    from monitor.config import Config

WEEK = timedelta(days=7)
SPARK_BIN, SPARK_BINS = timedelta(hours=3), 56
"""A sparkline is a week in stretches of three hours."""
GRACE = timedelta(minutes=2)
"""How late a check may be, and how long a fresh start may take, before that is worth a word."""

WORDS = {
    Health.WORKING: "Working",
    Health.QUIET: "Working but quiet",
    Health.NEEDS_KEY: "Needs a key",
    Health.BROKEN: "Broken",
    Health.SPENT: "Budget spent",
    Health.PAUSED: "Paused",
    Health.WAITING: "Waiting",
}
TROUBLE = frozenset({Health.BROKEN, Health.NEEDS_KEY, Health.SPENT})
LATE = "Late"
_PLACE = {**dict.fromkeys(TROUBLE, 0), Health.LIMITED: 1, Health.PAUSED: 3}


@dataclass(frozen=True, slots=True)
class Moment:
    """What all rows are computed for."""

    now: datetime
    zone: tzinfo
    started: datetime
    """When this program began; a source whose time came while it was down is not late yet."""

    def short_time(self, at: datetime) -> str:
        """ "15:44" today, "Tue 09:12" within six days, else "3 Nov"."""
        there, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        days = abs((there.date() - today.date()).days)
        if not days:
            return f"{there:%H:%M}"
        return f"{there:%a %H:%M}" if days < 7 else f"{there.day} {there:%b}"

    def full_time(self, at: datetime) -> str:
        """ "15:44" today, else "Mon 16 Nov, 15:44"."""
        return clock_time(at, self.now, self.zone)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source at one moment."""

    status: SourceStatus
    at: Moment
    gaps: tuple[Gap, ...]
    """Those that touch the last 7 days."""
    volume: tuple[int, ...]
    """Mentions in each SPARK_BIN of them."""
    coverage: SearchCoverage = FULL_COVERAGE
    """How its search covers the rules."""

    @property
    def name(self) -> str:
        """As in the config."""
        return self.status.source

    @property
    def search_note(self) -> str:
        """How its search covers the rules, in sentences; empty if there is nothing to report."""
        return self.coverage.summary()

    @property
    def late(self) -> bool:
        """Whether its last reading was good and the next one does not come."""
        status, now = self.status, self.at.now
        due = status.next_check
        waits = due is not None and due + GRACE > now
        if _PLACE.get(status.health, 2) != 2 or waits or now - self.at.started < GRACE:
            return False
        return is_stale(status, now, self.at.started)

    @property
    def trouble(self) -> bool:
        """Whether a person has to do something."""
        return self.late or self.status.health in TROUBLE

    @property
    def mark(self) -> str:
        """The name of the state's mark."""
        return "late" if self.late else self.status.health.name.lower().replace("_", "-")

    @property
    def state(self) -> str:
        """ "Working", "Limited until 16:20"."""
        status = self.status
        if self.late:
            return LATE
        if status.health is Health.LIMITED:
            return f"Limited until {self.at.short_time(status.next_check)}" if status.next_check else "Limited"
        return WORDS[status.health]

    @property
    def since(self) -> datetime | None:
        """When the state began, as far as that is known."""
        return self.status.last_success if self.late else self.status.since

    @property
    def detail(self) -> str:
        """Under the state: since when, and after how many tries."""
        status = self.status
        if status.health in (Health.WORKING, Health.WAITING) and not self.late:
            return ""
        if status.health is Health.QUIET and status.last_post and not self.late:
            return f"nothing for {duration(self.at.now - status.last_post)}"
        if status.last_success is None and status.health is not Health.PAUSED:
            return "never read"
        tries = f", {status.failures} tries" if status.failures > 1 else ""
        return f"since {self.at.short_time(self.since)}{tries}" if self.since else ""

    @property
    def last_read(self) -> str:
        """When it was last read."""
        return self.at.short_time(self.status.last_success) if self.status.last_success else "never"

    @property
    def next_check(self) -> str:
        """When it is read next, or what that waits for."""
        status = self.status
        if status.health is Health.PAUSED:
            return "at Resume"
        if status.next_check is None:
            if status.health is Health.WAITING:
                return "now"
            return "with a key" if status.health is Health.NEEDS_KEY else "at a restart"
        if status.interval < 60 and not self.trouble and status.health is not Health.LIMITED:
            return "always on"
        return self.at.short_time(status.next_check) if status.next_check > self.at.now else "now"

    @property
    def posts_per_hour(self) -> str:
        """Posts that it brings, matched or not."""
        rate = self.status.posts_per_hour
        return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}" if rate >= 0.05 else "under 0.1" if rate else "0"

    @property
    def mentions(self) -> int:
        """Of the last 7 days."""
        return sum(self.volume)

    @property
    def never_read(self) -> bool:
        """Whether it was to be read and never could be, so that nothing at all is known of it."""
        return self.status.last_success is None and self.status.health is not Health.WAITING and not self.mentions

    @property
    def unread_spans(self) -> list[tuple[datetime, datetime]]:
        """The times of the last 7 days in which it was not read, none of them twice."""
        now = self.at.now
        spans = ((max(gap.since, now - WEEK), min(gap.until or now, now)) for gap in self.gaps)
        return merge_intervals((a, b) for a, b in spans if a < b)

    @property
    def unread_hours(self) -> float:
        """Their sum."""
        return sum((b - a for a, b in self.unread_spans), timedelta()).total_seconds() / 3600

    @property
    def open_gap(self) -> Gap | None:
        """The gap that is not over."""
        return next((gap for gap in self.gaps if gap.until is None), None)

    @property
    def not_read(self) -> str:
        """ "since 11:40", "7 h on Sun 15", "9 h in 3 gaps", "all of it", "none"."""
        spans, under_way = self.unread_spans, self.open_gap
        total = sum((b - a for a, b in spans), timedelta())
        if self.never_read or (under_way is not None and under_way.since <= self.at.now - WEEK):
            return "all of it"
        if not spans and under_way is None:
            return "none"
        if under_way is not None:
            more = f", {duration(total)} in all" if len(spans) > 1 else ""
            return f"since {self.at.short_time(under_way.since)}{more}"
        if len(spans) > 1:
            return f"{duration(total)} in {len(spans)} gaps"
        there = spans[0][0].astimezone(self.at.zone)
        return f"{duration(total)} on {there:%a} {there.day}"

    @property
    def spend(self) -> Spend | None:
        """What it cost this month; a month that is over counts no more."""
        spend, month = self.status.spend, f"{self.at.now:%Y-%m}"
        return spend if spend is None or spend.month >= month else Spend(month, 0.0, spend.budget)

    @property
    def spent(self) -> str:
        """ "$38.20 of $60", or "free"."""
        return f"${self.spend.spent:,.2f} of ${self.spend.budget:,.10g}" if self.spend else "free"

    @property
    def to_do(self) -> str:
        """What a person should do, in a sentence."""
        return to_do(self)


def to_do(row: SourceRow) -> str:
    """What a person should do about ``row``: "Nothing." where that is so."""
    status, at = row.status, row.at
    again = (
        f"at {at.full_time(status.next_check)}" if status.next_check and status.next_check > at.now else "in a moment"
    )
    if row.late:
        due = f"was due at {at.full_time(status.next_check)}" if status.next_check else "is overdue"
        return f"Its check {due}. Is Wallflower running? If it is, its log tells what holds it up."
    if status.health is Health.BROKEN:
        return f"{status.reason} It is tried again {again}." if status.next_check else status.reason
    if status.health is Health.NEEDS_KEY:
        return f"{status.reason} Then restart Wallflower."
    if status.health is Health.SPENT:
        return f"{status.reason} It goes on {again}."
    if status.health is Health.LIMITED:
        return f"Nothing. It goes on by itself {again}. {status.reason}"
    if status.health is Health.PAUSED:
        return "It is not read until somebody resumes it."
    if status.health is Health.QUIET:
        return f"Nothing, if it is as quiet there. {status.reason}"
    if status.health is Health.WAITING:
        return "Nothing. Its first reading is due."
    begin = row.search_note if row.coverage.unsearchable else "Nothing."
    return " ".join(filter(None, (begin, status.note or status.reason, on_course(row))))


def on_course(row: SourceRow) -> str:
    """ "On course for $58 by 30 Nov." of a source that costs money; nothing in the first day of a month."""
    spend, now = row.spend, row.at.now
    begun = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begun + timedelta(days=32)).replace(day=1)
    if spend is None or not spend.spent or now - begun < timedelta(days=1):
        return ""
    whole = min(spend.spent * ((end - begun) / (now - begun)), max(spend.budget, spend.spent))
    last = end - timedelta(days=1)
    return f"On course for ${whole:,.0f} by {last.day} {last:%b}."


def search_coverages(config: Config) -> dict[str, SearchCoverage]:
    """Source -> how its search covers the rules."""
    return {source.name: search_coverage(source.options, config.brands) for source in config.sources}


def rows(
    statuses: Sequence[SourceStatus],
    gaps: Sequence[Gap],
    volumes: Mapping[str, Sequence[int]],
    at: Moment,
    coverages: Mapping[str, SearchCoverage],
) -> list[SourceRow]:
    """A row for each status, in the order in which they want attention.

    ``coverages`` come from ``search_coverages``.
    """
    found = [
        SourceRow(
            status,
            at,
            tuple(gap for gap in gaps if gap.source == status.source),
            tuple(volumes.get(status.source, (0,) * SPARK_BINS)),
            coverages.get(status.source, FULL_COVERAGE),
        )
        for status in statuses
    ]
    return sorted(found, key=_order)


def _order(row: SourceRow) -> tuple[int, int, float, list[str | int]]:
    place = 0 if row.trouble else _PLACE.get(row.status.health, 2)
    return place, -row.mentions, -row.status.posts_per_hour, _natural(row.name)


def _natural(name: str) -> list[str | int]:
    """To sort by, so that "Feed 2" stands before "Feed 10"."""
    parts = re.split(r"(\d{1,18})", name.casefold())
    return [int(part) if n % 2 else part for n, part in enumerate(parts)]
