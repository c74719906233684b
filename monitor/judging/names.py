"""Where a text names which brand, in any language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from monitor.model import Brand, PostToJudge, Span
from monitor.relevance import word_set

MAX_NAMES = 20
"""Occurrences of a brand that are looked for; more are seldom needed, and a long post would take long."""
MAX_CHARS = 20_000


class BrandFinder:
    """Finds names and aliases as whole words, in any case."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._patterns = {brand.name: _pattern((brand.name, *brand.aliases)) for brand in brands}
        self._words = {brand.name: word_set(" ".join((brand.name, *brand.aliases))) for brand in brands}

    def spans(self, brand: str, text: str, matched: Sequence[Span]) -> list[Span]:
        """Where ``text`` names ``brand``; where it does not, what the rule ``matched``."""
        pattern = self._patterns.get(brand)
        return (_search(pattern, text[:MAX_CHARS]) if pattern else []) or list(matched[:MAX_NAMES])

    def words(self, brand: str) -> frozenset[str]:
        """The words of its name and its aliases, in lower case."""
        return self._words.get(brand, frozenset())

    def names(self, post: PostToJudge) -> dict[str, list[Span]]:
        """Brand -> where ``post`` names it, for the brands of its mentions and all others that it names.

        Where a brand of a mention is not named, what its rule matched counts as its name.
        """
        text = post.body[:MAX_CHARS]
        found = {brand: _search(pattern, text) for brand, pattern in self._patterns.items()}
        names = {brand: spans for brand, spans in found.items() if spans}
        for mention in post.mentions:
            if mention.brand not in names:
                names[mention.brand] = list(mention.spans[:MAX_NAMES])
        return names


def _search(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [Span(*match.span()) for match in islice(pattern.finditer(text), MAX_NAMES)]


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Names that are not ASCII match anywhere, for scripts without spaces between words."""
    longest_first = sorted((name.strip() for name in names if name.strip()), key=len, reverse=True)
    words = (rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name) for name in longest_first)
    return re.compile("|".join(words), re.IGNORECASE)
