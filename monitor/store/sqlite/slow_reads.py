"""Queries whose cost grows with the number of matches: facets, histograms, counts and samples.

Few of them run at the same time, so that lists, walls and the pages of other people always find a free connection and a
free core. A query whose client has left is cancelled, also while it waits for its turn.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
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
        self._mutex = threading.Lock()
        self._free = MAX_SLOW_READS
        self._waiting = deque[threading.Event]()

    def run(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in a read transaction. Raises StoreError, and QueryCancelled if its client has left."""
        with self._turn(), self._readers.reading() as db, _cancellable(db):
            return query(db)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """First come, first served: a semaphore could let the same busy threads win every time."""
        turn = self._enqueue()
        try:
            while not turn.wait(CHECK_SECONDS):
                if is_abandoned():
                    raise QueryCancelled
            yield
        finally:
            self._leave(turn)

    def _enqueue(self) -> threading.Event:
        """An event that is set once it is this query's turn."""
        turn = threading.Event()
        with self._mutex:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                self._waiting.append(turn)
        return turn

    def _leave(self, turn: threading.Event) -> None:
        with self._mutex:
            if not turn.is_set():
                self._waiting.remove(turn)
            elif self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


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
