"""The time of day in a date, on the 24-hour or the 12-hour clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.dates.errors import NotADate

_AM = r"a\.? ?m\b\.?|π\.?μ\.?|上午|午前|오전|凌晨|清晨|早上|oo\b|ص|дп\b"
_PM = r"p\.? ?m\b\.?|μ\.?μ\.?|下午|午後|오후|傍晚|晚上|os\b|م|пп\b"
_MERIDIEM = rf"(?P<{{}}>{_AM}|{_PM})"
_CLOCK = re.compile(
    rf"(?:(?<![^\W\d_]){_MERIDIEM.format('before')} ?)?"
    r"(?<![\d.])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?(?!\d|:\d)"
    rf"(?: ?{_MERIDIEM.format('after')}(?![^\W\d_])|(?P<letter>[ap])\b)?"
)
_HOUR_ONLY = re.compile(
    rf"(?:(?<![^\W\d_]){_MERIDIEM.format('before')} ?)?(?<![\d.:/-])(?P<hour>\d{{1,2}})"
    rf"(?: ?{_MERIDIEM.format('after')}(?![^\W\d_]))?(?![\d/.-])"
)
_LETTERED = re.compile(r"(?<!\d)(\d{1,2}) ?h ?(\d\d)(?: ?m(?:in)?\b)?(?: ?(\d\d) ?s\b)?")
_DOTTED = re.compile(r"(?<=[ t])(\d{1,2})\.(\d\d)(?:\.(\d\d))?(?=$| [a-z(+-])(?! ?\d)")
_IS_PM = re.compile(_PM)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. ``hour`` may be 24 and ``second`` 60; ``start`` and ``end`` are its place in the text."""

    hour: int
    minute: int
    second: int
    microsecond: int
    start: int
    end: int


def normalise_clock(text: str) -> str:
    """``text`` with French "9h15" and, if no time has a colon, Finnish "9.15" written with colons."""
    if "h" in text:
        text = _LETTERED.sub(_with_colons, text)
    return text if ":" in text else _DOTTED.sub(_with_colons, text)


def find_clock(text: str) -> Clock | None:
    """The first time of day in ``text``, folded; None if it has none. Raises NotADate if it is impossible."""
    found = _CLOCK.search(text)
    if found is None:
        found = next((f for f in _HOUR_ONLY.finditer(text) if f["before"] or f["after"]), None)
        return None if found is None else _clock(text, found, int(found["hour"]), 0, 0, "")
    return _clock(
        text, found, int(found["hour"]), int(found["minute"]), int(found["second"] or 0), found["fraction"] or ""
    )


def _with_colons(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}" + (f":{found[3]}" if found[3] else "")


def _clock(text: str, found: re.Match[str], hour: int, minute: int, second: int, fraction: str) -> Clock:
    groups = found.groupdict()
    meridiem = groups["before"] or groups["after"] or groups.get("letter")
    if meridiem:
        is_pm = meridiem == "p" or _IS_PM.match(meridiem) is not None
        if hour > 12 and not is_pm:
            raise NotADate(text, f"there is no {hour} o'clock in the morning")
        hour = hour + 12 if is_pm and hour < 12 else 0 if not is_pm and hour == 12 else hour
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise NotADate(text, f"there is no time {found[0].strip()}")
    return Clock(hour, minute, second, int(f"{fraction[:6]:0<6}"), found.start(), found.end())
