"""Posts that were both imported and collected, or are in two imported files: they are stored once.

The link alone does not identify a post: the items of a podcast, the comments of a thread and the reviews of a shop may
share one. Two posts with the same link are the same post only if also

- one text is the other one, or its beginning (truncated copies, exports without the title); links, punctuation and case
  are ignored;
- they were published within MAX_HOURS_APART, since exports leave out the time zone or even the time; a post without
  a date agrees with any time;
- their authors agree, as far as both are known ("u/ana" and "Ana" do). A long text of the same minute needs no
  author: one tool writes the handle, another the full name.

Two rows imported into the same source have ids of their own, which tell them apart; only the same long text of the same
minute and author under two ids is one post.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from monitor.model import JudgedPost, Post
from monitor.store.sql import links
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import to_ms

MAX_HOURS_APART = 26
"""The largest difference between two time zones."""
MINUTE_MS, MAX_MS_APART = 60_000, MAX_HOURS_APART * 3_600_000
MIN_BEGINNING_CHARS = 20
"""Letters and digits of a truncated text; a shorter one must be equal."""
MIN_LONG_CHARS = 40
"""Letters and digits with which a text is hardly written twice under one link."""
MAX_CANDIDATES = 200
"""Stored posts with the same link that are compared with a new one."""
_SELECT = f"""
    SELECT post.id, source.name, post.imported, post.author, post.title, post.text, post.published_at
    FROM post_link CROSS JOIN post ON post.id = post_link.post JOIN source ON source.id = post.source
    WHERE post_link.link = ?1 AND post_link.published_at {{}} AND (post.imported <> 0 OR ?2 <> 0)
    ORDER BY post_link.published_at DESC LIMIT {MAX_CANDIDATES}"""
_SELECT_NEAR = _SELECT.format("BETWEEN ?3 AND ?4")
_SELECT_UNDATED = _SELECT.format("= 0")
_SELECT_ALL = _SELECT.format(">= 0")
_URL = re.compile(r"\w+://\S+")
_AUTHOR_PREFIX = re.compile(r"^(?:/?u/|@)")


@dataclass(frozen=True)
class _Copy:
    """What is compared of a post. Texts are folded only when they are compared: few posts share a link."""

    post: int | None
    """None: not stored yet."""
    source: str
    imported: bool
    raw_author: str
    raw_title: str
    raw_text: str
    published_at: int
    """At most 0: no date."""

    @cached_property
    def author(self) -> str:
        """Folded."""
        return _folded_author(self.raw_author)

    @cached_property
    def title(self) -> str:
        """Folded."""
        return _folded(self.raw_title)

    @cached_property
    def text(self) -> str:
        """Folded."""
        return _folded(self.raw_text)

    @property
    def body(self) -> str:
        """Title and text, folded."""
        return self.title + self.text

    def has_text_of(self, other: _Copy) -> bool:
        """Whether title and text are exactly the same."""
        return (self.raw_title, self.raw_text) == (other.raw_title, other.raw_text)


class Repeat(NamedTuple):
    """A stored post that a new one repeats."""

    post: int | None
    source: str
    same_text: bool
    """Whether title and text are exactly the same."""


class RepeatFinder:
    """Finds the new posts of one batch that are stored already, or occur earlier in the batch."""

    def __init__(self, db: Connection, source: str, imported: bool) -> None:
        self._db, self._source, self._imported = db, source, imported
        self._in_batch: dict[int, list[_Copy]] = defaultdict(list)

    def find(self, new: Sequence[JudgedPost]) -> dict[str, Repeat]:
        """External id -> the post that it repeats."""
        if not self._imported and not links.is_used(self._db):
            return {}
        found = {one.post.external_id: self._find(one.post) for one in new if one.post.url}
        return {external_id: repeat for external_id, repeat in found.items() if repeat is not None}

    def _find(self, post: Post) -> Repeat | None:
        link = links.link_hash(post.url)
        if link is None:
            return None
        at = to_ms(post.published_at)
        one = _Copy(None, self._source, self._imported, post.author, post.title, post.text, at)
        for other in (*self._stored(link, at), *self._in_batch.get(link, ())):
            if _same_post(one, other):
                return Repeat(other.post, other.source, one.has_text_of(other))
        if self._imported:
            self._in_batch[link].append(one)
        return None

    def _stored(self, link: int, at: int) -> list[_Copy]:
        selects: list[tuple[str, tuple[int, ...]]] = [(_SELECT_ALL, ())]
        if at > 0:
            selects = [(_SELECT_NEAR, (max(1, at - MAX_MS_APART), at + MAX_MS_APART)), (_SELECT_UNDATED, ())]
        rows = [r for sql, params in selects for r in self._db.execute(sql, (link, self._imported, *params))]
        return [_Copy(*row) for row in rows]


def _same_post(a: _Copy, b: _Copy) -> bool:
    """Whether two posts with the same link are the same one."""
    dated = a.published_at > 0 and b.published_at > 0
    apart = abs(a.published_at - b.published_at) if dated else 0
    same_minute_and_text = dated and apart <= MINUTE_MS and min(len(a.body), len(b.body)) >= MIN_LONG_CHARS
    if a.source == b.source and a.imported and b.imported:
        return same_minute_and_text and a.author == b.author and a.body == b.body
    authors_agree = not a.author or not b.author or a.author in b.author or b.author in a.author
    return apart <= MAX_MS_APART and (authors_agree or same_minute_and_text) and _same_text(a, b)


def _same_text(a: _Copy, b: _Copy) -> bool:
    if a.title and b.title and not _begins(a.title, b.title):
        return False
    texts = ((a.body, b.body), (a.text, b.text), (a.text, b.body), (a.body, b.text))
    return any(_begins(first, second) for first, second in texts)


def _begins(a: str, b: str) -> bool:
    """Whether two folded texts are equal, or the shorter one is the beginning of the other."""
    shorter, longer = sorted((a, b), key=len)
    return bool(shorter) and (shorter == longer or (len(shorter) >= MIN_BEGINNING_CHARS and longer.startswith(shorter)))


def _folded(text: str) -> str:
    """Only the letters and digits of ``text``, without case and links."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", _URL.sub(" ", text)).casefold()))


def _folded_author(author: str) -> str:
    name = _AUTHOR_PREFIX.sub("", author.strip())
    return _folded(name.partition("@")[0] or name)
