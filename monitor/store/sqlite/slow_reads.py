"""Queries whose cost grows with the number of matches: facets, histograms, counts and samples.

Few of them run at the same time, so that lists, walls and the pages of other people always find a free connection and a
free core. A query whose client has left is cancelled, also while it waits for its turn.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from monitor.errors import QueryCancelled
from monitor.store.cancellation import is_abandoned
from monitor.store.sqlite.connections import Connection, Readers

T = TypeVar("T")

MAX_SLOW_READS = 2
CHECK_SECONDS = 0.05
"""How often a query that waits for its turn checks whether its client has left."""
OPERATIONS_PER_CHECK = 100_000
"""Steps of SQLite's virtual machine between two checks: a few milliseconds. The check needs the GIL."""


class SlowReads:
    """Runs slow queries, at most MAX_SLOW_READS at the same time."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._free = threading.BoundedSemaphore(MAX_SLOW_READS)

    def run(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in a read transaction. Raises StoreError, and QueryCancelled if its client has left."""
        with self._turn(), self._readers.reading() as db, _cancellable(db):
            return query(db)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        while not self._free.acquire(timeout=CHECK_SECONDS):
            if is_abandoned():
                raise QueryCancelled
        try:
            yield
        finally:
            self._free.release()


@contextmanager
def _cancellable(db: Connection) -> Iterator[None]:
    db.set_progress_handler(is_abandoned, OPERATIONS_PER_CHECK)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise QueryCancelled from error
        raise
    finally:
        db.set_progress_handler(None, 0)
