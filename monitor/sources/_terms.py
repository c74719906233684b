"""Turns terms into the queries that sites accept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.model import Term

_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]+')
_ONE_WORD = re.compile(r"\w+")


def search_texts(terms: Sequence[Term], min_chars: int = 1, keep_signs: bool = False) -> list[str]:
    """The texts to search for, without quotes and duplicates; ``keep_signs`` keeps ``#`` and ``@``.

    Terms of fewer than ``min_chars`` characters are left out: sites reject them.
    """
    found: dict[str, str] = {}
    for term in terms:
        text = " ".join(_UNQUOTABLE.sub(" ", term.text).split())
        text = text if keep_signs else " ".join(text.replace("#", " ").replace("@", " ").split())
        if len(text) >= min_chars:
            found.setdefault(text.casefold(), text)
    return list(found.values())


def quote_phrase(text: str) -> str:
    """``text`` in quotes, unless it is one plain word."""
    return text if _ONE_WORD.fullmatch(text) else f'"{text}"'


def pack_queries(parts: Sequence[str], joiner: str, max_chars: int, max_parts: int = 1_000) -> list[str]:
    """``parts`` joined into as few queries as possible, none with more than ``max_parts`` parts or ``max_chars``.

    A part that is longer than ``max_chars`` by itself is left out.
    """
    queries: list[list[str]] = []
    for part in parts:
        if len(part) > max_chars:
            continue
        if queries and len(queries[-1]) < max_parts and len(joiner.join([*queries[-1], part])) <= max_chars:
            queries[-1].append(part)
        else:
            queries.append([part])
    return [joiner.join(query) for query in queries]
