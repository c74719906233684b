"""A client of the Stack Exchange API that observes its backoff times and its daily quota."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor import secrets
from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http import Http, RateLimitStatus, Response, site_of
from monitor.sources._fields import Record, get_int, get_text, response_object
from monitor.sources._limits import KeyLimits, Limit, key_fingerprint
from monitor.text.cleaning import plain_text

KEY_HELP = "Register at https://stackapps.com; a key needs no permission."
MAX_BACKOFF_SECONDS = 1_000_000
THROTTLED_WAIT = timedelta(minutes=10)
_SECONDS_TO_WAIT = re.compile(r"available in ([0-9]{1,7}) seconds")
_KEY_ERRORS = {401, 402, 403, 405, 406}
"""Stack Exchange's own error numbers that concern keys and tokens."""
_BAD_PARAMETER, _THROTTLED = 400, 502


class ApiClient:
    """The requests of one pass."""

    def __init__(self, http: Http, api: str, site: str, key: str | None, now: datetime) -> None:
        """``key`` is the name of a secret. Raises AuthError if there is no such secret."""
        self._http, self._api, self._site, self._key_name, self._now = http, api, site, key, now
        self._key = secrets.get(key, KEY_HELP) if key else ""
        self._limits = http.shared(KeyLimits)
        self._limit_key = f"{api} {key_fingerprint(self._key)}"
        self._requests, self._quota_remaining = 0, 0
        self.not_before: datetime | None = None
        """The earliest time of the next request, if the site has named one."""

    def get(self, method: str, params: Mapping[str, str], ids: str = "") -> Response:
        """The response. Raises SourceErrors, also before the request while a limit of the key lasts."""
        for limited in ("", method):
            self._limits.check(f"{self._limit_key} {limited}", self._now)
        all_params = {**params, "site": self._site} | ({"key": self._key} if self._key else {})
        url = f"{self._api}/{method}" + (f"/{ids}" if ids else "")
        response = self._http.get(url, params=all_params, allow_status=(400,))
        self._requests += 1
        if response.status == 400:
            raise self._refusal(response, method)
        self._record_limits(method, response_object(response))
        return response

    def interval(self) -> timedelta:
        """The time between passes with as many requests as this one that makes the day's quota last."""
        if not self._quota_remaining:
            return timedelta(0)
        return (_next_midnight(self._now) - self._now) * self._requests / self._quota_remaining

    def _record_limits(self, method: str, wrapper: Record) -> None:
        """Record what the wrapper of a response says about backing off and about the quota."""
        if (backoff := get_int(wrapper, "backoff")) is not None and 0 < backoff < MAX_BACKOFF_SECONDS:
            until = self._now + timedelta(seconds=backoff)
            self._record(method, RateLimited(f"Stack Exchange asks us to wait for {backoff} seconds.", until))
        midnight = _next_midnight(self._now)
        self._quota_remaining = get_int(wrapper, "quota_remaining") or 0
        status = RateLimitStatus(self._quota_remaining, get_int(wrapper, "quota_max"), midnight)
        self._http.traffic.record_rate_limit(site_of(self._api), status)
        if get_int(wrapper, "quota_remaining") == 0:
            self._record("", QuotaSpent(self._quota_message(), midnight))

    def _record(self, method: str, limit: Limit) -> None:
        self._limits.record(f"{self._limit_key} {method}", limit)
        self.not_before = max(filter(None, (self.not_before, limit.not_before)))

    def _quota_message(self) -> str:
        hint = "" if self._key else " A free key allows 10,000: set key in the config to the name of its secret."
        return f"The daily requests that Stack Exchange allows are used up.{hint}"

    def _refusal(self, response: Response, method: str) -> SourceError:
        """The error in a response of status 400, which Stack Exchange uses for all of its own errors."""
        found = response_object(replace(response, status=200))
        error, message = get_int(found, "error_id"), get_text(found, "error_message")
        if error == _THROTTLED:
            if seconds := _SECONDS_TO_WAIT.search(message):
                spent = QuotaSpent(self._quota_message(), self._now + timedelta(seconds=int(seconds[1])))
                return self._limits.record(f"{self._limit_key} ", spent)
            throttled = RateLimited("Stack Exchange asks us to wait (too many requests).", self._now + THROTTLED_WAIT)
            return self._limits.record(f"{self._limit_key} {method}", throttled)
        if error in _KEY_ERRORS or (self._key and "key" in message):
            return AuthError(f"Stack Exchange rejected the key {self._key_name}. {KEY_HELP}")
        detail = secrets.redact(plain_text(message)[:120].rstrip(" ."), self._key)
        kind = Refused if error == _BAD_PARAMETER else BadResponse
        return kind(f"{site_of(response.url)} rejected the request: {detail or 'no reason given'}.")


def _next_midnight(now: datetime) -> datetime:
    """The next midnight in UTC, when the quota is reset."""
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
