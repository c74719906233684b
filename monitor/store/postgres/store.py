"""PostgresStore: the Store interface over a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Self, TypeVar

from monitor.clock import Clock
from monitor.model import DatabaseStatus, StoreHealth
from monitor.store.options import DEFAULT_OPTIONS, OpenOptions
from monitor.store.postgres import schema
from monitor.store.postgres.connections import Readers, connect
from monitor.store.postgres.database_files import read_status
from monitor.store.postgres.errors import store_errors
from monitor.store.postgres.installation import claim
from monitor.store.postgres.listener import Listener
from monitor.store.postgres.location import Location
from monitor.store.postgres.maintenance import PostgresMaintenance
from monitor.store.postgres.slow_reads import SlowReads
from monitor.store.postgres.writer import Writer
from monitor.store.sql.connection import Connection
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sql.store import Caches, SqlStore

T = TypeVar("T")


class PostgresStore(SqlStore):
    """Store over a PostgreSQL database. ``monitor.store.interface`` documents the methods."""

    def __init__(self, location: Location, options: OpenOptions) -> None:
        """The database at ``location`` must be checked and up to date."""
        self._location, self._options = location, options
        clock, buffer, caches = options.clock or Clock(), StatusBuffer(), Caches()
        faults = FaultTracker(clock)
        writer = Writer(
            location,
            buffer,
            clear_caches=caches.clear,
            timeout=options.lock_timeout,
            clock=clock,
            faults=faults,
            tests_itself=options.long_running,
        )
        self._readers = Readers(location)
        self._slow_reads, self._listener = SlowReads(self._readers), Listener(location)
        super().__init__(writer, buffer, caches, faults)
        self.maintenance = PostgresMaintenance(location, self._stories, self._write, self._read)

    @classmethod
    def open(cls, url: str, options: OpenOptions = DEFAULT_OPTIONS) -> Self:
        """Open the database at ``url``. Errors: see ``monitor.store.open_store``."""
        location = Location(url)
        with store_errors(location), connect(location) as raw:
            prepare = partial(schema.prepare, raw, location, create=options.create)
            if options.installation is None:
                prepare(installation="")
            else:
                claim(options.installation, prepare)
        return cls(location, options)

    def close(self) -> None:
        self._listener.close()
        self._slow_reads.close()
        self._writer.close()
        self._readers.close()

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
            free_bytes=None,
            checking=False,
            unclean_stop=None,
            tests_itself=self._options.long_running,
        )

    def database_status(self) -> DatabaseStatus:
        return self._read(read_status)

    def _change_version(self) -> int:
        return self._listener.version()

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self._readers.reading() as db:
            return query(db)

    def _slow_read(self, query: Callable[[Connection], T]) -> T:
        return self._slow_reads.run(query)
