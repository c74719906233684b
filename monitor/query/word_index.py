"""Which of many queries may match a text, by words without which they cannot match.

A post mentions one or two of all brands, so nearly all rules can be left out after one look-up of each of its words.
The index may name a query that does not match, but never leaves out one that does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from monitor.model import Term
from monitor.query.folded_text import FoldedText
from monitor.query.folding import fold, words_of
from monitor.query.hashtags import words_in_hashtags
from monitor.query.proclitics import with_proclitics
from monitor.query.query import Query

MAX_WORDS = 40_000
"""Words of texts that are kept, some 4 MB. When there are more, all are dropped: that costs less than choosing some."""


class WordIndex:
    """An index of queries, which are numbered from 0. Threads may share one."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self._always = frozenset(number for number, query in enumerate(queries) if not query.terms())
        """Queries that need no word, such as one for a language."""
        self._by_word = _QueriesByWord()
        for number, query in enumerate(queries):
            for term in query.terms():
                self._by_word.add(term, number)

    def candidates(self, text: FoldedText) -> list[int]:
        """The numbers of the queries that may match ``text``, ascending."""
        words = words_of(text.folded)
        if "#" in text.folded:
            words += words_in_hashtags(text.folded, text.body)
        found = self._always.union(*filter(None, map(self._by_word.__getitem__, words)))
        return sorted(found)


class _QueriesByWord(dict[str, tuple[int, ...]]):
    """A word of a text -> the queries that need it. Filled on demand; the value of most words is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._words: defaultdict[str, set[int]] = defaultdict(set)
        self._prefixes: defaultdict[str, set[int]] = defaultdict(set)
        self._prefix_lengths: list[int] = []

    def add(self, term: Term, number: int) -> None:
        """Note that a query matches texts with ``term``."""
        words = words_of(fold(term.text))
        # The longest word is usually the rarest. In a phrase, only the last one can be a prefix.
        n = max(range(len(words)), key=lambda n: len(words[n]))
        index = self._prefixes if term.prefix and n == len(words) - 1 else self._words
        for form in (words[n], *(with_proclitics(words[n]) if n == 0 else ())):
            index[form].add(number)
        self._prefix_lengths = sorted(set(map(len, self._prefixes)))

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= MAX_WORDS:
            self.clear()
        beginnings = [word[:length] for length in self._prefix_lengths]
        by_prefix = [self._prefixes[beginning] for beginning in beginnings if beginning in self._prefixes]
        found = self[word] = tuple(set(self._words.get(word, ())).union(*by_prefix))
        return found
