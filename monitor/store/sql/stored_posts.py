"""The stored posts that a batch may change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from monitor.store.sql.connection import Connection

_SELECT = """
    SELECT post.external_id, post.id, post.published_at, post.author, post.site, post.url, post.title, post.text,
        post.stars, post.reply_to, post.repost, post.lang, post.source FROM """
_BY_EXTERNAL_ID = f"""{_SELECT} json_each(?, '$') wanted
    CROSS JOIN post INDEXED BY post_key ON post.source = ? AND post.external_id = wanted.value"""
_BY_ID = f"{_SELECT} json_each(?) wanted CROSS JOIN post ON post.id = wanted.value"
_MENTIONS = """
    SELECT mention.post, brand.name, mention.id, mention.state FROM json_each(?) wanted
    CROSS JOIN mention INDEXED BY mention_post ON mention.post = wanted.value
    JOIN brand ON brand.id = mention.brand"""
_REPLY_TO = 6
"""Index of the author replied to, in ``StoredPost.content``."""


class StoredPost(NamedTuple):
    """A post in the database."""

    id: int
    published_at: int
    content: tuple[str | int | None, ...]
    lang: str
    mentions: dict[str, tuple[int, int]]
    """Brand -> (mention, state)."""
    source: int

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> StoredPost:
        """From a row of _SELECT."""
        return cls(row[1], row[2], row[3:11], row[11], {}, row[12])

    @property
    def reply_to(self) -> str:
        """The author that it replies to."""
        return str(self.content[_REPLY_TO])


def by_external_id(db: Connection, source: int, external_ids: Sequence[str]) -> dict[str, StoredPost]:
    """External id -> stored post of a source."""
    return _with_mentions(db, db.execute(_BY_EXTERNAL_ID, (json.dumps(list(external_ids)), source)))


def by_id(db: Connection, post: int) -> StoredPost:
    """The post with this id."""
    (found,) = _with_mentions(db, db.execute(_BY_ID, (json.dumps([post]),))).values()
    return found


def _with_mentions(db: Connection, rows: Iterable[tuple[Any, ...]]) -> dict[str, StoredPost]:
    """External id -> stored post, from rows of _SELECT."""
    found = {row[0]: StoredPost.of(row) for row in rows}
    by_post = {stored.id: stored for stored in found.values()}
    if by_post:
        for post, brand, mention, state in db.execute(_MENTIONS, (json.dumps(list(by_post)),)):
            by_post[post].mentions[brand] = (mention, state)
    return found
