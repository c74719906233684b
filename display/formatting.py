"""Numbers, times and durations as pages and the command line show them, and initials, which walls show too."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class FormattedTime:
    """A time in four forms."""

    age: str
    """How long ago, in the shortest clear form: "24 min", "yesterday 17:52", "12 Nov 2024"."""
    clock: str
    """See ``clock_time``."""
    exact: str
    """"Mon 16 Nov 2026, 15:44"."""
    iso: str
    """For machines, to the minute, with the offset of the zone."""


def format_signed(value: float, digits: int = 2) -> str:
    """A number with its sign, "+0.49", and with a minus sign instead of a hyphen. Zero has no sign."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def format_score(score: float) -> str:
    """A score with its sign and two digits, cut off towards zero: one below a threshold never looks as if it met it."""
    return format_signed(cut_score(score))


def cut_score(score: float) -> float:
    """``score``, of which thousandths are stored, without its last digit."""
    return math.trunc(round(score * 1000) / 10) / 100


def pluralize(n: int, singular: str, plural: str = "") -> str:
    """A number with its English noun: "1 post", "1,200 posts". ``plural`` is for nouns that take more than an "s"."""
    return f"{n:,} {singular if n == 1 else plural or f'{singular}s'}"


def about(n: int) -> str:
    """An estimate as people read it, with two digits that are not 0: "about 3,100"."""
    return f"about {float(f'{n:.2g}'):,.0f}"


def format_duration(span: timedelta) -> str:
    """A length of time in its largest unit: "20 s", "24 min", "3 h", "2 days"."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"


def format_time(at: datetime, now: datetime, zone: tzinfo) -> FormattedTime:
    """``at`` as a reader in ``zone`` sees it at ``now``."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if now - at < timedelta(minutes=1):
        age = "now"
    elif now - at < timedelta(hours=1) or days == 0:
        age = format_duration(now - at)
    elif days == 1:
        age = f"yesterday {local:%H:%M}"
    else:
        age = day_and_month(local, today)
    return FormattedTime(
        age=age,
        clock=clock_time(at, now, zone),
        exact=f"{local:%a} {local.day} {local:%b %Y, %H:%M}",
        iso=local.isoformat(timespec="minutes"),
    )


def clock_time(at: datetime, now: datetime, zone: tzinfo) -> str:
    """``at`` in the shortest clear form: "15:44" today, "Mon 16 Nov, 15:44" this year, "Mon 16 Nov 2024, 15:44"."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%a} {day_and_month(local, today)}, {local:%H:%M}"


def day_and_month(day: date, today: date) -> str:
    """A day without its year if that is this year: "16 Nov", "16 Nov 2024"."""
    return f"{day.day} {day:%b}" + ("" if day.year == today.year else f" {day.year}")


def join_with_and(parts: Sequence[str]) -> str:
    """A list in a sentence: "Forum, Reddit and X"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def initials(author: str) -> str:
    """Two letters in place of a picture: "marta.knits" is "MK". A name without letters gives its first character."""
    words: list[str] = _WORD.findall(author)
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    return words[0][:2].upper() if words else author[:1]
