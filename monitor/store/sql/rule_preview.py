"""What another rule would add to the mentions of a brand or a topic, and remove, by set operations in the search index.

    leaving     documents of the brand that count and that the new rule does not find
    entering    posts that it finds without a mention of the brand that counts, or that a person called not relevant

A rule lies between two expressions, ``at_least`` and ``at_most``. Only the texts that the second finds and the first
does not are read. Each post that enters a brand is represented by its mention with the lowest id. A topic has mentions
of any brand; all of a post have the same topics.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from monitor.model.rules import PreviewedPost, PreviewFigures, PreviewSide
from monitor.query import Document, Query
from monitor.query.fts import FtsBounds, compile_bounds
from monitor.store.sql.connection import Connection
from monitor.store.sql.filter_tokens import EVERYTHING, NEVER, all_of, token
from monitor.store.sql.ids import active_brand_id, first_id_added, source_names
from monitor.store.sql.plan import field_expression
from monitor.store.sql.rows import load_posts

MAX_POSTS = 1_000_000
"""Up to this many posts are compared exactly."""
MAX_CHECKED = 20_000
"""Texts that are read, because the index cannot decide about them."""
MAX_COUNTED_POSTS = 300_000
"""Up to this many mentions, the posts of a range are counted one by one."""
_POSTS_PER_READ = 500


class PreviewLimits(NamedTuple):
    """Beyond these, a preview is an estimate from a sample."""

    posts: int = MAX_POSTS
    texts: int = MAX_CHECKED


LIMITS = PreviewLimits()
_SHARES = 65_536
_NOT_COUNTED = (token("t", 2), token("t", 3))
_IN_SAMPLE = " AND (((mention_fts.rowid * 2654435761) >> 16) & 65535) < {}"
_FOUND = """
    SELECT mention.id, mention.published_at FROM mention_fts CROSS JOIN mention ON mention.id = mention_fts.rowid
    WHERE mention_fts MATCH ? AND mention_fts.rowid >= ? AND mention.published_at >= ? AND mention.published_at < ?"""
_REPRESENTS_POST = """ AND NOT EXISTS (SELECT 1 FROM mention other INDEXED BY mention_post
    WHERE other.post = mention.post AND (other.id < mention.id OR (other.brand = {brand} AND other.state < 3)))"""
_COUNT = "SELECT count(*) FROM mention_fts WHERE mention_fts MATCH ? AND mention_fts.rowid >= ?"
_POSTS_IN_RANGE = """SELECT count(DISTINCT post) FROM mention INDEXED BY mention_published
    WHERE published_at >= ? AND published_at < ?"""
_MENTIONS_IN_RANGE = """SELECT count(*) FROM mention INDEXED BY mention_published
    WHERE published_at >= ? AND published_at < ?"""


class _Row(NamedTuple):
    """A mention that stands for a post."""

    id: int
    published_at: int


@dataclass(frozen=True)
class _Range:
    """The posts that are compared."""

    edges: Sequence[int]
    """Of the bins, ascending."""
    low: int
    """No mention with a lower id was published in the range."""
    share: int = _SHARES
    """The share of the mentions that are in the sample, in 65536ths."""

    @property
    def condition(self) -> str:
        return _IN_SAMPLE.format(self.share) if self.share < _SHARES else ""

    def bins(self, rows: Iterable[_Row]) -> tuple[int, ...]:
        """How many of ``rows`` are in each bin, scaled to all posts."""
        counts = [0] * (len(self.edges) - 1)
        for row in rows:
            counts[bisect_right(self.edges, row.published_at) - 1] += 1
        return tuple(counts) if self.share == _SHARES else tuple(round(n * _SHARES / self.share) for n in counts)


class _Side(NamedTuple):
    """The documents of one side: those that the index decides, those whose text decides, and a condition on rows."""

    sure: str | None
    unsure: str | None
    wanted: bool
    """Whether the text of an unsure one must match the rule, or must not."""
    condition: str = ""


def preview(
    db: Connection, brand: str, query: Query, edges: Sequence[int], shown: int, limits: PreviewLimits = LIMITS
) -> PreviewFigures:
    """What would enter and leave, with at most ``shown`` posts of each side. ``edges`` of the bins: milliseconds."""
    number, bounds = active_brand_id(db, brand), _bounds(db, query)
    return _figures(db, query, edges, shown, limits, (_entering(bounds, number), _leaving(bounds, token("b", number))))


def preview_topic(
    db: Connection,
    slot: int | None,
    query: Query,
    edges: Sequence[int],
    shown: int,
    limits: PreviewLimits = LIMITS,
) -> PreviewFigures:
    """The same for the mentions of a topic of the config, of which ``slot`` is the bit; None: it is not in use."""
    bounds, own = _bounds(db, query), NEVER if slot is None else token("o", slot)
    now = _Side(all_of([own], _NOT_COUNTED), None, wanted=True)
    return _figures(db, query, edges, shown, limits, (_entering_topic(bounds, own), _leaving(bounds, own)), now)


def _bounds(db: Connection, query: Query) -> FtsBounds:
    return compile_bounds(query.tree, partial(field_expression, source_names(db)), EVERYTHING)


def _figures(
    db: Connection,
    query: Query,
    edges: Sequence[int],
    shown: int,
    limits: PreviewLimits,
    sides: tuple[_Side, _Side],
    now: _Side | None = None,
) -> PreviewFigures:
    entering, leaving = sides
    whole = _Range(edges, first_id_added(db, edges[0]))
    mentions = db.execute(_MENTIONS_IN_RANGE, (edges[0], edges[-1])).fetchone()[0]
    posts = _count_posts(db, edges, mentions)
    chosen = _Range(edges, whole.low, _sampled_share(db, whole, posts, (entering, leaving), limits))
    return PreviewFigures(
        entering=_side(db, query, chosen, entering, shown),
        leaving=_side(db, query, chosen, leaving, shown),
        posts=posts,
        exact=chosen.share == _SHARES,
        now=chosen.bins(_rows(db, chosen, now.sure, now.condition)) if now else (),
    )


def _leaving(bounds: FtsBounds, own: str) -> _Side:
    unsure = all_of([own, bounds.at_most], [*_NOT_COUNTED, *filter(None, [bounds.at_least])])
    return _Side(all_of([own], [*_NOT_COUNTED, bounds.at_most]), unsure if _is_inexact(bounds) else None, wanted=False)


def _entering_topic(bounds: FtsBounds, own: str) -> _Side:
    others = [own, *_NOT_COUNTED]
    return _Side(
        all_of([bounds.at_least], others) if bounds.at_least else None,
        all_of([bounds.at_most], [*others, *filter(None, [bounds.at_least])]) if _is_inexact(bounds) else None,
        wanted=True,
    )


def _entering(bounds: FtsBounds, brand: int) -> _Side:
    own = f"{token('b', brand)} NOT {token('t', 3)}"
    return _Side(
        all_of([bounds.at_least], [own]) if bounds.at_least else None,
        all_of([bounds.at_most], [own, *filter(None, [bounds.at_least])]) if _is_inexact(bounds) else None,
        wanted=True,
        condition=_REPRESENTS_POST.format(brand=brand),
    )


def _is_inexact(bounds: FtsBounds) -> bool:
    return bounds.at_most != bounds.at_least


def _sampled_share(db: Connection, whole: _Range, posts: int, sides: Sequence[_Side], limits: PreviewLimits) -> int:
    unsure = sum(db.execute(_COUNT, (side.unsure, whole.low)).fetchone()[0] for side in sides if side.unsure)
    fraction = min(1.0, limits.posts / max(1, posts), limits.texts / max(1, unsure))
    return _SHARES if fraction == 1.0 else max(1, int(_SHARES * fraction))


def _side(db: Connection, query: Query, chosen: _Range, side: _Side, shown: int) -> PreviewSide:
    rows = [*_rows(db, chosen, side.sure, side.condition), *_checked(db, query, chosen, side)]
    newest = sorted(rows, key=lambda row: (row.published_at, row.id), reverse=True)[:shown] if shown else []
    posts = load_posts(db, [row.id for row in newest])
    listed = tuple(PreviewedPost(row.id, posts[row.id]) for row in newest if row.id in posts)
    return PreviewSide(chosen.bins(rows), listed)


def _rows(db: Connection, chosen: _Range, expression: str | None, condition: str) -> Iterator[_Row]:
    if expression is None:
        return iter(())
    params = (expression, chosen.low, chosen.edges[0], chosen.edges[-1])
    return map(_Row._make, db.execute(f"{_FOUND}{chosen.condition}{condition}", params))


def _checked(db: Connection, query: Query, chosen: _Range, side: _Side) -> Iterator[_Row]:
    """The rows whose texts decide, and decide for this side."""
    rows = list(_rows(db, chosen, side.unsure, side.condition))
    for start in range(0, len(rows), _POSTS_PER_READ):
        part = {row.id: row for row in rows[start : start + _POSTS_PER_READ]}
        posts = load_posts(db, list(part))
        yield from (part[id_] for id_, post in posts.items() if query.matches(Document.of(post)) == side.wanted)


def _count_posts(db: Connection, edges: Sequence[int], mentions: int) -> int:
    """The posts published in the range; above MAX_COUNTED_POSTS mentions an estimate, unless that is nearly all."""
    if mentions <= MAX_COUNTED_POSTS:
        return int(db.execute(_POSTS_IN_RANGE, (edges[0], edges[-1])).fetchone()[0])
    (all_posts,) = db.execute("SELECT count(*) FROM post INDEXED BY post_key").fetchone()
    (all_mentions,) = db.execute("SELECT sum(n) FROM cube_all").fetchone()
    return int(mentions * all_posts // all_mentions)
