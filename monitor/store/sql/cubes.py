"""Counts over a time range from the cubes: whole months and days, and rows of mention_time for the partial days.

A range that does not start at midnight is counted from the nearest midnight, and the rows between are added or
subtracted: hence the sign of a segment. So days in any time zone cost at most half a day's rows at each end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from monitor.store.sql.connection import Connection, Cursor
from monitor.store.sql.plan import Plan
from monitor.store.sql.units import DAY_MS, month_of, month_start

OPEN_END = 2**40
"""A day or month number that is later than any other, for ranges without an end."""
MIN_DAYS_BY_MONTH = 92
"""Longer ranges are read by whole months."""
_ROWS = "json_each(?) chosen CROSS JOIN mention INDEXED BY mention_time ON mention.brand = chosen.value"

Key: TypeAlias = "tuple[int | str | None, ...]"
Counts: TypeAlias = "list[int]"
"""All mentions, negative ones, positive ones."""


class Segment(NamedTuple):
    """Part of a time range: [low, high) in the unit of ``table``, which is milliseconds, days or months."""

    table: str
    low: int
    high: int
    sign: int = 1


def segments(since: int | None, until: int | None, by_brand_day: bool = False) -> list[Segment]:
    """Split [since, until) into the parts that each table answers best; None is unbounded.

    ``by_brand_day``: cube_brand_day has all the columns that are needed.
    """
    if since is None and until is None and not by_brand_day:
        return [Segment("cube_all", 0, 0)]
    first = 0 if since is None else round(since / DAY_MS)
    last = OPEN_END if until is None else round(until / DAY_MS)
    if since is not None and until is not None and (first >= last or until - since < DAY_MS):
        return [Segment("mention", since, until)]
    partial_days = _partial_day(since, 1) + _partial_day(until, -1)
    days = [Segment("cube_brand_day", max(0, first), last)] if by_brand_day else _whole_days(max(0, first), last)
    return [*partial_days, *days]


def _partial_day(at: int | None, sign: int) -> list[Segment]:
    """The rows between ``at`` and the nearest midnight; ``sign`` applies if that midnight is later."""
    if at is None or at % DAY_MS == 0:
        return []
    midnight = round(at / DAY_MS) * DAY_MS
    return [Segment("mention", min(at, midnight), max(at, midnight), sign if midnight > at else -sign)]


def _whole_days(first: int, last: int) -> list[Segment]:
    if last - first <= MIN_DAYS_BY_MONTH:
        return [Segment("cube_day", first, last)]
    start = month_of(first * DAY_MS)
    if month_start(start) < first * DAY_MS:
        start += 1
    days_before = Segment("cube_day", first, month_start(start) // DAY_MS)
    if last == OPEN_END:
        return [days_before, Segment("cube_month", start, OPEN_END)]
    end = month_of(last * DAY_MS)
    return [days_before, Segment("cube_month", start, end), Segment("cube_day", month_start(end) // DAY_MS, last)]


class CubeReader:
    """Counts over the mentions of a plan that the cubes can answer, excluding ids above ``upto``."""

    def __init__(self, db: Connection, plan: Plan, upto: int | None = None) -> None:
        self._db = db
        self._plan = plan
        newest = db.execute("SELECT max(id) FROM mention").fetchone()[0] or 0
        self._upto = None if upto is None or upto >= newest else upto

    def total(self) -> int:
        """The number of mentions."""
        return sum(self.grouped("").values())

    def grouped(self, keys: str) -> Counter[Key]:
        """Values of the columns ``keys``, which mention and the cubes have in common -> number of mentions.

        Without ``keys``, the only values are ().
        """
        found: Counter[Key] = Counter()
        low, high = self._plan.since, self._plan.until
        for segment in segments(low, high):
            self._add(found, segment, keys)
        if self._upto is not None:
            for values, amount in self._newer_rows(*_grouping(keys, "count(*)"), low, high):
                found[values] -= amount
        return found

    def binned(self, edges: Sequence[int]) -> list[Counts]:
        """The counts between each two consecutive edges."""
        bins = [self._bin(a, b) for a, b in pairwise(edges)]
        if self._upto is not None:
            low, high = _later(self._plan.since, edges[0]), _earlier(self._plan.until, edges[-1])
            rows = self._newer_rows("published_at, sentiment", "", low, high)
            newer = bin_rows(((int(at or 0), sentiment) for (at,), sentiment in rows), edges)
            bins = [[a - b for a, b in zip(*both, strict=True)] for both in zip(bins, newer, strict=True)]
        return bins

    def _bin(self, since: int, until: int) -> Counts:
        counts = [0, 0, 0]
        low, high = _later(self._plan.since, since), _earlier(self._plan.until, until)
        if low >= high:
            return counts
        for segment in segments(low, high, by_brand_day=self._plan.for_brand_days is not None):
            n = "1" if segment.table == "mention" else "n"
            sums = f"sum({n}), sum(iif(sentiment = 0, {n}, 0)), sum(iif(sentiment = 2, {n}, 0))"
            row = self._select(segment, sums).fetchone()
            counts = [a + segment.sign * (b or 0) for a, b in zip(counts, row, strict=True)]
        return counts

    def _add(self, found: Counter[Key], segment: Segment, keys: str) -> None:
        n = "count(*)" if segment.table == "mention" else "sum(n)"
        for *values, amount in self._select(segment, *_grouping(keys, n)):
            found[tuple(values)] += segment.sign * (amount or 0)

    def _select(self, segment: Segment, columns: str, group_by: str = "") -> Cursor:
        plan = (self._plan.for_brand_days if segment.table == "cube_brand_day" else None) or self._plan
        if segment.table == "cube_all":
            return self._db.execute(f"SELECT {columns} FROM cube_all WHERE {plan.where} {group_by}", plan.params)
        table, in_time = segment.table, "time >= ? AND time < ?"
        params: tuple[int | str, ...] = (segment.low, segment.high, *plan.params)
        if segment.table == "mention":
            table, in_time = _ROWS, "mention.published_at >= ? AND mention.published_at < ?"
            params = (str(list(plan.brands)), *params)
        return self._db.execute(f"SELECT {columns} FROM {table} WHERE {in_time} AND {plan.where} {group_by}", params)

    def _newer_rows(self, columns: str, group_by: str, low: int | None, high: int | None) -> Iterator[tuple[Key, int]]:
        """(All columns but the last, the last one) of the rows above ``upto``, for the caller to subtract."""
        plan = self._plan
        sql = f"""SELECT {columns} FROM mention NOT INDEXED
            WHERE id > ? AND published_at >= ? AND published_at < ? AND {plan.where} {group_by}"""
        bounds = (self._upto, 0 if low is None else low, 2**62 if high is None else high)
        for *values, last in self._db.execute(sql, (*bounds, *plan.params)):
            yield tuple(values), last


def _grouping(keys: str, amount: str) -> tuple[str, str]:
    """The columns of a SELECT, and its GROUP BY."""
    return (f"{keys}, {amount}", f"GROUP BY {keys}") if keys else (amount, "")


def bin_rows(rows: Iterable[tuple[int, int]], edges: Sequence[int]) -> list[Counts]:
    """The counts of the rows (time, sentiment) between each two consecutive edges."""
    bins = [[0, 0, 0] for _ in edges[1:]]
    for at, sentiment in rows:
        if edges[0] <= at < edges[-1]:
            counts = bins[bisect_right(edges, at) - 1]
            counts[0] += 1
            counts[1] += sentiment == 0
            counts[2] += sentiment == 2
    return bins


def _later(a: int | None, b: int) -> int:
    return b if a is None else max(a, b)


def _earlier(a: int | None, b: int) -> int:
    return b if a is None else min(a, b)
