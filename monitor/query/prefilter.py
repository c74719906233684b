"""A fast check whether any rule may match a text, for sources that receive far more than the rules look for.

It passes every text that contains all words of a term, in any order, so it passes more than the rules match. It rejects
nothing that a rule matches, except text with an HTML entity or tag inside a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.model import Term
from monitor.query.folding import WORD, fold
from monitor.query.hashtags import hashtags
from monitor.query.proclitics import invariable_part, with_proclitics
from monitor.text.cleaning import remove_invisible


class Prefilter:
    """The terms of all rules, prepared so that checking a text of a few lines takes microseconds.

    Without terms every text passes. A rule that consists only of fields has no terms (see ``Matcher.terms``), so a
    prefilter made from the terms of other rules does not cover it.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        wanted = [(words, term.prefix) for term in terms if (words := tuple(WORD.findall(fold(term.text))))]
        self._passes_all = not wanted
        changing = [invariable_part(words[0]) for words, _ in wanted if with_proclitics(words[0])]
        wanted = [(words, is_prefix) for words, is_prefix in wanted if not with_proclitics(words[0])]
        self._by_longest_word: dict[str, list[frozenset[str]]] = {}
        """The longest word of a term -> all words of each such term, without a last word that is only a prefix."""
        for words in (words[:-1] if is_prefix else words for words, is_prefix in wanted):
            if words:
                self._by_longest_word.setdefault(max(words, key=len), []).append(frozenset(words))
        prefixes = [words[-1] for words, is_prefix in wanted if is_prefix and len(words) == 1]
        self._prefixes = _any_of(prefixes + changing)

    def passes(self, text: str) -> bool:
        """Whether a rule may match ``text``."""
        if self._passes_all:
            return True
        visible = remove_invisible(text)
        folded = fold(visible)
        if self._prefixes is not None and self._prefixes.search(folded):
            return True
        words = set(WORD.findall(folded))
        if "#" in folded:
            words |= {word.text for tag in hashtags(folded, visible) for reading in tag.readings for word in reading}
        candidates = self._by_longest_word.keys() & words
        return any(required <= words for word in candidates for required in self._by_longest_word[word])


def _any_of(prefixes: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of ``prefixes``, also inside words: the rules themselves are exact."""
    distinct = sorted(set(prefixes))
    return re.compile("|".join(map(re.escape, distinct))) if distinct else None
