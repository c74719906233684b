"""The PostgreSQL engine.

location, errors   where the database is, and why it cannot be used
translation        shared SQL as PostgreSQL reads it
connections        what runs it; the pool of connections that read
search, functions  search expressions as ``tsquery``; the functions of the schema
schema             the tables (``tables.sql``), and what is checked before a database is used
    derived            the search index and the cubes
    writer, listener   writes one after the other, and what notices them; slow_reads: reads that can be cancelled
    store, maintenance the methods of the interface

The packages that it needs are those of the extra ``postgres``; they are imported when a database is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.store.options import OpenOptions

if TYPE_CHECKING:
    from monitor.store.postgres.store import PostgresStore


def open_postgres(url: str, options: OpenOptions) -> PostgresStore:
    """Open the database at ``url``. Errors: see ``monitor.store.open_store``."""
    try:
        from monitor.store.postgres.store import PostgresStore  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            f"A PostgreSQL database needs the package {error.name}: `pip install 'wallflower[postgres]'`."
        ) from error
    return PostgresStore.open(url, options)
