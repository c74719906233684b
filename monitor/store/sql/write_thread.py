"""The write thread of a store: it runs one job after the other, each in its own transaction.

Buffered statuses (``status_buffer``) are written with the next job, or in a transaction of their own after a second.

A job has one deadline, counted from its submission: it covers the time in the queue and the wait for locks. A job whose
deadline has passed is not run. ``FaultTracker`` records why jobs fail, also while one waits for a lock.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from monitor.clock import Clock
from monitor.durations import DurationHistogram
from monitor.errors import StoreError
from monitor.logs import FaultLog, bug
from monitor.model import ERASING, FaultKind
from monitor.store.sql.connection import Connection
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer, WrittenStatuses

T = TypeVar("T")

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


class WriteThread(ABC):
    """Runs jobs one after the other. While the queue is full, ``submit`` blocks."""

    def __init__(
        self,
        name: str,
        buffer: StatusBuffer,
        *,
        timeout: float,
        clock: Clock,
        faults: FaultTracker,
        tests_itself: bool = False,
    ) -> None:
        """``name``: of the database, as messages begin with it. ``timeout``: seconds from submission to the deadline of
        a job. ``tests_itself``: write every few seconds."""
        self._name, self._clock, self._timeout = name, clock, timeout
        self._buffer, self._buffer_seconds = buffer, BUFFER_SECONDS
        self._faults, self._tests_itself = faults, tests_itself
        self._bugs = FaultLog(log)
        self._free_bytes = self.free_bytes()
        self._awake = threading.Event()
        self.commits = DurationHistogram()
        """The durations of transactions, with the wait for locks, whether they succeeded or not."""
        self._running: Task | None = None
        self._stop_at = math.inf
        """When to give up waiting for locks."""
        self._committed: tuple[datetime, float] | None = None
        self._queue: queue.Queue[Task | bool] = queue.Queue(MAX_QUEUED_JOBS)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    # What differs between engines

    @abstractmethod
    def transact(self, job: Job[T], deadline: float) -> T:
        """Run ``job`` in a transaction, after ``write_buffered``. Raises StoreError if none begins by ``deadline``."""

    @abstractmethod
    def write_test(self, db: Connection) -> object:
        """Write as little as shows that writing works."""

    @abstractmethod
    def close_connection(self) -> None:
        """Close what is written with."""

    def free_bytes(self) -> int | None:
        """Free space where the database is; None if unknown."""
        return None

    def paused_error(self) -> StoreError:
        """Why nothing is written during an expected pause."""
        return StoreError(f"{self._name}: nothing is stored during an erasure. Try again.", ERASING)

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
        self.close_connection()

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
            raise StoreError(f"{self._name}: the write thread has ended. Restart Wallflower.")

    def _too_late(self) -> StoreError:
        """The error for a job whose deadline passed before it was run."""
        fault = self._faults.current
        if fault is not None:
            return StoreError(fault.message, fault.kind.value)
        if self._faults.pause is not None:
            return self.paused_error()
        return StoreError(
            f"{self._name}: nothing was stored, because other writes took more than {self._timeout:.0f} s. Try again.",
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
                self._test_writing()
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

    def _test_writing(self) -> None:
        """Write one page: only a write shows that writing works."""
        try:
            self._commit(self.write_test, time.monotonic() + TEST_SECONDS)
        except StoreError:
            pass  # recorded in ``faults``
        except Exception as error:
            self._bugs.report("The test whether the database can be written fails", bug(error), exc_info=True)

    def _commit(self, job: Job[T], deadline: float) -> T:
        """Run ``job`` in a transaction with the buffered statuses, and record whether that works."""
        started = time.monotonic()
        try:
            result = self.transact(job, deadline)
        except StoreError as error:
            self._faults.record(error)
            raise
        finally:
            self.commits.observe(time.monotonic() - started)
            self._free_bytes = self.free_bytes()
        self._committed = self._clock.now(), time.monotonic()
        self._faults.committed()
        return result

    def write_buffered(self, db: Connection) -> WrittenStatuses:
        """Write the buffered statuses in the open transaction; pass the result to ``committed``."""
        self._awake.clear()
        return self._buffer.write(db)

    def committed(self, written: WrittenStatuses) -> None:
        """Discard the statuses that a committed transaction wrote."""
        self._buffer.discard(written)
        self._buffer_seconds = BUFFER_SECONDS


def _seconds_until(deadline: float) -> float:
    """The time to wait before checking again whether the thread is alive."""
    left = deadline - time.monotonic()
    return min(left, 1.0) if left > 0 else 1.0
