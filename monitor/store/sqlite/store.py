"""SqliteStore: the Store interface over a SQLite file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from monitor.clock import Clock
from monitor.model import DatabaseStatus, StoreHealth
from monitor.store.options import DEFAULT_OPTIONS, OpenOptions
from monitor.store.sql.connection import Connection
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sql.store import Caches, SqlStore
from monitor.store.sqlite import connections
from monitor.store.sqlite.connections import Readers, open_writer
from monitor.store.sqlite.database_status import database_status
from monitor.store.sqlite.faults import has_room
from monitor.store.sqlite.integrity import UncleanStopCheck
from monitor.store.sqlite.maintenance import SqliteMaintenance
from monitor.store.sqlite.slow_reads import SlowReads
from monitor.store.sqlite.writer import Writer

T = TypeVar("T")


class SqliteStore(SqlStore):
    """Store over a SQLite file. ``monitor.store.interface`` documents the methods."""

    def __init__(self, path: Path, db: connections.Connection, options: OpenOptions) -> None:
        """``db``: the connection to write with, as ``connections.open_writer`` returns it."""
        self.path, self._options = path, options
        clock, buffer, caches = options.clock or Clock(), StatusBuffer(), Caches()
        faults = FaultTracker(clock, lambda: has_room(path))
        self._check = UncleanStopCheck(path, faults)
        if options.long_running:
            self._check.start()
        writer = Writer(
            db,
            path,
            buffer,
            rolled_back=caches.clear,
            timeout=options.lock_timeout,
            clock=clock,
            faults=faults,
            tests_itself=options.long_running,
        )
        self._readers = Readers(path, failed=faults.record_damage)
        self._slow_reads = SlowReads(self._readers)
        super().__init__(writer, buffer, caches, faults)
        self.maintenance = SqliteMaintenance(path, self._stories, self._write, self._read)

    @classmethod
    def open(cls, path: Path, options: OpenOptions = DEFAULT_OPTIONS) -> Self:
        """Open the database file ``path``. Errors: see ``monitor.store.open_store``."""
        db = open_writer(path, options.lock_timeout, create=options.create, on_migration=options.on_migration)
        try:
            return cls(path, db, options)
        except BaseException:
            db.close()
            raise

    # The database itself

    def close(self) -> None:
        self._readers.close()
        self._check.interrupt()
        self._writer.close()
        if self._options.long_running:
            self._check.finish()

    def health(self) -> StoreHealth:
        writer = self._writer.health()
        return StoreHealth(
            alive=writer.alive,
            last_commit_at=writer.committed_at,
            last_commit_seconds=writer.committed_seconds,
            oldest_queued_seconds=writer.oldest_seconds,
            waiting=writer.waiting,
            fault=self._faults.current,
            pause=self._faults.pause,
            free_bytes=writer.free_bytes,
            checking=self._check.running,
            unclean_stop=self._check.unclean_stop,
            tests_itself=self._options.long_running,
        )

    def database_status(self) -> DatabaseStatus:
        return database_status(self.path)

    def _change_version(self) -> int:
        # SQLite compares within one connection: it differs after a commit by any other one.
        return self._readers.data_version()

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self._readers.reading() as db:
            return query(db)

    def _slow_read(self, query: Callable[[Connection], T]) -> T:
        return self._slow_reads.run(query)
