"""How far the migrations of a database are: an estimate from the work that SQLite has done.

A migration is a few long statements, which do not say how far they are. SQLite calls back after every so many steps of
its virtual machine, and how many steps a migration takes for each mention was measured.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from monitor.model import MigrationProgress

STEPS_PER_CALL = 50_000
LOG_SECONDS = 10.0
MAX_FRACTION = 0.99
"""Shown until everything is committed."""


class Cost(NamedTuple):
    """The cost of a migration, for each mention."""

    steps: float
    """Of the virtual machine."""
    time: float
    """Relative to the others, in microseconds on the machine where it was measured."""


COSTS = MappingProxyType(
    {
        "m008_pulses": Cost(20, 4),
        "m013_standard_names": Cost(0.2, 1.5),
        "m014_imports": Cost(2.7, 0.5),
        "m015_published_order": Cost(9, 2),
        "m017_hashtag_words": Cost(10.3, 11),
        "m038_sample_index": Cost(16, 1.8),
    }
)
"""Those that read every mention. The others take no time."""
NO_COST = Cost(0.1, 0.01)

log = logging.getLogger("wallflower.schema")


class ProgressTracker:
    """Follows the migrations of one database, from ``start`` to ``stop``."""

    def __init__(
        self,
        db: sqlite3.Connection,
        pending: Sequence[str],
        mentions: int,
        report: Callable[[MigrationProgress], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._report, self._monotonic = db, report, monotonic
        self._costs = {name: COSTS.get(name, NO_COST) for name in pending}
        self._mentions = max(mentions, 1)
        self._total = sum(cost.time for cost in self._costs.values())
        self._done, self._steps = 0.0, 0
        self._current: Cost | None = None
        self._started = self._logged = monotonic()

    def start(self) -> None:
        """Report from now on, at the beginning too."""
        self._send()
        self._db.set_progress_handler(self._step, STEPS_PER_CALL)

    def stop(self) -> None:
        """Report nothing any more."""
        self._db.set_progress_handler(None, 0)

    def begin(self, name: str) -> None:
        """The migration ``name`` begins, and the one before it is done."""
        self._done += self._current.time if self._current else 0.0
        self._current, self._steps = self._costs[name], 0

    def progress(self) -> MigrationProgress:
        """How far it is."""
        cost = self._current or NO_COST
        part = cost.time * min(1.0, self._steps / (cost.steps * self._mentions))
        fraction = min(MAX_FRACTION, (self._done + part) / self._total)
        return MigrationProgress(fraction, self._monotonic() - self._started)

    def _step(self) -> int:
        self._steps += STEPS_PER_CALL
        self._send()
        return 0  # anything else would interrupt the statement

    def _send(self) -> None:
        progress = self.progress()
        self._report(progress)
        if self._monotonic() - self._logged >= LOG_SECONDS:
            self._logged = self._monotonic()
            log.info("%s", progress)
