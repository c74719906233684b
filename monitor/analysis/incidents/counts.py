"""Counts of one brand that can be compared over time: only sources that were read, then and now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from monitor.analysis.incidents.driving_sources import driving_sources
from monitor.analysis.incidents.tuning import BIN_WIDTH, DAY_BINS
from monitor.model import VolumeSeries

UnreadSpans = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""Source -> the spans in which it was not read."""
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HISTORY_DAYS: Final = 28
RECENT_DAYS: Final = 3
MAJOR_SHARE: Final = 0.05
"""A source with at least this share of the mentions is major: while it was not read, totals cannot be compared."""
_MIN_GAP = timedelta(minutes=5)
"""Shorter gaps are ignored: the next pass fills them."""
_MIN_RECOVERY, _MAX_RECOVERY = timedelta(minutes=10), timedelta(hours=1)
"""After a gap a source stays excluded for as long as the gap lasted, within these bounds: the first posts that it
returns, especially undated ones, belong to the gap."""
_ESTABLISHED_BINS = 5 * DAY_BINS
"""A source is new until it has been read for this long, or for half as long as the source read longest."""
_MAX_COUNT = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Mentions of some sources in bins of 5 minutes."""

    past: Floats
    """Aligned bins."""
    unread: Flags
    """The bins of ``past`` in which a major source was not read."""
    past_start: datetime
    recent: Floats
    """Bins that end now."""
    recent_start: datetime


class Counts:
    """The counts of one brand by source, and when each source was read."""

    def __init__(self, history: VolumeSeries, recent: VolumeSeries, unread: UnreadSpans) -> None:
        self._past = _Grid(history, HISTORY_DAYS * DAY_BINS)
        self._recent = _Grid(recent, RECENT_DAYS * DAY_BINS)
        self.recent_bins = self._recent.bins
        names = sorted({*history.n, *recent.n})
        self._unread_past = {name: _unread_bins(self._past, name, unread) for name in names}
        self._unread_recent = {name: self._recent.flags(_relevant_spans(unread.get(name, ()))) for name in names}
        self._totals = {name: float(self._past.counts(name).sum()) for name in names}
        new = self._new_sources()
        self._names = [name for name in names if name not in new]

    def sources_read_for(self, bins: int) -> tuple[str, ...]:
        """The established sources that were read throughout the last ``bins``."""
        return tuple(name for name in self._names if not self._unread_recent[name][-bins:].any())

    def recent_total(self, bins: int, negative: bool) -> float:
        """All mentions, or all negative mentions, in the last ``bins``."""
        return float(self._recent.total(self._names, negative)[-bins:].sum())

    def is_incomplete(self, bins: int) -> bool:
        """Whether a major source was not read during part of the last ``bins``, but was read recently."""
        return any(
            self._unread_recent[name][-bins:].any() and not self._unread_recent[name].all()
            for name in self._major_sources()
        )

    def series(self, names: Sequence[str], negative: bool) -> Series:
        """The mentions, or the negative mentions, of these sources."""
        past, recent = self._past, self._recent
        unread = np.zeros(past.bins, dtype=np.bool_)
        for name in self._major_sources(names):
            unread |= self._unread_past[name]
        return Series(past.total(names, negative), unread, past.start, recent.total(names, negative), recent.start)

    def driving_sources(self, bins: int, negative: bool) -> tuple[str, ...]:
        """The sources with a far larger share of the last ``bins`` than of the time before."""
        bins = min(bins, self._recent.bins)
        overlap = bins - (self._recent.end - self._past.end) // BIN_WIDTH
        before = max(0, self._past.bins - max(0, overlap))
        now = {name: float(self._recent.counts(name, negative)[-bins:].sum()) for name in self._names}
        usual = {name: float(self._past.counts(name, negative)[:before].sum()) for name in self._names}
        return driving_sources(now, usual)

    def _major_sources(self, names: Iterable[str] | None = None) -> list[str]:
        """Those of ``names``, by default of all established sources, that are major among them."""
        among = [name for name in self._names if names is None or name in names]
        min_total = MAJOR_SHARE * sum(self._totals[name] for name in among)
        return [name for name in among if self._totals[name] >= min_total]

    def _new_sources(self) -> set[str]:
        read_bins = {name: int((~unread).sum()) for name, unread in self._unread_past.items()}
        established = min(_ESTABLISHED_BINS, max(read_bins.values(), default=0) / 2)
        return {name for name, bins in read_bins.items() if bins < established}


class _Grid:
    """The last ``max_bins`` bins of a ``VolumeSeries`` as arrays."""

    def __init__(self, volumes: VolumeSeries, max_bins: int) -> None:
        length = max((len(counts) for counts in (*volumes.n.values(), *volumes.negative.values())), default=0)
        self._skipped = max(0, length - max_bins)
        self.bins = length - self._skipped
        self.start = volumes.start + self._skipped * BIN_WIDTH
        self._volumes = volumes
        self._cache: dict[tuple[str, bool], Floats] = {}

    @property
    def end(self) -> datetime:
        """The end of the last bin."""
        return self.start + self.bins * BIN_WIDTH

    def counts(self, name: str, negative: bool = False) -> Floats:
        """The counts of a source, padded with zeros."""
        if (name, negative) not in self._cache:
            self._cache[name, negative] = self._read(name, negative)
        return self._cache[name, negative]

    def _read(self, name: str, negative: bool) -> Floats:
        counts = (self._volumes.negative if negative else self._volumes.n).get(name, ())
        values = np.asarray(counts, dtype=np.float64)[self._skipped :]
        if len(values) < self.bins:
            values = np.concatenate((values, np.zeros(self.bins - len(values))))
        return np.clip(values, 0.0, _MAX_COUNT)

    def total(self, names: Sequence[str], negative: bool) -> Floats:
        """The sum of the counts of these sources."""
        total = np.zeros(self.bins)
        for name in names:
            total += self.counts(name, negative)
        return total

    def flags(self, spans: Iterable[tuple[datetime, datetime]]) -> Flags:
        """For each bin, whether one of the spans touches it."""
        flags = np.zeros(self.bins, dtype=np.bool_)
        for since, until in spans:
            first, last = (since - self.start) // BIN_WIDTH, -((self.start - until) // BIN_WIDTH)
            flags[max(0, first) : max(0, last)] = True
        return flags


def _relevant_spans(unread: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The gaps longer than _MIN_GAP, each extended by the recovery time in which late posts arrive."""
    gaps = ((since, until) for since, until in unread if until - since > _MIN_GAP)
    return [(since, until + min(max(until - since, _MIN_RECOVERY), _MAX_RECOVERY)) for since, until in gaps]


def _unread_bins(grid: _Grid, name: str, unread: UnreadSpans) -> Flags:
    """The bins in which a source was not read. If ``unread`` lacks the source, all bins before its first mention."""
    flags = grid.flags(_relevant_spans(unread.get(name, ())))
    if name not in unread:
        with_mentions = np.flatnonzero(grid.counts(name))
        flags[: with_mentions[0] if len(with_mentions) else grid.bins] = True
    return flags
