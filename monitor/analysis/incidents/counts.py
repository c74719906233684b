"""Counts as they can be compared: of sources that were read, now and then alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from monitor.analysis.incidents.origins import origins
from monitor.analysis.incidents.tuning import DAY, STEP
from monitor.model import Pulses

Unread = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""Source -> the times in which it was not read."""
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAYS: Final = 28
HEAVY: Final = 0.05
"""A source with this share of the mentions: where it was not read, the whole says nothing."""
_SHORTEST = timedelta(minutes=5)
"""Gaps up to this are none: the next pass fills them."""
_AFTERWARDS = timedelta(minutes=10), timedelta(hours=1)
"""A source that came back is left out as long again as its gap was, within these: what it brings late, undated things
foremost, is not of now."""
_KNOWN = 5 * DAY
"""Bins after which a source is no longer new, or half of what the longest known one was read for."""
_MOST = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Mentions of some sources in bins of 5 minutes."""

    past: Floats
    """Aligned bins."""
    blind: Flags
    """Those of them in which a heavy source was not read."""
    past_start: datetime
    recent: Floats
    """Bins that end at now."""
    recent_start: datetime


class Counts:
    """The counts of one brand by source, and when each source was read."""

    def __init__(self, history: Pulses, recent: Pulses, unread: Unread) -> None:
        self._past = _Grid(history, DAYS * DAY)
        self._recent = _Grid(recent, 3 * DAY)
        self.recent_bins = self._recent.bins
        names = sorted({*history.n, *recent.n})
        self._dark = {name: _dark(self._past, name, unread) for name in names}
        self._dark_now = {name: self._recent.within(_spans(unread.get(name, ()))) for name in names}
        self._weight = {name: float(self._past.n(name).sum()) for name in names}
        self._names = [name for name in names if name not in self._new()]

    def read_for(self, bins: int) -> tuple[str, ...]:
        """The sources that are not new and were read throughout the last ``bins``."""
        return tuple(name for name in self._names if not self._dark_now[name][-bins:].any())

    def lately(self, bins: int, negative: bool) -> float:
        """Mentions of all sources in the last ``bins``, or the negative ones."""
        return float(self._recent.sum(self._names, negative)[-bins:].sum())

    def misses(self, bins: int) -> bool:
        """Whether a heavy source was not read in some of the last ``bins``, but is not gone for long either."""
        return any(self._dark_now[name][-bins:].any() and not self._dark_now[name].all() for name in self._heavy())

    def series(self, names: Sequence[str], negative: bool) -> Series:
        """The mentions of these sources, or the negative ones of them."""
        past, recent = self._past, self._recent
        blind = np.zeros(past.bins, dtype=np.bool_)
        for name in self._heavy(names):
            blind |= self._dark[name]
        return Series(past.sum(names, negative), blind, past.start, recent.sum(names, negative), recent.start)

    def origins(self, bins: int, negative: bool) -> tuple[str, ...]:
        """The sources that bring far more of the mentions of the last ``bins`` than of those before."""
        bins = min(bins, self._recent.bins)
        left_out = bins - (self._recent.end - self._past.end) // STEP
        now = {name: float(self._recent.n(name, negative)[-bins:].sum()) for name in self._names}
        before = max(0, self._past.bins - max(0, left_out))
        return origins(now, {name: float(self._past.n(name, negative)[:before].sum()) for name in self._names})

    def _heavy(self, names: Iterable[str] | None = None) -> list[str]:
        among = [name for name in self._names if names is None or name in names]
        least = HEAVY * sum(self._weight[name] for name in among)
        return [name for name in among if self._weight[name] >= least]

    def _new(self) -> set[str]:
        read = {name: int((~dark).sum()) for name, dark in self._dark.items()}
        enough = min(_KNOWN, max(read.values(), default=0) / 2)
        return {name for name, bins in read.items() if bins < enough}


class _Grid:
    """Bins of a ``Pulses`` as arrays, the last ``most`` of them."""

    def __init__(self, pulses: Pulses, most: int) -> None:
        length = max((len(counts) for counts in (*pulses.n.values(), *pulses.negative.values())), default=0)
        self._skip = max(0, length - most)
        self.bins = length - self._skip
        self.start = pulses.start + self._skip * STEP
        self._pulses = pulses
        self._known: dict[tuple[str, bool], Floats] = {}

    @property
    def end(self) -> datetime:
        """Of the last bin."""
        return self.start + self.bins * STEP

    def n(self, name: str, negative: bool = False) -> Floats:
        """The counts of a source, 0 where none is given."""
        if (name, negative) not in self._known:
            self._known[name, negative] = self._read(name, negative)
        return self._known[name, negative]

    def _read(self, name: str, negative: bool) -> Floats:
        counts = (self._pulses.negative if negative else self._pulses.n).get(name, ())
        values = np.asarray(counts, dtype=np.float64)[self._skip :]
        if len(values) < self.bins:
            values = np.concatenate((values, np.zeros(self.bins - len(values))))
        return np.clip(values, 0.0, _MOST)

    def sum(self, names: Sequence[str], negative: bool) -> Floats:
        """The counts of these sources together."""
        total = np.zeros(self.bins)
        for name in names:
            total += self.n(name, negative)
        return total

    def within(self, spans: Iterable[tuple[datetime, datetime]]) -> Flags:
        """The bins that one of the spans touches."""
        flags = np.zeros(self.bins, dtype=np.bool_)
        for since, until in spans:
            first, last = (since - self.start) // STEP, -((self.start - until) // STEP)
            flags[max(0, first) : max(0, last)] = True
        return flags


def _spans(unread: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The gaps that matter, each with the time after it in which what comes is late."""
    least, most = _AFTERWARDS
    long = ((since, until) for since, until in unread if until - since > _SHORTEST)
    return [(since, until + min(max(until - since, least), most)) for since, until in long]


def _dark(grid: _Grid, name: str, unread: Unread) -> Flags:
    """The bins in which a source was not read. Of one that nobody tells about, all before its first mention."""
    flags = grid.within(_spans(unread.get(name, ())))
    if name not in unread:
        heard = np.flatnonzero(grid.n(name))
        flags[: heard[0] if len(heard) else grid.bins] = True
    return flags
