"""The day, month and year of a date from which the time and the zone were taken."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

from monitor.dates.errors import AmbiguousOrder, NotADate
from monitor.dates.names import FILLERS, is_weekday, month_number

_NUMERIC = re.compile(r"(\d{1,4})( ?([./-]) ?| )(\d{1,2})(?: ?\3 ?| )(\d{1,4})")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_ODD = re.compile(r"[^\w\s.,/:'()\[\]|·•@-]|_")
_LAST_YEAR_OF_2000 = 68
"""Two digits up to this are a year from 2000 on, as POSIX reads them."""


@lru_cache(10_000)
def parse_day(text: str, day_first: bool | None) -> date:
    """The date in ``text``, folded. ``day_first`` None: where the order matters, raises AmbiguousOrder.

    A year of two digits is the last part of a date with a month's name, slashes or dots. Raises NotADate.
    """
    tokens: list[str] = _TOKEN.findall(text)
    numbers = [token for token in tokens if token[0].isdigit()]
    months = _months(text, [token for token in tokens if not token[0].isdigit()])
    if _ODD.search(text) or text.startswith("-") or len(months) + len(numbers) != 3 or len(months) > 1:
        raise NotADate(text, "it needs one day, one month and one year")
    if months:
        return _with_month_name(text, tokens, numbers, months[0])
    return _with_numbers(text, day_first)


def _months(text: str, words: list[str]) -> list[int]:
    """The months that ``words`` name. Raises NotADate for a word that is no part of a date."""
    found = []
    for word in words:
        month = month_number(word)
        if month is not None:
            found.append((word, month))
        elif word not in FILLERS and not is_weekday(word):
            raise NotADate(text, f"{word!r} is not part of a date")
    if len(found) > 1:  # "mar, 3 mar 2026" or "mar. 3 juin": mar is also Tuesday in Romance languages
        weekdays = [word for word, _ in found if is_weekday(word)]
        if weekdays:
            found.remove(next(pair for pair in found if pair[0] == weekdays[0]))
    return [month for _, month in found]


def _with_month_name(text: str, tokens: list[str], numbers: list[str], month: int) -> date:
    first, second = numbers
    if len(first) == 4 and len(second) <= 2:
        return _date(text, first, month, second)
    if len(first) <= 2 and len(second) in (2, 4):
        return _date(text, second, month, first)
    raise NotADate(text)


def _with_numbers(text: str, day_first: bool | None) -> date:
    found = _NUMERIC.search(text)
    if found is None:
        raise NotADate(text)
    first, separator, middle, last = found[1], found[3] or "", found[4], found[5]
    if len(first) == 4:
        if len(last) > 2:
            raise NotADate(text)
        return _date(text, first, int(middle), last)
    if len(first) > 2 or len(last) not in (2, 4):
        raise NotADate(text)
    if len(last) == 2 and separator not in {".", "/"}:
        raise AmbiguousOrder(text, f"in the date {text!r} the year may come first or last; say which, as in YY-MM-DD")
    if _is_day_first(text, separator, int(first), int(middle), day_first):
        return _date(text, last, int(middle), first)
    return _date(text, last, int(first), middle)


def _is_day_first(text: str, separator: str, first: int, second: int, day_first: bool | None) -> bool:
    if day_first is not None:
        return day_first
    if first > 12 or first == second or (separator == "." and second <= 12):
        return True
    if second > 12 or not first or not second:  # a zero is neither a day nor a month
        return False
    raise AmbiguousOrder(text)


def _date(text: str, year: str, month: int, day: str) -> date:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= _LAST_YEAR_OF_2000 else 1900
    if not 1 <= month <= 12:
        raise NotADate(text, f"there is no month {month}")
    if number < 1 or not 1 <= int(day) <= calendar.monthrange(number, month)[1]:
        raise NotADate(text, f"{calendar.month_name[month]} {number} has no day {int(day)}")
    return date(number, month, int(day))
