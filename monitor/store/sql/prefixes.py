"""Replaces prefixes in a search by the words of the index that begin with them, if these are few.

FTS5 opens a prefix by merging the postings of all its words, even to find a single mention: at ten million mentions,
``can*`` takes a third of a second. Words are read as far as they are needed.
"""

from __future__ import annotations

import re

from monitor.store.sql.connection import Connection

MAX_WORDS = 24
"""More words take longer to open, one by one, than they save."""
_PREFIX = re.compile(r'NEAR\([^)]*\)|"([^" ]+)" \*')
"""A prefix of one word. FTS5 allows no alternatives within NEAR, so what is there stays."""
_NEXT_WORD = "SELECT term FROM mention_fts_words WHERE term >= ? LIMIT 1"
_AFTER = "\x01"
"""Comes before every character that words consist of."""


def expand(db: Connection, match: str) -> str:
    """``match``, an FTS5 expression, with alternatives in place of its prefixes, if the engine gains by it."""
    if not db.dialect.expands_prefixes:
        return match

    def alternatives(found: re.Match[str]) -> str:
        words = _words(db, found[1]) if found[1] else None
        if words is None:
            return found[0]
        return "({})".format(" OR ".join(f'"{word}"' for word in words or [found[1]]))

    return _PREFIX.sub(alternatives, match)


def _words(db: Connection, prefix: str) -> list[str] | None:
    """The words that begin with ``prefix``; None if there are more than MAX_WORDS."""
    words: list[str] = []
    row = db.execute(_NEXT_WORD, (prefix,)).fetchone()
    while row is not None and row[0].startswith(prefix):
        words.append(row[0])
        if len(words) > MAX_WORDS:
            return None
        row = db.execute(_NEXT_WORD, (row[0] + _AFTER,)).fetchone()
    return words
