"""The time of day in a date, on the 24-hour or the 12-hour clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.dates.errors import NotADate

_AM = r"a\.? ?m\b\.?|π\.?μ\.?|上午|午前|오전|凌晨|清晨|早上|oo\b|ص|дп\b"
_PM = r"p\.? ?m\b\.?|μ\.?μ\.?|下午|午後|오후|傍晚|晚上|os\b|م|пп\b"
_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?(?!\d|:\d)"
)
_HOUR_ONLY = re.compile(r"(?<![\d.:/-])(?P<hour>\d{1,2})(?![\d/.:-])")
_AFTER = re.compile(rf" ?({_AM}|{_PM})(?![^\W\d_])|([ap])\b")
_BEFORE = re.compile(rf"(?<![^\W\d_])({_AM}|{_PM}) ?$")
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
    if ":" in text and (found := _CLOCK.search(text)):
        return _clock(text, found, *_meridiem(text, found))
    for found in _HOUR_ONLY.finditer(text):  # "9 pm"
        meridiem, start, end = _meridiem(text, found)
        if len(meridiem) > 1:
            return _clock(text, found, meridiem, start, end)
    return None


def _meridiem(text: str, clock: re.Match[str]) -> tuple[str, int, int]:
    """The word for "am" or "pm" beside ``clock``, "" if there is none; the start and the end of the time with it."""
    start, end = clock.span()
    if end < len(text) and (found := _AFTER.match(text, end)):
        return found[1] or found[2], start, found.end()
    if (
        start
        and not text[max(start - 2, 0) : start].isdigit()
        and (found := _BEFORE.search(text, max(start - 6, 0), start))
    ):
        return found[1], found.start(), end
    return "", start, end


def _with_colons(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}" + (f":{found[3]}" if found[3] else "")


def _clock(text: str, found: re.Match[str], meridiem: str, start: int, end: int) -> Clock:
    parts = found.groupdict("0")
    hour, minute, second = int(parts["hour"]), int(parts.get("minute", "0")), int(parts.get("second", "0"))
    if meridiem:
        is_pm = meridiem == "p" or _IS_PM.match(meridiem) is not None
        if hour > 12 and not is_pm:
            raise NotADate(text, f"there is no {hour} o'clock in the morning")
        hour = hour + 12 if is_pm and hour < 12 else 0 if not is_pm and hour == 12 else hour
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise NotADate(text, f"there is no time {text[start:end].strip()}")
    return Clock(hour, minute, second, int(f"{parts.get('fraction', '0')[:6]:0<6}"), start, end)
