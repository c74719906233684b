"""The data derived from the rows of mention: the search index and the cubes; see the module of the SQLite engine."""

from __future__ import annotations

from monitor.store.sql.connection import Connection
from monitor.store.sql.cube_sums import add_to_cubes


def add(db: Connection, where: str, value: int | str) -> None:
    """Add the selected mentions, as they are now, to index and cubes."""
    add_to_index(db, where, value)
    add_to_cubes(db, where, value)


def remove(db: Connection, where: str, value: int | str) -> None:
    """Remove the selected mentions, which must still be as they were added, from index and cubes."""
    remove_from_index(db, where, value)
    add_to_cubes(db, where, value, "-")


def add_to_index(db: Connection, where: str, value: int | str) -> None:
    """The part of ``add`` for changes that no cube knows."""
    db.execute(
        f"INSERT INTO mention_fts (rowid, document) SELECT id, document FROM mention_doc WHERE {where}", (value,)
    )


def remove_from_index(db: Connection, where: str, value: int | str) -> None:
    """The part of ``remove`` for changes that no cube knows."""
    selected = f"SELECT id FROM mention WHERE {where}"
    db.execute(f"DELETE FROM mention_fts WHERE rowid IN ({selected})", (value,))
