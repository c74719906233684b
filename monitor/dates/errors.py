"""What can be wrong with a date, each with a message that says what to do."""

from __future__ import annotations

from collections.abc import Sequence

MAX_SHOWN_CHARS = 40
EXAMPLES = (
    'like "2015-02-24 11:35:52 -0800", "2015-02-24T19:35:52Z", "24 Feb 2015 11:35 PM", '
    "or seconds or milliseconds since 1970"
)


class DateError(ValueError):
    """Base of every error of this package. ``str()`` of it is a message for people."""


class NotADate(DateError):
    """The text is not one complete date. ``reason`` may be empty."""

    def __init__(self, text: str, reason: str = "") -> None:
        self.text = text
        self.reason = reason
        help_text = f": {reason}" if reason else f"; write it {EXAMPLES}"
        super().__init__(f"the time {text[:MAX_SHOWN_CHARS]!r} is not recognised{help_text}")


class AmbiguousOrder(DateError):
    """The day, the month and perhaps the year cannot be told apart."""

    def __init__(self, text: str, reason: str = "") -> None:
        self.text = text
        self.reason = reason or (
            f"in the date {text[:MAX_SHOWN_CHARS]!r} the day or the month may come first; "
            "say which, as in DD/MM/YYYY or MM/DD/YYYY"
        )
        super().__init__(self.reason)


class ContradictoryOrder(AmbiguousOrder):
    """One column holds dates that only make sense day-first and dates that only make sense month-first."""

    def __init__(self, day_first: str, month_first: str) -> None:
        self.day_first = day_first
        self.month_first = month_first
        super().__init__(
            day_first,
            f"{day_first[:MAX_SHOWN_CHARS]!r} has its day first, but {month_first[:MAX_SHOWN_CHARS]!r} has its month "
            "first; write all dates of the column in one order",
        )


class AmbiguousZone(DateError):
    """Several time zones have this name. ``candidates`` are descriptions such as "India (+05:30)"."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        self.name = name
        self.candidates = tuple(candidates)
        super().__init__(
            f"the time zone {name!r} may be that of {' or '.join(candidates)}; say which, or write its offset, "
            "as in 2015-02-24 11:35 +05:30"
        )


class UnknownZone(DateError):
    """No time zone has this name. ``suggestions`` are names of zones that look similar."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        hint = f" Did you mean {' or '.join(map(repr, suggestions))}?" if suggestions else ""
        super().__init__(
            f"there is no time zone {name[:MAX_SHOWN_CHARS]!r}.{hint} "
            'Write a name such as "Europe/Berlin" or an offset such as "+05:30"'
        )


class OutOfRange(DateError):
    """The date is complete, but before 1970 or after 9998."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"the time {text[:MAX_SHOWN_CHARS]!r} is out of range: years from 1970 to 9998 are accepted")


class InvalidFormat(DateError):
    """A date format that cannot describe a complete date."""
