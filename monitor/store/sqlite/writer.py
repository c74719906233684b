"""The write thread: the only one that changes anything, one transaction per job, in the order of submission.

Buffered statuses (``status_buffer``) are written with the next job, or in a transaction of their own after a second.

A job has one deadline, counted from its submission: it covers the time in the queue and the wait for locks. A job whose
deadline has passed is not run. ``faults`` records why jobs fail, also while one waits for a lock.

SQLite 3.7.0 to 3.51.2 can damage a WAL database when two connections write or checkpoint at the same moment, and an
import or a correction may run beside ``wallflower run``. So each job of the writer, including the checkpoint that its
commit may run, holds a lock on a file beside the database. Creating and migrating a database happens before that, when
it is opened.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from monitor.clock import Clock
from monitor.durations import DurationHistogram
from monitor.errors import StoreError
from monitor.logs import FaultLog, bug
from monitor.model import FaultKind
from monitor.store.sqlite.connections import Connection
from monitor.store.sqlite.faults import FaultTracker, fault_error, free_bytes, store_errors
from monitor.store.sqlite.file_identity import FileIdentity
from monitor.store.sqlite.locks import command_lock_error, file_lock, program_lock_error
from monitor.store.sqlite.status_buffer import StatusBuffer

T = TypeVar("T")

BUSY_SECONDS = 0.25
"""How long SQLite waits for a lock before this thread checks its deadline."""
LOCKED_AFTER_SECONDS = 3.0
"""A lock that another program holds for longer is a fault. Its own commands hold it for less."""
TEST_SECONDS = 3.0
"""Interval of test writes while nothing is stored. A fault must be on every screen within ten seconds, and some pages
ask only every five."""
BUFFER_SECONDS, BUFFER_RETRY_SECONDS = 1.0, 30.0
"""How long buffered statuses wait to be written with a job, and how long after a failed write."""
CLOSE_SECONDS = 3.0
"""How long a run that stops waits for the locks of other programs: SIGTERM ends it within ten seconds."""
MAX_QUEUED_JOBS = 32
NOT_BUFFERED = "The statuses of sources cannot be stored"
Job = Callable[[Connection], T]

log = logging.getLogger("wallflower.store")


@dataclass(slots=True, eq=False)
class Task:
    """A job in the queue; times are those of the monotonic clock."""

    job: Job[Any]
    future: Future[Any]
    submitted: float
    deadline: float


class WriterHealth(NamedTuple):
    """The state of the thread; ages in seconds."""

    alive: bool
    waiting: int
    oldest_seconds: float
    committed_at: datetime | None
    committed_seconds: float | None
    free_bytes: int | None
    """As of the last transaction: to ask now could mean to wait for a disk that hangs."""


class Writer:
    """Runs jobs one after the other, each in its own transaction. While the queue is full, ``submit`` blocks."""

    def __init__(
        self,
        db: Connection,
        path: Path,
        buffer: StatusBuffer,
        *,
        rolled_back: Callable[[], None],
        timeout: float,
        clock: Clock,
        faults: FaultTracker,
        tests_itself: bool = False,
    ) -> None:
        """``rolled_back`` is called after a failed job, to clear what was cached in its transaction.

        ``timeout``: seconds from submission to the deadline of a job. ``tests_itself``: write every few seconds.
        """
        self._db, self._path, self._clock, self._timeout = db, path, clock, timeout
        self._buffer, self._buffer_seconds = buffer, BUFFER_SECONDS
        self._faults, self._tests_itself = faults, tests_itself
        self._bugs, self._files = FaultLog(log), FileIdentity(path)
        self._free_bytes = free_bytes(path.parent)
        self._awake = threading.Event()
        self.commits = DurationHistogram()
        """The durations of transactions, with the wait for locks, whether they succeeded or not."""
        self._rolled_back = rolled_back
        self._running: Task | None = None
        self._stop_at = math.inf
        """When to give up waiting for locks."""
        self._committed: tuple[datetime, float] | None = None
        self._queue: queue.Queue[Task | bool] = queue.Queue(MAX_QUEUED_JOBS)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def health(self) -> WriterHealth:
        """The state of the thread now."""
        now, running, committed = time.monotonic(), self._running, self._committed
        queued = [task for task in list(self._queue.queue) if isinstance(task, Task) and not task.future.cancelled()]
        oldest = min((task.submitted for task in (*queued, running) if task is not None), default=now)
        at, age = (committed[0], now - committed[1]) if committed else (None, None)
        return WriterHealth(self.alive, len(queued), now - oldest, at, age, self._free_bytes)

    def submit(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction; return its result once committed. Raises StoreError, or what the job raised."""
        now = time.monotonic()
        task = Task(job, Future(), now, now + self._timeout)
        self._put(task)
        while not wait([task.future], timeout=_seconds_until(task.deadline)).done:
            self._check_alive(task.future)
            if time.monotonic() >= task.deadline and task.future.cancel():
                raise self._too_late()
        result: T = task.future.result()
        return result

    def wake(self) -> None:
        """Wake the thread if it is idle: buffered statuses are waiting."""
        if not self._awake.is_set():
            self._awake.set()
            with contextlib.suppress(queue.Full):  # then a queued job writes them
                self._queue.put_nowait(True)

    def close(self) -> None:
        """Run the queued jobs, write the buffered statuses, end the thread and close the connection."""
        if self._tests_itself:
            self._stop_at = time.monotonic() + CLOSE_SECONDS
        if self.alive:
            self._queue.put(False)
            self._thread.join()
        try:
            with file_lock(self._path, min(self._timeout, self._stop_at - time.monotonic())):
                self._db.close()
        except StoreError as error:
            log.warning("The database was not closed cleanly: %s", error)

    def _put(self, task: Task) -> None:
        while True:
            self._check_alive(task.future)
            try:
                return self._queue.put(task, timeout=_seconds_until(task.deadline))
            except queue.Full:
                if time.monotonic() >= task.deadline:
                    raise self._too_late() from None

    def _check_alive(self, future: Future[Any]) -> None:
        if not (self.alive or future.done()):
            raise StoreError(f"{self._path}: the write thread has ended. Restart Wallflower.")

    def _too_late(self) -> StoreError:
        """The error for a job whose deadline passed before it was run."""
        fault = self._faults.current
        if fault is not None:
            return StoreError(fault.message, fault.kind.value)
        if self._faults.pause is not None:
            return command_lock_error(self._path)
        return StoreError(
            f"{self._path}: nothing was stored, because other writes took more than {self._timeout:.0f} s. Try again.",
            FaultKind.LOCKED.value,
        )

    def _serve(self) -> None:
        while (task := self._next()) is not False:
            if isinstance(task, Task) and task.future.set_running_or_notify_cancel():
                self._run(task)
        self._write_buffer()

    def _next(self) -> Task | bool:
        """The next task. True: there is none yet; False: the writer is being closed."""
        try:
            return self._queue.get(timeout=self._idle_seconds())
        except queue.Empty:
            if self._buffer:
                self._write_buffer()
            else:
                self._write_test()
            return True

    def _idle_seconds(self) -> float | None:
        """How long to wait for a task before something else is due."""
        buffered = [self._buffer_seconds] if self._buffer else []
        return min([*buffered, *([TEST_SECONDS] if self._tests_itself else [])], default=None)

    def _run(self, task: Task) -> None:
        self._running = task
        try:
            if time.monotonic() >= task.deadline:
                raise self._too_late()
            task.future.set_result(self._commit(task.job, task.deadline))
        except BaseException as error:  # ``submit`` raises it; this thread continues
            self._buffer.clear_seen()
            task.future.set_exception(error)
        finally:
            self._running = None

    def _write_buffer(self) -> None:
        if not self._buffer:
            return
        try:
            self._commit(lambda db: None, time.monotonic() + self._timeout)
        except Exception as error:
            if not (self._tests_itself and isinstance(error, StoreError) and error.fault):
                self._bugs.report(NOT_BUFFERED, str(error))
            self._buffer.clear_seen()
            self._buffer_seconds = BUFFER_RETRY_SECONDS
        else:
            self._bugs.clear(NOT_BUFFERED, "The statuses of sources are stored again")

    def _write_test(self) -> None:
        """Write one page: only a write shows that writing works."""
        try:
            self._commit(lambda db: db.execute("PRAGMA user_version = 1"), time.monotonic() + TEST_SECONDS)
        except StoreError:
            pass  # recorded in ``faults``
        except Exception as error:
            self._bugs.report("The test whether the database can be written fails", bug(error), exc_info=True)

    def _commit(self, job: Job[T], deadline: float) -> T:
        """Run ``job`` in a transaction with the buffered statuses, and record whether that works."""
        started = time.monotonic()
        try:
            result = self._transact(job, deadline)
        except StoreError as error:
            if error.fault == FaultKind.IO_ERROR and self._files.has_changed():  # the folder is gone, for example
                error = fault_error(self._path, FaultKind.REPLACED)
            self._faults.record(error)
            raise error
        finally:
            self.commits.observe(time.monotonic() - started)
            self._free_bytes = free_bytes(self._path.parent)
        self._committed = self._clock.now(), time.monotonic()
        self._faults.committed()
        return result

    def _transact(self, job: Job[T], deadline: float) -> T:
        self._faults.check()
        started = time.monotonic()

        def wait_for(lock: Callable[[Path], StoreError]) -> None:
            now = time.monotonic()
            if now >= self._stop_at:
                raise lock(self._path)
            if now - started >= LOCKED_AFTER_SECONDS:
                self._faults.record(lock(self._path))

        with store_errors(self._path), file_lock(self._path, deadline - started, lambda: wait_for(command_lock_error)):
            self._awake.clear()
            self._begin(deadline, lambda: wait_for(program_lock_error))
            try:
                written = self._buffer.write(self._db)
                result = job(self._db)
                if self._files.has_changed():
                    raise fault_error(self._path, FaultKind.REPLACED)
                self._db.execute("COMMIT")
            except BaseException:
                self._rolled_back()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        self._files.committed()
        self._buffer.discard(written)
        self._buffer_seconds = BUFFER_SECONDS
        return result

    def _begin(self, deadline: float, waiting: Callable[[], None]) -> None:
        """Begin a transaction that writes, as soon as no other program does, until ``deadline``."""
        while True:
            left = max(0.0, deadline - time.monotonic())
            self._db.execute(f"PRAGMA busy_timeout = {int(min(left, BUSY_SECONDS) * 1000)}")
            try:
                self._db.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= deadline:
                    raise
            waiting()


def _seconds_until(deadline: float) -> float:
    """The time to wait before checking again whether the thread is alive."""
    left = deadline - time.monotonic()
    return min(left, 1.0) if left > 0 else 1.0
