"""The write thread: the only one that changes anything, one transaction per job, in the order they came.

Notes (``store.notes``) go with the next of them, or have one of their own once they are a second old.

SQLite 3.7.0 to 3.51.2 can damage a WAL database when two connections write or checkpoint at the same moment, and an
import or a correction may run beside ``wallflower run``. So every transaction of ours, with the checkpoint that its
commit may do, holds a lock on a file beside the database.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import math
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from monitor.errors import StoreError
from monitor.store.connections import Connection, translated
from monitor.store.notes import Notes

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds that another program of ours may keep its turn."""
PAUSE = 0.01
NOTED, NOTED_AGAIN = 1.0, 30.0
"""Seconds that notes may wait for others to be written with, and after a failure."""
Job = Callable[[Connection], T]

log = logging.getLogger("wallflower.store")


@contextmanager
def turn(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only one of our programs that writes to the database at ``path``; the system lets go when one dies.

    Raises StoreError when another one keeps its turn for ``patience`` seconds.
    """
    try:
        file = path.with_name(path.name + ".writing").open("ab")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}. Make its folder writable.") from error
    with file:
        if not any(_locked(file) for _ in _tries(patience)):
            raise StoreError(f"{path} is kept busy by another Wallflower command. Wait for it, or end it.")
        yield


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tries(patience: float) -> Iterator[None]:
    """Once at once, then again and again until ``patience`` is over."""
    yield
    for _ in range(math.ceil(patience / PAUSE)):
        threading.Event().wait(PAUSE)
        yield


class Writer:
    """Runs jobs one after the other, each in a transaction of its own; a full queue makes those who submit wait."""

    def __init__(
        self, db: Connection, path: Path, notes: Notes, *, waiting: int = 32, rolled_back: Callable[[], None]
    ) -> None:
        """``waiting``: jobs that may stand in the queue. ``rolled_back``: what to forget after a failed job."""
        self._db = db
        self._path = path
        self._notes, self._patience = notes, NOTED
        self._looks = threading.Event()
        self._rolled_back = rolled_back
        self._queue: queue.Queue[tuple[Job[Any], Future[Any]] | bool] = queue.Queue(waiting)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread lives."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many jobs stand in the queue."""
        return self._queue.qsize()

    def submit(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction; return when it is committed. Raises StoreError, or what the job raised."""
        future: Future[T] = Future()
        self._put((job, future))
        while not wait([future], timeout=1.0).done:
            self._check_alive(future)
        return future.result()

    def look(self) -> None:
        """Take note that there are notes."""
        if not self._looks.is_set():
            self._looks.set()
            with contextlib.suppress(queue.Full):  # then somebody's job takes them along
                self._queue.put_nowait(True)

    def close(self) -> None:
        """Finish what is queued and noted, then end the thread and close the connection."""
        if self.alive:
            self._queue.put(False)
            self._thread.join()
        with turn(self._path):
            self._db.close()

    def _put(self, task: tuple[Job[Any], Future[Any]]) -> None:
        while True:
            self._check_alive(task[1])
            try:
                return self._queue.put(task, timeout=1.0)
            except queue.Full:
                continue

    def _check_alive(self, future: Future[Any]) -> None:
        if not (self.alive or future.done()):
            raise StoreError(f"{self._path}: the write thread has ended. Restart Wallflower.")

    def _serve(self) -> None:
        while (task := self._next()) is not False:
            if task is True:
                continue
            job, future = task
            try:
                future.set_result(self._commit(job))
            except BaseException as error:  # whoever submitted it is told; the thread goes on
                self._notes.doubt()
                future.set_exception(error)
        self._write_notes()

    def _next(self) -> tuple[Job[Any], Future[Any]] | bool:
        """The next task; True: there are notes; False: it was the last."""
        try:
            return self._queue.get(timeout=self._patience if self._notes else None)
        except queue.Empty:
            self._write_notes()
            return True

    def _write_notes(self) -> None:
        if not self._notes:
            return
        try:
            self._commit(lambda db: None)
        except Exception as error:
            log.error("How sources are could not be stored: %s", error)
            self._notes.doubt()
            self._patience = NOTED_AGAIN

    def _commit(self, job: Job[T]) -> T:
        with translated(self._path), turn(self._path):
            self._looks.clear()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                noted = self._notes.write(self._db)
                result = job(self._db)
                self._db.execute("COMMIT")
                self._notes.forget(noted)
                self._patience = NOTED
                return result
            except BaseException:
                self._rolled_back()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
