"""Search expressions: from the expressions of ``query.fts`` to ``tsquery``.

``query.fts`` compiles the tree of a rule to words, phrases, prefixes, NEAR, AND, OR and NOT. Words are cut and folded
by our own code. PostgreSQL has all of that under other names, so both engines are given the same expression and find
the same posts. The words of a document are those that ``text_words`` (see ``functions``) cuts from the same columns.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
    while end < len(expression):
        found = _PART.match(expression, end)
        if found is None:
            raise ValueError(f"not a search expression at {end}: {expression}")
        written.append(_written(found))
        end = found.end()
    return " ".join(part for part in written if part)


def _written(found: re.Match[str]) -> str:
    if found["operator"]:
        return _OPERATORS[found["operator"]]
    if found["left"] is not None:
        left, right = found["left"], found["right"]
        return _near(left, bool(found["left_prefix"]), right, bool(found["right_prefix"]), int(found["distance"]))
    if found["words"] is not None:
        return _phrase(found["words"], bool(found["prefix"]))
    return found["bracket"] or ""


def _phrase(text: str, is_prefix: bool) -> str:
    """Consecutive words; the last one may be the start of a word."""
    words = [f"'{word[:MAX_WORD_CHARS]}'" for word in text.split()]
    if is_prefix:
        words[-1] += ":*"
    return words[0] if len(words) == 1 else f"({' <-> '.join(words)})"


def _near(left: str, left_prefix: bool, right: str, right_prefix: bool, distance: int) -> str:
    """Two phrases in either order with at most ``distance`` words between them.

    ``a <2> b`` means that b starts two words after the end of a, so NEAR is an OR of distances. Phrases of several
    words may overlap by more than one word, which no distance expresses: then both have to occur, and what has to be
    checked on each post decides.
    """
    first, second = _phrase(left, left_prefix), _phrase(right, right_prefix)
    words = left.split(), right.split()
    if max(map(len, words)) > 1 and set(words[0]) & set(words[1]):
        return f"({first} & {second})"
    pairs = [f"{a} <{steps}> {b}" for steps in range(distance + 2) for a, b in ((first, second), (second, first))]
    return f"({' | '.join(pairs)})"
