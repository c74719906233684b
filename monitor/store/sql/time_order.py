"""Pages by time of publication: the newest first, or the oldest first; by id where times are equal.

Ids grow with the time of adding, and nothing is published after it was added. What was imported, or read late, has a
high id but an old time. So the search index, which sorts by id, is read in one of these ways:

    scan      mention_published, if the filter excludes little: it stops when the page is full
    sort      all matches, for one story or a short range of the past
    stream    the newest ids first, until what follows was added before the page's last mention was published
    months    one after the other, by their tokens, if the stream meets many that were read late: all matches of a
              month are sorted; if they are too many, ``scan`` finds the page, or, with words, ``walk`` does
    walk      mention_published, looking up which mentions match: fast because every hundredth does
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import NamedTuple

from monitor.model import Order
from monitor.store.sql.candidates import Candidates, Select
from monitor.store.sql.connection import Connection
from monitor.store.sql.filter_tokens import all_of, any_of, token
from monitor.store.sql.ids import first_id_added
from monitor.store.sql.units import MAX_MS, month_start

MAX_STREAMED = 4_000
"""Matches that are read by id, before those of single months are read."""
MAX_SORTED = 5_000
"""Matches of some months that are sorted."""
WALKED_AT_ONCE = 500
MAX_ID_GAP = 100
"""Ids that are looked up in one range although others lie between them."""


_KEY = "mention.published_at, mention.id"
_NEXT_MONTH = "SELECT min(time) FROM cube_month WHERE time > ?"


class Key(NamedTuple):
    """What a list is sorted by."""

    published_at: int
    id: int


def keys(candidates: Candidates, after: Key | None, limit: int) -> list[Key]:
    """The first ``limit`` candidates after ``after`` in the plan's order, which is NEW or OLD."""
    plan, db = candidates.plan, candidates.db
    if plan.order is Order.OLD and after is not None:
        candidates = replace(candidates, low=max(candidates.low, first_id_added(db, after.published_at)))
    page = _Page(candidates, after, limit)
    few = candidates.few()
    if few is not None and (plan.match is not None or plan.story is not None):
        return page.sort(few)
    if plan.match is None:
        return page.scan(0, MAX_MS)
    months = page.months()
    if plan.order is Order.NEW and months and months[0] == _newest_month(db):
        streamed = page.stream()
        if streamed is not None:
            return streamed
    return page.read_months(months)


