"""How many requests a site still accepts, from the usual rate-limit headers. For display only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.dates import parse_date

_HEADER_FORMS = ("x-ratelimit-{}", "x-rate-limit-{}", "ratelimit-{}")
_MAX_WAIT_SECONDS = 10_000_000.0
"""A larger number in a reset header is a time, in seconds since 1970."""


class RateLimitStatus(NamedTuple):
    """A site's last report about its rate limit."""

    remaining: int
    limit: int | None = None
    """Requests per window; None if not reported."""
    resets_at: datetime | None = None
    """When the next window starts; None if not reported."""

    def __str__(self) -> str:
        return f"{self.remaining:,}" + (f" of {self.limit:,}" if self.limit is not None else "")


def parse_rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimitStatus | None:
    """The status in ``headers`` (a case-insensitive mapping); None if they hold none that can be parsed."""
    form = next((form for form in _HEADER_FORMS if headers.get(form.format("remaining"))), None)
    remaining = _parse_number(headers[form.format("remaining")]) if form else None
    if form is None or remaining is None:
        return None
    limit = _parse_number(headers.get(form.format("limit"), ""))
    resets_at = _parse_reset(headers.get(form.format("reset"), ""), now)
    return RateLimitStatus(int(remaining), None if limit is None else int(limit), resets_at)


def _parse_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None


def _parse_reset(text: str, now: datetime) -> datetime | None:
    """A reset time given as seconds from now, seconds since 1970, or a date."""
    seconds = _parse_number(text)
    try:
        if seconds is not None:
            is_wait = seconds < _MAX_WAIT_SECONDS
            return now + timedelta(seconds=seconds) if is_wait else datetime.fromtimestamp(seconds, UTC)
        return parse_date(text, zone=UTC)
    except (ValueError, OverflowError, OSError):
        return None
