"""The words that differ, with the numbers of mentions that a search for them finds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from monitor.analysis.comparison.left_out import left_out_words
from monitor.analysis.comparison.words import MIN_MENTIONS, Candidate, SideWords, candidates, search_for, spelling
from monitor.model import Brand, Choice, MentionFilter, Texts
from monitor.model.comparison import DistinctWord, DistinctWords, Figure, Side

if TYPE_CHECKING:
    from monitor.store import Store

MAX_TEXTS = 4_000
"""Texts that are read of all sides together."""
MAX_WORDS = 7
MAX_COUNTED = 12
"""Candidates of a side that are counted at most."""


def read_texts(sides: Sequence[Side], store: Store, upto: int) -> list[Texts]:
    """The texts of each side, or an even sample of them."""
    limit = MAX_TEXTS // len(sides)
    return [store.texts_of(side.filter.counted, limit, upto) for side in sides]


def distinct_words(
    sides: Sequence[Side],
    texts: Sequence[Texts],
    store: Store,
    brands: Sequence[Brand],
    sources: Collection[str],
    upto: int,
) -> tuple[DistinctWords, ...]:
    """For each side the words that are more frequent in it than in the others.

    Left out are the names of all brands and of ``sources``, and the words of the rules of those that are compared.
    """
    left_out = left_out_words([side.brand for side in sides], brands, sources)
    words = [SideWords.of(one, left_out) for one in texts]
    total = sum(one.total for one in texts)
    found = []
    for side, read, listed in zip(sides, texts, candidates(words), strict=True):
        counted = _WordCounts(store, side.filter, other_mentions(sides, side), upto, read, total - read.total)
        counted_words = tuple(islice(counted.words(listed), MAX_WORDS))
        found.append(DistinctWords(counted_words, read.total, len(read.rows)))
    return tuple(found)


def other_mentions(sides: Sequence[Side], side: Side) -> MentionFilter:
    """The mentions of all other sides."""
    others = [one for one in sides if one != side]
    if others[0].brand == side.brand:
        return others[0].filter
    return replace(others[0].filter, brand=Choice(tuple(one.brand for one in others)))


class _WordCounts:
    """Counts the words of one side."""

    def __init__(
        self, store: Store, here: MentionFilter, others: MentionFilter, upto: int, read: Texts, other_total: int
    ) -> None:
        self._store, self._here, self._others, self._upto = store, here, others, upto
        self._read, self._other_total = read, other_total

    def words(self, listed: Sequence[Candidate]) -> Iterator[DistinctWord]:
        """The words that are more frequent here, in their order."""
        for candidate in listed[:MAX_COUNTED]:
            if word := self._counted(candidate):
                yield word

    def _counted(self, candidate: Candidate) -> DistinctWord | None:
        """None if a search finds too few, or no more here than there."""
        q = search_for(candidate.term)
        here, there = (self._figure(replace(mentions, q=q)) for mentions in (self._here, self._others))
        if max(here.n, there.n) < MIN_MENTIONS:
            return None
        ratio: float | None = candidate.ratio
        if here.count.exact and there.count.exact:
            ratio = (here.n / self._read.total) / (there.n / self._other_total) if there.n else None
        if ratio is not None and ratio <= 1:
            return None
        return DistinctWord(spelling(candidate.term, self._read), (here, there), ratio)

    def _figure(self, mentions: MentionFilter) -> Figure:
        return Figure(self._store.count(mentions.counted, self._upto), mentions)
