"""What people usually say about each brand, cached by day, so that a past day is read only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.analysis.topics import BACKGROUND_SPAN, Background, CommonPhrases, DaySample, TopicFinder
from monitor.model import VolumeSeries
from monitor.store import Store

DAY = timedelta(days=1)
CHECK_DAYS_AFTER = timedelta(hours=1)
"""How often to check whether an import, a late source or a deletion has changed a day."""
MAX_TEXTS_PER_DAY = 110
"""Larger days are sampled evenly: about 3,000 texts for 28 days."""
MAX_TEXTS_PER_RUN = 1_500
"""The remaining texts are read in later runs: reading texts is the expensive part."""


@dataclass
class _Cache:
    days: dict[datetime, DaySample] = field(default_factory=dict)
    background: Background | None = None
    checked_at: datetime | None = None


class TopicBackgrounds:
    """The backgrounds of several brands. Not thread-safe."""

    def __init__(self, store: Store, finders: dict[str, TopicFinder]) -> None:
        """``finders``: by brand."""
        self._store, self._finders = store, finders
        self._caches = {brand: _Cache() for brand in finders}
        self._common: dict[str, CommonPhrases | None] = {}
        self._texts_read = 0

    def start_run(self) -> None:
        """Allow another MAX_TEXTS_PER_RUN texts to be read."""
        self._texts_read = 0

    def of(self, brand: str, now: datetime) -> Background | None:
        """The 28 days that ended a day ago, refreshed hourly; None until all of it has been read. Raises StoreError."""
        cache = self._caches[brand]
        due = cache.checked_at is None or abs(now - cache.checked_at) >= CHECK_DAYS_AFTER
        if due and self._texts_read < MAX_TEXTS_PER_RUN:
            self._update(brand, cache, now)
        return cache.background

    def common(self, brand: str) -> CommonPhrases | None:
        """The phrases common to all other brands whose backgrounds have been read."""
        if brand not in self._common:
            others = [cache.background for name, cache in self._caches.items() if name != brand]
            self._common[brand] = CommonPhrases.of([background for background in others if background is not None])
        return self._common[brand]

    def _update(self, brand: str, cache: _Cache, now: datetime) -> None:
        until = (now - DAY).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        totals = _mentions_by_day(self._store.volume_series(brand, until - BACKGROUND_SPAN, until))
        days = dict[datetime, DaySample]()
        for start, total in totals.items():
            if self._texts_read >= MAX_TEXTS_PER_RUN:
                cache.days.update(days)
                return
            days[start] = self._day(brand, cache.days.get(start), start, total)
        if cache.background is None or days != cache.days:
            cache.background = Background.of(list(days.values()), until)
            self._common.clear()
        cache.days, cache.checked_at = days, now

    def _day(self, brand: str, cached: DaySample | None, start: datetime, total: int) -> DaySample:
        if cached is not None and cached.total == total:
            return cached
        texts = self._store.mention_texts(brand, start, start + DAY, MAX_TEXTS_PER_DAY)
        self._texts_read += len(texts.rows)
        return self._finders[brand].sample(texts.without_set_aside)


def _mentions_by_day(counts: VolumeSeries) -> dict[datetime, int]:
    """Start of each day that has mentions -> their number."""
    bins_per_day = DAY // counts.step
    by_source = [np.asarray(n, dtype=np.int64).reshape(-1, bins_per_day).sum(axis=1) for n in counts.n.values()]
    totals = np.sum(by_source, axis=0).tolist() if by_source else []
    return {counts.start + day * DAY: total for day, total in enumerate(totals) if total}
