"""The writer of a SQLite store: the only connection that changes anything.

SQLite 3.7.0 to 3.51.2 can damage a WAL database when two connections write or checkpoint at the same moment, and an
import or a correction may run beside ``wallflower run``. So each job of the writer, including the checkpoint that its
commit may run, holds a lock on a file beside the database. Creating and migrating a database happens before that, when
it is opened.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import FaultKind
from monitor.store.sql.connection import Connection as AnyConnection
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sql.write_thread import Job, WriteThread
from monitor.store.sqlite.connections import Connection
from monitor.store.sqlite.faults import fault_error, free_bytes, store_errors
from monitor.store.sqlite.file_identity import FileIdentity
from monitor.store.sqlite.locks import command_lock_error, file_lock, program_lock_error

T = TypeVar("T")

BUSY_SECONDS = 0.25
"""How long SQLite waits for a lock before this thread checks its deadline."""
LOCKED_AFTER_SECONDS = 3.0
"""A lock that another program holds for longer is a fault. Its own commands hold it for less."""

log = logging.getLogger("wallflower.store")


class Writer(WriteThread):
    """Runs jobs one after the other, each in its own transaction."""

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
        """``rolled_back`` is called after a failed job, to clear what was cached in its transaction."""
        self._db, self._path, self._rolled_back = db, path, rolled_back
        self._files = FileIdentity(path)
        super().__init__(str(path), buffer, timeout=timeout, clock=clock, faults=faults, tests_itself=tests_itself)

    def free_bytes(self) -> int | None:
        return free_bytes(self._path.parent)

    def paused_error(self) -> StoreError:
        return command_lock_error(self._path)

    def write_test(self, db: AnyConnection) -> object:
        """Write one page."""
        return db.execute("PRAGMA user_version = 1")

    def close_connection(self) -> None:
        try:
            with file_lock(self._path, min(self._timeout, self._stop_at - time.monotonic())):
                self._db.close()
        except StoreError as error:
            log.warning("The database was not closed cleanly: %s", error)

    def transact(self, job: Job[T], deadline: float) -> T:
        try:
            return self._transact(job, deadline)
        except StoreError as error:
            if error.fault == FaultKind.IO_ERROR and self._files.has_changed():  # the folder is gone, for example
                raise fault_error(self._path, FaultKind.REPLACED) from error
            raise

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
            self._begin(deadline, lambda: wait_for(program_lock_error))
            try:
                written = self.write_buffered(self._db)
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
        self.committed(written)
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
