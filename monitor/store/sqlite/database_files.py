"""SqliteFiles: backup and restore of a database file. ``monitor.store.database_files`` documents the methods."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from monitor.model import Backup, Restored
from monitor.store.backups import backups
from monitor.store.sqlite.backup import back_up
from monitor.store.sqlite.restore import restore


class SqliteFiles:
    """DatabaseFiles over a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def back_up(self, folder: Path, now: datetime, keep: int) -> Backup:
        return back_up(self._path, folder, now, keep)

    def backups(self, folder: Path) -> list[Backup]:
        return backups(folder, self._path.stem)

    def restore(self, file: Path, now: datetime, *, dry_run: bool = False) -> Restored:
        return restore(file, self._path, now, dry_run=dry_run)
