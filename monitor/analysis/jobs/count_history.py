"""Four weeks of a brand's counts, cached in memory and updated incrementally."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import VolumeSeries
from monitor.store import Store

HISTORY_SPAN = timedelta(days=28)
REREAD_SPAN = timedelta(hours=3)
"""Counts this recent are read on every update: most posts are found within that time."""
RELOAD_AFTER = timedelta(hours=1)
"""Everything is read again this often, because late posts may change any hour."""


class CountHistory:
    """The counts of one brand. Not thread-safe."""

    def __init__(self, store: Store, brand: str) -> None:
        self._store, self._brand = store, brand
        self._counts: VolumeSeries | None = None
        self._end = self._loaded_at = datetime.min
        self._version: object = None

    def until(self, now: datetime, version: object = None) -> VolumeSeries:
        """Bins of 5 minutes from about HISTORY_SPAN ago to the last complete bin. Raises StoreError.

        Everything is read again once per RELOAD_AFTER, and whenever ``version`` differs from the last call.
        """
        age = now - self._loaded_at if self._counts is not None else RELOAD_AFTER
        if self._counts is None or not timedelta() <= age < RELOAD_AFTER or self._version != version:
            self._counts = self._store.volume_series(self._brand, now - HISTORY_SPAN, now)
            self._loaded_at, self._version = now, version
        else:
            tail = self._store.volume_series(self._brand, self._end - REREAD_SPAN, now)
            self._counts = with_tail(self._counts, tail, now)
        self._end = now
        return self._counts

    def invalidate(self) -> None:
        """Read everything again on the next call."""
        self._counts = None


def truncated(counts: VolumeSeries, until: datetime) -> VolumeSeries:
    """The bins that ended by ``until``."""
    bins = max(0, (until - counts.start) // counts.step)
    n = {source: series[:bins] for source, series in counts.n.items()}
    negative = {source: series[:bins] for source, series in counts.negative.items()}
    return replace(counts, n=n, negative=negative)


def with_tail(old: VolumeSeries, tail: VolumeSeries, until: datetime) -> VolumeSeries:
    """``old`` up to the start of ``tail``, then ``tail``, which ends at ``until``."""
    kept, bins = (tail.start - old.start) // old.step, (until - old.start) // old.step
    return replace(
        old,
        n=_with_tail(old.n, tail.n, kept, bins),
        negative=_with_tail(old.negative, tail.negative, kept, bins),
    )


def _with_tail(
    old: Mapping[str, Sequence[int]], tail: Mapping[str, Sequence[int]], kept: int, bins: int
) -> dict[str, Sequence[int]]:
    by_source: dict[str, Sequence[int]] = {}
    for source in old.keys() | tail.keys():
        counts = array("i", old.get(source, ())[:kept])
        counts.extend([0] * (kept - len(counts)))
        counts.extend(tail.get(source, ()))
        counts.extend([0] * (bins - len(counts)))
        by_source[source] = counts
    return by_source
