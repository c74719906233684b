"""Search expressions: from the expressions of ``query.fts`` to ``tsquery``.

``query.fts`` compiles the tree of a rule to words, phrases, prefixes, NEAR, AND, OR and NOT. Words are cut and folded
by our own code. PostgreSQL has all of that under other names, so both engines are given the same expression and find
the same posts. The words of a document are those that ``text_words`` (see ``functions``) cuts from the same columns.

A tsvector keeps 256 positions of a word, and none after the 16,383rd. A text with more has the word LONG, and its later
positions under other words: those of the second half of the text begin with LATER, and the next 250 positions of a
frequent word are those of a word that ends with MORE and a number. So its phrases are found too. Only after some 32,000
words, which posts of at most 20,000 characters hardly reach, single words are found but phrases are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

MORE, LATER, LONG = "\ue005", "\ue006", "\ue007"
"""No word of a text has these characters: see ``query.text_index``."""
MAX_WORD_CHARS = 500
"""Longer words are cut in documents and in searches: PostgreSQL takes at most 2,046 bytes."""
_PART = re.compile(
    r"""
    "(?P<words>[^"]*)"(?P<prefix>\s\*)?
    | NEAR\("(?P<left>[^"]*)"(?P<left_prefix>\s\*)?\s+"(?P<right>[^"]*)"(?P<right_prefix>\s\*)?,
        \s(?P<distance>\d+)\)
    | (?P<operator>AND|OR|NOT)\b
    | (?P<bracket>[()])
    | (?P<space>\s+)
    """,
    re.VERBOSE,
)
_OPERATORS = {"AND": "&", "OR": "|", "NOT": "& !"}


@lru_cache(maxsize=1_024)
def tsquery(expression: str) -> str:
    """An expression of ``query.fts`` as PostgreSQL writes it."""
    written, end = [], 0
    is_excluded, outer, is_next_excluded = False, list[bool](), False
    while end < len(expression):
        found = _PART.match(expression, end)
        if found is None:
            raise ValueError(f"not a search expression at {end}: {expression}")
        end = found.end()
        if found["bracket"] == ")":
            is_excluded = outer.pop()
        elif found["bracket"]:
            outer.append(is_excluded)
            is_excluded ^= is_next_excluded
        written.append(_written(found, is_excluded ^ is_next_excluded))
        if not found["space"]:
            is_next_excluded = found["operator"] == "NOT"
    return " ".join(part for part in written if part)


def _written(found: re.Match[str], is_excluded: bool) -> str:
    if found["operator"]:
        return _OPERATORS[found["operator"]]
    if found["left"] is not None:
        sides = (
            _Words(found["left"].split(), bool(found["left_prefix"])),
            _Words(found["right"].split(), bool(found["right_prefix"])),
        )
        return _near(*sides, int(found["distance"]), is_excluded)
    if found["words"] is not None:
        return _phrase(_Words(found["words"].split(), bool(found["prefix"])))
    return found["bracket"] or ""


class _Words(NamedTuple):
    """Consecutive words."""

    words: Sequence[str]
    is_prefix: bool
    """Whether the last one may be the start of a word."""

    def written(self, operator: str = "<->") -> str:
        """The words as a text that is not long has them, by default in this order."""
        return self._joined(operator, [f"'{word[:MAX_WORD_CHARS]}'" for word in self.words])

    def in_long(self, start: str) -> str:
        """The words as they are in one half of a long text: all begin with ``start``."""
        words = [f"{start}{word[:MAX_WORD_CHARS]}" for word in self.words]
        several = [f"('{word}' | '{word}{MORE}':*)" for word in words]
        return self._joined("<->", [*several[:-1], f"'{words[-1]}'"] if self.is_prefix else several)

    def _joined(self, operator: str, words: list[str]) -> str:
        if self.is_prefix:
            words[-1] += ":*"
        return words[0] if len(words) == 1 else f"({f' {operator} '.join(words)})"


def _phrase(phrase: _Words) -> str:
    if len(phrase.words) == 1:
        return phrase.written()
    return f"({phrase.written()} | '{LONG}' & ({phrase.in_long('')} | {phrase.in_long(LATER)}))"


def _near(left: _Words, right: _Words, distance: int, is_excluded: bool) -> str:
    """Two phrases in either order with at most ``distance`` words between them.

    ``a <2> b`` means that b starts two words after the end of a, so NEAR is an OR of distances. Where that does not
    suffice, both have to occur, and what has to be checked on each post decides: in long texts, and for phrases of
    several words that may overlap by more than one word. If it ``is_excluded``, such posts must not be found.
    """
    first, second = left.written(), right.written()
    sides = ((first, second), (second, first))
    pairs = " | ".join(f"{a} <{steps}> {b}" for steps in range(distance + 2) for a, b in sides)
    if is_excluded:
        return f"(({pairs}) & ! '{LONG}')"
    if max(len(left.words), len(right.words)) > 1 and set(left.words) & set(right.words):
        return f"({left.written('&')} & {right.written('&')})"
    return f"({pairs} | '{LONG}' & ({left.written('&')} & {right.written('&')}))"
