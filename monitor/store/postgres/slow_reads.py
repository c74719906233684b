"""Queries whose cost grows with the number of matches; see the same module of the SQLite engine."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from monitor.errors import QueryCancelled, StoreError
from monitor.store.cancellation import is_abandoned
from monitor.store.postgres.connections import Connection, Readers

T = TypeVar("T")

MAX_SLOW_READS = 2
CHECK_SECONDS = 0.05
"""How often it is checked whether the client has left."""


class SlowReads:
    """Runs slow queries, at most MAX_SLOW_READS at the same time. The server ends one whose client has left."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._free = threading.BoundedSemaphore(MAX_SLOW_READS)
        self._threads = ThreadPoolExecutor(MAX_SLOW_READS, thread_name_prefix="store-slow-read")

    def run(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in a read transaction. Raises StoreError, and QueryCancelled if its client has left."""
        self._readers.check_open()
        with self._turn():
            running = _Running()
            context = contextvars.copy_context()
            future = self._threads.submit(context.run, running.run, self._readers, query)
            return _wait(future, running)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        while not self._free.acquire(timeout=CHECK_SECONDS):
            if is_abandoned():
                raise QueryCancelled
        try:
            yield
        finally:
            self._free.release()


class _Running:
    """A query in another thread, and its connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db: Connection | None = None
        self.is_cancelled = False

    def run(self, readers: Readers, query: Callable[[Connection], T]) -> T:
        """Run it."""
        with readers.reading() as db:
            with self._lock:
                if self.is_cancelled:
                    raise QueryCancelled
                self._db = db
            try:
                return query(db)
            finally:
                with self._lock:
                    self._db = None

    def cancel(self) -> None:
        """Let the server end the statement that runs, if one does."""
        with self._lock:
            self.is_cancelled = True
            if self._db is not None:
                self._db.raw.cancel_safe(timeout=5.0)


def _wait(future: Future[T], running: _Running) -> T:
    while not wait([future], timeout=CHECK_SECONDS).done:
        if not running.is_cancelled and is_abandoned():
            running.cancel()
    try:
        return future.result()
    except (StoreError, psycopg.Error) as error:
        if running.is_cancelled:
            raise QueryCancelled from error
        raise
