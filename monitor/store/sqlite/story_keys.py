"""The keys of recent posts: one row for each link and headline, found by its hash, so a batch costs one lookup a key.

The table keeps the newest KEPT_POSTS posts, so its size and its cost do not grow with the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from monitor.model import KeyKind, StoryKey
from monitor.store.sqlite.links import Executor
from monitor.text.story_keys import Relation, StoredKey, relation, window_of

KEPT_POSTS = 100_000
"""More would make saving slower: the rows of a batch are spread over the table, and each is written with its page."""
POSTS_PER_PRUNING = 5_000
"""Rows of posts that are no longer kept are deleted once in this many posts."""

_COLUMNS = "hash, kind, post, story, published_at, source, author, words, boilerplate"
_SELECT = f"SELECT {_COLUMNS} FROM json_each(?) wanted CROSS JOIN story_key ON story_key.hash = wanted.value"
_REPLACE = f"INSERT OR REPLACE INTO story_key ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class BatchExecutor(Executor, Protocol):
    """A connection."""

    @property
    def executemany(self) -> Callable[..., Any]:
        """Run one statement with several sets of parameters."""


class KeyedPost(NamedTuple):
    """What the keys of a post need to know about it."""

    id: int
    source: int
    author: str
    published_at: int
    """0: no date."""
    keys: tuple[StoryKey, ...]


class _Row(NamedTuple):
    """A row of the table."""

    hash: int
    kind: int
    post: int
    story: int
    published_at: int
    source: int
    author: int
    words: bytes
    boilerplate: int


class StoryKeys:
    """The keys that a transaction uses: loaded together, changed in memory, and written together."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}
        self._changed: set[int] = set()
        self._newest = self._pruned_at = 0

    def load(self, db: Executor, keys: Iterable[StoryKey]) -> None:
        """Begin a transaction in which posts with ``keys`` are looked for and added."""
        hashes = sorted({key.hash for key in keys})
        self._changed.clear()
        rows = db.execute(_SELECT, (json.dumps(hashes),)) if hashes else ()
        self._rows = {row[0]: _Row(*row) for row in rows}

    def find(self, post: KeyedPost) -> int | None:
        """The story of the first post that shares a key with ``post``; None if it shares none."""
        found = [self._story(post, key) for key in post.keys] if post.published_at > 0 else []
        return next((story for story in found if story is not None), None)

    def add(self, post: KeyedPost, story: int) -> None:
        """Add those keys of ``post``, which belongs to ``story``, that no post within their window has."""
        self._newest = max(self._newest, post.id)
        for key in post.keys if post.published_at > 0 else ():
            row = self._rows.get(key.hash)
            if row is None or not _is_near(row.published_at, post, key):
                owner = (post.published_at, post.source, _author(post.author))
                self._set(_Row(key.hash, int(key.kind), post.id, story, *owner, key.words, 0))

    def write(self, db: BatchExecutor) -> None:
        """Write what was added since ``load``."""
        db.executemany(_REPLACE, [self._rows[hash_] for hash_ in sorted(self._changed)])
        self._changed.clear()
        if self._newest >= self._pruned_at + POSTS_PER_PRUNING:
            db.execute("DELETE FROM story_key WHERE post <= ?", (self._newest - KEPT_POSTS,))
            self._pruned_at = self._newest

    def remove(self, db: Executor, posts: list[int]) -> None:
        """Remove the keys whose first post is one of ``posts``."""
        db.execute("DELETE FROM story_key WHERE post IN (SELECT value FROM json_each(?))", (json.dumps(posts),))
        removed = frozenset(posts)
        self._rows = {hash_: row for hash_, row in self._rows.items() if row.post not in removed}
        self._changed &= self._rows.keys()

    def _story(self, post: KeyedPost, key: StoryKey) -> int | None:
        row = self._rows.get(key.hash)
        if row is None or row.post == post.id or not _is_near(row.published_at, post, key):
            return None
        first = StoredKey(KeyKind(row.kind), row.source, row.author, row.words)
        found = relation(first, key, post.source, _author(post.author))
        if found is Relation.BOILERPLATE and not row.boilerplate:
            self._set(row._replace(boilerplate=1))
        return row.story if found is Relation.SAME_STORY and not row.boilerplate else None

    def _set(self, row: _Row) -> None:
        self._rows[row.hash] = row
        self._changed.add(row.hash)


def _is_near(published_at: int, post: KeyedPost, key: StoryKey) -> bool:
    return abs(published_at - post.published_at) <= window_of(key.kind).total_seconds() * 1000


def _author(name: str) -> int:
    return crc32(name.encode("utf-8", "replace")) if name else 0
