"""Storage behind one interface.

    options       how a store is opened
    interface     the Store protocol: its docstrings are the contract of every engine
    maintenance   the protocols for backup, restore, erasure and retention; backups: the files of backups
    sql           what every engine runs; sqlite, postgres: the engines
    tail          follows the change log

``open_store(url)`` returns a Store. A second engine is one more package and one more scheme in ``_ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import MigrationProgress
from monitor.store.interface import KEEP, Store
from monitor.store.maintenance import DatabaseFiles
from monitor.store.options import WRITE_TIMEOUT_SECONDS, OpenOptions
from monitor.store.postgres import open_postgres, postgres_files
from monitor.store.postgres.location import Location
from monitor.store.sqlite import open_sqlite, sqlite_files

__all__ = ["KEEP", "DatabaseFiles", "Store", "database_files", "open", "open_store"]

_ENGINES: Mapping[str, Callable[[str, OpenOptions], Store]] = MappingProxyType(
    {"sqlite": open_sqlite, "postgresql": open_postgres}
)
"""URL scheme -> opens a store at a URL."""
_SEPARATORS: Mapping[str, str] = MappingProxyType({"sqlite": ":///", "postgresql": "://"})
_FILES: Mapping[str, Callable[[str], DatabaseFiles]] = MappingProxyType(
    {"sqlite": sqlite_files, "postgresql": postgres_files}
)
"""URL scheme -> the files of the database at a URL."""


def open_store(
    url: str,
    *,
    create: bool = True,
    lock_timeout: float = WRITE_TIMEOUT_SECONDS,
    long_running: bool = False,
    clock: Clock | None = None,
    on_migration: Callable[[MigrationProgress], None] = lambda _: None,
    installation: Path | None = None,
) -> Store:
    """Open the database at ``url`` and migrate it if it is older than this program.

    ``sqlite:///data/wallflower.db`` names a file; an absolute path has a fourth slash. ``OpenOptions`` documents the
    other arguments.

    Raises DatabaseMissing, StoreError for a database that is damaged, not ours or not writable, and SchemaError for one
    of a newer version. All of them are left untouched.
    """
    options = OpenOptions(create, lock_timeout, long_running, clock, on_migration, installation)
    return _ENGINES[_scheme(url)](url, options)


def database_files(url: str) -> DatabaseFiles:
    """The files of the database at ``url``, for backup and restore; neither opened nor created. Raises StoreError."""
    return _FILES[_scheme(url)](url)


def _scheme(url: str) -> str:
    """The scheme of ``url``. Raises StoreError for an engine that does not exist."""
    scheme, separator, location = url.partition(_SEPARATORS.get(url.partition(":")[0], "://"))
    if scheme not in _ENGINES or not (separator and location):
        known = ", ".join(f"{name}{separator}..." for name, separator in _SEPARATORS.items())
        raise StoreError(f"{Location(url)} is not one that Wallflower supports. Supported: {known}.")
    return scheme


open = open_store  # for `from monitor import store; store.open(url)`