class _Page:
    """Reads one page. ``_low`` and ``_high`` are the first and the last time at which its mentions were published."""

    def __init__(self, candidates: Candidates, after: Key | None, limit: int) -> None:
        self._plan, self._db = candidates.plan, candidates.db
        self._after, self._limit = after, limit
        self._descending = self._plan.order is Order.NEW
        self._low = self._plan.since or 0
        self._high = MAX_MS if self._plan.until is None else self._plan.until - 1
        if after is not None and self._descending:
            self._high = min(self._high, after.published_at)
        elif after is not None:
            self._low = max(self._low, after.published_at)
        # The times are conditions of this class, and the only ones, so that the index of times starts at the right one.
        self._candidates = replace(candidates, plan=replace(self._plan, since=None, until=None))
        direction = "DESC" if self._descending else ""
        self._order = f"ORDER BY mention.published_at {direction}, mention.id {direction}"
        self._time = "mention.published_at BETWEEN ? AND ?"
        if after is not None:
            compared = "<" if self._descending else ">"
            self._time += f" AND (+mention.published_at, mention.id) {compared} ({after.published_at}, {after.id})"

    def sort(self, matches: Select) -> list[Key]:
        """From all matches."""
        return self._ordered(matches, self._low, self._high)

    def scan(self, start: int, end: int) -> list[Key]:
        """From the index of times, published in [start, end), with the conditions over columns."""
        select = self._candidates.by_columns("mention INDEXED BY mention_published")
        return self._ordered(select, max(self._low, start), min(self._high, end - 1))

    def stream(self) -> list[Key] | None:
        """By id; None if the page is not complete after MAX_STREAMED matches."""
        select, most = self._candidates.by_index(join=True), max(MAX_STREAMED, 4 * self._limit)
        sql = f"SELECT {_KEY}, mention.added_at {select.source} ORDER BY {select.id} DESC LIMIT ?"
        first: list[Key] = []
        read = 0
        for published_at, id_, added_at in self._db.execute(sql, (*select.params, most)):
            if len(first) == self._limit and added_at <= first[0].published_at:
                return sorted(first, reverse=True)
            read += 1
            if self._contains(key := Key(published_at, id_)):
                heapq.heappush(first, key)
                if len(first) > self._limit:
                    heapq.heappop(first)
        return sorted(first, reverse=True) if read < most else None

    def months(self) -> list[int]:
        """The months with mentions in which the page may be, in the order of the list."""
        months = [m for m in _months(self._db) if month_start(m + 1) > self._low and month_start(m) <= self._high]
        return months[::-1] if self._descending else months

    def read_months(self, months: Sequence[int]) -> list[Key]:
        """From the first of ``months``, then from twice as many as before, until the page is full."""
        found: list[Key] = []
        first, width = 0, 1
        while first < len(months) and len(found) < self._limit:
            some = months[first : first + width]
            matches = self._read_few(some)
            if matches is None and width > 1:
                width = 1
                continue
            found += self._read_many(some[0]) if matches is None else matches
            first, width = first + len(some), 2 * width
        return found[: self._limit]

    def _read_few(self, months: Sequence[int]) -> list[Key] | None:
        """Those of ``months``, or None if more than MAX_SORTED match, before or after the page."""
        select = self._of_months(months).by_index(join=True)
        rows = self._db.execute(f"SELECT {_KEY} {select.source} LIMIT ?", (*select.params, MAX_SORTED + 1)).fetchall()
        if len(rows) > MAX_SORTED:
            return None
        return sorted((key for row in rows if self._contains(key := Key(*row))), reverse=self._descending)

    def _read_many(self, month: int) -> list[Key]:
        """The first of a month in which many match."""
        start, end = month_start(month), month_start(month + 1)
        if self._plan.columns_suffice:
            return self.scan(start, end)
        if "*" in (self._plan.match or ""):  # to open a prefix takes too long to do it for each range of ids
            return self.sort(self._of_months([month]).by_index(join=True))
        return list(islice(self._walk(max(self._low, start), min(self._high, end - 1)), self._limit))

    def _walk(self, low: int, high: int) -> Iterator[Key]:
        """Those published from ``low`` to ``high``: looks up for each mention whether it matches."""
        plan = replace(self._candidates.plan, conditions=())
        select = replace(self._candidates, plan=plan).by_columns("mention INDEXED BY mention_published")
        rows = self._db.execute(
            f"SELECT {_KEY} {select.source} AND {self._time} {self._order}", (*select.params, low, high)
        )
        while batch := rows.fetchmany(WALKED_AT_ONCE):
            matching = self._matching(sorted(id_ for _, id_ in batch))
            yield from (Key(*row) for row in batch if row[1] in matching)

    def _matching(self, ids: Sequence[int]) -> set[int]:
        """The ids that match among ``ids``, which ascend, and others between them."""
        candidates = replace(self._candidates, plan=replace(self._candidates.plan, story=None))
        ends = [i for i in range(1, len(ids)) if ids[i] - ids[i - 1] > MAX_ID_GAP]
        found: set[int] = set()
        for start, end in pairwise([0, *ends, len(ids)]):
            select = replace(candidates, low=ids[start], high=ids[end - 1]).by_index(join=False)
            found.update(id_ for (id_,) in self._db.execute(select.sql, select.params))
        return found

    def _of_months(self, months: Sequence[int]) -> Candidates:
        match = all_of([self._plan.match or "", any_of(token("m", month) for month in months)])
        return replace(self._candidates, plan=replace(self._candidates.plan, match=match))

    def _ordered(self, select: Select, low: int, high: int) -> list[Key]:
        sql = f"SELECT {_KEY} {select.source} AND {self._time} {self._order} LIMIT ?"
        return [Key(*row) for row in self._db.execute(sql, (*select.params, low, high, self._limit))]

    def _contains(self, key: Key) -> bool:
        if not self._low <= key.published_at <= self._high:
            return False
        return self._after is None or (key < self._after if self._descending else key > self._after)


def _months(db: Connection) -> list[int]:
    """The months with mentions, ascending."""
    found: list[int] = []
    while (month := db.execute(_NEXT_MONTH, (found[-1] if found else -1,)).fetchone()[0]) is not None:
        found.append(month)
    return found


def _newest_month(db: Connection) -> int | None:
    found: tuple[int | None] = db.execute("SELECT max(time) FROM cube_month").fetchone()
    return found[0]
