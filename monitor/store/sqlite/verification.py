"""Checks a database file that no program has open, such as a backup, without changing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StoreError
from monitor.model import DatabaseContent
from monitor.store.sql.units import from_ms
from monitor.store.sqlite.connections import SQLITE_HEADER, Connection, connect_read_only
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.schema import check_known, is_ours

MAX_PROBLEMS = 3
"""Problems of a damaged file that its error message quotes."""


def verified_content(path: Path, shown_as: Path | None = None) -> DatabaseContent:
    """Read all of the database and return what it contains. ``shown_as``: its name in messages, if it is a copy.

    Raises StoreError if it is damaged or not ours, and SchemaError if a newer Wallflower wrote it.
    """
    require_database(path)
    name = shown_as or path
    with store_errors(name), _opened(path) as db:
        if not is_ours(db):
            raise StoreError(f"{name} is not a database of Wallflower. Choose another file.")
        check_known(Database(db))
        problems = integrity_problems(db)
        if problems:
            raise StoreError(f"{name} is damaged: {'; '.join(problems)}. Use another backup.")
        return _content(db)


def integrity_problems(db: Connection) -> list[str]:
    """At most MAX_PROBLEMS that SQLite finds when it reads every page and compares every index with its table."""
    rows = [text for (text,) in db.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})")]
    return [] if rows == ["ok"] else [" ".join(text.split()) for text in rows]


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    with closing(connect_read_only(path)) as db:
        yield db


def require_database(path: Path) -> None:
    """Raise StoreError if ``path`` cannot be read, or does not begin as a database does."""
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE_HEADER))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
    if start != SQLITE_HEADER:
        raise StoreError(f"{path} is damaged or not a database. Choose another file.")


def _content(db: Connection) -> DatabaseContent:
    (posts,), (mentions,) = (db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("post", "mention"))
    newest = db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
    return DatabaseContent(posts, mentions, from_ms(newest[0]) if newest else None)
