"""Parses a date of any common form. The forms that nearly all files and feeds use take a fast path."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from monitor.dates.clocks import Clock, find_clock, normalise_clock
from monitor.dates.days import parse_day
from monitor.dates.errors import AmbiguousOrder, NotADate, OutOfRange, UnknownZone
from monitor.dates.folding import fold
from monitor.dates.names import FILLERS
from monitor.dates.numbers import from_epoch, parse_number
from monitor.dates.zones import fixed_offset, is_zone_name, zone_stated

MAX_DATE_CHARS = 120
_ISO_CLOCK = re.compile(
    r"(?:[T ]+(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?", re.IGNORECASE
)
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3}, *)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r"(?: (?:(GMT|UTC|Z)|([+-]\d\d):?(\d\d)))?"
)
_NUMERIC = re.compile(r"(\d\d?[./-]\d\d?[./-]\d{4})(?: ([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?", re.ASCII)
_ISO_OTHER = re.compile(r"\d{4}-?w\d\d|\d{4}-\d{3}(?!\d)")
_UNSEPARATED = re.compile(r"^(\d{4})(:?)(\d\d)\2(\d\d)(?=[t ])")
_LAST_DIGIT = re.compile(r"\d(?=\D*$)")
_COMMENT = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_OFFSET = re.compile(r" ?(?:(?:utc|gmt|ut|z) ?)?([+-])(\d{1,2})(?::?(\d\d))?(?::?\d\d)?(?=$|[ ,;(\[])")
_ZONE_WORDS = re.compile(r"[\s,]*([^\W\d_][^\d,;()\[\]|·]*)")
_MONTHS = {name: n for n, name in enumerate(calendar.month_abbr) if n}


def parse_date(
    text: str, *, zone: tzinfo, day_first: bool | None = None, zone_names: Mapping[str, tzinfo] | None = None
) -> datetime:
    """``text`` as an aware UTC time; without a zone it is a time in ``zone``, and without a time, midnight there.

    ``day_first`` is the order of dates such as 03/02/2026, from ``DateColumn``; None where it is not known.
    ``zone_names`` says what names of zones mean here. Nothing is taken from today's date. Raises a DateError: NotADate,
    AmbiguousOrder, AmbiguousZone or OutOfRange.
    """
    text = text.strip()
    try:
        if len(text) in {10, 13} and text.isascii() and text.isdigit():
            return from_epoch(text)
        at = (
            _parse_iso(text, zone)
            or _parse_rfc822(text, zone)
            or _parse_numeric(text, zone, day_first)
            or _parse_any(text, zone, day_first, zone_names)
        )
        at = at.astimezone(UTC)
    except OverflowError:
        raise OutOfRange(text) from None
    except (NotADate, UnknownZone) as error:
        raise NotADate(text, error.reason if isinstance(error, NotADate) else "its time zone is not known") from None
    except AmbiguousOrder as error:
        raise AmbiguousOrder(text, error.reason) from None
    if not 1970 <= at.year <= 9998:
        raise OutOfRange(text)
    return at


def _parse_iso(text: str, zone: tzinfo) -> datetime | None:
    """ISO 8601 with dashes or slashes, as far as it can be read without a doubt; None for anything else."""
    if text[4:5] != text[7:8] or text[4:5] not in {"-", "/"} or not text.isascii():
        return None
    try:
        # Where a dot follows the hour or the minute, fromisoformat would read "09.15" as nine and 0.15 seconds.
        is_clock = text[10:11] in {"T", " "} and text[13:14] == ":" and text[16:17] not in {".", ","}
        if text[4] == "-" and (len(text) == 10 or is_clock):
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.replace(tzinfo=zone)
    except ValueError:
        pass
    found = _ISO_CLOCK.fullmatch(text, 10) if len(text) > 10 else None
    if found is None and len(text) != 10:
        return None
    clock, offset = found.groups() if found else (None, None)
    offset = "+00:00" if offset and offset[0] not in "+-" else offset or ""
    try:
        at = datetime.fromisoformat(f"{text[:4]}-{text[5:7]}-{text[8:10]}T{clock or '00:00'}{offset}")
    except ValueError:
        return None  # the general path says what is wrong
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _parse_rfc822(text: str, zone: tzinfo) -> datetime | None:
    found = _RFC822.fullmatch(text)
    month = _MONTHS.get(found[2]) if found else None
    if found is None or month is None:
        return None
    day, _, year, hour, minute, second, utc, offset_hours, offset_minutes = found.groups()
    tz: tzinfo = UTC if utc else zone
    try:
        if offset_hours:
            tz = timezone(timedelta(minutes=int(offset_hours) * 60 + int(offset_hours[0] + offset_minutes)))
        return datetime(int(year), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=tz)
    except ValueError:
        return None  # the general path says what is wrong


def _parse_numeric(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    """A date such as 03.02.2026 with or without a time; None for anything else."""
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return None
    day, hour, minute, second = parse_day(found[1], day_first), found[2] or "0", found[3] or "0", found[4] or "0"
    return datetime(day.year, day.month, day.day, int(hour), int(minute), int(second), tzinfo=zone)


def _parse_any(text: str, zone: tzinfo, day_first: bool | None, zone_names: Mapping[str, tzinfo] | None) -> datetime:
    if not text or len(text) > MAX_DATE_CHARS:
        raise NotADate(text)
    folded = fold(text)
    if (at := parse_number(folded, zone)) is not None:
        return at
    if _ISO_OTHER.match(folded):
        raise NotADate(text, "dates by week or by day of the year are not read")
    if unseparated := _UNSEPARATED.match(folded):
        folded = "-".join(unseparated.group(1, 3, 4)) + folded[unseparated.end() :]
    folded = normalise_clock(folded)
    clock = find_clock(folded)
    start, end = (clock.start, clock.end) if clock else 2 * (_behind_last_digit(folded),)
    rest, offset, name = _take_zone(folded[end:], zone_names)
    if ":" in rest and find_clock(rest):
        raise NotADate(text, "it holds two times")
    at = _combine(parse_day(f"{folded[:start]} {rest}".strip(" ,;"), day_first), clock)
    return at.replace(tzinfo=offset or (zone_stated(name, at, zone_names) if name else None) or zone)


def _behind_last_digit(text: str) -> int:
    found = _LAST_DIGIT.search(text)
    return found.end() if found else len(text)


def _take_zone(text: str, zone_names: Mapping[str, tzinfo] | None) -> tuple[str, tzinfo | None, str]:
    """``text``, which follows the time, without its zone; the offset in it; the name of a zone if it has no offset.

    What is in brackets after an offset is a comment, as in RFC 822.
    """
    offset: tzinfo | None = None
    if found := _OFFSET.match(text):
        offset = fixed_offset(found[1], found[2], found[3], found[0])
        text = text[found.end() :]
    if not text or text.strip().isdigit():
        return text, offset, ""
    comments = _COMMENT.findall(text)
    text, name = _take_zone_name(_COMMENT.sub(" ", text), zone_names)
    if offset is not None:
        return text, offset, ""
    for comment in comments:
        if not name and is_zone_name(comment.strip(" .,"), zone_names):
            name = comment.strip(" .,")
        elif not name or not is_zone_name(comment.strip(" .,"), zone_names):
            text += f" {comment}"
    return text, None, name


def _take_zone_name(text: str, zone_names: Mapping[str, tzinfo] | None) -> tuple[str, str]:
    """``text`` without the longest name of a zone at its beginning, and that name."""
    found = _ZONE_WORDS.match(text)
    if found is None:
        return text, ""
    words = found[1].split()
    while words and words[0].strip(".") in FILLERS:
        words.pop(0)
    for n in range(len(words), 0, -1):
        name = " ".join(words[:n]).strip(" .-")
        if name and is_zone_name(name, zone_names):
            return " ".join([*words[n:], text[found.end() :]]), name
    return text, ""


def _combine(day: date, clock: Clock | None) -> datetime:
    """24:00 is the next day's midnight, and a leap second the second after it."""
    if clock is not None and clock.hour < 24 and clock.second < 60:
        return datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.microsecond)
    at = datetime(day.year, day.month, day.day)
    if clock is None:
        return at
    return at + timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
