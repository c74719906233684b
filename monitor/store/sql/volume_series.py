"""Mention counts in 5-minute bins, by source: long ranges from the rollup ``cube_5min``, short ones from the rows.

Hidden mentions count; irrelevant and left ones do not. In the languages that nobody measured, none counts as negative.
The counts are arrays of 32-bit integers, not lists: a month of
two hundred sources is three million counts, which NumPy takes from an array without a copy.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.model import VolumeSeries
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import active_brands, source_names
from monitor.store.sql.measured import unmeasured_languages
from monitor.store.sql.units import BIN_MS, from_ms

_ROLLUP = """SELECT source, time - ?1, n, negative FROM cube_5min
    WHERE brand = ?2 AND time >= ?1 AND time < ?3 AND n > 0"""
_ROWS = """SELECT source, (published_at - ?1) / ?4, count(*), count(*) FILTER (WHERE sentiment = 0)
    FROM mention INDEXED BY mention_time
    WHERE brand = ?2 AND published_at >= ?1 AND published_at < ?3 AND state < 2 GROUP BY 1, 2"""
_UNMEASURED_NEGATIVE = """SELECT source, (published_at - ?1) / ?4, count(*) FROM mention INDEXED BY mention_time
    WHERE brand = ?2 AND published_at >= ?1 AND published_at < ?3 AND state < 2 AND sentiment = 0
    AND lang IN (SELECT value FROM json_each(?5, '$')) GROUP BY 1, 2"""
_VOLUMES = """SELECT source, (time - ?1) / ?2, sum(n) FROM cube_5min
    WHERE brand = ?3 AND time >= ?1 AND time < ?1 + ?2 * ?4 GROUP BY 1, 2"""


def from_rollup(db: Connection, brand: str, since: int, until: int) -> VolumeSeries:
    """The bins from the one that contains ``since`` to the one before that of ``until``."""
    first, last = since // BIN_MS, until // BIN_MS
    rows = db.execute(_ROLLUP, (first, _brand_id(db, brand), last))
    series = _series(db, brand, first * BIN_MS, last - first, rows)
    return _measured(db, series, first * BIN_MS, last * BIN_MS)


def from_rows(db: Connection, brand: str, end: int, bins: int, step: int) -> VolumeSeries:
    """``bins`` bins of ``step`` ms, the last of which ends exactly at ``end``."""
    start = end - bins * step
    rows = db.execute(_ROWS, (start, _brand_id(db, brand), end, step))
    return _measured(db, _series(db, brand, start, bins, rows, step), start, end)


def volumes_by_source(db: Connection, since: int, step: int, bins: int) -> dict[str, list[int]]:
    """Source -> mentions of the config's brands in each of ``bins`` intervals of ``step`` ms from ``since`` on.

    Both are rounded down to 5 minutes, so the first interval may include the last minutes before ``since``.
    """
    found: dict[str, list[int]] = {}
    names, first, width = source_names(db), since // BIN_MS, step // BIN_MS
    for brand in active_brands(db):
        for source, bin_, count in db.execute(_VOLUMES, (first, width, brand, bins)):
            found.setdefault(names[source], [0] * bins)[bin_] += count
    return found


def _measured(db: Connection, series: VolumeSeries, start: int, end: int) -> VolumeSeries:
    """``series`` without the negative mentions in languages that nobody measured."""
    if unmeasured := unmeasured_languages(db):
        step = series.step // timedelta(milliseconds=1)
        params = (start, _brand_id(db, series.brand), end, step, unmeasured)
        names = source_names(db)
        negative = {source: array("i", counts) for source, counts in series.negative.items()}
        for source, bin_, n in db.execute(_UNMEASURED_NEGATIVE, params):
            negative[names[source]][bin_] -= n
        return replace(series, negative=negative)
    return series


def _brand_id(db: Connection, name: str) -> int:
    """The id of any brand ever registered, or 0."""
    found = db.execute("SELECT id FROM brand WHERE name = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


def _series(
    db: Connection, brand: str, start: int, bins: int, rows: Iterable[tuple[int, int, int, int]], step: int = BIN_MS
) -> VolumeSeries:
    names, zeros = source_names(db), array("i", [0]) * bins
    n: dict[str, array[int]] = {}
    negative: dict[str, array[int]] = {}
    for source, bin_, count, negative_count in rows:
        name = names[source]
        if name not in n:
            n[name], negative[name] = zeros[:], zeros[:]
        n[name][bin_] = count
        negative[name][bin_] = negative_count
    return VolumeSeries(brand, from_ms(start), timedelta(milliseconds=step), n, negative)
