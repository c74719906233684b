"""How many stories the mentions of a list belong to. A post that is like no other is a story of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from monitor.model import Choice, MentionFilter, StoryCount
from monitor.query import Document, parse_search
from monitor.store.sql.connection import Connection
from monitor.store.sql.plan import Plan, plan
from monitor.store.sql.queries import new_ids
from monitor.store.sql.rows import load_posts
from monitor.store.sql.samples import Samples
from monitor.store.sql.units import MAX_MS

SAMPLE_SIZE = 2_000
"""Matches of a long list that are read; the error of the estimate is about 2 %."""
SAMPLE_SIZE_OF_WORDS = 500
"""The same if words have to be looked up for the other mentions of their stories; about 5 %."""
MAX_LOOKED_UP = 2_000
_WANTED = "FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value"


def count_stories(db: Connection, samples: Samples, f: MentionFilter, upto: int | None) -> StoryCount:
    """Exact where all matches are read; see ``samples``. The mentions of one post by several brands are one story."""
    planned = plan(db, f)
    found = samples.draw(db, planned, upto)
    found = found.thinned(SAMPLE_SIZE if planned.columns_suffice else SAMPLE_SIZE_OF_WORDS)
    ids = json.dumps(found.ids)
    if found.is_complete:
        select = f"SELECT count(DISTINCT coalesce(story, -post)) {_WANTED}"
        return StoryCount(db.execute(select, (ids,)).fetchone()[0])
    drawn = Counter(key for (key,) in db.execute(f"SELECT coalesce(story, -post) {_WANTED}", (ids,)))
    sizes = _sizes(db, f, list(drawn), set(found.ids))
    # A mention of a story of ten stands for a tenth of a story, whichever of the ten was drawn.
    n = sum(times / max(1, sizes[story]) for story, times in drawn.items())
    return StoryCount(round(n * found.scale), exact=False)


def count_new_stories(db: Connection, planned: Plan, after: int, limit: int) -> int:
    """How many stories the newest ``limit`` matches with an id above ``after`` belong to."""
    ids = json.dumps(new_ids(db, planned, after, MAX_MS, limit))
    found: int = db.execute(f"SELECT count(DISTINCT coalesce(story, -post)) {_WANTED}", (ids,)).fetchone()[0]
    return found


def _sizes(db: Connection, f: MentionFilter, stories: list[int], drawn: set[int]) -> Counter[int]:
    """Story, or the negative id of a post without one -> its mentions that satisfy the filter."""
    without_words = plan(db, replace(f, q="", topic=Choice()))
    members = list(_members(db, without_words, stories))
    search = f.text_search
    if without_words.columns_suffice and not search:
        return Counter(story for story, _ in members)
    sizes = Counter(story for story, id_ in members if id_ in drawn)
    others = [(story, id_) for story, id_ in members if id_ not in drawn][:MAX_LOOKED_UP]
    if not without_words.columns_suffice:
        others = [(story, id_) for story, id_ in others if _matches(db, without_words, id_)]
    if search:
        # Their texts are read: to open a search in the index for one mention takes far longer.
        query, posts = parse_search(search), load_posts(db, [id_ for _, id_ in others])
        others = [(story, id_) for story, id_ in others if query.matches(Document.of(posts[id_]))]
    sizes.update(story for story, _ in others)
    return sizes


def _members(db: Connection, planned: Plan, stories: list[int]) -> Iterator[tuple[int, int]]:
    """(Story, mention) for the mentions of ``stories`` that satisfy the plan, as far as columns tell."""
    for index, column, sign in (("mention_story", "story", 1), ("mention_post", "post", -1)):
        wanted = [sign * key for key in stories if sign * key > 0]
        select = f"""SELECT {sign} * {column}, id FROM mention INDEXED BY {index}
            WHERE {column} IN (SELECT value FROM json_each(?)) AND published_at >= ? AND published_at < ?
            AND {planned.where}"""
        bounds = (planned.since or 0, MAX_MS if planned.until is None else planned.until)
        yield from db.execute(select, (json.dumps(wanted), *bounds, *planned.params))


def _matches(db: Connection, planned: Plan, id_: int) -> bool:
    """Whether the search index finds a mention."""
    select = "SELECT 1 FROM mention_fts WHERE mention_fts MATCH ? AND rowid = ?"
    return db.execute(select, (planned.match, id_)).fetchone() is not None
