"""A brand's counts of four weeks, kept in memory and brought up to date for little."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Pulses
from monitor.store import Store

SPAN = timedelta(days=28)
STILL_MOVING = timedelta(hours=3)
"""How far back counts are read each time: most posts are found within that time."""
READ_ANEW = timedelta(hours=1)
"""After that long everything is read again, for what is caught up with may change any hour."""


class History:
    """Of one brand. Not for several threads at once."""

    def __init__(self, store: Store, brand: str) -> None:
        self._store, self._brand = store, brand
        self._kept: Pulses | None = None
        self._end = self._read_at = datetime.min
        self._seen: object = None

    def upto(self, now: datetime, changed: object = None) -> Pulses:
        """Steps of 5 minutes from about SPAN ago up to the last one that is over by ``now``. Raises StoreError.

        All of it is read anew once in READ_ANEW, and whenever ``changed`` is another than last time.
        """
        fresh = self._kept is not None and timedelta() <= now - self._read_at < READ_ANEW and self._seen == changed
        if self._kept is None or not fresh:
            self._kept, self._read_at, self._seen = (
                self._store.volume_series(self._brand, now - SPAN, now),
                now,
                changed,
            )
        else:
            tail = self._store.volume_series(self._brand, self._end - STILL_MOVING, now)
            self._kept = joined(self._kept, tail, now)
        self._end = now
        return self._kept

    def forget(self) -> None:
        """Read all of it anew the next time."""
        self._kept = None


def cut(pulses: Pulses, until: datetime) -> Pulses:
    """The counts as they ended at ``until``."""
    bins = max(0, (until - pulses.start) // pulses.step)
    n, negative = ({name: of[:bins] for name, of in counts.items()} for counts in (pulses.n, pulses.negative))
    return replace(pulses, n=n, negative=negative)


def joined(old: Pulses, tail: Pulses, until: datetime) -> Pulses:
    """The old counts up to where those of ``tail`` begin, and from there on these, which reach up to ``until``."""
    kept, bins = (tail.start - old.start) // old.step, (until - old.start) // old.step
    return replace(old, n=_joined(old.n, tail.n, kept, bins), negative=_joined(old.negative, tail.negative, kept, bins))


def _joined(
    old: Mapping[str, Sequence[int]], tail: Mapping[str, Sequence[int]], kept: int, bins: int
) -> dict[str, Sequence[int]]:
    found: dict[str, Sequence[int]] = {}
    for source in old.keys() | tail.keys():
        counts = array("i", old.get(source, ())[:kept])
        counts.extend([0] * (kept - len(counts)))
        counts.extend(tail.get(source, ()))
        counts.extend([0] * (bins - len(counts)))
        found[source] = counts
    return found
