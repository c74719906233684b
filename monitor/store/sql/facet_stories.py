"""How many stories the mentions with each value of a facet belong to, for lists that are short enough to be read."""

from __future__ import annotations

import json
from collections import defaultdict

from monitor.model import MentionFilter
from monitor.store.sql.connection import Connection
from monitor.store.sql.facets import FACET_COLUMNS, vocabulary, without_choice
from monitor.store.sql.plan import plan
from monitor.store.sql.queries import count
from monitor.store.sql.samples import Samples

MAX_READ = 5_000
"""Mentions that are read for a facet. One of more mentions has no stories."""
_FACETS = tuple(facet for facet in FACET_COLUMNS if facet != "state")
_COLUMNS = "brand, sentiment, intent, source, lang"


def facet_stories(db: Connection, samples: Samples, f: MentionFilter, upto: int | None) -> dict[str, dict[str, int]]:
    """Facet -> value -> stories; see ``MentionQueries.facet_stories``."""
    rows: dict[MentionFilter, list[tuple[int, ...]]] = {}
    found = {}
    for facet in _FACETS:
        narrowed = without_choice(f, facet)
        if narrowed not in rows:
            rows[narrowed] = _stories(db, samples, narrowed, upto)
        if rows[narrowed]:
            found[facet] = _by_value(db, facet, rows[narrowed])
    return found


def _stories(db: Connection, samples: Samples, f: MentionFilter, upto: int | None) -> list[tuple[int, ...]]:
    """(Story, or the negative id of a post without one; _COLUMNS) of the matches; [] if there are too many."""
    planned = plan(db, f)
    if planned.by_cube and count(db, samples, planned, upto).n > MAX_READ:
        return []
    found = samples.draw(db, planned, upto)
    if found.n > MAX_READ:
        return []
    ids = json.dumps(found.ids)
    select = f"""SELECT DISTINCT coalesce(story, -post), {_COLUMNS} FROM json_each(?) wanted
        CROSS JOIN mention ON mention.id = wanted.value"""
    return db.execute(select, (ids,)).fetchall()


def _by_value(db: Connection, facet: str, rows: list[tuple[int, ...]]) -> dict[str, int]:
    _, values_of = vocabulary(db, facet)
    place, stories = 1 + _COLUMNS.split(", ").index(facet), defaultdict[str, set[int]](set)
    for row in rows:
        for value in values_of(row[place]):
            stories[value].add(row[0])
    return {value: len(keys) for value, keys in stories.items()}
