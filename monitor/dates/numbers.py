"""Dates without separators (20260302T091500Z) and times as numbers since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.dates.errors import NotADate, OutOfRange

_NUMBER = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?(e[+-]?\d+)?")
_COMPACT = re.compile(
    r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"(?:[t _-]?([01]\d|2[0-3])([0-5]\d)(?:([0-5]\d)[.,]?(\d{3,9})?)?)?(z| ?utc| ?gmt)?"
)
_COMPACT_HOUR = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_PER_SECOND = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
"""Digits of a time since 1970 -> its unit; from 1973 to 2286."""


def parse_number(text: str, zone: tzinfo) -> datetime | None:
    """The time that ``text``, folded, gives as a number; None if it is more than a number.

    Eight digits are a date, ten are seconds since 1970, twelve or fourteen a date with its time if they can be. Raises
    NotADate and OutOfRange.
    """
    if not text[:1].isdigit() and text[:1] not in "+-":
        return None
    if compact := _COMPACT.fullmatch(text):
        return _compact(text, compact, zone)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, digits, fraction, exponent = found.groups()
    if exponent:
        raise NotADate(text, "a spreadsheet has rounded it; format the column as text and export it again")
    if sign:
        raise OutOfRange(text)
    if len(digits) == 5 or (len(digits) < 5 and fraction):
        raise NotADate(
            text, "it looks like the number of a day in a spreadsheet; format the column as a date and export it again"
        )
    at = from_epoch(digits)
    return at + timedelta(microseconds=int(f"{fraction[:6]:0<6}") // _UNITS_PER_SECOND[len(digits)]) if fraction else at


def from_epoch(digits: str) -> datetime:
    """The time ``digits``, ASCII, give in seconds or smaller units since 1970. Raises NotADate."""
    unit = _UNITS_PER_SECOND.get(len(digits))
    if unit is None or (len(digits) == 10 and _COMPACT_HOUR.fullmatch(digits)):
        raise NotADate(digits, f"a number with {len(digits)} digits is neither a date nor a time since 1970")
    return _EPOCH + timedelta(microseconds=int(digits) * 10**6 // unit)


def _compact(text: str, found: re.Match[str], zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second, fraction, utc = found.groups()
    micros = int(f"{(fraction or '')[:6]:0<6}")
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros)
    except ValueError:
        raise NotADate(text, "there is no such day") from None
    return at.replace(tzinfo=UTC if utc else zone)
