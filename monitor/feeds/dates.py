"""Parses the dates of entries. Times without a time zone are UTC."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from feedparser.datetimes import _parse_date as parse_any_date

_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
_ZONE = r"(Z|UTC?|GMT|[+-]\d\d:?\d\d)?"
_ISO = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)[T ]{_TIME}{_ZONE}")
_RFC822 = re.compile(rf"(?:[A-Za-z]{{3}}, *)?(\d{{1,2}}) ([A-Za-z]{{3}}) (\d{{4}}) {_TIME}(?: {_ZONE})?")
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n}
_MAX_DATE_CHARS = 100


def parse_date(text: str) -> float | None:
    """``text`` in seconds since 1970; None if it has none of the formats that feeds use."""
    text = text.strip()[:_MAX_DATE_CHARS]
    if not text:
        return None
    try:
        return _parse_common(text) or _parse_other(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _parse_common(text: str) -> float | None:
    """Parse the two formats that nearly all feeds use, faster than feedparser does."""
    if found := _ISO.fullmatch(text):
        year, month, day, *clock, zone = found.groups()
    elif found := _RFC822.fullmatch(text):
        day, name, year, *clock, zone = found.groups()
        month = _MONTHS.get(name.lower())
    else:
        return None
    if not month or int(clock[0]) > 23:
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    at = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    return (at - _utc_offset(zone)).timestamp()


def _utc_offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta(0)
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return offset if zone[0] == "+" else -offset


def _parse_other(text: str) -> float | None:
    parsed = parse_any_date(text)
    return float(calendar.timegm(parsed)) if parsed else None
