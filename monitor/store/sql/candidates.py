"""Which mentions satisfy a plan: one SELECT of ids, by the cheapest of four routes.

    story         its partial index
    time          mention_time, for a short time range in the past
    index         the search index, if the filter has anything that narrows it
    rows          the primary key, newest first, if the filter excludes little

``time_order`` uses them for pages by time of publication. Each is pinned, because the planner sometimes picks a wrong
index, with or without ANALYZE; tests check the plans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.model import Order
from monitor.query import Document
from monitor.store.sql import sample_index
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import first_id_added
from monitor.store.sql.plan import Plan
from monitor.store.sql.prefixes import expand
from monitor.store.sql.rows import load_posts
from monitor.store.sql.units import DAY_MS

SHORT_RANGE_MS = 7 * DAY_MS
_MAX_ID = 2**63 - 1
_POSTS_PER_READ = 500


class Select(NamedTuple):
    """SQL that selects mentions, without ORDER BY and LIMIT."""

    source: str
    """From FROM on."""
    params: tuple[int | str, ...]
    id: str
    """The expression of the id. With the search index it must be that table's rowid, or sorting becomes slow."""

    @property
    def sql(self) -> str:
        """Selects the ids."""
        return f"SELECT {self.id} {self.source}"


@dataclass(frozen=True)
class Candidates:
    """The mentions with ids from ``low`` to ``high`` that satisfy a plan, except for its text check."""

    db: Connection
    plan: Plan
    low: int = 0
    high: int = _MAX_ID
    sampled: bool = False
    """Whether they are only those in the sample index, which needs a plan with ``match``."""

    @classmethod
    def within(cls, db: Connection, plan: Plan, upto: int | None = None) -> Candidates:
        """Bounded by ``upto``, and by the plan's ``since``: what was published since then was also added since then."""
        low = 0 if plan.since is None else first_id_added(db, plan.since)
        if plan.match is not None and "*" in plan.match:
            plan = replace(plan, match=expand(db, plan.match))
        return cls(db, plan, low, _MAX_ID if upto is None else upto)

    def ids(self, limit: int = _MAX_ID, before: int | None = None, condition: str = "true") -> list[int]:
        """Ids by score, those after the mention ``before``, if the plan's order is that; otherwise the newest first.

        ``condition`` is SQL that may use ``{id}``.
        """
        after = "true" if before is None else self._after_score(before)
        select = self.select(join=self.plan.order in _ORDERS_BY_SCORE)
        order = _ORDER_BY.get(self.plan.order, "{id} DESC").format(id=select.id)
        sql = f"{select.sql} AND {after} AND {condition.format(id=select.id)} ORDER BY {order} LIMIT ?"
        return [row[0] for row in self.db.execute(sql, (*select.params, limit))]

    def in_share(self, share: int) -> list[int]:
        """The ids in a share, in 65536ths of all, in ascending order."""
        select = self.select()
        sql = f"{select.sql} AND {sample_index.in_share(select.id, share)}"
        return [row[0] for row in self.db.execute(sql, select.params)]

    def count(self, limit: int = _MAX_ID) -> int:
        """The number of candidates, counted up to ``limit`` (by default all)."""
        select = self.select()
        sql = f"SELECT count(*) FROM ({select.sql} LIMIT ?) found"
        found: tuple[int] = self.db.execute(sql, (*select.params, limit)).fetchone()
        return found[0]

    @property
    def needs_rows(self) -> bool:
        """Whether rows of mention must be read, because the search index alone cannot decide."""
        plan = self.plan
        return plan.match is None or any(x is not None for x in (plan.since, plan.until, plan.story))

    def upper_bound(self) -> int:
        """The number that the search index finds, ignoring what only rows can decide. Always fast."""
        if self.plan.match is None:
            return self.count()
        index_only = replace(self.plan, since=None, until=None, story=None, columns_suffice=False)
        return replace(self, plan=index_only).count()

    def passing_check(self, ids: list[int]) -> list[int]:
        """Those of ``ids`` that satisfy the text check too, in their order."""
        check = self.plan.check
        if check is None:
            return ids
        passed: list[int] = []
        for start in range(0, len(ids), _POSTS_PER_READ):
            posts = load_posts(self.db, ids[start : start + _POSTS_PER_READ])
            passed += [id_ for id_, post in posts.items() if check.accepts(Document.of(post))]
        return passed

    def select(self, join: bool = False) -> Select:
        """The SELECT; ``join``: the caller needs columns of mention."""
        few = None if self.sampled else self.few()
        if few is not None:
            return few
        if self.plan.match is not None:
            return self.by_index(join or self.needs_rows)
        return self.by_columns("mention NOT INDEXED")

    def few(self) -> Select | None:
        """The candidates by an index that finds few: of one story, or of a short time range in the past."""
        plan = self.plan
        if plan.story is not None and plan.columns_suffice:
            return self.by_columns("mention INDEXED BY mention_story")
        if not self._is_short_past_range():
            return None
        brands = "json_each(?) chosen CROSS JOIN mention INDEXED BY mention_time ON mention.brand = chosen.value"
        return self.by_columns(brands, (str(list(plan.brands)),))

    def by_columns(self, table: str, params: tuple[int | str, ...] = ()) -> Select:
        """The candidates in ``table``, whose parameters are ``params``, by conditions over columns alone."""
        row_conditions, values = self._row_conditions()
        source = f"FROM {table} WHERE mention.id BETWEEN ? AND ? AND {self.plan.where}{row_conditions}"
        return Select(source, (*params, self.low, self.high, *self.plan.params, *values), "mention.id")

    def by_index(self, join: bool) -> Select:
        """The candidates by the search index; ``join``: with the columns of mention."""
        row_conditions, values = self._row_conditions()
        index, rows = ("mention_fts", "mention") if not self.sampled else (sample_index.TABLE, sample_index.ROWS)
        joined = f" CROSS JOIN {rows} ON mention.id = {index}.rowid" if join else ""
        if join and self.sampled:
            row_conditions += f" AND {sample_index.in_share('mention.id', sample_index.INDEXED_SHARE)}"
        matches = f"{index} MATCH ? AND {index}.rowid BETWEEN ? AND ?"
        source = f"FROM {index}{joined} WHERE {matches}{row_conditions}"
        return Select(source, (self.plan.match or "", self.low, self.high, *values), f"{index}.rowid")

    def _is_short_past_range(self) -> bool:
        plan = self.plan
        if not plan.by_cube or plan.since is None or plan.until is None or plan.until - plan.since > SHORT_RANGE_MS:
            return False
        newest = self.db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
        return newest is not None and plan.until < newest[0]

    def _row_conditions(self) -> tuple[str, tuple[int, ...]]:
        """The conditions that only a row can decide."""
        plan = self.plan
        conditions = (
            ("mention.published_at >= ?", plan.since),
            ("mention.published_at < ?", plan.until),
            ("mention.story = ?", plan.story),
        )
        used = [(sql, value) for sql, value in conditions if value is not None]
        return "".join(f" AND {sql}" for sql, _ in used), tuple(value for _, value in used)

    def _after_score(self, before: int) -> str:
        """The condition that a mention comes after ``before`` in an order by score."""
        found = self.db.execute("SELECT score FROM mention WHERE id = ?", (before,)).fetchone()
        score = found[0] if found else None
        if score is None:
            return f"(mention.score IS NULL AND mention.id < {before})"
        beyond = ">" if self.plan.order is Order.NEGATIVE else "<"
        same_score = f"mention.score = {score} AND mention.id < {before}"
        return f"(mention.score {beyond} {score} OR mention.score IS NULL OR ({same_score}))"


_ORDERS_BY_SCORE = {Order.NEGATIVE, Order.POSITIVE}
_ORDER_BY = {
    Order.NEGATIVE: "mention.score IS NULL, mention.score, {id} DESC",
    Order.POSITIVE: "mention.score IS NULL, mention.score DESC, {id} DESC",
}
