"""Tombstones: what was erased, as hashes only, so that it is not stored again when it is read, delivered or imported.

A post leaves several, because it may return from another source or in a file, without its id:

    id               source and external id
    words            author and text
    words at link    link and text, if the text is long: one tool writes the handle of an author, another the full name
    time at link     link, author and minute: exports truncate texts
    long words       text, if it is long. Compared only if one of the two posts has no author: others may quote a text

An erased author and an erased link leave one each. The hashes are keyed with a secret of the database, so that they say
nothing about other databases; who has this one can still try names and links.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator

from monitor.model import Post
from monitor.query import field_value
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import to_ms
from monitor.text.links import link_key

HASH_BYTES = 12
MIN_LONG_CHARS = 40
"""Letters and digits of a text that is hardly written twice."""
MAX_PLAIN_CHARS = 200
MINUTE_MS = 60_000
_NOT_IN_WORDS = re.compile(r"[\W_]+")
_SIGNED, _UNSIGNED = "signed", "unsigned"
"""Whether an erased post had an author."""


class Tombstones:
    """Those of one database, as of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._any = db.execute("SELECT 1 FROM tombstone LIMIT 1").fetchone() is not None
        self._secret: bytes = db.execute("SELECT secret FROM deletion_state").fetchone()[0]

    @property
    def any(self) -> bool:
        """Whether anything was erased."""
        return self._any

    def erased(self, posts: Iterable[Post], source: str) -> set[str]:
        """External ids of the posts of ``source`` that were erased, or whose author or link was."""
        if not self._any:
            return set()
        hashes = {post.external_id: [self._hash(key) for key in _keys_to_refuse(post, source)] for post in posts}
        found = self._stored(one for several in hashes.values() for one in several)
        return {external_id for external_id, several in hashes.items() if not found.isdisjoint(several)}

    def erased_author(self, source: str, author: str) -> bool:
        """Whether an author was erased, at this source or everywhere."""
        return bool(self._any and author and self._stored(map(self._hash, author_keys(author, source))))

    def add(self, keys: Iterable[tuple[str, ...]], now: int) -> None:
        """Add the tombstones of ``keys``, which the functions below return."""
        if not self._any:  # a secret of its own, even for a database that was copied from another one
            self._secret = secrets.token_bytes(32)
            self._db.execute("UPDATE deletion_state SET secret = ?", (self._secret,))
        insert = "INSERT INTO tombstone VALUES (?, ?) ON CONFLICT DO NOTHING"
        self._db.executemany(insert, [(self._hash(key), now) for key in keys])
        self._any = True

    def remove(self, keys: Iterable[tuple[str, ...]]) -> int:
        """Remove the tombstones of ``keys``; return how many there were."""
        removed = 0
        for key in keys:
            removed += self._db.execute("DELETE FROM tombstone WHERE hash = ?", (self._hash(key),)).rowcount
        return removed

    def _stored(self, hashes: Iterable[str]) -> set[str]:
        select = "SELECT hash FROM json_each(?, '$') wanted CROSS JOIN tombstone ON hash = wanted.value"
        return {found for (found,) in self._db.execute(select, (json.dumps(list(hashes)),))}

    def _hash(self, key: tuple[str, ...]) -> str:
        data = "\0".join(key).encode("utf-8", "replace")
        return hashlib.blake2b(data, key=self._secret, digest_size=HASH_BYTES).hexdigest()


def mark_deletion(db: Connection, now: int) -> None:
    """Note that this transaction deletes or changes texts, whose words may stay in files for a while."""
    db.execute("UPDATE deletion_state SET deletions = deletions + 1, since = coalesce(since, ?)", (now,))


def post_keys(post: Post, source: str) -> Iterator[tuple[str, ...]]:
    """The keys that an erased post of ``source`` leaves."""
    words = _words(post)
    yield from _own_keys(post, source, words)
    if len(words) >= MIN_LONG_CHARS:
        yield ("long words", _SIGNED if post.author else _UNSIGNED, words)


def author_keys(author: str, source: str) -> Iterator[tuple[str, ...]]:
    """The keys of an author: everywhere, and at ``source``."""
    yield ("author", field_value("author", author))
    if source:
        yield ("author", field_value("author", author), source)


def author_key(author: str, source: str) -> tuple[str, ...]:
    """The key that an erased author leaves: at ``source``, or everywhere if that is empty."""
    return list(author_keys(author, source))[-1]


def link_tombstone_key(url: str) -> tuple[str, ...]:
    """The key that an erased link leaves."""
    return ("link", link_key(url))


def _keys_to_refuse(post: Post, source: str) -> Iterator[tuple[str, ...]]:
    """The keys of everything because of which ``post`` may be refused."""
    words = _words(post)
    yield from _own_keys(post, source, words)
    if len(words) >= MIN_LONG_CHARS:
        for erased in (_UNSIGNED,) if post.author else (_UNSIGNED, _SIGNED):
            yield ("long words", erased, words)
    if post.author:
        yield from author_keys(post.author, source)
    if post.url:
        yield link_tombstone_key(post.url)


def _own_keys(post: Post, source: str, words: str) -> Iterator[tuple[str, ...]]:
    """The keys that identify a post, whoever asks."""
    yield ("id", source, post.external_id)
    author, link = field_value("author", post.author), link_key(post.url) if post.url else ""
    if author and words:
        yield ("words", author, words)
    if link and len(words) >= MIN_LONG_CHARS:
        yield ("words at link", link, words)
    if link and author and not post.undated:
        yield ("time at link", link, author, str(to_ms(post.published_at) // MINUTE_MS))


def _words(post: Post) -> str:
    """The letters and digits of title and text, without case: imports and sites differ in the rest.

    Long texts become a hash, because they occur in several keys.
    """
    words = _NOT_IN_WORDS.sub("", unicodedata.normalize("NFKC", post.body).casefold())
    if len(words) <= MAX_PLAIN_CHARS:
        return words
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=32).hexdigest()
