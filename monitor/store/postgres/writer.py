"""The writer of a PostgreSQL store.

Every write of every process holds one advisory lock from its first statement until it is committed, so writes happen
one after the other, as on SQLite. The reasons:

- Ids become visible in the order in which they grow, without gaps that are filled later: whoever holds the lock takes
  its ids after all earlier writes were committed, and its commit is visible before the lock is released, because
  PostgreSQL releases the locks of a transaction after it. ``Tail``, pages and "new since" rely on that.
- What a write reads, such as the counts that it adds to, no other write changes meanwhile.

A process that hangs within a write loses its connection, and with it the lock, after HANG_SECONDS.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.store.postgres.connections import Connection, connect
from monitor.store.postgres.errors import store_errors
from monitor.store.postgres.location import Location
from monitor.store.sql.connection import Connection as AnyConnection
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sql.write_thread import Job, WriteThread

T = TypeVar("T")

WRITE_LOCK = 0x57466C02
"""The advisory lock that a write holds."""
HANG_SECONDS = 25
STATEMENT_SECONDS = 600
_MARK = "INSERT INTO last_id VALUES ('writer', ?) ON CONFLICT (name) DO UPDATE SET id = excluded.id"
_BEGIN = """
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL lock_timeout = {milliseconds};
    SELECT pg_advisory_xact_lock({lock});
    SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint), (SELECT id FROM last_id WHERE name = 'writer')"""

log = logging.getLogger("wallflower.store")


class Writer(WriteThread):
    """Runs jobs one after the other, each in its own transaction. A lost connection is opened again."""

    def __init__(
        self,
        location: Location,
        buffer: StatusBuffer,
        *,
        clear_caches: Callable[[], None],
        timeout: float,
        clock: Clock,
        faults: FaultTracker,
        tests_itself: bool = False,
    ) -> None:
        """``clear_caches`` is called when what is cached may differ from the database: after a failed job, and when
        another process has written."""
        self._location, self._clear_caches = location, clear_caches
        self._raw: psycopg.Connection[Any] | None = None
        self._id = secrets.randbits(62)
        super().__init__(str(location), buffer, timeout=timeout, clock=clock, faults=faults, tests_itself=tests_itself)

    def write_test(self, db: AnyConnection) -> object:
        return db.execute(_MARK, (self._id,))

    def close_connection(self) -> None:
        if self._raw is not None:
            self._raw.close()

    def transact(self, job: Job[T], deadline: float) -> T:
        self._faults.check()
        with store_errors(self._location):
            try:
                db, transaction = self._begin(deadline)
                written = self.write_buffered(db)
                result = job(db)
                self._commit_transaction(db, transaction)
            except BaseException:
                self._clear_caches()
                self._roll_back()
                raise
        self.committed(written)
        return result

    def _begin(self, deadline: float) -> tuple[Connection, int]:
        """A connection in a transaction that holds the lock, and the transaction's id."""
        db = Connection(self._connection())
        left = max(1, int((deadline - time.monotonic()) * 1000))
        cursor = db.raw.execute(_BEGIN.format(milliseconds=left, lock=WRITE_LOCK).encode())
        while cursor.nextset():
            pass
        transaction, writer = cursor.fetchone() or (0, None)
        if writer != self._id:
            self._clear_caches()
            db.execute(_MARK, (self._id,))
        return db, transaction

    def _connection(self) -> psycopg.Connection[Any]:
        if self._raw is None or self._raw.closed or self._raw.broken:
            self._raw = connect(self._location)
            self._raw.execute(f"SET idle_in_transaction_session_timeout = '{HANG_SECONDS}s'")
            self._raw.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
            self._raw.execute("SET jit = off")
        return self._raw

    def _commit_transaction(self, db: Connection, transaction: int) -> None:
        """Commit. If the connection is lost meanwhile, ask a new one whether it was committed."""
        try:
            db.raw.execute("COMMIT")
        except psycopg.OperationalError:
            if not (db.raw.closed or db.raw.broken) or not self._was_committed(transaction):
                raise

    def _was_committed(self, transaction: int) -> bool:
        with contextlib.suppress(psycopg.Error, StoreError), connect(self._location) as raw:
            (status,) = raw.execute("SELECT pg_xact_status(CAST(%s AS xid8))", (str(transaction),)).fetchone() or ("",)
            return bool(status == "committed")
        return False

    def _roll_back(self) -> None:
        raw = self._raw
        if raw is None or raw.closed or raw.broken:
            return
        try:
            raw.execute("ROLLBACK")
        except psycopg.Error:
            raw.close()
