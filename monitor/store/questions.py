"""Lists and counts: a page by key, how many, how many new, and a sample where there are too many to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from monitor.model import Count
from monitor.store.candidates import CAP, Candidates
from monitor.store.connections import Connection
from monitor.store.plan import Plan
from monitor.store.ranges import Figures

_HASHED = "((({{id}} * 2654435761) >> 16) & 65535) < {share}"
"""A share, in 65536ths, of all ids, spread evenly whatever the pattern in which they came."""
_STRETCHES = 200
_WALKED_AT_MOST = 2_000_000
"""Matches that are walked faster than the index is opened for each stretch."""
_LARGEST_CHUNK = 4_000


class Sample(NamedTuple):
    """Mentions that satisfy a plan, and what to multiply by: 1 when they are all of them."""

    ids: list[int]
    scale: float


def page_ids(db: Connection, plan: Plan, before: int | None, upto: int | None, limit: int) -> list[int]:
    """Ids of the first ``limit`` mentions behind ``before`` in the plan's order."""
    found: list[int] = []
    for ids in _chunks(Candidates.within(db, plan, upto), before, limit):
        found += ids
        if len(found) >= limit:
            break
    return found[:limit]


def _chunks(candidates: Candidates, before: int | None, limit: int) -> Iterator[list[int]]:
    """Those that pass, chunk by chunk; larger ones as it goes on, for what is rare."""
    size = limit if candidates.plan.check is None else max(limit, 200)
    while ids := candidates.ids(size, before):
        yield candidates.passing(ids)
        if len(ids) < size:
            return
        before, size = ids[-1], min(2 * size, max(limit, _LARGEST_CHUNK))


def count(db: Connection, plan: Plan, upto: int | None) -> Count:
    """How many satisfy the plan: exact where cubes or the index alone can tell, and up to CAP everywhere."""
    if plan.by_cube:
        return Count(Figures(db, plan, upto).total())
    candidates = Candidates.within(db, plan, upto)
    if plan.check is not None:
        ids = candidates.ids(CAP + 1)
        return Count(len(candidates.passing(ids[:CAP])), exact=len(ids) <= CAP)
    if not candidates.needs_rows:
        return Count(candidates.count(-1))
    n = candidates.count(CAP + 1)
    return Count(min(n, CAP), exact=n <= CAP)


def new_since(db: Connection, plan: Plan, after: int, most: int) -> int:
    """How many with a higher id than ``after`` satisfy the plan, counted up to ``most``."""
    candidates = Candidates.within(db, plan)
    later = Candidates(db, plan, max(candidates.low, after + 1))
    return len(later.passing(later.ids(most))) if plan.check else later.count(most)


def sample(db: Connection, plan: Plan, upto: int | None) -> Sample:
    """Everything that satisfies the plan, up to CAP; beyond, about CAP of it, spread evenly over the ids."""
    candidates = Candidates.within(db, plan, upto)
    most = candidates.superset()
    if most <= CAP or (candidates.needs_rows and candidates.count(CAP + 1) <= CAP):
        return Sample(candidates.passing(candidates.ids()), 1.0)
    leaps = most > _WALKED_AT_MOST and "*" not in (plan.match or "")
    ids, scale = _stretches(candidates, most) if leaps else _hashed(candidates, most)
    return Sample(candidates.passing(ids), scale)


def _stretches(candidates: Candidates, most: int) -> Sample:
    """What lies in stretches of ids at equal distances: the index leaps from one to the next."""
    newest = candidates.db.execute("SELECT max(id) FROM mention").fetchone()[0]
    first, end = candidates.low, min(candidates.high, newest) + 1
    width = max(1, (end - first) * CAP // (most * _STRETCHES))
    starts = [first + (end - first) * i // _STRETCHES for i in range(_STRETCHES)]
    ids = [id_ for start in starts for id_ in replace(candidates, low=start, high=start + width - 1).ids()]
    return Sample(ids, (end - first) / (width * _STRETCHES))


def _hashed(candidates: Candidates, most: int) -> Sample:
    """What a hash of the id picks, in one walk over all. To open a prefix for each stretch would take far longer."""
    share = max(1, 65536 * CAP // most)
    return Sample(candidates.ids(only=_HASHED.format(share=share)), 65536 / share)
