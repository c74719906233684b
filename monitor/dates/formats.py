"""Dates in a format that the user gives, such as "DD/MM/YYYY HH:mm" or "%d/%m/%Y %H:%M"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from monitor.dates.errors import DateError, InvalidFormat, NotADate, OutOfRange
from monitor.dates.folding import fold
from monitor.dates.names import month_number
from monitor.dates.zones import zone_stated

FORMAT_EXAMPLES = '"DD/MM/YYYY HH:mm", "MM-DD-YYYY hh:mm A" or "%d/%m/%Y %H:%M"'
_TOKEN = re.compile(
    r"\[[^\]]*\]|'[^']*'|Y+|y+|M+|m+|D+|d+|E+|H+|h+|k+|S+|s+|f+|A|a|tt|Z+|X+|x+|z+|%|T(?=[Hhk])|[A-Za-z]+|.", re.DOTALL
)
_DIRECTIVES = {
    **{"YYYY": "%Y", "yyyy": "%Y", "YY": "%y", "yy": "%y", "Y": "%Y", "y": "%Y"},
    **{"MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "mmmm": "%B", "mmm": "%b"},
    **{"DD": "%d", "D": "%d", "dd": "%d", "d": "%d"},
    **dict.fromkeys(("dddd", "DDDD", "EEEE"), "%A"),
    **dict.fromkeys(("ddd", "DDD", "EEE", "E", "EE"), "%a"),
    **dict.fromkeys(("HH", "H", "kk", "k"), "%H"),
    **dict.fromkeys(("hh", "h"), "%I"),
    **dict.fromkeys(("mm", "m"), "%M"),
    **dict.fromkeys(("ss", "s"), "%S"),
    **dict.fromkeys(("A", "a", "tt"), "%p"),
    **dict.fromkeys(("Z", "ZZ", "ZZZ", "X", "XX", "XXX", "x", "xx", "xxx"), "%z"),
    **dict.fromkeys(("z", "zz", "zzz", "zzzz"), "%Z"),
}
_UNUSABLE = {"%c", "%x", "%X", "%U", "%W", "%G", "%V", "%u", "%w"}
"""Directives whose meaning depends on the machine, or that describe weeks."""
_REQUIRED = {"a year": {"%Y", "%y"}, "a month": {"%m", "%b", "%B"}, "a day": {"%d"}}
_ZONE_AT_END = re.compile(r"\s*([^\W\d_][^\d]*)$")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_with_format(text: str, date_format: str, zone: tzinfo) -> datetime:
    """``text`` read by ``date_format``, as an aware UTC time; without a zone it is a time in ``zone``.

    Raises InvalidFormat for the format, and NotADate, AmbiguousZone or OutOfRange for the text.
    """
    directives = to_strptime(date_format)
    text = text.strip()
    try:
        at = _parse(text, directives, zone).astimezone(UTC)
    except OverflowError:
        raise OutOfRange(text) from None
    except DateError:
        raise
    except ValueError:
        raise NotADate(text, f"it does not have the form {date_format}") from None
    if not 1970 <= at.year <= 9998:
        raise OutOfRange(text)
    return at


@lru_cache(100)
def to_strptime(date_format: str) -> str:
    """``date_format`` with strptime's directives; it may already have them. Raises InvalidFormat."""
    directives = date_format.strip() if "%" in date_format else _translate(date_format)
    used = set(re.findall(r"%.", directives.replace("%%", "")))
    missing = next((name for name, any_of in _REQUIRED.items() if not any_of & used), None)
    problem = ""
    if missing:
        problem = f"it has no {missing.split()[1]}"
    elif "%p" in used and "%I" not in used:
        problem = 'a time with "AM" or "PM" has its hour written hh, or %I'
    elif "%I" in used and "%p" not in used:
        problem = 'hh, or %I, needs an "A", or %p, for "AM" or "PM"; an hour from 0 to 23 is written HH, or %H'
    elif used & _UNUSABLE:
        problem = f"{min(used & _UNUSABLE)} is not accepted"
    elif "%Z" in directives.removesuffix("%Z"):
        problem = "the name of a zone is accepted only at the end"
    else:
        problem = _trial_problem(directives)
    if problem:
        raise InvalidFormat(
            f"the date format {date_format[:60]!r} is not usable: {problem}. Write it like {FORMAT_EXAMPLES}"
        )
    return directives


def _trial_problem(directives: str) -> str:
    """What is wrong with ``directives`` for strptime itself; "" if nothing."""
    try:
        sample = datetime(2026, 3, 2, 9, 15, tzinfo=UTC).strftime(directives.removesuffix("%Z"))
        datetime.strptime(sample, directives.removesuffix("%Z"))
    except (ValueError, re.error) as error:
        return str(error)
    return ""


def _translate(date_format: str) -> str:
    """The letters of Moment, Java, .NET and spreadsheets: M is minutes after hours or before seconds, else months."""
    tokens: list[str] = _TOKEN.findall(date_format.strip())
    letters = [n for n, token in enumerate(tokens) if token[0].isalpha()]
    parts = list(tokens)
    for place, n in enumerate(letters):
        before = tokens[letters[place - 1]][0] if place else ""
        after = tokens[letters[place + 1]][0] if place + 1 < len(letters) else ""
        parts[n] = _directive(tokens[n], before, after, tokens[n - 1] if n else "")
    return "".join(part.strip("[]'") if part[0] in "['" and len(part) > 1 else part for part in parts)


def _directive(token: str, before: str, after: str, separator: str) -> str:
    if token in {"MM", "mm", "M", "m"}:
        return "%M" if before in {"H", "h", "k"} or after == "s" or (after == "S" and separator == ":") else "%m"
    if token[0] in "Sf":
        return "%S" if token in {"SS", "S"} and separator == ":" else "%f"
    if token == "T":
        return token
    directive = _DIRECTIVES.get(token)
    if directive is None:
        raise InvalidFormat(f"the date format has {token!r}, which means nothing. Write it like {FORMAT_EXAMPLES}")
    return directive


def _parse(text: str, directives: str, zone: tzinfo) -> datetime:
    name = ""
    if directives.endswith("%Z"):
        found = _ZONE_AT_END.search(text)
        if found is None:
            raise NotADate(text, "it has no zone at its end")
        text, name, directives = (
            text[: found.start()],
            fold(found[1]).strip("() "),
            directives.removesuffix("%Z").rstrip(),
        )
    if "%b" in directives or "%B" in directives:
        text = _WORD.sub(_english_month, text)
        directives = directives.replace("%B", "%b")
    at = datetime.strptime(text, directives)
    if name:
        stated = zone_stated(name, at)
        if stated is None:
            raise NotADate(text, f"there is no time zone {name!r}")
        return at.replace(tzinfo=stated)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _english_month(found: re.Match[str]) -> str:
    month = month_number(fold(found[0]))
    return _ENGLISH[month] if month else found[0]
