"""Find where a text names a brand: by its name or an alias, as whole words in any case, with ``'s``, ``@`` or ``#``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from monitor.model import Brand, Span
from monitor.sentiment.vocabulary import LexiconEntry, Vocabulary

MAX_SEARCH_CHARS = 200_000
"""Characters of a text that ``search`` examines; this takes about 20 ms in the worst case."""


class NameMatch(NamedTuple):
    """A brand named by the tokens from ``start`` up to, but not including, ``end``."""

    brand: str
    start: int
    end: int


class BrandNames:
    """The names and aliases of all brands, by their first word."""

    def __init__(self, brands: Iterable[Brand], vocabulary: Vocabulary) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        """First word -> (other words, brand), the longest name first."""
        self._patterns: dict[str, str] = {}
        for brand in brands:
            names = list(dict.fromkeys((brand.name, *brand.aliases)))
            self._patterns[brand.name] = name_pattern(names)
            for name in names:
                self._add(brand.name, [vocabulary[token].name for token in name.split()])
        for candidates in self._by_first_word.values():
            candidates.sort(key=lambda candidate: -len(candidate[0]))

    def _add(self, brand: str, words: list[str]) -> None:
        """Add a name as separate words, as a handle, and with its words joined ("acmecorp", "@acmecorp")."""
        if not words or not words[0]:
            return
        first, rest = words[0], tuple(words[1:])
        for spelling in {first, "@" + first.lstrip("@")}:
            self._by_first_word.setdefault(spelling, []).append((rest, brand))
        if rest:
            joined = first + "".join(rest)
            for spelling in (joined, "@" + joined):
                self._by_first_word.setdefault(spelling, []).append(((), brand))

    def find(self, entries: Sequence[LexiconEntry]) -> list[NameMatch]:
        """Return every name, in order. If two names of a brand begin at the same word, only the longer one counts."""
        by_first_word = self._by_first_word
        matches: list[NameMatch] = []
        for i in [i for i, entry in enumerate(entries) if entry.name in by_first_word]:
            candidates = by_first_word[entries[i].name]
            if len(candidates) == 1 and not candidates[0][0]:  # nearly always: one name of one word
                matches.append(NameMatch(candidates[0][1], i, i + 1))
            else:
                matches += self._matches_at(entries, i, candidates)
        return matches

    def search(self, body: str, brand: str, limit: int) -> list[Span]:
        """Search ``body`` for up to ``limit`` names of ``brand``. Slower than ``find``, but finds "Acme-made" too."""
        pattern = self._patterns.get(brand)
        found = re.compile(pattern, re.IGNORECASE).finditer(body, 0, MAX_SEARCH_CHARS) if pattern else ()
        return [Span(*match.span()) for match in islice(found, limit)]

    @staticmethod
    def _matches_at(
        entries: Sequence[LexiconEntry], i: int, candidates: Sequence[tuple[tuple[str, ...], str]]
    ) -> list[NameMatch]:
        matches: dict[str, NameMatch] = {}
        longest = 0
        for rest, brand in candidates:
            if len(rest) < longest:
                break
            end = i + 1 + len(rest)
            if not rest or tuple([entry.name for entry in entries[i + 1 : end]]) == rest:
                matches.setdefault(brand, NameMatch(brand, i, end))
                longest = len(rest)
        return list(matches.values())


def name_pattern(names: Sequence[str]) -> str:
    """Matches whole words. Names that are not ASCII match anywhere, for scripts without spaces between words."""
    longest_first = sorted((name.strip() for name in names if name.strip()), key=len, reverse=True)
    return "|".join(rf"(?<!\w){re.escape(n)}(?!\w)" if n.isascii() else re.escape(n) for n in longest_first)
