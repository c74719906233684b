"""How times and scores are stored: whole milliseconds since 1970 in UTC, whole thousandths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000
MAX_MS = 2**62
"""Later than any time, with room to add to it."""
BIN_MS = 300_000
"""Width of the bins of the rollup ``cube_5min``."""


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return (at - EPOCH) // MILLISECOND


def optional_ms(at: datetime | None) -> int | None:
    """``to_ms``, but None for None."""
    return None if at is None else to_ms(at)


def from_ms(ms: int) -> datetime:
    """The aware time in UTC."""
    return EPOCH + timedelta(milliseconds=ms)


def optional_time(ms: int | None) -> datetime | None:
    """``from_ms``, but None for None."""
    return None if ms is None else from_ms(ms)


def month_of(ms: int) -> int:
    """Number of the month: year * 12 + month - 1."""
    return _month_of_day(ms // DAY_MS)


@lru_cache(maxsize=1_000)
def _month_of_day(day: int) -> int:
    at = from_ms(day * DAY_MS)
    return at.year * 12 + at.month - 1


def month_start(month: int) -> int:
    """The first millisecond of a month as ``month_of`` numbers it."""
    return to_ms(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC))


def to_thousandths(value: float | None) -> int | None:
    """A score as it is stored, clamped to -1..1."""
    return None if value is None else max(-1000, min(1000, round(value * 1000)))


def from_thousandths(stored: int | None) -> float | None:
    """A stored score in -1..1."""
    return None if stored is None else stored / 1000
