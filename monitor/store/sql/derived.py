"""The data derived from the rows of mention, such as the search index: each engine keeps its own, ``db.derived``.

Every change of a mention is ``remove``, change, ``add``, each for a batch of mentions.
"""

from __future__ import annotations

from monitor.store.sql.connection import Connection

IN_IDS = "id IN (SELECT value FROM json_each(?))"
"""Condition that selects rows by a JSON list of ids."""
FROM_ID = "id >= ?"
"""Condition that selects rows from an id on."""


def add(db: Connection, where: str, value: int | str) -> None:
    """Add the selected mentions, as they are now, to index and cubes."""
    db.derived.add(db, where, value)


def remove(db: Connection, where: str, value: int | str) -> None:
    """Remove the selected mentions, which must still be as they were added, from index and cubes."""
    db.derived.remove(db, where, value)


def add_to_index(db: Connection, where: str, value: int | str) -> None:
    """The part of ``add`` for changes that no cube knows."""
    db.derived.add_to_index(db, where, value)


def remove_from_index(db: Connection, where: str, value: int | str) -> None:
    """The part of ``remove`` for changes that no cube knows."""
    db.derived.remove_from_index(db, where, value)
