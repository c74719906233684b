"""How times and scores stand in the database: whole milliseconds since 1970 in UTC, whole thousandths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY = 86_400_000
"""Milliseconds."""


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return (at - EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware time in UTC."""
    return EPOCH + timedelta(milliseconds=ms)


def month_of(ms: int) -> int:
    """Number of the month: year * 12 + month - 1."""
    at = from_ms(ms)
    return at.year * 12 + at.month - 1


def month_start(month: int) -> int:
    """The first millisecond of a month as ``month_of`` numbers it."""
    return to_ms(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC))


def to_thousandths(value: float | None) -> int | None:
    """A score as it is stored; what lies beyond -1..1 is cut."""
    return None if value is None else max(-1000, min(1000, round(value * 1000)))


def from_thousandths(stored: int | None) -> float | None:
    """A score as the model has it."""
    return None if stored is None else stored / 1000
