"""A client of the YouTube Data API: its key, its errors, and when its quotas are reset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import secrets
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http import Http, Response, retry_after
from monitor.sources._fields import Record, get_object, get_text, response_object
from monitor.sources._limits import KeyLimits, key_fingerprint

KEY_HELP = "Create an API key at https://console.cloud.google.com and restrict it to the YouTube Data API v3."
RATE_LIMIT_WAIT = timedelta(minutes=5)
_PACIFIC = ZoneInfo("America/Los_Angeles")
_ACCEPTED = (400, 401, 403, 404, 429)
_QUOTA_REASONS = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_KEY_REASONS = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "accessNotConfigured"}
_KEY_REASONS |= {"ipRefererBlocked", "SERVICE_DISABLED", "authError", "required", "API_KEY_IP_ADDRESS_BLOCKED"}
_NOT_FOUND_REASONS = {"videoNotFound", "commentThreadNotFound", "commentNotFound", "commentsDisabled"}


class NotFound(Gone):
    """A video that is gone, or has comments disabled."""


def quota_day(now: datetime) -> str:
    """The quota day of a request at ``now``: quotas are reset at midnight in California."""
    return now.astimezone(_PACIFIC).date().isoformat()


def next_quota_reset(now: datetime) -> datetime:
    """When the quotas are reset next."""
    local = now.astimezone(_PACIFIC)
    tomorrow = local.date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_PACIFIC).astimezone(UTC)


class ApiClient:
    """The requests of one pass."""

    def __init__(self, http: Http, api: str, key: str, now: datetime) -> None:
        """``key`` is the name of a secret. Raises AuthError if there is no such secret."""
        self._http, self._api, self._now, self._key_name = http, api, now, key
        value = secrets.get(key, KEY_HELP)
        self._limits, self._limit_key = http.shared(KeyLimits), f"{api} {key_fingerprint(value)}"
        # a header, because addresses are logged
        self._headers = {"X-Goog-Api-Key": value}

    def get(self, method: str, params: Mapping[str, str]) -> Response:
        """The response. Raises SourceErrors, also before the request while a limit of the key lasts.

        Raises NotFound for a video that is gone or has comments disabled.
        """
        # searches have a separate quota
        limit_key = f"{self._limit_key} {'search' if method == 'search' else 'units'}"
        self._limits.check(limit_key, self._now)
        response = self._http.get(f"{self._api}/{method}", params=params, headers=self._headers, allow_status=_ACCEPTED)
        if response.status not in _ACCEPTED:
            return response
        refusal = self._refusal(response)
        if isinstance(refusal, QuotaSpent | RateLimited):
            self._limits.record(limit_key, refusal)
        raise refusal

    def _refusal(self, response: Response) -> SourceError:
        reasons = _reasons(response)
        if reasons & _QUOTA_REASONS:
            return QuotaSpent("The daily YouTube quota of this key is used up.", next_quota_reset(self._now))
        if response.status == 429 or reasons & _RATE_REASONS:
            until = retry_after(response.headers.get("Retry-After"), self._now)
            return RateLimited("YouTube asks us to wait.", until or self._now + RATE_LIMIT_WAIT)
        if reasons & _NOT_FOUND_REASONS:
            return NotFound("This YouTube video is gone, or its comments are disabled.")
        if response.status == 401 or reasons & _KEY_REASONS:
            return AuthError(f"YouTube rejected the key {self._key_name} ({response.status}). {KEY_HELP}")
        detail = f": {min(reasons)}" if reasons else ""
        return Refused(f"YouTube rejected the request ({response.status}{detail}).", response.sample)


def _reasons(response: Response) -> set[str]:
    """The reasons that Google gives, in its old and in its new format."""
    try:
        body = response_object(Response(200, response.headers, response.body, response.url))
    except BadResponse:
        return set()
    error = get_object(body, "error")
    entries = [*_list(error, "errors"), *_list(error, "details")]
    reasons = {get_text(entry, "reason") for entry in entries if isinstance(entry, dict)}
    return {reason for reason in reasons if reason.replace("_", "").isalnum() and len(reason) < 60}


def _list(error: Record, name: str) -> list[object]:
    found = error.get(name)
    return found if isinstance(found, list) else []
