"""What sites say is left of what they allow, in the headers that have come into use for it. Told to people only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_FORMS = ("x-ratelimit-{}", "x-rate-limit-{}", "ratelimit-{}")
_LONGEST_WAIT = 10_000_000.0
"""Seconds; a larger number is a moment, in seconds since 1970."""


class Allowance(NamedTuple):
    """How many more requests are let through."""

    left: int
    of: int | None = None
    """What is allowed in all; None: not said."""
    until: datetime | None = None
    """When the count starts anew; None: not said."""

    def __str__(self) -> str:
        return f"{self.left:,}" + (f" of {self.of:,}" if self.of is not None else "")


def allowance(headers: Mapping[str, str], now: datetime) -> Allowance | None:
    """What ``headers`` (they ignore case) tell of it; None where they tell nothing that can be read."""
    form = next((form for form in _FORMS if headers.get(form.format("remaining"))), None)
    left = _number(headers[form.format("remaining")]) if form else None
    if form is None or left is None:
        return None
    of = _number(headers.get(form.format("limit"), ""))
    return Allowance(int(left), None if of is None else int(of), _moment(headers.get(form.format("reset"), ""), now))


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < 1e12 else None


def _moment(text: str, now: datetime) -> datetime | None:
    """A number of seconds to go or since 1970, or ISO 8601."""
    seconds = _number(text)
    try:
        if seconds is not None:
            is_wait = seconds < _LONGEST_WAIT
            return now + timedelta(seconds=seconds) if is_wait else datetime.fromtimestamp(seconds, UTC)
        at = datetime.fromisoformat(text.strip())
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
