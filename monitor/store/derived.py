"""What is computed from rows of mention: the search index and the cubes.

Every change of a mention goes ``remove`` - change - ``add``, so index and cubes never need to know what changed, and
each has a single definition: the view ``mention_doc`` and the SELECTs below. A whole batch is one statement for each of
them, which is what makes it fast: by triggers, row for row, the index alone is five times slower.
"""

from __future__ import annotations

from monitor.store.connections import Connection

IDS = "id IN (SELECT value FROM json_each(?))"
"""Chooses rows by a JSON list of ids."""
FROM_ID = "id >= ?"
"""Chooses rows from an id on."""

_KEYS = "brand, source, bucket, lang, intent, state, hidden"
_CUBES = {
    "cube_day": f"published_at / 86400000, {_KEYS}",
    "cube_month": f"month, {_KEYS}",
    "cube_all": _KEYS,
}
CUBE_TRUTH = {
    **{
        cube: f"SELECT {keys}, count(*), ifnull(sum(score), 0) FROM mention NOT INDEXED WHERE {{which}} GROUP BY {keys}"
        for cube, keys in _CUBES.items()
    },
    "cube_line": "SELECT published_at / 86400000, brand, bucket, hidden, count(*), ifnull(sum(score), 0), "
    "ifnull(sum(score * score), 0) FROM mention NOT INDEXED WHERE {which} AND state < 2 "
    "GROUP BY published_at / 86400000, brand, bucket, hidden",
    "pulse": "SELECT brand, published_at / 300000, source, count(*), ifnull(sum(bucket = 0), 0) "
    "FROM mention NOT INDEXED WHERE {which} AND state < 2 GROUP BY brand, published_at / 300000, source",
}
"""Cube -> what its rows must equal, over the mentions chosen by ``which``."""
_SUMS = {"cube_line": ("n", "score", "squares"), "pulse": ("n", "negative")}
"""Cube -> its columns that are no keys, where they are others than those of most."""


def add(db: Connection, which: str, value: int | str) -> None:
    """Enter the chosen mentions, as they are now, into index and cubes."""
    db.execute(
        "INSERT INTO mention_fts (rowid, text, title, tags) "
        f"SELECT id, text, title, tags FROM mention_doc WHERE {which}",
        (value,),
    )
    _count(db, which, value, 1)


def remove(db: Connection, which: str, value: int | str) -> None:
    """Take the chosen mentions, still as they were entered, out of index and cubes."""
    db.execute(
        "INSERT INTO mention_fts (mention_fts, rowid, text, title, tags) "
        f"SELECT 'delete', id, text, title, tags FROM mention_doc WHERE {which}",
        (value,),
    )
    _count(db, which, value, -1)


def differences(db: Connection) -> list[str]:
    """The cubes that do not equal the rows. For tests and for a person who doubts; reads everything."""
    wrong = []
    for cube, truth in CUBE_TRUTH.items():
        have = f"SELECT * FROM {cube} WHERE n <> 0"
        want = truth.format(which="true")
        either = f"SELECT * FROM ({have} EXCEPT {want}) UNION ALL SELECT * FROM ({want} EXCEPT {have})"
        if db.execute(either).fetchone() is not None:
            wrong.append(cube)
    return wrong


def _count(db: Connection, which: str, value: int | str, sign: int) -> None:
    for cube, truth in CUBE_TRUTH.items():
        summed = ", ".join(f"{column} = {column} + excluded.{column}" for column in _SUMS.get(cube, ("n", "score")))
        db.execute(
            f"INSERT INTO {cube} {_signed(truth, sign).format(which=which)} ON CONFLICT DO UPDATE SET {summed}",
            (value,),
        )


def _signed(truth: str, sign: int) -> str:
    if sign > 0:
        return truth
    return truth.replace("count(*)", "-count(*)").replace("ifnull(sum", "-ifnull(sum")
