"""How a source is, and when it could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source could not be read. ``until`` None: it still cannot."""

    source: str
    since: datetime
    until: datetime | None
    reason: str
