"""Matcher: every post of a batch against every brand's rule, over an in-memory search index of the batch."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from monitor.model import Brand, Match, Post, Term
from monitor.query import TOKENIZER, Document, index_text, parse
from monitor.query.fts import FtsQuery, compile_fts

BATCH = 2_000
"""Posts of one index; more are matched in several."""


class Matcher:
    """Rules that were understood once. It keeps nothing of what it matched but empty indexes; threads may share it."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        """Raises QueryError for the first rule that cannot be read."""
        parsed = [(brand, parse(brand.rule)) for brand in brands]
        self._rules = [(brand, query, compile_fts(query.tree)) for brand, query in parsed]
        self._idle: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._idle)

    def match(self, posts: Sequence[Post]) -> list[tuple[Match, ...]]:
        """For each post, in order, the brands that it mentions, in the order of the brands."""
        return [found for start in range(0, len(posts), BATCH) for found in self._batch(posts[start : start + BATCH])]

    def terms(self) -> tuple[Term, ...]:
        """Plain searches that find every post that any rule matches, but for what meets a part without a word in it."""
        return tuple(dict.fromkeys(term for _, query, _ in self._rules for term in query.sought()))

    def _batch(self, posts: Sequence[Post]) -> list[tuple[Match, ...]]:
        matches: list[list[Match]] = [[] for _ in posts]
        documents = _Documents(posts)
        with self._index(posts) as index:
            for brand, query, fts in self._rules:
                for number in _found(index, fts, len(posts)):
                    document = documents[number]
                    if fts.accepts(document):
                        matches[number].append(Match(brand.name, brand.rule, query.spans_in(document)))
        return [tuple(some) for some in matches]

    @contextmanager
    def _index(self, posts: Sequence[Post]) -> Iterator[sqlite3.Connection]:
        """An index of ``posts``; a row's id is the number of its post. It is filled in a transaction that is then
        undone: to make another takes longer (0.2 ms) than to match forty posts in it (0.12)."""
        try:
            index = self._idle.pop()
        except IndexError:
            index = _empty_index()
        index.execute("BEGIN")
        try:
            index.executemany("INSERT INTO post(rowid, text, title) VALUES (?, ?, ?)", _rows(posts))
            yield index
        finally:
            index.execute("ROLLBACK")
            self._idle.append(index)


class _Documents(dict[int, Document]):
    """The documents of a batch by number, made when a rule first asks for one: most posts match nothing."""

    def __init__(self, posts: Sequence[Post]) -> None:
        super().__init__()
        self._posts = posts

    def __missing__(self, number: int) -> Document:
        document = self[number] = Document.of(self._posts[number])
        return document


def _empty_index() -> sqlite3.Connection:
    index = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    index.execute(f"CREATE VIRTUAL TABLE post USING fts5(text, title, content='', columnsize=0, tokenize={TOKENIZER})")
    return index


def _close(idle: list[sqlite3.Connection]) -> None:
    while idle:
        idle.pop().close()


def _rows(posts: Sequence[Post]) -> Iterator[tuple[int, str, str | None]]:
    for number, post in enumerate(posts):
        yield number, index_text(post.text), index_text(post.title) if post.title else None


def _found(index: sqlite3.Connection, fts: FtsQuery, total: int) -> Sequence[int]:
    """Numbers of the posts that the expression finds: all of them if there is none."""
    if fts.expression is None:
        return range(total)
    return [row[0] for row in index.execute("SELECT rowid FROM post WHERE post MATCH ?", (fts.expression,))]
