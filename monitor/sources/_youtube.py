"""Talking to the YouTube Data API: its key, its errors, and when its quotas start anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import secrets
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http import Http, Response, retry_after
from monitor.sources._fields import Record, part, record_of, words
from monitor.sources._limits import KeyLimits, key_mark

HOW = "Make an API key at https://console.cloud.google.com and allow it the YouTube Data API v3, nothing else."
_PACIFIC = ZoneInfo("America/Los_Angeles")
_ACCEPTED = (400, 401, 403, 404, 429)
_SPENT = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "accessNotConfigured"}
_KEY |= {"ipRefererBlocked", "SERVICE_DISABLED", "authError", "required", "API_KEY_IP_ADDRESS_BLOCKED"}
_NOT_THERE = {"videoNotFound", "commentThreadNotFound", "commentNotFound", "commentsDisabled"}


class NotThere(Gone):
    """A video that is gone, or that takes no comments."""


def quota_day(now: datetime) -> str:
    """The day by which the quotas count: they start anew at midnight in California."""
    return now.astimezone(_PACIFIC).date().isoformat()


def next_quota(now: datetime) -> datetime:
    """When the quotas start anew."""
    local = now.astimezone(_PACIFIC)
    tomorrow = local.date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_PACIFIC).astimezone(UTC)


class Talk:
    """The requests of one pass."""

    def __init__(self, http: Http, api: str, key: str, now: datetime) -> None:
        """``key`` is the name of a secret. Raises AuthError when there is none of that name."""
        self._http, self._api, self._now, self._name = http, api, now, key
        value = secrets.get(key, HOW)
        self._limits, self._shared = http.shared(KeyLimits), f"{api} {key_mark(value)}"
        # in a header, for an address would carry it into logs
        self._headers = {"X-Goog-Api-Key": value}

    def get(self, method: str, params: Mapping[str, str]) -> Response:
        """The answer. Raises SourceErrors, also before asking where this key was told to wait or has used up its day.

        NotThere is raised for a video that is gone or takes no comments.
        """
        # searches have a quota of their own
        limit = f"{self._shared} {'search' if method == 'search' else 'units'}"
        self._limits.check(limit, self._now)
        answer = self._http.get(f"{self._api}/{method}", params=params, headers=self._headers, accept=_ACCEPTED)
        if answer.status not in _ACCEPTED:
            return answer
        refusal = self._refusal(answer)
        if isinstance(refusal, QuotaSpent | RateLimited):
            self._limits.rest(limit, refusal)
        raise refusal

    def _refusal(self, answer: Response) -> SourceError:
        reasons = _reasons(answer)
        if reasons & _SPENT:
            return QuotaSpent("What YouTube allows this key in a day is used up.", next_quota(self._now))
        if answer.status == 429 or reasons & _TOO_FAST:
            wish = retry_after(answer.headers.get("Retry-After"), self._now)
            return RateLimited("YouTube asks us to wait.", wish or self._now + timedelta(minutes=5))
        if reasons & _NOT_THERE:
            return NotThere("YouTube has nothing there, or no comments.")
        if answer.status == 401 or reasons & _KEY:
            return AuthError(f"YouTube refuses the key {self._name} ({answer.status}). {HOW}")
        told = f": {min(reasons)}" if reasons else ""
        return Refused(f"YouTube refuses what we ask for ({answer.status}{told}).", answer.sample)


def _reasons(answer: Response) -> set[str]:
    """The reasons that Google gives, in the old form and in the new one."""
    try:
        error: Record = part(record_of(Response(200, answer.headers, answer.body, answer.url)), "error")
    except BadResponse:
        return set()
    given = [*_list(error, "errors"), *_list(error, "details")]
    reasons = {words(one, "reason") for one in given if isinstance(one, dict)}
    return {reason for reason in reasons if reason.replace("_", "").isalnum() and len(reason) < 60}


def _list(error: Record, name: str) -> list[object]:
    found = error.get(name)
    return found if isinstance(found, list) else []
