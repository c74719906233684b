"""The state of the database file and of the SQLite library, for operators."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from monitor.model import DatabaseStatus

SAFE_VERSION = (3, 51, 3)
"""The first SQLite version that cannot damage a WAL database when two connections write at the same moment."""


def database_status(path: Path) -> DatabaseStatus:
    """The status of the database at ``path``; its size includes the write-ahead log."""
    files = (path, path.with_name(path.name + "-wal"))
    return DatabaseStatus(
        engine="SQLite",
        version=sqlite3.sqlite_version,
        used_bytes=sum(file.stat().st_size for file in files if file.exists()),
        free_bytes=_free_bytes(path.parent),
        upgrade_to="" if sqlite3.sqlite_version_info >= SAFE_VERSION else ".".join(map(str, SAFE_VERSION)),
    )


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
