"""Backups of a database that other connections may be writing to.

``VACUUM INTO`` copies one snapshot of the database, however long it takes, where ``sqlite3_backup`` starts again after
each write by another connection. It only reads: it neither writes to the database nor runs a checkpoint, so it needs no
file lock (see ``writer``). The copy contains no deleted text: it has neither free pages nor unused bytes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import Backup
from monitor.store.backups import make_backup
from monitor.store.sqlite.connections import Connection, connect
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.verification import verified_content

BUSY_TIMEOUT_MS = 5_000


def back_up(path: Path, folder: Path, now: datetime, keep: int) -> Backup:
    """Back up the database at ``path`` into ``folder``, where the newest ``keep`` backups stay. Raises StoreError.

    It may be of an older version, and is not migrated.
    """
    if not path.exists():
        raise StoreError(f"{path} does not exist, so there is nothing to back up.")
    with store_errors(path), closing(_reader(path)) as db:

        def write(target: Path) -> None:
            _copy(db, target)
            verified_content(target)

        return make_backup(folder, path.stem, _live_bytes(db), now, keep=keep, write=write)


def _reader(path: Path) -> Connection:
    """A connection that can copy its database: with query_only, VACUUM INTO refuses to write the copy."""
    db = connect(path)
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", "wal_autocheckpoint = 0", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    return db


def _live_bytes(db: Connection) -> int:
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _copy(db: Connection, target: Path) -> None:
    try:
        db.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            raise StoreError(
                f"The backup could not be written to {target.parent}: {error}. Free some space."
            ) from error
        raise
