"""What waits in a subscription until it may be sent, and how that is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from monitor.model import Json
from monitor.model.notifications import ArrivalTime

MAX_NAMED = 5
"""Mentions that a message names; it counts more."""


class Reason(StrEnum):
    """Why a mention was not sent at once."""

    QUIET = "quiet"
    LIMIT = "limit"
    """As many messages as allowed were sent that day."""
    INCIDENT = "incident"
    """Its brand has an incident, of which the built-in alert reports."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The state of a subscription."""

    n: int = 0
    """Mentions that wait."""
    first: datetime | None = None
    """When the first of them arrived."""
    mentions: tuple[int, ...] = ()
    """The newest of them, at most MAX_NAMED."""
    brands: tuple[str, ...] = ()
    """Of those that wait because of an incident."""
    reasons: tuple[Reason, ...] = ()
    exceeded: bool = False
    """Whether enough of them arrived within the time of the schedule."""
    recent: tuple[tuple[int, datetime], ...] = ()
    """The last mentions with their times, to find out whether there are more than ``Schedule.more_than``."""
    day: str = ""
    """The last day, in the zone of the config, on which a message was sent, and how many."""
    sent: int = 0
    dropped: tuple[int, ...] = ()
    """The newest mentions, at most MAX_NAMED, that were too few within the time of the schedule to be sent."""
    n_dropped: int = 0
    dropped_since: datetime | None = None
    """When the first of them was too old to count any longer."""
    until: datetime | None = None
    """Everything up to this time is decided."""

    def with_one(self, arrival: ArrivalTime, reason: Reason | None = None) -> Waiting:
        """With one more mention that waits."""
        reasons = self.reasons if reason is None or reason in self.reasons else (*self.reasons, reason)
        by_incident = reason is Reason.INCIDENT and arrival.brand not in self.brands
        return replace(
            self,
            n=self.n + 1,
            first=self.first or arrival.at,
            mentions=(*self.mentions, arrival.mention)[-MAX_NAMED:],
            brands=(*self.brands, arrival.brand) if by_incident else self.brands,
            reasons=reasons,
        )

    def with_recent(self, arrival: ArrivalTime, within: timedelta, limit: int) -> Waiting:
        """With one more of the last mentions, and without those that are older than ``within``."""
        kept = [(mention, at) for mention, at in self.recent if arrival.at - at < within]
        return replace(self, recent=(*kept, (arrival.mention, arrival.at))[-limit:])

    def without_oldest(self, at: datetime) -> Waiting:
        """With the oldest of the last mentions dropped: by that time, too few others had followed it."""
        (mention, _), *rest = self.recent
        return replace(
            self,
            recent=tuple(rest),
            dropped=(*self.dropped, mention)[-MAX_NAMED:],
            n_dropped=self.n_dropped + 1,
            dropped_since=self.dropped_since or at,
        )

    def emptied(self) -> Waiting:
        """Nothing waits any more."""
        return replace(self, n=0, first=None, mentions=(), brands=(), reasons=(), exceeded=False)

    def without_dropped(self) -> Waiting:
        """What was dropped has been reported."""
        return replace(self, dropped=(), n_dropped=0, dropped_since=None)


def to_json(waiting: Waiting) -> Json:
    """``waiting`` as it is stored; equal states are equal."""
    stored: dict[str, Json] = {
        "n": waiting.n,
        "first": _written(waiting.first),
        "mentions": list(waiting.mentions),
        "brands": list(waiting.brands),
        "reasons": [reason.value for reason in waiting.reasons],
        "exceeded": waiting.exceeded,
        "recent": [[mention, _written(at)] for mention, at in waiting.recent],
        "day": waiting.day,
        "sent": waiting.sent,
        "dropped": list(waiting.dropped),
        "n_dropped": waiting.n_dropped,
        "dropped_since": _written(waiting.dropped_since),
        "until": _written(waiting.until),
    }
    return stored


def from_json(stored: Any) -> Waiting:
    """The inverse of ``to_json``; None is the state of a new subscription."""
    if stored is None:
        return Waiting()
    return Waiting(
        n=stored["n"],
        first=_read(stored["first"]),
        mentions=tuple(stored["mentions"]),
        brands=tuple(stored["brands"]),
        reasons=tuple(Reason(reason) for reason in stored["reasons"]),
        exceeded=stored["exceeded"],
        recent=tuple((mention, datetime.fromisoformat(at)) for mention, at in stored["recent"]),
        day=stored["day"],
        sent=stored["sent"],
        dropped=tuple(stored.get("dropped", ())),
        n_dropped=stored.get("n_dropped", 0),
        dropped_since=_read(stored.get("dropped_since")),
        until=_read(stored["until"]),
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
