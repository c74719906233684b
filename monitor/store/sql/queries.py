"""Lists and counts of mentions: keyset pages, totals and new arrivals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.model import Count, ListPosition, Order, Position
from monitor.store.sql import time_order
from monitor.store.sql.candidates import Candidates
from monitor.store.sql.connection import Connection
from monitor.store.sql.cubes import CubeReader
from monitor.store.sql.plan import Plan
from monitor.store.sql.samples import Samples, last_mention_id
from monitor.store.sql.units import to_ms

MAX_COUNTED_MENTIONS = 2_000_000
"""With up to this many mentions in all, the search index counts any list within a fifth of a second."""
MAX_CHUNK_IDS = 4_000


def page_ids(db: Connection, plan: Plan, before: Position | None, upto: int | None, limit: int) -> list[int]:
    """Ids of the first ``limit`` mentions after ``before`` in the plan's order."""
    candidates = Candidates.within(db, plan, upto)
    found: list[int] = []
    chunks = _by_time if plan.order in (Order.NEW, Order.OLD) else _by_score
    for ids in chunks(candidates, before, limit):
        found += candidates.passing_check(ids)
        if len(found) >= limit:
            break
    return found[:limit]


def _by_time(candidates: Candidates, before: Position | None, limit: int) -> Iterator[list[int]]:
    after = None if before is None else _key(candidates.db, before)
    for size in _chunk_sizes(candidates.plan, limit):
        keys = time_order.keys(candidates, after, size)
        yield [key.id for key in keys]
        if len(keys) < size:
            return
        after = keys[-1]


def _by_score(candidates: Candidates, before: Position | None, limit: int) -> Iterator[list[int]]:
    after = before.id if isinstance(before, ListPosition) else before
    for size in _chunk_sizes(candidates.plan, limit):
        ids = candidates.ids(size, after)
        yield ids
        if len(ids) < size:
            return
        after = ids[-1]


def _chunk_sizes(plan: Plan, limit: int) -> Iterator[int]:
    """How many ids to read at once; if each text must be checked, more and more, for rare matches."""
    size = limit if plan.check is None else max(limit, 200)
    while True:
        yield size
        size = min(2 * size, max(limit, MAX_CHUNK_IDS))


def _key(db: Connection, position: Position) -> time_order.Key:
    """The place of a mention in a list by time. If it was deleted and only its id is known, that of the one before."""
    if isinstance(position, ListPosition):
        return time_order.Key(to_ms(position.published_at), position.id)
    select = "SELECT published_at FROM mention WHERE id <= ? ORDER BY id DESC LIMIT 1"
    found = db.execute(select, (position,)).fetchone()
    return time_order.Key(found[0] if found else 0, position)


def count(db: Connection, samples: Samples, plan: Plan, upto: int | None) -> Count:
    """The number of matches: exact where cubes decide, up to MAX_EXACT_MATCHES, and in databases that are not large."""
    if plan.by_cube:
        return Count(CubeReader(db, plan, upto).total())
    candidates = Candidates.within(db, plan, upto)
    if plan.check is None and not candidates.needs_rows and last_mention_id(db) <= MAX_COUNTED_MENTIONS:
        return Count(candidates.count())
    found = samples.draw(db, plan, upto)
    return Count(found.n, exact=found.counted)


def count_new(db: Connection, plan: Plan, after: int, limit: int) -> int:
    """The number of matches with an id above ``after``, counted up to ``limit``."""
    newer = _newer(db, plan, after)
    return len(newer.passing_check(newer.ids(limit))) if plan.check else newer.count(limit)


def new_ids(db: Connection, plan: Plan, after: int, upto: int, limit: int) -> list[int]:
    """The newest ``limit`` ids of matches with an id above ``after`` and up to ``upto``."""
    newer = _newer(db, replace(plan, order=Order.NEW), after, upto)
    return newer.passing_check(newer.ids(limit))


def _newer(db: Connection, plan: Plan, after: int, upto: int | None = None) -> Candidates:
    candidates = Candidates.within(db, plan, upto)
    return replace(candidates, low=max(candidates.low, after + 1))


def mentions_of_same_post(db: Connection, id: int) -> list[int]:
    """The ids of all mentions of the post that mention ``id`` belongs to, in order."""
    select = "SELECT id FROM mention WHERE post = (SELECT post FROM mention WHERE id = ?) ORDER BY id"
    return [int(row[0]) for row in db.execute(select, (id,))]
