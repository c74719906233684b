"""What is usually said about each brand, kept by the day: a day that is over is read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.analysis.topics import SPAN, Background, Common, Day, Finder
from monitor.model import Pulses
from monitor.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFRESHED = HOUR
"""How often it is looked whether a day has changed: by an import, a late source, deletions."""
MOST_OF_A_DAY = 110
"""Texts of a day that are read, of more an even sample: 3,000 of the 28 days."""
MOST_A_TURN = 1_500
"""Texts after which the rest waits for the next turn: reading is what costs."""


@dataclass
class _Kept:
    days: dict[datetime, Day] = field(default_factory=dict)
    background: Background | None = None
    looked: datetime | None = None


class Backgrounds:
    """Of several brands. Not for several threads at once."""

    def __init__(self, store: Store, finders: dict[str, Finder]) -> None:
        """``finders``: by brand."""
        self._store, self._finders = store, finders
        self._kept = {brand: _Kept() for brand in finders}
        self._common: dict[str, Common | None] = {}
        self._read = 0

    def begin(self) -> None:
        """A turn begins: so much may be read again."""
        self._read = 0

    def of(self, brand: str, now: datetime) -> Background | None:
        """What was usual until a day ago, by the hour; None while it waits to be read. Raises StoreError."""
        kept = self._kept[brand]
        due = kept.looked is None or abs(now - kept.looked) >= REFRESHED
        if due and self._read < MOST_A_TURN:
            self._look(brand, kept, now)
        return kept.background

    def common(self, brand: str) -> Common | None:
        """What is said about the other brands alike, as far as they were read."""
        if brand not in self._common:
            others = [one.background for name, one in self._kept.items() if name != brand]
            self._common[brand] = Common.of([one for one in others if one is not None])
        return self._common[brand]

    def _look(self, brand: str, kept: _Kept, now: datetime) -> None:
        until = (now - DAY).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        totals = _by_day(self._store.volume_series(brand, until - SPAN, until))
        days = dict[datetime, Day]()
        for start, total in totals.items():
            if self._read >= MOST_A_TURN:
                kept.days.update(days)
                return
            days[start] = self._day(brand, kept.days.get(start), start, total)
        if kept.background is None or days != kept.days:
            kept.background = Background.of(list(days.values()), until)
            self._common.clear()
        kept.days, kept.looked = days, now

    def _day(self, brand: str, known: Day | None, start: datetime, total: int) -> Day:
        if known is not None and known.total == total:
            return known
        texts = self._store.mention_texts(brand, start, start + DAY, MOST_OF_A_DAY)
        self._read += len(texts.rows)
        return self._finders[brand].hear(texts)


def _by_day(pulses: Pulses) -> dict[datetime, int]:
    """Start of each day with mentions -> how many."""
    counts = [np.asarray(of, dtype=np.int64).reshape(-1, DAY // pulses.step).sum(axis=1) for of in pulses.n.values()]
    totals = np.sum(counts, axis=0).tolist() if counts else []
    return {pulses.start + n * DAY: total for n, total in enumerate(totals) if total}
