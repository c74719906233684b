"""SqliteFiles: backup and restore of a database file. ``monitor.store.database_files`` documents the methods."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitor.model import Backup, DatabaseStatus, Examination, Restored
from monitor.store.backups import backups
from monitor.store.sqlite.backup import back_up
from monitor.store.sqlite.connections import open_reader
from monitor.store.sqlite.database_status import database_status
from monitor.store.sqlite.examination import examine
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.restore import restore
from monitor.store.sqlite.schema import is_current


class SqliteFiles:
    """DatabaseFiles over a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def backup_advice(self) -> str:
        return ""

    def status(self) -> DatabaseStatus:
        return database_status(self._path)

    def back_up(self, folder: Path, now: datetime, keep: int) -> Backup:
        return back_up(self._path, folder, now, keep)

    def is_current(self) -> bool:
        with store_errors(self._path), closing(open_reader(self._path)) as db:
            return is_current(db)

    def backups(self, folder: Path) -> list[Backup]:
        return backups(folder, self._path.stem)

    def restore(self, file: Path, now: datetime, *, dry_run: bool = False) -> Restored:
        return restore(file, self._path, now, dry_run=dry_run)

    def examine(self, seconds: float | None, *, full: bool = False) -> Examination:
        return examine(self._path, seconds, full=full)
