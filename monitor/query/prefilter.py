"""A first, fast look at a text: may any rule match it? For sources that read far more than anybody looks for.

It lets through more than the rules do: every text that holds all words of a term, in any order. And never less, but
for a word in the midst of which stands an entity or a tag of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.model import Term
from monitor.query.reading import WORD, fold
from monitor.text.cleaning import remove_invisible


class Sieve:
    """The terms of all rules, put so that a text of a few lines is looked through in microseconds.

    Without any term every text passes. A rule of fields only has no terms (see ``Matcher.terms``), so a sieve of
    other rules' terms does not know of it.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        wanted = [(words, term.prefix) for term in terms if (words := tuple(WORD.findall(fold(term.text))))]
        self._all = not wanted
        self._wanted: dict[str, list[frozenset[str]]] = {}
        for words in (words[:-1] if prefix else words for words, prefix in wanted):
            if words:
                self._wanted.setdefault(max(words, key=len), []).append(frozenset(words))
        self._beginnings = _beginning_with(words[-1] for words, prefix in wanted if prefix and len(words) == 1)

    def passes(self, text: str) -> bool:
        """Whether a rule may match ``text``."""
        if self._all:
            return True
        folded = fold(remove_invisible(text))
        if self._beginnings is not None and self._beginnings.search(folded):
            return True
        words = set(WORD.findall(folded))
        return any(together <= words for word in self._wanted.keys() & words for together in self._wanted[word])


def _beginning_with(beginnings: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of ``beginnings``; wherever it stands, for the rules are exact enough."""
    some = sorted(set(beginnings))
    return re.compile("|".join(map(re.escape, some))) if some else None
