"""How a source is, and when it could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PAUSED_REASON = "It was paused manually."
"""The reason of a paused source and of its gap."""


class Health(StrEnum):
    """How a source is, in the order of a glance."""

    WORKING = "working"
    QUIET = "quiet"
    """Read without trouble, but nothing came for long."""
    LIMITED = "limited"
    """The site asks us to wait."""
    NEEDS_KEY = "needs key"
    BROKEN = "broken"
    SPENT = "spent"
    """Money or quota is used up."""
    PAUSED = "paused"
    WAITING = "waiting"
    """Not read yet."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What a source that is paid for by what is read has cost."""

    month: str
    """"2026-03": the month in which it was spent, in UTC."""
    spent: float
    """US dollars, as is ``budget``."""
    budget: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a source, from a page; the source's worker looks for it."""

    paused: datetime | None = None
    """Since when it is not to be read; None: it is."""
    asked: datetime | None = None
    """When somebody last asked to have it read at once."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is and when it is read next; stored with each pass, so that a restart knows it."""

    source: str
    kind: str
    health: Health = Health.WAITING
    reason: str = ""
    """A sentence for people: what is wrong and what to do. Never an exception, a secret or a code."""
    interval: float = 600.0
    """Seconds between two passes as they are planned now."""
    next_check: datetime | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    last_post: datetime | None = None
    """When the newest post arrived."""
    failures: int = 0
    """In a row."""
    set_aside: int = 0
    """Entries left out as unreadable since the start."""
    posts_per_hour: float = 0.0
    """A decaying mean of what the source brings, matched or not."""
    sample: bool = False
    """Made-up posts: every screen has to say so."""
    since: datetime | None = None
    """Since when ``health`` is what it is."""
    note: str = ""
    """What the source told at its last good pass, that is no trouble."""
    spend: Spend | None = None
    """As of the last good pass; None for a source that costs nothing."""
    catching_up: datetime | None = None
    """Passes that were cut follow each other: all is read from then on, but for what they have not come to."""
    rules: str = ""
    """A mark of the rules by which it was read last; empty: not known."""
    content_until: datetime | None = None
    """All was read, and the site asked not to be asked again before; to go unread so long is no blindness."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source could not be read. ``until`` None: it still cannot."""

    source: str
    since: datetime
    until: datetime | None
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
    """The first version that cannot damage a database when two programs write at once; empty: this one cannot."""
