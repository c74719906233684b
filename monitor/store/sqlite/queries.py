"""Lists and counts of mentions: keyset pages, totals, new arrivals, and a sample if there are too many to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from monitor.model import Count, ListPosition, Order, Position
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import to_ms
from monitor.store.sqlite import time_order
from monitor.store.sqlite.candidates import MAX_EXACT_MATCHES, Candidates
from monitor.store.sqlite.cubes import CubeReader
from monitor.store.sqlite.plan import Plan

_HASHED_SHARE = "((({{id}} * 2654435761) >> 16) & 65535) < {share}"
"""True for a share, in 65536ths, of all ids, spread evenly whatever the pattern in which they arrived."""
SAMPLE_WINDOWS = 200
MAX_HASHED_MATCHES = 2_000_000
"""Up to this many, scanning all matches is faster than opening the index once for each window."""
MAX_CHUNK_IDS = 4_000


class Sample(NamedTuple):
    """Mentions that satisfy a plan, and the factor that scales their counts to all matches: 1 if they are all."""

    ids: list[int]
    scale: float


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


def count(db: Connection, plan: Plan, upto: int | None) -> Count:
    """The number of matches: exact where cubes or the index alone decide, and up to MAX_EXACT_MATCHES anywhere."""
    if plan.by_cube:
        return Count(CubeReader(db, plan, upto).total())
    candidates = Candidates.within(db, plan, upto)
    if plan.check is not None:
        ids = candidates.ids(MAX_EXACT_MATCHES + 1)
        return Count(len(candidates.passing_check(ids[:MAX_EXACT_MATCHES])), exact=len(ids) <= MAX_EXACT_MATCHES)
    if not candidates.needs_rows:
        return Count(candidates.count(-1))
    n = candidates.count(MAX_EXACT_MATCHES + 1)
    return Count(min(n, MAX_EXACT_MATCHES), exact=n <= MAX_EXACT_MATCHES)


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


def last_mention_id(db: Connection) -> int:
    """The highest id of a mention, or 0."""
    return int(db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0])


def sample(db: Connection, plan: Plan, upto: int | None, size: int | None = None) -> Sample:
    """All matches, up to MAX_EXACT_MATCHES; if there are more, about ``size`` of them, spread evenly over the ids."""
    candidates = Candidates.within(db, plan, upto)
    is_open = plan.match is None and plan.by_cube
    matches = CubeReader(db, plan, upto).total() if is_open else candidates.upper_bound()
    if matches <= MAX_EXACT_MATCHES or (
        not is_open and candidates.needs_rows and candidates.count(MAX_EXACT_MATCHES + 1) <= MAX_EXACT_MATCHES
    ):
        return Sample(candidates.passing_check(candidates.ids()), 1.0)
    by_windows = is_open or (matches > MAX_HASHED_MATCHES and "*" not in (plan.match or ""))
    draw = _sample_windows if by_windows else _sample_hashed
    ids, scale = draw(candidates, matches, size or MAX_EXACT_MATCHES)
    return Sample(candidates.passing_check(ids), scale)


def _sample_windows(candidates: Candidates, matches: int, size: int) -> Sample:
    """The matches in windows of ids at equal distances: the index skips from one to the next."""
    newest = last_mention_id(candidates.db)
    first, end = candidates.low, min(candidates.high, newest) + 1
    width = max(1, (end - first) * size // (matches * SAMPLE_WINDOWS))
    starts = [first + (end - first) * i // SAMPLE_WINDOWS for i in range(SAMPLE_WINDOWS)]
    ids = [id_ for start in starts for id_ in replace(candidates, low=start, high=start + width - 1).ids()]
    return Sample(ids, (end - first) / (width * SAMPLE_WINDOWS))


def _sample_hashed(candidates: Candidates, matches: int, size: int) -> Sample:
    """The matches that a hash of the id selects, in one scan. Opening a prefix in each window takes far longer."""
    share = max(1, 65536 * size // matches)
    return Sample(candidates.ids(condition=_HASHED_SHARE.format(share=share)), 65536 / share)
