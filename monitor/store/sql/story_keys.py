"""The keys of recent posts: one row for each link and headline, found by its hash, so a batch costs one lookup a key.

The table keeps the keys of posts that were added within their windows (``window_of``), at least of MIN_POSTS and at
most of MAX_POSTS posts, so its size and its cost do not grow with the database.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from monitor.model import KeyKind, StoryKey
from monitor.store.sql.links import Executor
from monitor.text.story_keys import Relation, StoredKey, relation, window_of

MIN_POSTS = 100_000
"""Their keys are kept whenever they were added: an import may bring the posts of years in an hour."""
MAX_POSTS = 1_000_000
"""More than are added in seven days at five thousand an hour. A million keys take 98 MB on disk. With so many, two keys
of a post cost 45 µs, and with 100,000 they cost 37 µs, in batches of 100: the rows of a batch are spread over the
table, and each is written with its page."""
POSTS_PER_PRUNING = 5_000
"""Rows that are no longer kept are deleted once in this many posts."""

_COLUMNS = "hash, kind, post, story, published_at, source, author, words, boilerplate"
_SELECT = f"SELECT {_COLUMNS} FROM json_each(?) wanted CROSS JOIN story_key ON story_key.hash = wanted.value"
_DELETE = "DELETE FROM story_key WHERE post <= ?"
_DELETE_KINDS = "DELETE FROM story_key WHERE post > ? AND post <= ? AND kind IN (SELECT value FROM json_each(?))"
_ADDED_AT = "SELECT added_at FROM post WHERE id <= ? ORDER BY id DESC LIMIT 1"
_REPLACE = f"""INSERT INTO story_key ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash)
    DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", ")[1:])}"""


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
        self._pruned_to: dict[int, int] = {}
        """Window in milliseconds -> the last post whose keys with this window were deleted."""

    def load(self, db: Executor, keys: Iterable[StoryKey]) -> None:
        """Begin a transaction in which posts with ``keys`` are looked for and added."""
        hashes = sorted({key.hash for key in keys})
        self._changed.clear()
        rows = db.execute(_SELECT, (json.dumps(hashes),)) if hashes else ()
        self._rows = {row[0]: _Row(*row) for row in rows}

    def find(self, post: KeyedPost) -> int | None:
        """The story of the first post that shares a key with ``post``; None if it shares none."""
        if not post.keys or post.published_at <= 0:
            return None
        found = [self._story(post, key) for key in post.keys]
        return next((story for story in found if story is not None), None)

    def add(self, post: KeyedPost, story: int) -> None:
        """Add those keys of ``post``, which belongs to ``story``, that no post within their window has."""
        self._newest = max(self._newest, post.id)
        for key in post.keys if post.published_at > 0 else ():
            row = self._rows.get(key.hash)
            if row is None or not _is_near(row.published_at, post, key):
                owner = (post.published_at, post.source, _author(post.author))
                self._set(_Row(key.hash, int(key.kind), post.id, story, *owner, key.words, 0))

    def write(self, db: BatchExecutor, now: int) -> None:
        """Write what was added since ``load``, now that the posts are stored."""
        db.executemany(_REPLACE, [self._rows[hash_] for hash_ in sorted(self._changed)])
        self._changed.clear()
        if self._newest >= self._pruned_at + POSTS_PER_PRUNING:
            self._prune(db, now)
            self._pruned_at = self._newest

    def _prune(self, db: Executor, now: int) -> None:
        """Delete the keys of posts that were added before the window of their kind."""
        kinds: dict[int, list[int]] = {}
        for kind in KeyKind:
            kinds.setdefault(_window_ms(kind), []).append(int(kind))
        for window, with_window in kinds.items():
            last = max(min(_last_added_before(db, self._newest, now - window), self._newest - MIN_POSTS), 0)
            last = max(last, self._newest - MAX_POSTS)
            if window == max(kinds):
                db.execute(_DELETE, (last,))
            else:  # each row is looked at once, as those of links stay
                db.execute(_DELETE_KINDS, (self._pruned_to.get(window, 0), last, json.dumps(with_window)))
                self._pruned_to[window] = last

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
    return abs(published_at - post.published_at) <= _window_ms(key.kind)


def _window_ms(kind: KeyKind) -> int:
    return int(window_of(kind).total_seconds() * 1000)


def _last_added_before(db: Executor, newest: int, at: int) -> int:
    """The last post that was added before ``at``: ids ascend with that time, which no index has."""

    def added_at(post: int) -> int:
        row = db.execute(_ADDED_AT, (post,)).fetchone()
        return int(row[0]) if row else 0

    return bisect_left(range(newest + 1), at, key=added_at) - 1


def _author(name: str) -> int:
    return crc32(name.encode("utf-8", "replace")) if name else 0
