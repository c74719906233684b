"""The mentions from which the figures of a list are computed: all of them, or an even sample of a long list.

The parts of a page need the same ones: counts, facets, chart, authors, sites, stories and topics. A store keeps the
last samples for a minute, so a click draws each once. What is small enough to be read as a whole is never kept.

A sample of ``n`` mentions estimates a share ``p`` with a standard error of sqrt(p (1 - p) / n): half a percentage point
at most for SAMPLE_SIZE mentions, and one for MIN_SAMPLED. The standard error of a count is at most 2 %, for lists of
MIN_SAMPLED in the sample index, and 0.3 % for a million.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from monitor.model import Order
from monitor.store.sql.candidates import Candidates
from monitor.store.sql.connection import Connection
from monitor.store.sql.cubes import CubeReader
from monitor.store.sql.plan import Plan
from monitor.store.sql.sample_index import INDEXED_SHARE, SHARES, place

MAX_EXACT_MATCHES = 10_000
"""Lists of up to this many mentions are read as a whole."""
SAMPLE_SIZE = 10_000
"""About how many mentions of a longer list are read."""
CHECKED_SAMPLE_SIZE = 2_500
"""The same if each text has to be read, because the index cannot decide."""
MIN_SAMPLED = 2_500
"""If the sample index has fewer matches, all matches are looked up: these are some 40,000."""
SAMPLE_WINDOWS = 200
MAX_KEPT = 32
"""Samples that a store keeps; one takes 80 KB."""
KEPT_SECONDS = 60.0


class Sample(NamedTuple):
    """Mentions that satisfy a plan."""

    ids: list[int]
    n: int
    """The number of all matches."""
    counted: bool
    """Whether ``n`` is exact."""

    @property
    def scale(self) -> float:
        """The factor that scales counts over ``ids`` to all matches: 1 if they are all."""
        return self.n / len(self.ids) if self.ids else 1.0

    @property
    def is_complete(self) -> bool:
        """Whether ``ids`` are all matches."""
        return self.counted and self.n == len(self.ids)

    def thinned(self, size: int) -> Sample:
        """About ``size`` of the mentions, spread as evenly; all of them if the sample is complete."""
        if self.is_complete or len(self.ids) <= size:
            return self
        return self._replace(ids=_evenly(self.ids, size))


class _Kept(NamedTuple):
    """A sample, its ids packed, and when it was drawn by the monotonic clock."""

    sample: Sample
    ids: array[int]
    at: float


class Samples:
    """Draws samples, and keeps the last ones. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept = OrderedDict[tuple[Plan, int], _Kept]()
        self._lock = threading.Lock()

    def draw(self, db: Connection, plan: Plan, upto: int | None) -> Sample:
        """The matches of ``plan`` with ids up to ``upto``, or SAMPLE_SIZE of them if they are too many to be read."""
        newest = last_mention_id(db)
        key = (replace(plan, order=Order.NEW), newest if upto is None else min(upto, newest))
        kept = self._find(key)
        if kept is None:
            kept = draw(db, *key)
            if not kept.is_complete:
                self._keep(key, kept)
        return kept

    def _find(self, key: tuple[Plan, int]) -> Sample | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self._monotonic() - kept.at > KEPT_SECONDS:
                return None
            self._kept.move_to_end(key)
        return kept.sample._replace(ids=list(kept.ids))

    def _keep(self, key: tuple[Plan, int], sample: Sample) -> None:
        kept = _Kept(sample._replace(ids=[]), array("q", sample.ids), self._monotonic())
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)


def last_mention_id(db: Connection) -> int:
    """The highest id of a mention, or 0."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM mention").fetchone()[0])


def draw(db: Connection, plan: Plan, upto: int) -> Sample:
    """See ``Samples.draw``."""
    candidates = Candidates.within(db, plan, upto)
    return _checked(candidates, (_sampled(candidates) or _read(candidates)))


def _sampled(candidates: Candidates) -> Sample | None:
    """A sample of the candidates; None if they are few enough to be read."""
    plan = candidates.plan
    if plan.by_cube:
        total = CubeReader(candidates.db, plan, candidates.high).total()
        if total <= MAX_EXACT_MATCHES:
            return None
        found = _in_windows(candidates, total) if plan.match is None else _indexed(candidates)
        return None if found is None else found._replace(n=total, counted=True)
    return None if plan.match is None else _indexed(candidates)


def _read(candidates: Candidates) -> Sample:
    ids = candidates.ids()
    return Sample(ids if len(ids) <= MAX_EXACT_MATCHES else _evenly(ids, SAMPLE_SIZE), len(ids), counted=True)


def _evenly(ids: list[int], size: int) -> list[int]:
    return sorted(sorted(ids, key=place)[:size])


def _checked(candidates: Candidates, sample: Sample) -> Sample:
    """Those of the sample that satisfy the text check too."""
    if candidates.plan.check is None:
        return sample
    read = sample if sample.is_complete else sample.thinned(CHECKED_SAMPLE_SIZE)
    passing = candidates.passing_check(read.ids)
    n = round(len(passing) * read.scale)
    return Sample(passing, n, counted=read.is_complete)


def _indexed(candidates: Candidates) -> Sample | None:
    """From the sample index; None if it has too few matches."""
    sampled = replace(candidates, sampled=True)
    at_most = sampled.upper_bound()
    if at_most < MIN_SAMPLED:
        return None
    share = max(1, min(INDEXED_SHARE, INDEXED_SHARE * SAMPLE_SIZE // at_most))
    ids = sampled.in_share(share)
    while len(ids) < SAMPLE_SIZE // 2 and share < INDEXED_SHARE:  # rows excluded many
        share = min(INDEXED_SHARE, share * max(2, SAMPLE_SIZE // max(1, len(ids))))
        ids = sampled.in_share(share)
    if share == INDEXED_SHARE and len(ids) < MIN_SAMPLED:
        return None
    scale = SHARES // INDEXED_SHARE
    n = round(len(ids) * SHARES / share) if candidates.needs_rows else at_most * scale
    return Sample(ids, n, counted=False)


def _in_windows(candidates: Candidates, matches: int) -> Sample:
    """The matches in windows of ids at equal distances, for filters that exclude little: few pages are read."""
    first, end = candidates.low, candidates.high + 1
    width = max(1, (end - first) * SAMPLE_SIZE // (matches * SAMPLE_WINDOWS))
    starts = [first + (end - first) * i // SAMPLE_WINDOWS for i in range(SAMPLE_WINDOWS)]
    ids = [id_ for start in starts for id_ in replace(candidates, low=start, high=start + width - 1).ids()]
    return Sample(ids, matches, counted=True)
