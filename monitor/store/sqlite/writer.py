"""The write thread: the only one that changes anything, one transaction per job, in the order of submission.

Buffered statuses (``status_buffer``) are written with the next job, or in a transaction of their own after a second.

SQLite 3.7.0 to 3.51.2 can damage a WAL database when two connections write or checkpoint at the same moment, and an
import or a correction may run beside ``wallflower run``. So each job of the writer, including the checkpoint that its
commit may run, holds a lock on a file beside the database. Creating and migrating a database happens before that, when
it is opened.
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
from monitor.store.sqlite.connections import Connection, store_errors
from monitor.store.sqlite.status_buffer import StatusBuffer

T = TypeVar("T")

FILE_LOCK_TIMEOUT_SECONDS = 15.0
"""How long to wait while another Wallflower process holds the file lock."""
LOCK_RETRY_SECONDS = 0.01
BUFFER_SECONDS, BUFFER_RETRY_SECONDS = 1.0, 30.0
"""How long buffered statuses wait to be written with a job, and how long after a failed write."""
MAX_QUEUED_JOBS = 32
Job = Callable[[Connection], T]

log = logging.getLogger("wallflower.store")


@contextmanager
def file_lock(path: Path, timeout: float = FILE_LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the write lock shared by all our processes on the database at ``path``. The OS releases it if one dies.

    Raises StoreError when another process holds it for ``timeout`` seconds.
    """
    try:
        file = path.with_name(path.name + ".writing").open("ab")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}. Make its folder writable.") from error
    with file:
        if not any(_lock(file) for _ in _attempts(timeout)):
            raise StoreError(f"{path} is locked by another Wallflower command. Wait until it ends, or stop it.")
        yield


def _lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _attempts(timeout: float) -> Iterator[None]:
    """Yield at once, then every LOCK_RETRY_SECONDS until ``timeout``."""
    yield
    for _ in range(math.ceil(timeout / LOCK_RETRY_SECONDS)):
        threading.Event().wait(LOCK_RETRY_SECONDS)
        yield


class Writer:
    """Runs jobs one after the other, each in its own transaction. While the queue is full, ``submit`` blocks."""

    def __init__(self, db: Connection, path: Path, buffer: StatusBuffer, *, rolled_back: Callable[[], None]) -> None:
        """``rolled_back`` is called after a failed job, to clear what was cached in its transaction."""
        self._db = db
        self._path = path
        self._buffer, self._buffer_seconds = buffer, BUFFER_SECONDS
        self._awake = threading.Event()
        self._rolled_back = rolled_back
        self._queue: queue.Queue[tuple[Job[Any], Future[Any]] | bool] = queue.Queue(MAX_QUEUED_JOBS)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """The number of queued jobs."""
        return self._queue.qsize()

    def submit(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction; return its result once committed. Raises StoreError, or what the job raised."""
        future: Future[T] = Future()
        self._put((job, future))
        while not wait([future], timeout=1.0).done:
            self._check_alive(future)
        return future.result()

    def wake(self) -> None:
        """Wake the thread if it is idle: buffered statuses are waiting."""
        if not self._awake.is_set():
            self._awake.set()
            with contextlib.suppress(queue.Full):  # then a queued job writes them
                self._queue.put_nowait(True)

    def close(self) -> None:
        """Run the queued jobs, write the buffered statuses, end the thread and close the connection."""
        if self.alive:
            self._queue.put(False)
            self._thread.join()
        with file_lock(self._path):
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
            except BaseException as error:  # ``submit`` raises it; this thread continues
                self._buffer.clear_seen()
                future.set_exception(error)
        self._write_buffer()

    def _next(self) -> tuple[Job[Any], Future[Any]] | bool:
        """The next task. True: statuses were buffered; False: the writer is being closed."""
        try:
            return self._queue.get(timeout=self._buffer_seconds if self._buffer else None)
        except queue.Empty:
            self._write_buffer()
            return True

    def _write_buffer(self) -> None:
        if not self._buffer:
            return
        try:
            self._commit(lambda db: None)
        except Exception as error:
            log.error("The statuses of sources could not be stored: %s", error)
            self._buffer.clear_seen()
            self._buffer_seconds = BUFFER_RETRY_SECONDS

    def _commit(self, job: Job[T]) -> T:
        with store_errors(self._path), file_lock(self._path):
            self._awake.clear()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                written = self._buffer.write(self._db)
                result = job(self._db)
                self._db.execute("COMMIT")
                self._buffer.discard(written)
                self._buffer_seconds = BUFFER_SECONDS
                return result
            except BaseException:
                self._rolled_back()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
