"""Erasing posts on request: which posts are meant, and what they leave. ``deleted_words`` then cleans the files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from monitor.errors import StoreError
from monitor.model import ErasureTarget, Post, PostCounts
from monitor.query import field_value
from monitor.store.sql.connection import Connection
from monitor.store.sql.filter_tokens import field_token
from monitor.store.sql.tombstones import author_key, link_tombstone_key
from monitor.store.sql.units import from_ms
from monitor.text.links import link_key

_POSTS_OF_AUTHOR = """
    SELECT DISTINCT post.id, post.author FROM mention_fts CROSS JOIN mention ON mention.id = mention_fts.rowid
    CROSS JOIN post ON post.id = mention.post WHERE mention_fts MATCH ?"""
_POSTS_WITH_LINK = "SELECT id, url FROM post WHERE url <> '' AND lower(url) LIKE ?"
_OF_SOURCE = " AND post.source = (SELECT id FROM source WHERE name = ?)"
_SELECT = """
    SELECT source.name, post.external_id, post.text, post.published_at, post.author, post.title, post.url
    FROM json_each(?) wanted CROSS JOIN post ON post.id = wanted.value JOIN source ON source.id = post.source"""
_COUNTS = """
    SELECT source.name, count(DISTINCT post.id), count(*) FROM json_each(?) wanted
    CROSS JOIN post ON post.id = wanted.value JOIN source ON source.id = post.source
    JOIN mention ON mention.post = post.id GROUP BY 1 ORDER BY 2 DESC, 1"""


def find(db: Connection, target: ErasureTarget) -> list[int]:
    """Ids of the posts that ``target`` means. Raises StoreError if its mention does not exist."""
    if target.mention is not None:
        found = db.execute("SELECT post FROM mention WHERE id = ?", (target.mention,)).fetchone()
        if found is None:
            raise StoreError(f"There is no mention with the id {target.mention}.")
        return [found[0]]
    and_source, params = (_OF_SOURCE, (target.source,)) if target.source else ("", ())
    if target.author:
        wanted = field_value("author", target.author)
        rows = db.execute(_POSTS_OF_AUTHOR + and_source, (field_token("author", target.author), *params))
        return sorted({id_ for id_, author in rows if field_value("author", author) == wanted})
    key = link_key(target.url)
    rows = db.execute(_POSTS_WITH_LINK + and_source, (f"%{_longest_word(key)}%", *params))
    return sorted(id_ for id_, url in rows if link_key(url) == key)


def counts(db: Connection, posts: Sequence[int]) -> PostCounts:
    """How many posts and mentions they are."""
    rows = db.execute(_COUNTS, (json.dumps(list(posts)),)).fetchall()
    return PostCounts(sum(n for _, n, _ in rows), sum(m for _, _, m in rows), {name: n for name, n, _ in rows})


def load(db: Connection, posts: Sequence[int]) -> list[Post]:
    """The posts, with what tombstones need of them."""
    rows = db.execute(_SELECT, (json.dumps(list(posts)),))
    return [
        Post(source, id_, text, from_ms(at), author, title, url) for source, id_, text, at, author, title, url in rows
    ]


def lasting_keys(target: ErasureTarget) -> list[tuple[str, ...]]:
    """The keys of tombstones against what is published later: none for a single post."""
    if target.author:
        return [author_key(target.author, target.source)]
    return [link_tombstone_key(target.url)] if target.url else []


def forget_replies(db: Connection, target: ErasureTarget) -> int:
    """Remove an erased author's name from the posts that reply to it; return how many these were."""
    wanted = field_value("author", target.author)
    names = [name for (name,) in db.execute("SELECT DISTINCT reply_to FROM post WHERE reply_to <> ''")]
    names = [name for name in names if field_value("author", name) == wanted]
    and_source, params = (_OF_SOURCE, (target.source,)) if target.source else ("", ())
    update = f"UPDATE post SET reply_to = '' WHERE reply_to IN (SELECT value FROM json_each(?, '$')){and_source}"
    return db.execute(update, (json.dumps(names), *params)).rowcount if names else 0


def batches(posts: Sequence[int], size: int) -> Iterator[list[int]]:
    """``posts`` in parts of ``size``."""
    remaining = iter(posts)
    while part := list(islice(remaining, size)):
        yield part


def total(parts: Sequence[PostCounts]) -> PostCounts:
    """The sum of several counts."""
    by_source = Counter[str]()
    for part in parts:
        by_source.update(part.by_source)
    ordered = dict(sorted(by_source.items(), key=lambda item: (-item[1], item[0])))
    return PostCounts(by_source.total(), sum(part.mentions for part in parts), ordered)


def _longest_word(key: str) -> str:
    """A part of a link that every form of it contains, in lower case: escapes and order of parameters may differ."""
    return max(re.findall(r"[A-Za-z0-9]+", key), key=len, default="").lower()
