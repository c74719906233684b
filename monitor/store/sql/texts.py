"""The texts of thousands of mentions, in the compact form that topic detection needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from monitor.model import Text, Texts
from monitor.store.sql.connection import Connection
from monitor.store.sql.measured import unmeasured_languages
from monitor.store.sql.plan import Plan
from monitor.store.sql.rows import HIDDEN, SET_ASIDE, UNKNOWN_LANGUAGE
from monitor.store.sql.samples import Samples
from monitor.store.sql.units import BIN_MS, from_ms, from_thousandths

MAX_HASHED_RATIO = 4
"""Up to this many times the limit, each mention is hashed; beyond, a share of each 5-minute bin is read."""
_MATCHES = """FROM mention INDEXED BY mention_time
    WHERE brand = (SELECT id FROM brand WHERE name = ?) AND published_at >= ? AND published_at < ? AND state < 2"""
_HASH = "(id * 2654435761) & 4294967295"
"""A pseudo-random number: evenly distributed over consecutive ids, and the same a minute later."""
_HASH_END = 1 << 32
_HASH_MARGIN = 1.2
"""Mentions selected for each one wanted, because the hash selects only approximately the requested share."""
_SELECT_HASHED = f"SELECT id {_MATCHES} AND {_HASH} < ? ORDER BY {_HASH} LIMIT ?"
_SELECT_FIRST = f"SELECT id {_MATCHES} ORDER BY published_at LIMIT ?"
_BIN_COUNTS = """SELECT time, sum(n) FROM cube_5min
    WHERE brand = (SELECT id FROM brand WHERE name = ?) AND time >= ? AND time < ? AND n > 0 GROUP BY time"""
_SELECT_TEXTS = """SELECT mention.id, mention.post, mention.story, post.author, post.lang, post.title, post.text,
        source.name, iif(post.site = '', post.url, post.site), mention.published_at,
        iif(mention.lang IN (SELECT value FROM json_each(?, '$')), NULL, mention.score), mention.hidden
    FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
    JOIN post ON post.id = mention.post JOIN source ON source.id = post.source
    ORDER BY mention.published_at, mention.id"""


def texts(db: Connection, brand: str, since: int, until: int, limit: int) -> Texts:
    """A brand's mentions published in [since, until), including hidden ones; above ``limit``, an even sample.

    In the languages that nobody measured, they have no score.

    The cost is that of ``limit`` texts and of the bins of the rollup, however many mentions there are.
    """
    counts = _bin_counts(db, brand, since, until)
    if sum(n for _, n in counts) > MAX_HASHED_RATIO * limit:
        return _sample_by_bins(db, brand, (since, until), counts, limit)
    params = (brand, since, until)
    total = int(db.execute(f"SELECT count(*) {_MATCHES}", params).fetchone()[0])
    below = _HASH_END if total <= limit else int(_HASH_END * min(1.0, _HASH_MARGIN * limit / total + 0.001))
    ids = [id_ for (id_,) in db.execute(_SELECT_HASHED, (*params, below, limit))] if total else []
    return Texts(total, _load_texts(db, ids))


def texts_of(db: Connection, samples: Samples, plan: Plan, limit: int, upto: int | None) -> Texts:
    """The texts of the matches of ``plan``; above ``limit``, an even sample of about as many."""
    found = samples.draw(db, plan, upto)
    step = max(1, -(-len(found.ids) // limit))
    return Texts(found.n, _load_texts(db, sorted(found.ids)[::step]))


def _bin_counts(db: Connection, brand: str, since: int, until: int) -> list[tuple[int, int]]:
    """(start, mentions) of each bin with mentions. The first and last are scaled to their part within the range."""
    found = db.execute(_BIN_COUNTS, (brand, since // BIN_MS, -(-until // BIN_MS)))
    return [(step * BIN_MS, -(-n * _overlap(step * BIN_MS, since, until) // BIN_MS)) for step, n in found]


def _overlap(start: int, since: int, until: int) -> int:
    """Milliseconds of the bin at ``start`` within [since, until)."""
    return max(0, min(start + BIN_MS, until) - max(start, since))


def _sample_by_bins(
    db: Connection, brand: str, time: tuple[int, int], counts: Sequence[tuple[int, int]], limit: int
) -> Texts:
    """The first few of each bin, in proportion to its mentions, so that the sample of past bins stays the same."""
    since, until = time
    total, ids, passed, taken = sum(n for _, n in counts), list[int](), 0, 0
    for start, n in counts:
        passed += n
        share, taken = limit * passed // total - taken, limit * passed // total
        if share:
            params = (brand, max(start, since), min(start + BIN_MS, until), share)
            ids += [id_ for (id_,) in db.execute(_SELECT_FIRST, params)]
    return Texts(total, _load_texts(db, ids))


def _load_texts(db: Connection, ids: Sequence[int]) -> tuple[Text, ...]:
    rows = db.execute(_SELECT_TEXTS, (unmeasured_languages(db) or "[]", json.dumps(ids))) if ids else ()
    return tuple(_text(row) for row in rows)


def _text(row: tuple[Any, ...]) -> Text:
    id_, post, story, author, lang, title, text, source, site, published, score, hidden = row
    return Text(
        mention=id_,
        post=post,
        story=story,
        author=author,
        lang=None if lang == UNKNOWN_LANGUAGE else lang,
        title=title,
        text=text,
        source=source,
        site=site,
        published_at=from_ms(published),
        score=from_thousandths(score),
        hidden=hidden == HIDDEN,
        set_aside=hidden == SET_ASIDE,
    )
