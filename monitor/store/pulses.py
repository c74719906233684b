"""Counts in steps of 5 minutes, by source: for long times from the rollup, for short ones from the rows.

Hidden mentions count, irrelevant ones and those that were left do not. Arrays of 32 bits stand for lists: a month of
two hundred sources is three million counts, and who calculates with them takes them over as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import timedelta

from monitor.model import Pulses
from monitor.store.connections import Connection
from monitor.store.names import source_names
from monitor.store.times import from_ms

STEP = 300_000
"""Milliseconds."""
_ROLLUP = "SELECT source, time - ?1, n, negative FROM pulse WHERE brand = ?2 AND time >= ?1 AND time < ?3 AND n > 0"
_ROWS = """SELECT source, (published_at - ?1) / 300000, count(*), ifnull(sum(bucket = 0), 0)
    FROM mention INDEXED BY mention_time
    WHERE brand = ?2 AND published_at >= ?1 AND published_at < ?3 AND state < 2 GROUP BY 1, 2"""


def pulses(db: Connection, brand: str, since: int, until: int) -> Pulses:
    """The aligned steps from the one that ``since`` lies in to the one before that of ``until``."""
    first, last = since // STEP, until // STEP
    rows = db.execute(_ROLLUP, (first, _number(db, brand), last))
    return _binned(db, brand, first * STEP, last - first, rows)


def recent(db: Connection, brand: str, end: int, bins: int) -> Pulses:
    """So many steps of which the last one ends at ``end``, to the millisecond."""
    start = end - bins * STEP
    return _binned(db, brand, start, bins, db.execute(_ROWS, (start, _number(db, brand), end)))


def _number(db: Connection, brand: str) -> int:
    found = db.execute("SELECT id FROM brand WHERE name = ?", (brand,)).fetchone()
    return int(found[0]) if found else 0


def _binned(db: Connection, brand: str, start: int, bins: int, rows: Iterable[tuple[int, int, int, int]]) -> Pulses:
    names, nothing = source_names(db), array("i", [0]) * bins
    n: dict[str, array[int]] = {}
    negative: dict[str, array[int]] = {}
    for source, bin_, count, bad in rows:
        name = names[source]
        if name not in n:
            n[name], negative[name] = nothing[:], nothing[:]
        n[name][bin_] = count
        negative[name][bin_] = bad
    return Pulses(brand, from_ms(start), timedelta(milliseconds=STEP), n, negative)
