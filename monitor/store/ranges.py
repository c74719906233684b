"""Figures over a time from the cubes: whole months and days where it can, rows of mention_time for the loose ends.

A time that does not begin at midnight is counted from the nearest one, and the rows between are added or taken off:
hence the sign of a piece. So days of any time zone cost at most half a day's rows at each end.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from monitor.store.connections import Connection
from monitor.store.plan import Plan
from monitor.store.times import DAY, month_of, month_start

FOREVER = 2**40
"""A day and a month that never come."""
_MONTHS_FROM = 92
"""Days from which on whole months are read as such."""
_ROWS = "json_each(?) of CROSS JOIN mention INDEXED BY mention_time ON mention.brand = of.value"


Key: TypeAlias = "tuple[int | str | None, ...]"
Signs: TypeAlias = "list[int]"
"""How many, how many of them negative, how many positive."""


class Piece(NamedTuple):
    """Part of a time: ``low`` up to, without, ``high`` in milliseconds, days or months as the table has them."""

    table: str
    low: int
    high: int
    sign: int = 1


def pieces(since: int | None, until: int | None, by_line: bool = False) -> list[Piece]:
    """Cut [since, until), None being open, into what each table answers best; ``by_line``: cube_line knows enough."""
    if since is None and until is None and not by_line:
        return [Piece("cube_all", 0, 0)]
    first = 0 if since is None else round(since / DAY)
    last = FOREVER if until is None else round(until / DAY)
    if since is not None and until is not None and (first >= last or until - since < DAY):
        return [Piece("mention", since, until)]
    ends = _loose_end(since, 1) + _loose_end(until, -1)
    days = [Piece("cube_line", max(0, first), last)] if by_line else _whole_days(max(0, first), last)
    return [*ends, *days]


def _loose_end(at: int | None, sign: int) -> list[Piece]:
    """What lies between ``at`` and the nearest midnight; ``sign`` is that of the part after a beginning."""
    if at is None or at % DAY == 0:
        return []
    midnight = round(at / DAY) * DAY
    return [Piece("mention", min(at, midnight), max(at, midnight), sign if midnight > at else -sign)]


def _whole_days(first: int, last: int) -> list[Piece]:
    if last - first <= _MONTHS_FROM:
        return [Piece("cube_day", first, last)]
    start = month_of(first * DAY)
    if month_start(start) < first * DAY:
        start += 1
    if last == FOREVER:
        return [Piece("cube_day", first, month_start(start) // DAY), Piece("cube_month", start, FOREVER)]
    end = month_of(last * DAY)
    days_before = Piece("cube_day", first, month_start(start) // DAY)
    return [days_before, Piece("cube_month", start, end), Piece("cube_day", month_start(end) // DAY, last)]


class Figures:
    """Sums over the mentions of a plan that the cubes can answer, those with ids above ``upto`` left out."""

    def __init__(self, db: Connection, plan: Plan, upto: int | None = None) -> None:
        self._db = db
        self._plan = plan
        newest = db.execute("SELECT max(id) FROM mention").fetchone()[0] or 0
        self._upto = None if upto is None or upto >= newest else upto

    def total(self) -> int:
        """How many there are."""
        return sum(self.grouped("NULL").values())

    def grouped(self, keys: str) -> Counter[Key]:
        """Values of ``keys``, columns of mention and cubes alike -> how many."""
        found: Counter[Key] = Counter()
        low, high = self._plan.since, self._plan.until
        for piece in pieces(low, high):
            self._add(found, piece, keys)
        if self._upto is not None:
            for values, amount in self._newer(f"{keys}, count(*)", f"GROUP BY {keys}", low, high):
                found[values] -= amount
        return found

    def binned(self, edges: Sequence[int]) -> list[Signs]:
        """For each span between two edges: how many, how many of them negative and positive."""
        bins = [self._bin(a, b) for a, b in pairwise(edges)]
        if self._upto is not None:
            low, high = _later(self._plan.since, edges[0]), _earlier(self._plan.until, edges[-1])
            newer = ((int(at or 0), bucket) for (at,), bucket in self._newer("published_at, bucket", "", low, high))
            bins = [
                [a - b for a, b in zip(*both, strict=True)] for both in zip(bins, in_bins(newer, edges), strict=True)
            ]
        return bins

    def _bin(self, since: int, until: int) -> Signs:
        signs = [0, 0, 0]
        low, high = _later(self._plan.since, since), _earlier(self._plan.until, until)
        for piece in pieces(low, high, by_line=self._plan.line is not None) if low < high else ():
            n = "1" if piece.table == "mention" else "n"
            sums = f"sum({n}), sum(iif(bucket = 0, {n}, 0)), sum(iif(bucket = 2, {n}, 0))"
            row = self._read(piece, sums).fetchone()
            signs = [a + piece.sign * (b or 0) for a, b in zip(signs, row, strict=True)]
        return signs

    def _add(self, found: Counter[Key], piece: Piece, keys: str) -> None:
        n = "count(*)" if piece.table == "mention" else "sum(n)"
        for *values, amount in self._read(piece, f"{keys}, {n}", f"GROUP BY {keys}"):
            found[tuple(values)] += piece.sign * (amount or 0)

    def _read(self, piece: Piece, columns: str, end: str = "") -> sqlite3.Cursor:
        """Select from the mentions of a piece."""
        plan = (self._plan.line if piece.table == "cube_line" else None) or self._plan
        source, time, params = piece.table, "time >= ? AND time < ?", (piece.low, piece.high)
        if piece.table == "cube_all":
            return self._db.execute(f"SELECT {columns} FROM cube_all WHERE {plan.where} {end}", plan.params)
        before: tuple[str, ...] = ()
        if piece.table == "mention":
            source, time = _ROWS, "mention.published_at >= ? AND mention.published_at < ?"
            before = (str(list(plan.brands)),)
        sql = f"SELECT {columns} FROM {source} WHERE {time} AND {plan.where} {end}"
        return self._db.execute(sql, (*before, *params, *plan.params))

    def _newer(self, columns: str, end: str, low: int | None, high: int | None) -> Iterator[tuple[Key, int]]:
        """The rows above ``upto``, to be taken off."""
        plan = self._plan
        sql = f"""SELECT {columns} FROM mention NOT INDEXED
            WHERE id > ? AND published_at >= ? AND published_at < ? AND {plan.where} {end}"""
        bounds = (self._upto, 0 if low is None else low, 2**62 if high is None else high)
        for *values, amount in self._db.execute(sql, (*bounds, *plan.params)):
            yield tuple(values), amount


def in_bins(rows: Iterable[tuple[int, int]], edges: Sequence[int]) -> list[Signs]:
    """For each span between two edges: how many of the rows (time, bucket), how many of them negative and positive."""
    bins = [[0, 0, 0] for _ in edges[1:]]
    for at, bucket in rows:
        if edges[0] <= at < edges[-1]:
            signs = bins[bisect_right(edges, at) - 1]
            signs[0] += 1
            signs[1] += bucket == 0
            signs[2] += bucket == 2
    return bins


def _later(a: int | None, b: int) -> int:
    return b if a is None else max(a, b)


def _earlier(a: int | None, b: int) -> int:
    return b if a is None else min(a, b)
