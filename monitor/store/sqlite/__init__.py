"""The SQLite engine: the only place with SQL, and (with ``query.post_index``) the only one that imports sqlite3.

    save, set_hidden, ...       --> one write thread (writer) --> rows, index and cubes (derived), change log
    page, count, facets, ...    --> plan (columns, tokens) --> cubes | search index and rows (candidates)
    tallies, volume_series, ... --> brand_figures, volume_series

``schema`` has the tables, ``store`` the methods of the interface.
"""

from __future__ import annotations

from pathlib import Path

from monitor.store.options import OpenOptions
from monitor.store.sqlite.database_files import SqliteFiles
from monitor.store.sqlite.store import SqliteStore

__all__ = ["SqliteFiles", "SqliteStore", "open_sqlite", "sqlite_files"]


def open_sqlite(url: str, options: OpenOptions) -> SqliteStore:
    """Open the file at ``url``. Errors: see ``monitor.store.open_store``."""
    return SqliteStore.open(_path(url), options)


def sqlite_files(url: str) -> SqliteFiles:
    """The files of the database at ``url``."""
    return SqliteFiles(_path(url))


def _path(url: str) -> Path:
    return Path(url.partition(":///")[2])
