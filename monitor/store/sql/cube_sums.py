"""The cubes: sums over mention, kept in the transaction that changes its rows."""

from __future__ import annotations

from typing import NamedTuple

from monitor.store.sql.connection import Connection

_KEYS = "brand, source, sentiment, lang, intent, state, hidden"


class Cube(NamedTuple):
    """A table of sums."""

    keys: str
    """Its first columns."""
    key_values: str
    """What they are, for a row of mention."""
    sums: tuple[str, str]
    """Its other columns."""
    sum_values: tuple[str, str]
    """What they are, for some rows of mention."""
    counts_all: bool = True
    """Whether irrelevant and left mentions count."""

    def select(self, where: str, sign: str = "") -> str:
        """The rows that the mentions selected by ``where`` make; those to subtract with ``sign``."""
        values = ", ".join(f"{sign}{value}" for value in self.sum_values)
        counted = "" if self.counts_all else " AND state < 2"
        return f"""SELECT {self.key_values}, {values} FROM mention NOT INDEXED
            WHERE {where}{counted} GROUP BY {self.key_values}"""


_N_AND_SCORE = ("count(*)", "coalesce(sum(score), 0)")
CUBES = {
    "cube_day": Cube(f"time, {_KEYS}", f"published_at / 86400000, {_KEYS}", ("n", "score"), _N_AND_SCORE),
    "cube_month": Cube(f"time, {_KEYS}", f"month, {_KEYS}", ("n", "score"), _N_AND_SCORE),
    "cube_all": Cube(_KEYS, _KEYS, ("n", "score"), _N_AND_SCORE),
    "cube_brand_day": Cube(
        "time, brand, sentiment, hidden",
        "published_at / 86400000, brand, sentiment, hidden",
        ("n", "score"),
        _N_AND_SCORE,
        counts_all=False,
    ),
    "cube_5min": Cube(
        "brand, time, source",
        "brand, published_at / 300000, source",
        ("n", "negative"),
        ("count(*)", "count(*) FILTER (WHERE sentiment = 0)"),
        counts_all=False,
    ),
}


def add_to_cubes(db: Connection, where: str, value: int | str, sign: str = "") -> None:
    """Add the mentions selected by ``where``, with ``value`` as its parameter; with ``sign`` "-", subtract them."""
    for name, cube in CUBES.items():
        sums = ", ".join(f"{column} = {name}.{column} + excluded.{column}" for column in cube.sums)
        columns = f"{cube.keys}, {', '.join(cube.sums)}"
        insert = f"INSERT INTO {name} ({columns}) {cube.select(where, sign)}"
        db.execute(f"{insert} ON CONFLICT ({cube.keys}) DO UPDATE SET {sums}", (value,))


def wrong_cubes(db: Connection) -> list[str]:
    """The cubes that do not equal the rows of mention. For tests and for diagnosis: it reads everything."""
    wrong = []
    for name, cube in CUBES.items():
        actual = f"SELECT {cube.keys}, {', '.join(cube.sums)} FROM {name} WHERE n <> 0"
        expected = cube.select("true")
        more, less = f"{actual} EXCEPT {expected}", f"{expected} EXCEPT {actual}"
        if db.execute(f"SELECT 1 FROM ({more}) more UNION ALL SELECT 1 FROM ({less}) less").fetchone() is not None:
            wrong.append(name)
    return wrong
