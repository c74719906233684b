"""Storage behind one interface.

    options       how a store is opened
    interface     the Store protocol: its docstrings are the contract of every engine
    maintenance   the protocols for backup, restore, erasure and retention; backups: the files of backups
    sqlite        the SQLite engine; the only place with SQL
    tail          follows the change log

``open_store(url)`` returns a Store. A second engine is one more package and one more scheme in ``_ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import MigrationProgress
from monitor.store.interface import KEEP, Store
from monitor.store.maintenance import DatabaseFiles
from monitor.store.options import WRITE_TIMEOUT_SECONDS, OpenOptions
from monitor.store.sqlite import open_sqlite, sqlite_files

__all__ = ["KEEP", "DatabaseFiles", "Store", "database_files", "open", "open_store"]

_ENGINES: Mapping[str, Callable[[str, OpenOptions], Store]] = MappingProxyType({"sqlite": open_sqlite})
"""URL scheme -> opens a store at what follows ``:///``."""
_FILES: Mapping[str, Callable[[str], DatabaseFiles]] = MappingProxyType({"sqlite": sqlite_files})
"""URL scheme -> the files of the database at what follows ``:///``."""


def open_store(
    url: str,
    *,
    create: bool = True,
    lock_timeout: float = WRITE_TIMEOUT_SECONDS,
    long_running: bool = False,
    clock: Clock | None = None,
    on_migration: Callable[[MigrationProgress], None] = lambda _: None,
) -> Store:
    """Open the database at ``url`` and migrate it if it is older than this program.

    ``sqlite:///data/wallflower.db`` names a file; an absolute path has a fourth slash. ``OpenOptions`` documents the
    other arguments.

    Raises DatabaseMissing, StoreError for a database that is damaged, not ours or not writable, and SchemaError for one
    of a newer version. All of them are left untouched.
    """
    scheme, location = _split(url)
    return _ENGINES[scheme](location, OpenOptions(create, lock_timeout, long_running, clock, on_migration))


def database_files(url: str) -> DatabaseFiles:
    """The files of the database at ``url``, for backup and restore; neither opened nor created. Raises StoreError."""
    scheme, location = _split(url)
    return _FILES[scheme](location)


def _split(url: str) -> tuple[str, str]:
    """The scheme of ``url``, and what follows it. Raises StoreError for an engine that does not exist."""
    scheme, separator, location = url.partition(":///")
    if scheme not in _ENGINES or not (separator and location):
        known = ", ".join(f"{name}:///..." for name in _ENGINES)
        raise StoreError(f"{url!r} is not the URL of a database that Wallflower supports. Supported: {known}.")
    return scheme, location


open = open_store  # for `from monitor import store; store.open(url)`
