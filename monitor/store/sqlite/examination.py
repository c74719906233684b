"""Examines a database file in any state, while another program uses it or not, without changing it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import SchemaError, StoreError
from monitor.model import Examination
from monitor.store.sql import sources
from monitor.store.sql.channels import read_channels
from monitor.store.sql.units import from_ms
from monitor.store.sqlite.connections import Connection, connect_read_only
from monitor.store.sqlite.erasure_mark import erasure_under_way, mark_file
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.migrations import migrations
from monitor.store.sqlite.schema import check_known, is_ours
from monitor.store.sqlite.verification import require_database

BUSY_SECONDS = 2
STEPS_BETWEEN_CHECKS = 10_000
"""Steps of SQLite's virtual machine, well under a second."""
MAX_PROBLEMS = 5
LEFTOVERS = ("*.new", "*.new-wal", "*.new-shm", "*.partial", "*.partial-*")
"""Names of files that a killed program leaves: a database that was being created, a copy that was being made."""


def examine(path: Path, seconds: float | None, *, full: bool = False) -> Examination:
    """Examine the database at ``path`` for at most ``seconds``; None: as long as it takes.

    ``full`` also compares each index with its table, which takes several times as long. Raises nothing.
    """
    try:
        found = Examination(exists=path.exists(), leftovers=tuple(_leftovers(path.parent)))
        found = replace(found, unfinished_erasure=mark_file(path).exists() and erasure_under_way(path) is None)
        if not found.exists:
            return found
        path.open("rb").close()
    except OSError as error:
        return Examination(forbidden=f"{path} cannot be read by this user: {error.strerror}.")
    try:
        require_database(path)
        with store_errors(path), closing(connect_read_only(path)) as db:
            db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            return _checked(db, _described(db, path, found), seconds, full)
    except (StoreError, sqlite3.Error, ValueError, KeyError) as error:
        return replace(found, unusable=str(error))


def _described(db: Connection, path: Path, found: Examination) -> Examination:
    if not is_ours(db):
        return replace(found, unusable=f"{path} is a database of another program.")
    wrapped = Database(db)
    newer = ""
    try:
        check_known(wrapped)
    except SchemaError as error:
        newer = str(error)
    log = path.with_name(path.name + "-wal")
    found = replace(
        found, newer=newer, older=bool(migrations.pending(wrapped)), log_bytes=log.stat().st_size if log.exists() else 0
    )
    try:
        statuses = sources.statuses(db)
        newest = db.execute("SELECT max(at) FROM (SELECT at FROM change ORDER BY id DESC LIMIT 100)").fetchone()[0]
    except (sqlite3.Error, ValueError, KeyError):
        return found  # another version has other columns, or the pages are damaged, which the check will say
    channels = () if found.older else tuple(read_channels(db))
    times = [status.last_try for status in statuses if status.last_try]
    times += [from_ms(newest)] if newest is not None else []
    return replace(
        found,
        newest=max(times, default=None),
        channels=channels,
        sources=tuple(status.source for status in statuses),
        samples=tuple(status.source for status in statuses if status.sample),
    )


def _checked(db: Connection, found: Examination, seconds: float | None, full: bool) -> Examination:
    if found.unusable:
        return found
    end = None if seconds is None else time.monotonic() + seconds
    db.set_progress_handler(lambda: end is not None and time.monotonic() > end, STEPS_BETWEEN_CHECKS)
    try:
        rows = [text for (text,) in db.execute(f"PRAGMA {'integrity' if full else 'quick'}_check({MAX_PROBLEMS})")]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_INTERRUPT":
            raise
        return replace(found, is_complete=False)
    except sqlite3.DatabaseError as error:
        return replace(found, damage=(str(error),))
    return replace(found, damage=() if rows == ["ok"] else tuple(" ".join(text.split()) for text in rows))


def _leftovers(folder: Path) -> list[str]:
    return sorted({file.name for pattern in LEFTOVERS for file in folder.glob(pattern) if file.is_file()})
