"""What is done with the files of a database while no store has it open in this process: backup and restore."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from monitor.model import Backup, DatabaseStatus, Examination, Restored


class DatabaseFiles(Protocol):
    """The files of one database. ``monitor.store.database_files`` returns one."""

    def status(self) -> DatabaseStatus:
        """The engine, its version and the space that the database uses."""

    def back_up(self, folder: Path, now: datetime, keep: int) -> Backup:
        """Write a verified backup into ``folder`` and delete all but the newest ``keep`` there.

        Other programs may write to the database meanwhile; the backup is one snapshot of it. An older database is not
        migrated. Raises StoreError.
        """

    def backups(self, folder: Path) -> list[Backup]:
        """The complete backups of this database in ``folder``, the newest first. Raises StoreError."""

    def restore(self, file: Path, now: datetime, *, dry_run: bool = False) -> Restored:
        """Replace the database by ``file``, keeping the old one under another name. ``dry_run``: only verify ``file``.

        No other program may have the database open. Raises StoreError or SchemaError, with the old database in place.
        """

    def examine(self, seconds: float | None, *, full: bool = False) -> Examination:
        """Examine the database for at most ``seconds`` (None: as long as it takes), in any state, without changing it.

        Other programs may use it. ``full`` also compares each index with its table. Raises nothing.
        """
