"""Times in URLs of the Mentions page: local, and to the minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.errors import FilterError

MILLISECOND = timedelta(milliseconds=1)
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::00(?:\.0{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_YEARS = range(1970, 9999)
"""Years that a URL may name: nothing that is stored is older, and Python's last year has no month after it."""
_ISO_TIME = f"a time in the years {_YEARS[0]} to {_YEARS[-1]}, such as 2026-03-04T12:30, in the server's time zone"


def local_minute(at: datetime, timezone: tzinfo) -> str:
    """``at`` as a URL contains it: local and without an offset, except in the hour that a clock change repeats."""
    local = at.astimezone(timezone)
    plain = local.replace(tzinfo=None, fold=0)
    ambiguous = plain.replace(tzinfo=timezone).astimezone(UTC) != at
    return (local if ambiguous else plain).isoformat(timespec="minutes")


def whole_minute(at: datetime) -> datetime:
    """``at`` without its seconds."""
    return at.replace(second=0, microsecond=0)


def parse_time(name: str, value: str, timezone: tzinfo) -> datetime:
    """The time that the parameter ``name`` has. Raises FilterError."""
    try:
        if not TIME.fullmatch(value):
            raise ValueError(value)
        written = datetime.fromisoformat(value)
        at = (written if written.tzinfo else written.replace(tzinfo=timezone)).astimezone(UTC)
        local_minute(at, timezone)
    except (ValueError, OverflowError):
        raise FilterError(name, value, _ISO_TIME) from None
    if written.year not in _YEARS:
        raise FilterError(name, value, _ISO_TIME)
    return at
