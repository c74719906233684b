"""What is known of a PostgreSQL database without opening it as a store. Its files are the business of its server."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from monitor.errors import StoreError
from monitor.model import Backup, DatabaseStatus, Examination, Restored
from monitor.store.postgres import schema
from monitor.store.postgres.connections import Connection, connect
from monitor.store.postgres.errors import store_errors
from monitor.store.postgres.location import Location
from monitor.store.sql import sources
from monitor.store.sql.channels import read_channels
from monitor.store.sql.connection import Connection as AnyConnection
from monitor.store.sql.units import from_ms

STATUS = "SELECT current_setting('server_version'), pg_database_size(current_database())"
_NEWEST = "SELECT max(at) FROM (SELECT at FROM change ORDER BY id DESC LIMIT 100) AS latest"


class PostgresFiles:
    """DatabaseFiles over a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._location = Location(url)

    @property
    def backup_advice(self) -> str:
        return "Back up PostgreSQL with its own tools, such as pg_dump: see docs/scale.md."

    def status(self) -> DatabaseStatus:
        with store_errors(self._location), closing(connect(self._location)) as raw:
            return read_status(Connection(raw))

    def back_up(self, folder: Path, now: datetime, keep: int) -> Backup:
        raise StoreError(f"The database is on PostgreSQL, of which Wallflower makes no backup. {self.backup_advice}")

    def is_current(self) -> bool:
        with store_errors(self._location), closing(connect(self._location)) as raw:
            return schema.stored_version(raw, self._location)[0] == schema.VERSION

    def backups(self, folder: Path) -> list[Backup]:
        return []

    def restore(self, file: Path, now: datetime, *, dry_run: bool = False) -> Restored:
        raise StoreError(
            "The database is on PostgreSQL, into which Wallflower restores no backup. Restore it with pg_restore, or "
            "with what made the backup: see docs/scale.md."
        )

    def examine(self, seconds: float | None, *, full: bool = False) -> Examination:
        try:
            with store_errors(self._location), closing(connect(self._location)) as raw:
                schema.check_server(raw, self._location)
                if not schema.has_table(raw, "wallflower"):
                    return Examination(exists=False)
                version, owner = schema.stored_version(raw, self._location)
                schema.check_privileges(raw, self._location)
                if version > schema.VERSION:
                    return Examination(newer=schema.newer_message(version))
                return replace(_described(raw, older=version < schema.VERSION), installation=owner)
        except (StoreError, psycopg.Error, ValueError, KeyError) as error:
            return Examination(unusable=str(error))


def read_status(db: AnyConnection) -> DatabaseStatus:
    """The version of the server and the size of the database."""
    version, used = db.execute(STATUS).fetchone() or ("", 0)
    return DatabaseStatus("PostgreSQL", version.split(" ")[0], used, None)


def _described(raw: psycopg.Connection[Any], *, older: bool) -> Examination:
    db = Connection(raw)
    statuses = sources.statuses(db)
    (newest,) = db.execute(_NEWEST).fetchone() or (None,)
    times = [status.last_try for status in statuses if status.last_try]
    times += [from_ms(newest)] if newest is not None else []
    return Examination(
        is_complete=False,
        older=older,
        newest=max(times, default=None),
        channels=() if older else tuple(read_channels(db)),
        sources=tuple(status.source for status in statuses),
        samples=tuple(status.source for status in statuses if status.sample),
    )
