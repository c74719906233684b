"""The way in: one connection that writes, in its own thread, and a few that read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from monitor.store.alike import Alike
from monitor.store.connections import Connection, Readers, open_writer
from monitor.store.names import Numbers
from monitor.store.notes import Notes
from monitor.store.writer import Writer

T = TypeVar("T")
PATIENCE = 15.0
"""Seconds to wait for another program's lock."""


class Access:
    """The database of one installation, open."""

    def __init__(self, path: Path, db: Connection) -> None:
        self.path = path
        self._numbers = Numbers()
        self._alike = Alike()
        self._notes = Notes()
        self._writer = Writer(db, path, self._notes, rolled_back=self._forget)
        self._readers = Readers(path)

    @classmethod
    def open(cls, path: Path, *, patience: float = PATIENCE) -> Self:
        """Open the database file ``path``, making or updating it as needed.

        ``patience``: seconds to wait for another program's lock. Raises StoreError for what is damaged, not ours or not
        writable, SchemaError for a database of a newer version; either leaves it untouched.
        """
        return cls(path, open_writer(path, patience))

    def close(self) -> None:
        """Finish what is being written and close every connection."""
        self._readers.close()
        self._writer.close()

    def writer_alive(self) -> bool:
        """Whether the write thread lives."""
        return self._writer.alive

    def writes_waiting(self) -> int:
        """How many writes wait for their turn; those of whole batches count as one."""
        return self._writer.waiting

    def data_version(self) -> int:
        """A number that differs, in one thread, whenever anything was committed since that thread last asked."""
        with self._readers.alone() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    def _forget(self) -> None:
        self._numbers.forget()
        self._alike.forget()

    def _write(self, job: Callable[[Connection], T]) -> T:
        return self._writer.submit(job)

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._readers.reading() as db:
            return question(db)
