"""The data derived from the rows of mention: the search index and the cubes.

Every change of a mention is ``remove``, change, ``add``. So index and cubes need not know what changed, and each has
one definition: the view ``mention_doc`` and the SELECTs below. A batch is one statement for each of them, which makes
it fast: row by row, in triggers, the index alone is five times slower.
"""

from __future__ import annotations

from types import MappingProxyType

from monitor.store.sql.connection import Connection
from monitor.store.sqlite import sample_index

SEARCH_INDEXES = MappingProxyType({"mention_fts": "mention_doc", sample_index.TABLE: sample_index.VIEW})
"""Search index -> the view of its documents."""

_KEYS = "brand, source, sentiment, lang, intent, state, hidden"
_CUBE_KEYS = {
    "cube_day": f"published_at / 86400000, {_KEYS}",
    "cube_month": f"month, {_KEYS}",
    "cube_all": _KEYS,
}
CUBE_SELECTS = {
    **{
        cube: f"SELECT {keys}, count(*), ifnull(sum(score), 0) FROM mention NOT INDEXED WHERE {{where}} GROUP BY {keys}"
        for cube, keys in _CUBE_KEYS.items()
    },
    "cube_brand_day": "SELECT published_at / 86400000, brand, sentiment, hidden, count(*), ifnull(sum(score), 0) "
    "FROM mention NOT INDEXED WHERE {where} AND state < 2 "
    "GROUP BY published_at / 86400000, brand, sentiment, hidden",
    "cube_5min": "SELECT brand, published_at / 300000, source, count(*), ifnull(sum(sentiment = 0), 0) "
    "FROM mention NOT INDEXED WHERE {where} AND state < 2 GROUP BY brand, published_at / 300000, source",
}
"""Cube -> the SELECT whose rows it must equal, over the mentions that ``where`` selects."""
_SUMS = {"cube_5min": ("n", "negative")}
"""Cube -> its columns that are sums; those of the others are ``n`` and ``score``."""


def add(db: Connection, where: str, value: int | str) -> None:
    """Add the selected mentions, as they are now, to index and cubes."""
    add_to_index(db, where, value)
    _add_to_cubes(db, where, value, 1)


def remove(db: Connection, where: str, value: int | str) -> None:
    """Remove the selected mentions, which must still be as they were added, from index and cubes."""
    remove_from_index(db, where, value)
    _add_to_cubes(db, where, value, -1)


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


def wrong_cubes(db: Connection) -> list[str]:
    """The cubes that do not equal the rows of mention. For tests and for diagnosis: it reads everything."""
    wrong = []
    for cube, select in CUBE_SELECTS.items():
        actual = f"SELECT * FROM {cube} WHERE n <> 0"
        expected = select.format(where="true")
        differing = f"SELECT * FROM ({actual} EXCEPT {expected}) UNION ALL SELECT * FROM ({expected} EXCEPT {actual})"
        if db.execute(differing).fetchone() is not None:
            wrong.append(cube)
    return wrong


def _add_to_cubes(db: Connection, where: str, value: int | str, sign: int) -> None:
    for cube, select in CUBE_SELECTS.items():
        sums = ", ".join(f"{column} = {column} + excluded.{column}" for column in _SUMS.get(cube, ("n", "score")))
        signed = select if sign > 0 else _negated(select)
        db.execute(f"INSERT INTO {cube} {signed.format(where=where)} ON CONFLICT DO UPDATE SET {sums}", (value,))


def _negated(select: str) -> str:
    return select.replace("count(*)", "-count(*)").replace("ifnull(sum", "-ifnull(sum")
