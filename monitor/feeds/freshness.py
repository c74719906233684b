"""When a site wants us to come back, and what it needs to know to answer "nothing new"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.http import retry_after

_LONGEST = timedelta(hours=24)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_LONGEST_VALIDATOR = 1_000
_SENDABLE = re.compile(r"[!-~\xa1-\xff][\t -~\x80-\xff]*")
"""RFC 9110, 5.5: what a header may hold. A site may have sent what we could not send back."""


def not_before(headers: Mapping[str, str], ttl: int, now: datetime) -> datetime | None:
    """The latest of what ttl (minutes), Cache-Control, Expires and Retry-After ask for, within a day; None: nothing."""
    waits = [timedelta(minutes=ttl), _fresh_for(headers), _expires_in(headers, now)]
    wish = retry_after(headers.get("Retry-After"), now)
    longest = max([*waits, wish - now if wish else timedelta(0)])
    return now + min(longest, _LONGEST) if longest > timedelta(0) else None


def validators(headers: Mapping[str, str]) -> tuple[str, str]:
    """ETag and Last-Modified to send next time; ('', '') where ``Expires: 0`` says that they mean nothing."""
    if headers.get("Expires", "").strip() == "0":
        return "", ""
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    return etag[:_LONGEST_VALIDATOR], modified[:_LONGEST_VALIDATOR]


def conditional_headers(etag: str, modified: str) -> dict[str, str]:
    """The headers that ask for an answer only where it is not the one of these validators; none for an odd one."""
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in asked.items() if _SENDABLE.fullmatch(value)}


def _fresh_for(headers: Mapping[str, str]) -> timedelta:
    """Cache-Control's max-age, less the age that a cache gave it on the way."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    age = headers.get("Age", "").strip()
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return timedelta(seconds=int(found[1]) - spent) if found else timedelta(0)


def _expires_in(headers: Mapping[str, str], now: datetime) -> timedelta:
    """By the site's own clock where it tells it, for that one may be wrong."""
    if _MAX_AGE.search(headers.get("Cache-Control", "")):
        return timedelta(0)  # which overrides Expires
    expires = _date(headers.get("Expires", ""))
    return expires - (_date(headers.get("Date", "")) or now) if expires else timedelta(0)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else None
