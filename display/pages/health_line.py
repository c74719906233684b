"""What is being read and what is not, in the words of the health line. Blind is never calm.

What only a person can end is said at once; for the rest ``blindness`` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from display.pages.mentions.cards import clock_time, duration
from display.source_health import PATIENCE, is_blind
from monitor.model import Gap, Health, SourceStatus

TROUBLE = {
    Health.BROKEN: "is broken",
    Health.NEEDS_KEY: "needs a key",
    Health.SPENT: "has spent its budget",
}
"""What only a person can end."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A source that is not read, since when (None: never yet), and the few words that say why."""

    source: str
    since: datetime | None
    why: str
    trouble: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """All sources at one moment."""

    statuses: tuple[SourceStatus, ...]
    blind: tuple[Blind, ...]
    last: datetime | None
    """The newest good pass of any source."""
    now: datetime
    sample: bool
    """Whether made-up posts are among what is shown."""

    @property
    def level(self) -> str:
        """ "calm", "blind", or "trouble" where only a person can help."""
        if any(b.trouble for b in self.blind):
            return "trouble"
        return "blind" if self.blind else "calm"

    @property
    def counted(self) -> int:
        """How many sources are to be read: those that a person paused are not."""
        return sum(status.health is not Health.PAUSED for status in self.statuses)

    @property
    def read(self) -> int:
        """How many of them are."""
        return len(self.statuses) - len(self.blind)

    @property
    def headline(self) -> str:
        """The first sentence of the health line."""
        total = self.counted
        if not total:
            return "Every source is paused." if self.statuses else "No source is set up."
        if self.blind:
            return f"{self.read:,} of {total:,} sources read."
        if not self.last:
            return "The first reading is under way."
        every = f"All {total:,} sources" if total > 1 else "The one source is"
        return f"{every} read, last {duration(self.now - self.last)} ago"

    @property
    def short(self) -> str:
        """The same for a phone."""
        return f"{self.read:,} of {self.counted:,} read" if self.counted else "No source"

    @property
    def details(self) -> str:
        """Which sources are not read, and why; at most three by name."""
        named = ", ".join(f"{b.source} {b.why}" for b in self.blind[:3])
        more = len(self.blind) - 3
        return f"{named} and {more:,} more" if more > 0 else named

    def waiting_sentence(self, zone: tzinfo) -> str:
        """For an empty list: who was not read, so that silence does not look like calm. Empty if all were."""
        read = [f"{b.source} since {clock_time(b.since, self.now, zone)}" for b in self.blind if b.since]
        never = [f"{b.source} was never read" for b in self.blind if not b.since]
        said = [read[0].replace(" since ", " has not been read since ", 1), *read[1:]] if read else []
        return " and ".join([*said, *never]) + ". There may be more." if said or never else ""


def reading(
    statuses: Sequence[SourceStatus], now: datetime, zone: tzinfo, started: datetime, *, sample: bool
) -> Reading:
    """How all of ``statuses`` are at ``now``; those in trouble first."""
    blind = [found for status in statuses if (found := _blind(status, now, zone, started))]
    passes = [status.last_success for status in statuses if status.last_success]
    return Reading(
        statuses=tuple(statuses),
        blind=tuple(sorted(blind, key=lambda b: (not b.trouble, b.source))),
        last=max(passes, default=None),
        now=now,
        sample=sample,
    )


def with_unrecorded(gaps: Sequence[Gap], health: Reading) -> list[Gap]:
    """``gaps``, and those under way that nothing has noted: of sources whose next pass never came."""
    noted = {gap.source for gap in gaps if gap.until is None}
    return [*gaps, *(Gap(b.source, b.since, None, b.why) for b in health.blind if b.since and b.source not in noted)]


def _blind(status: SourceStatus, now: datetime, zone: tzinfo, started: datetime) -> Blind | None:
    name, since = status.source, status.last_success
    if words := TROUBLE.get(status.health):
        return Blind(name, since, words, trouble=True)
    if status.health is Health.PAUSED:
        return Blind(name, since, "is paused", trouble=False)
    if status.health is Health.LIMITED and status.next_check and status.next_check - now > PATIENCE:
        return Blind(name, since, f"asks us to wait until {clock_time(status.next_check, now, zone)}", trouble=False)
    if not is_blind(status, now, started):
        return None
    why = f"was last read {duration(now - since)} ago" if since else "was never read"
    return Blind(name, since, why, trouble=False)
