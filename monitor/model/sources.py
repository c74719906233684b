"""The state of sources and of the database: health, statuses, people's requests, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

PAUSED_REASON = "It was paused manually."
"""The reason of a paused source and of its gap."""


class Health(StrEnum):
    """The state of a source."""

    WORKING = "working"
    QUIET = "quiet"
    """Read without errors, but without new posts for unusually long."""
    LIMITED = "limited"
    """The site asks us to wait."""
    NEEDS_KEY = "needs key"
    BROKEN = "broken"
    SPENT = "spent"
    """The budget or quota is used up."""
    PAUSED = "paused"
    WAITING = "waiting"
    """Before the first pass."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What a source that charges for posts has cost."""

    month: str
    """The month of ``spent`` in UTC, such as "2026-03"."""
    spent: float
    """US dollars, like ``budget``."""
    budget: float


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What a person requested of a source; the source's worker acts on it."""

    paused_at: datetime | None = None
    """When it was paused; None: it is not paused."""
    check_requested_at: datetime | None = None
    """When a check was last requested."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The state of a source and the time of its next pass; stored with each pass, so that it survives a restart."""

    source: str
    kind: str
    health: Health = Health.WAITING
    reason: str = ""
    """A sentence for people: what is wrong and what to do. Never an exception, a secret or a code."""
    interval: float = 600.0
    """Seconds between two passes, as planned now."""
    next_check: datetime | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    last_post: datetime | None = None
    """When the newest post arrived."""
    failures: int = 0
    """Failed passes in a row."""
    skipped: int = 0
    """Entries that all passes so far have skipped, because they could not be read or judged."""
    posts_per_hour: float = 0.0
    """A decaying mean of the posts that the source returns, matched or not."""
    sample: bool = False
    """The posts are made up, and every screen must say so."""
    since: datetime | None = None
    """Since when ``health`` has its value."""
    note: str = ""
    """What the source reported in its last successful pass that is not an error."""
    spend: Spend | None = None
    """As of the last successful pass; None for a free source."""
    catching_up_since: datetime | None = None
    """Set while passes stop at their limit: once they have caught up, everything since this time has been read."""
    rules_digest: str = ""
    """Digest of the rules of the last pass; empty if unknown."""
    first_seen: datetime | None = None
    """When the config first had this source; None for one that an earlier version stored."""
    fresh_until: datetime | None = None
    """Everything was read, and the site asked us not to poll before this time: until then the source is not stale."""

    @property
    def read_since(self) -> datetime | None:
        """From when on posts may be missing unless a poll proves otherwise: the last success, or the beginning."""
        return self.last_success or self.first_seen


@dataclass(frozen=True, slots=True)
class Gap:
    """A time span in which a source could not be read."""

    source: str
    since: datetime
    until: datetime | None
    """None: still open."""
    reason: str


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """The database engine and the space that the database uses."""

    engine: str
    """Its name, such as "SQLite"."""
    version: str
    used_bytes: int
    free_bytes: int | None
    """Free space where the database is stored; None if unknown."""
    upgrade_to: str = ""
    """The first version that cannot damage a database when two programs write at once; empty if this one cannot."""


class RateLimit(Protocol):
    """What a site reported about its rate limit."""

    @property
    def remaining(self) -> int:
        """How many requests it still accepts in its current window."""
