"""The quota of YouTube searches: counted, and spread so that it lasts until midnight in California."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.http import RateLimitStatus
from monitor.model import Json
from monitor.sources._fields import get_int, parse_time
from monitor.sources._youtube import next_quota_reset, quota_day

MAX_WAIT = timedelta(days=2)


class SearchQuota:
    """The searches of one day.

    As JSON {"day": "2026-03-04", "used": 7, "due": epoch, "since": epoch, "read": epoch}.
    """

    def __init__(self, stored: Json, allowed: int, now: datetime) -> None:
        """``stored`` is a result of ``to_json``; invalid parts are ignored. ``allowed``: searches per day."""
        stored = stored if isinstance(stored, dict) else {}
        self._now, self._day, self._allowed = now, quota_day(now), allowed
        self._used = max(0, get_int(stored, "used") or 0) if stored.get("day") == self._day else 0
        due = parse_time(get_int(stored, "due"))
        # after the clock was set back, a stored time may be far in the future
        self._due = due if due and now < due <= now + MAX_WAIT else None
        self.complete_since = parse_time(get_int(stored, "since"))
        """``Batch.complete_since`` of the last searches."""
        finished = parse_time(get_int(stored, "read"))
        self._finished_at = min(finished, now) if finished else now
        """When the last complete round of searches ended; before the first one, when the source started."""

    def to_json(self) -> Json:
        """The state to store."""
        times = {"due": self._due, "since": self.complete_since, "read": self._finished_at}
        return {"day": self._day, "used": self._used} | {k: int(v.timestamp()) for k, v in times.items() if v}

    @property
    def remaining(self) -> int:
        """Searches left today."""
        return max(0, self._allowed - self._used)

    @property
    def status(self) -> RateLimitStatus:
        """What remains of today's searches, by the count of this source."""
        return RateLimitStatus(self.remaining, self._allowed, next_quota_reset(self._now))

    @property
    def is_due(self) -> bool:
        """Whether it is time to search again."""
        return self._due is None

    def count_search(self) -> None:
        """Count one search."""
        self._used += 1

    def use_up(self) -> None:
        """Record that others with the same key have used the rest of today's searches."""
        self._used = max(self._used, self._allowed)

    def schedule_next(self, queries: int, complete_since: datetime | None) -> None:
        """Schedule the next round, assuming that each of its ``queries`` takes one search."""
        is_enough = self.remaining >= queries
        self._due = self._now + self._interval(queries) if is_enough else next_quota_reset(self._now)
        self.complete_since = complete_since
        self._finished_at = self._now if complete_since else self._finished_at

    def unread_since(self, queries: int) -> datetime | None:
        """When the last complete round ended, if that is longer ago than two usual intervals."""
        return self._finished_at if self._now - self._finished_at > 2 * self._interval(queries) else None

    def _interval(self, queries: int) -> timedelta:
        return timedelta(days=1) * queries / max(1, self._allowed)
