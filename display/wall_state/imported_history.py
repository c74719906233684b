"""History that files brought: it shows what is usual if it is about as much as the sources bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from display.wall_state.horizon import Period

if TYPE_CHECKING:
    from display.wall_state.wall_data import WallData
    from monitor.store import Store

DAY = timedelta(days=1)
MIN_IMPORTED_SHARE = 0.5
"""Imported history tells what is usual if it has at least this share of the mentions per day that the sources bring: a
file of a few reviews does not."""


def imported_history(data: WallData, store: Store, since: datetime) -> list[Period]:
    """The periods since then that files of other sources cover, if these bring about as much as the sources do."""
    polled = {status.source for status in data.source_health.statuses}
    periods = {s: (max(a, since), b) for s, (a, b) in data.imported_periods.items() if s not in polled and b > since}
    if not periods:
        return []
    counts = store.source_volumes(since, data.now - since, 1)
    per_day = sum(counts.get(source, [0])[0] / max(1.0, (b - a) / DAY) for source, (a, b) in periods.items())
    read_days = min(max((data.now - data.listening_since) / DAY, 1.0), 7.0)
    polled_per_day = sum(data.mentions_by_source.get(source, 0) for source in polled) / read_days
    return list(periods.values()) if per_day >= MIN_IMPORTED_SHARE * polled_per_day else []
