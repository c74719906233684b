"""HTTP caching of feeds: conditional requests, and how long a site asks us not to fetch again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from monitor.dates import DateError, parse_date
from monitor.http.rate_limiter import requested_wait

_MAX_FRESHNESS = timedelta(hours=24)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_MAX_VALIDATOR_CHARS = 1_000
_VALID_HEADER_VALUE = re.compile(r"[!-~\xa1-\xff][\t -~\x80-\xff]*")
"""RFC 9110, section 5.5: what a header value may contain. A site may send validators that we could not send back."""


def not_before(headers: Mapping[str, str], ttl: int, now: datetime) -> datetime | None:
    """The latest time that ttl (minutes), Cache-Control, Expires and Retry-After ask for, at most a day ahead."""
    longest = _longest_wait(headers, ttl, now)
    return now + min(longest, _MAX_FRESHNESS) if longest > timedelta(0) else None


def capped_wait(headers: Mapping[str, str], ttl: int, now: datetime) -> timedelta | None:
    """How long the site asks us to wait, if ``not_before`` is much earlier; None if it is not."""
    longest = _longest_wait(headers, ttl, now)
    return longest if longest >= 2 * _MAX_FRESHNESS else None


def _longest_wait(headers: Mapping[str, str], ttl: int, now: datetime) -> timedelta:
    retry = requested_wait(headers.get("Retry-After"), now) or timedelta(0)
    return max(timedelta(minutes=ttl), _fresh_for(headers), _expires_in(headers, now), retry)


def validators(headers: Mapping[str, str]) -> tuple[str, str]:
    """ETag and Last-Modified to send next time; ('', '') with ``Expires: 0``, which marks them as meaningless."""
    if headers.get("Expires", "").strip() == "0":
        return "", ""
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    return etag[:_MAX_VALIDATOR_CHARS], modified[:_MAX_VALIDATOR_CHARS]


def conditional_headers(etag: str, modified: str) -> dict[str, str]:
    """If-None-Match and If-Modified-Since headers, for those validators that are valid header values."""
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in conditions.items() if _VALID_HEADER_VALUE.fullmatch(value)}


def _fresh_for(headers: Mapping[str, str]) -> timedelta:
    """Cache-Control's max-age, less the time that the response spent in a cache."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    age = headers.get("Age", "").strip()
    age_seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return timedelta(seconds=int(found[1]) - age_seconds) if found else timedelta(0)


def _expires_in(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Expires relative to the site's own Date, because its clock may be wrong; relative to ``now`` without a Date."""
    if _MAX_AGE.search(headers.get("Cache-Control", "")):
        return timedelta(0)  # max-age overrides Expires
    expires = _parse_http_date(headers.get("Expires", ""))
    return expires - (_parse_http_date(headers.get("Date", "")) or now) if expires else timedelta(0)


def _parse_http_date(text: str) -> datetime | None:
    try:
        return parse_date(text, zone=UTC)
    except DateError:
        return None
