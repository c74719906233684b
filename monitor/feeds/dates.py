"""Parses the dates of entries. Times without a time zone are UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo

from monitor import dates
from monitor.dates import AmbiguousOrder, DateError

_ZONE_NAMES: Mapping[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for name, hours in {"IST": 5.5, "CST": -6, "CDT": -5, "BST": 1, "AST": -4, "GST": 4, "SST": 8, "AMT": -4}.items()
}
"""What ambiguous names mean in feeds, where nobody can be asked: in North America what RFC 822 says, elsewhere the zone
in which most feeds with this name are written."""
_YEAR_AND_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def parse_date(text: str) -> float | None:
    """``text`` in whole seconds since 1970; None if it is not a date.

    "2026-03", which Dublin Core and Atom allow, is the first day of the month. In 03/02/2026 the day comes first, as in
    RFC 822.
    """
    text = text.strip()
    if _YEAR_AND_MONTH.fullmatch(text):
        text += "-01"
    for day_first in (None, True):
        try:
            at = dates.parse_date(text, zone=UTC, day_first=day_first, zone_names=_ZONE_NAMES)
            return at.timestamp() // 1
        except AmbiguousOrder:
            continue
        except DateError:
            break
    return None
