"""The PostgreSQL engine.

location, errors   where the database is, and why it cannot be used
translation        shared SQL as PostgreSQL reads it
connections        what runs it; the pool of connections that read
search, functions  search expressions as ``tsquery``; the functions of the schema
schema             the tables (``tables.sql``), and what is checked before a database is used
    derived            the search index and the cubes
    writer, listener   writes one after the other, and what notices them; slow_reads: reads that can be cancelled
    store, maintenance the methods of the interface
    installation       the id that keeps two installations apart
    database_files     what is known of a database that is not open

The packages that it needs are those of the extra ``postgres``; they are imported when a database is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.store.options import OpenOptions

if TYPE_CHECKING:
    from monitor.store.postgres.database_files import PostgresFiles
    from monitor.store.postgres.store import PostgresStore


def open_postgres(url: str, options: OpenOptions) -> PostgresStore:
    """Open the database at ``url``. Errors: see ``monitor.store.open_store``."""
    with _needs_packages():
        from monitor.store.postgres.store import PostgresStore  # noqa: PLC0415
    return PostgresStore.open(url, options)


def postgres_files(url: str) -> PostgresFiles:
    """What is known of the database at ``url``. Raises StoreError if a package is missing."""
    with _needs_packages():
        from monitor.store.postgres.database_files import PostgresFiles  # noqa: PLC0415
    return PostgresFiles(url)


@contextmanager
def _needs_packages() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        name = error.name or "psycopg[binary]"
        raise StoreError(
            f"A PostgreSQL database needs the package {name}: `pip install 'wallflower[postgres]'`."
        ) from error
