"""Events: mentions of a view that a program is told of as they come, change and go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.posts import UNDATED


class EventKind(StrEnum):
    """What happened to a mention, as the receiver sees it."""

    NEW = "mention.new"
    """It is in the view, and was not before."""
    CHANGED = "mention.changed"
    DELETED = "mention.deleted"
    """It was deleted, or is no longer in the view."""
    LOST = "changes.lost"
    """Changes were forgotten before they could be delivered: read the view again."""


@dataclass(frozen=True, slots=True)
class EventSubscription:
    """A view whose events are delivered to a channel."""

    id: int
    view: int
    """The id of a saved view, which may have been deleted."""
    channel: int
    created_at: datetime = UNDATED
    cursor: int = 0
    """The change up to which everything was delivered."""
    replay_until: int = 0
    """Changes up to this one were delivered before, and are delivered again."""
    failures: int = 0
    """Failed deliveries in a row."""
    next_try: datetime | None = None
    """None: at once."""
    problem: str = ""
    """Why the last delivery failed."""


@dataclass(frozen=True, slots=True)
class EventDelivery:
    """One attempt to deliver events."""

    subscription: int
    at: datetime
    events: int
    succeeded: bool
    detail: str
    """What the receiver answered, or why it did not arrive."""
    seconds: float = 0.0
    id: int = 0
