"""The data derived from the rows of mention: the search index and the cubes.

Every change of a mention is ``remove``, change, ``add``. So index and cubes need not know what changed, and each has
one definition: the view ``mention_doc`` and the SELECTs of ``cube_sums``. A batch is one statement for each of them,
which makes it fast: row by row, in triggers, the index alone is five times slower.
"""

from __future__ import annotations

from types import MappingProxyType

from monitor.store.sql import sample_index
from monitor.store.sql.connection import Connection
from monitor.store.sql.cube_sums import add_to_cubes

SEARCH_INDEXES = MappingProxyType({"mention_fts": "mention_doc", sample_index.TABLE: sample_index.VIEW})
"""Search index -> the view of its documents."""


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
    for index, documents in SEARCH_INDEXES.items():
        insert = f"INSERT INTO {index} (rowid, text, title, tags) SELECT id, text, title, tags FROM {documents}"
        db.execute(f"{insert} WHERE {where}", (value,))


def remove_from_index(db: Connection, where: str, value: int | str) -> None:
    """The part of ``remove`` for changes that no cube knows."""
    for index, documents in SEARCH_INDEXES.items():
        delete = f"INSERT INTO {index} ({index}, rowid, text, title, tags) SELECT 'delete', id, text, title, tags"
        db.execute(f"{delete} FROM {documents} WHERE {where}", (value,))
