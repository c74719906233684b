"""Where a text names a brand: by its name or an alias, as whole words in any case, with ``'s``, ``@`` or ``#``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from monitor.model import Brand, Span
from monitor.sentiment.vocabulary import Entry, Vocabulary

LOOKED_THROUGH = 200_000
"""Characters in which a brand is searched by its letters, some 20 ms at the worst."""


class Named(NamedTuple):
    """A brand named by the tokens ``start`` up to, without, ``end``."""

    brand: str
    start: int
    end: int


class Names:
    """The names of all brands, looked up by their first word."""

    def __init__(self, brands: Iterable[Brand], vocabulary: Vocabulary) -> None:
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._patterns: dict[str, str] = {}
        for brand in brands:
            aliases = list(dict.fromkeys((brand.name, *brand.aliases)))
            self._patterns[brand.name] = _pattern(aliases)
            for alias in aliases:
                self._add(brand.name, [vocabulary[token].name for token in alias.split()])
        for names in self._names.values():
            names.sort(key=lambda name: -len(name[0]))

    def _add(self, brand: str, words: list[str]) -> None:
        if not words or not words[0]:
            return
        first, rest = words[0], tuple(words[1:])
        for spelling in {first, "@" + first.lstrip("@")}:
            self._names.setdefault(spelling, []).append((rest, brand))
        if rest:
            joined = first + "".join(rest)
            for spelling in (joined, "@" + joined):
                self._names.setdefault(spelling, []).append(((), brand))

    def find(self, entries: Sequence[Entry]) -> list[Named]:
        """Every naming, in order. Where two names begin at the same word the longer one counts, for each brand."""
        known = self._names
        found: list[Named] = []
        for i, entry in enumerate(entries):
            if entry.name in known:
                found += self._at(entries, i, known[entry.name])
        return found

    def search(self, body: str, brand: str, most: int) -> list[Span]:
        """At most ``most`` places of ``brand`` in ``body``, by its letters: slower, and finds "Acme-made" too."""
        pattern = self._patterns.get(brand)
        found = re.compile(pattern, re.IGNORECASE).finditer(body, 0, LOOKED_THROUGH) if pattern else ()
        return [Span(*match.span()) for match in islice(found, most)]

    @staticmethod
    def _at(entries: Sequence[Entry], i: int, names: Sequence[tuple[tuple[str, ...], str]]) -> list[Named]:
        found: dict[str, Named] = {}
        longest = 0
        for rest, brand in names:
            if len(rest) < longest:
                break
            end = i + 1 + len(rest)
            if not rest or tuple([entry.name for entry in entries[i + 1 : end]]) == rest:
                found.setdefault(brand, Named(brand, i, end))
                longest = len(rest)
        return list(found.values())


def _pattern(aliases: Sequence[str]) -> str:
    """Whole words, but for scripts without spaces, where a name stands inside the run."""
    spelt = sorted((alias.strip() for alias in aliases if alias.strip()), key=len, reverse=True)
    return "|".join(rf"(?<!\w){re.escape(a)}(?!\w)" if a.isascii() else re.escape(a) for a in spelt)
