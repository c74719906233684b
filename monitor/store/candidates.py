"""Which mentions satisfy a plan: one SELECT of ids, by the cheapest of four ways.

    story         its partial index
    time          mention_time, where a short time that is over is asked for
    index         the search index, where anything narrows it
    rows          the primary key, newest first, where hardly anything is left out

Every way is pinned, since the planner, ANALYZE or not, picks a wrong one now and then; tests hold the plans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.model import Order
from monitor.query import Document
from monitor.store.connections import Connection
from monitor.store.plan import Plan
from monitor.store.rows import load_posts
from monitor.store.times import DAY

CAP = 10_000
"""Matches that are counted one by one; figures over more of them are estimates from about as many."""
_SHORT = 7 * DAY
_TOP = 2**63 - 1
_CHUNK = 500


class Select(NamedTuple):
    """SQL whose rows are ids, without ORDER BY and LIMIT."""

    sql: str
    params: tuple[int | str, ...]
    id: str
    """The expression that is the id, to order by: for the index it must be its own rowid."""


@dataclass(frozen=True)
class Candidates:
    """The mentions with ids from ``low`` to ``high`` that satisfy a plan, but for its check."""

    db: Connection
    plan: Plan
    low: int = 0
    high: int = _TOP

    @classmethod
    def within(cls, db: Connection, plan: Plan, upto: int | None = None) -> Candidates:
        """Bounded by ``upto`` and by the plan's ``since``: what was published since then was added since then."""
        low = 0 if plan.since is None else first_added(db, plan.since)
        return cls(db, plan, low, _TOP if upto is None else upto)

    def ids(self, limit: int = -1, before: int | None = None, only: str = "true") -> list[int]:
        """Ids in the plan's order, those behind ``before`` in it; ``only`` is a condition on ``{id}``."""
        cut, key = (self, "true") if before is None else self._behind(before)
        select = cut.select(join=cut.plan.order in _BY_SCORE)
        order = _ORDER[self.plan.order].format(id=select.id)
        sql = f"{select.sql} AND {key} AND {only.format(id=select.id)} ORDER BY {order} LIMIT ?"
        return [row[0] for row in self.db.execute(sql, (*select.params, limit))]

    def count(self, limit: int) -> int:
        """How many there are, counted up to ``limit``."""
        select = self.select()
        counted = f"SELECT count(*) FROM ({select.sql} LIMIT ?)"
        found: tuple[int] = self.db.execute(counted, (*select.params, limit)).fetchone()
        return found[0]

    @property
    def needs_rows(self) -> bool:
        """Whether the index alone cannot tell."""
        plan = self.plan
        return plan.match is None or any(x is not None for x in (plan.since, plan.until, plan.story))

    def superset(self) -> int:
        """How many the index finds, whatever their rows say: always quick."""
        if self.plan.match is None:
            return self.count(-1)
        bare = replace(self, plan=replace(self.plan, since=None, until=None, story=None, columns_suffice=False))
        return bare.count(-1)

    def passing(self, ids: list[int]) -> list[int]:
        """Those of ``ids`` that satisfy the check too, in their order."""
        check = self.plan.check
        if check is None:
            return ids
        passed: list[int] = []
        for start in range(0, len(ids), _CHUNK):
            posts = load_posts(self.db, ids[start : start + _CHUNK])
            passed += [id_ for id_, post in posts.items() if check.accepts(Document.of(post))]
        return passed

    def select(self, join: bool = False) -> Select:
        """The SELECT; ``join``: columns of mention are needed."""
        plan = self.plan
        if plan.story is not None and plan.columns_suffice:
            return self._by_columns("mention INDEXED BY mention_story", ())
        if self._time_is_short():
            return self._by_time()
        if plan.match is not None:
            return self._by_index(join or self.needs_rows)
        return self._by_columns("mention NOT INDEXED", ())

    def _time_is_short(self) -> bool:
        plan = self.plan
        if not plan.by_cube or plan.since is None or plan.until is None or plan.until - plan.since > _SHORT:
            return False
        newest = self.db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
        return newest is not None and plan.until < newest[0]

    def _by_columns(self, table: str, params: tuple[int | str, ...]) -> Select:
        rows, values = self._rows_say()
        sql = f"SELECT mention.id FROM {table} WHERE mention.id BETWEEN ? AND ? AND {self.plan.where}{rows}"
        return Select(sql, (*params, self.low, self.high, *self.plan.params, *values), "mention.id")

    def _by_time(self) -> Select:
        brands = "json_each(?) of CROSS JOIN mention INDEXED BY mention_time ON mention.brand = of.value"
        return self._by_columns(brands, (str(list(self.plan.brands)),))

    def _by_index(self, join: bool) -> Select:
        rows, values = self._rows_say()
        joined = " CROSS JOIN mention ON mention.id = mention_fts.rowid" if join else ""
        found = "mention_fts MATCH ? AND mention_fts.rowid BETWEEN ? AND ?"
        sql = f"SELECT mention_fts.rowid FROM mention_fts{joined} WHERE {found}{rows}"
        return Select(sql, (self.plan.match or "", self.low, self.high, *values), "mention_fts.rowid")

    def _rows_say(self) -> tuple[str, tuple[int, ...]]:
        """What only a row can tell."""
        plan = self.plan
        tests = (
            ("mention.published_at >= ?", plan.since),
            ("mention.published_at < ?", plan.until),
            ("mention.story = ?", plan.story),
        )
        asked = [(sql, value) for sql, value in tests if value is not None]
        return "".join(f" AND {sql}" for sql, _ in asked), tuple(value for _, value in asked)

    def _behind(self, before: int) -> tuple[Candidates, str]:
        """Narrowed to what comes after the mention ``before`` in the plan's order; with a condition if by score."""
        if self.plan.order is Order.NEW:
            return replace(self, high=min(self.high, before - 1)), "true"
        if self.plan.order is Order.OLD:
            return replace(self, low=max(self.low, before + 1)), "true"
        found = self.db.execute("SELECT score FROM mention WHERE id = ?", (before,)).fetchone()
        score = found[0] if found else None
        if score is None:
            return self, f"(mention.score IS NULL AND mention.id < {before})"
        beyond = ">" if self.plan.order is Order.NEGATIVE else "<"
        same = f"mention.score = {score} AND mention.id < {before}"
        return self, f"(mention.score {beyond} {score} OR mention.score IS NULL OR ({same}))"


_BY_SCORE = {Order.NEGATIVE, Order.POSITIVE}
_ORDER = {
    Order.NEW: "{id} DESC",
    Order.OLD: "{id}",
    Order.NEGATIVE: "mention.score IS NULL, mention.score, {id} DESC",
    Order.POSITIVE: "mention.score IS NULL, mention.score DESC, {id} DESC",
}


def first_added(db: Connection, since: int) -> int:
    """The lowest id added at ``since`` or later, by halving: ids grow with ``added_at``, so it needs no index."""
    low, high = 0, (db.execute("SELECT max(id) FROM mention").fetchone()[0] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        find = "SELECT id, added_at FROM mention WHERE id >= ? ORDER BY id LIMIT 1"
        id_, added = db.execute(find, (middle,)).fetchone() or (high, since)
        if added >= since:
            high = middle
        else:
            low = id_ + 1
    return low
