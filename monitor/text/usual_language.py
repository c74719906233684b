"""The language that is usual for a source and a brand: what to assume of a short text that shows no language.

It depends only on counts of stored mentions, so the same database always gives the same answer. A language is usual if
nearly all posts of the source about the brand are in it. What was assumed is stored and counted too; this cannot make a
language usual that is not, because few posts are too short to be decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

MIN_POSTS = 30
"""Posts in a known language from which something is usual."""
MIN_SHARE = 0.9
"""Share of them in the usual language."""


class UsualLanguages:
    """Immutable; made from the number of mentions per (source, brand, language)."""

    def __init__(self, counts: Mapping[tuple[str, str, str], int] | None = None) -> None:
        self._by_pair: dict[tuple[str, str], Counter[str]] = {}
        self._by_source: dict[str, Counter[str]] = {}
        self._by_brand: dict[str, Counter[str]] = {}
        for (source, brand, language), n in (counts or {}).items():
            if language != "und" and n > 0:
                self._by_pair.setdefault((source, brand), Counter())[language] += n
                self._by_source.setdefault(source, Counter())[language] += n
                self._by_brand.setdefault(brand, Counter())[language] += n

    def __bool__(self) -> bool:
        return bool(self._by_source)

    def of(self, source: str, brands: Sequence[str]) -> str | None:
        """The usual language of posts in ``source`` about ``brands``; of any, if there are none. None: no usual one.

        Decided by the posts about these brands in the source; if they are too few, by all of the source; if these are
        too few as well, by the posts about these brands in any source.
        """
        pairs = [self._by_pair[source, brand] for brand in brands if (source, brand) in self._by_pair]
        of_brands = [self._by_brand[brand] for brand in brands if brand in self._by_brand]
        for counters in (pairs, [self._by_source.get(source, Counter())], of_brands):
            counts: Counter[str] = sum(counters, Counter())
            if counts.total() >= MIN_POSTS:
                language, n = counts.most_common(1)[0]
                return language if n >= MIN_SHARE * counts.total() else None
        return None
