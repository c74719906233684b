"""Words that differ: log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008).

Words are folded as rules fold them, so that a search finds what was counted. A word is one word, or two in a row; in a
script without spaces, two to four characters in a row. Each voice counts once: an author, or a story that many repeat.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from monitor.analysis.comparison.function_words import ALL_FUNCTION_WORDS, FUNCTION_WORDS
from monitor.analysis.topics.phrase_index import voices
from monitor.analysis.topics.phrases import MAX_TEXT_CHARS, PIECES, is_usable, stem, without_links
from monitor.model import Text, Texts
from monitor.query.folded_text import FoldedText
from monitor.query.folding import fold

MIN_MENTIONS = 20
"""On one side; a word with fewer on both says little."""
MIN_Z = 3.0
"""Of a thousand words that differ by chance alone, fewer than two reach it."""
PRIOR_VOICES = 100.0
"""The prior is worth so many voices that use each word as often as all voices do together."""
SAME_TEXTS = 0.7
"""A phrase with this share of a word's texts is shown in its place."""
MAX_CANDIDATES = 200
MAX_CHARACTERS = 4
"""Length of a term in a script without spaces."""
MAX_SPELLINGS_READ = 20
NO_LANGUAGE: frozenset[str] = frozenset()


class Candidate(NamedTuple):
    """A term that is more frequent on one side."""

    term: str
    z: float
    n: int
    """Texts that contain it here."""
    ratio: float


class _Usable(dict[str, bool]):
    """Word -> whether it may be a term, or a part of one, in every language."""

    def __init__(self, left_out: Collection[str]) -> None:
        super().__init__()
        self.left_out = left_out

    def __missing__(self, word: str) -> bool:
        is_left_out = word in self.left_out or stem(word) in self.left_out
        usable = self[word] = len(word) > 1 and not is_left_out and is_usable(word)
        return usable


@dataclass(frozen=True, slots=True)
class SideWords:
    """The terms of the texts of one side."""

    texts: Texts
    terms: Sequence[frozenset[str]]
    """Of each text."""
    voices: Sequence[int]
    """Of each text."""
    by_text: Counter[str]
    """Term -> texts that contain it."""

    @classmethod
    def of(cls, texts: Texts, left_out: Collection[str]) -> SideWords:
        """``left_out``: words and stems that are no term, nor a part of one."""
        usable = _Usable(left_out)
        found = [frozenset(_terms(text, usable)) for text in texts.rows]
        return cls(texts, found, voices(texts.rows), Counter(chain.from_iterable(found)))

    @property
    def voice_count(self) -> int:
        """How many voices its texts have."""
        return len(set(self.voices))

    def by_voice(self, terms: Collection[str]) -> Counter[str]:
        """Each of ``terms`` -> voices that use it."""
        pairs = zip(self.terms, self.voices, strict=True)
        used = {(term, voice) for found, voice in pairs for term in found.intersection(terms)}
        return Counter(term for term, _ in used)


def _terms(text: Text, usable: _Usable) -> Iterator[str]:
    """Every occurrence of a term in a text."""
    stop = ALL_FUNCTION_WORDS if text.lang is None else FUNCTION_WORDS.get(text.lang, NO_LANGUAGE)
    folded, before, end = fold(without_links(text.body[:MAX_TEXT_CHARS])), "", -1
    for piece in PIECES.finditer(folded):
        word = piece[0]
        if piece.lastgroup == "word" and word not in stop and usable[word]:
            yield word
            if before and folded[end : piece.start()] == " ":
                yield f"{before} {word}"
            before, end = word, piece.end()
        else:
            before = ""
            if piece.lastgroup == "unspaced":
                yield from _parts(word, usable.left_out)


def _parts(run: str, left_out: Collection[str]) -> Iterator[str]:
    """Characters in a row, of a script without spaces; none with a name that is left out."""
    for length in range(2, MAX_CHARACTERS + 1):
        for start in range(len(run) - length + 1):
            part = run[start : start + length]
            if not any(name in part or part in name for name in left_out if name and not name.isascii()):
                yield part


def candidates(sides: Sequence[SideWords]) -> list[list[Candidate]]:
    """For each side the terms that are more frequent on it than on the others, the most certain first."""
    largest_scale = max(1.0, *(side.texts.scale for side in sides))
    by_text = _sum(side.by_text for side in sides)
    needed = 0.5 * MIN_MENTIONS / largest_scale
    frequent = {term for side in sides for term, n in side.by_text.items() if n >= needed}
    voices = [side.by_voice(frequent) for side in sides]
    totals = _Totals(
        by_text, sum(len(side.texts.rows) for side in sides), _sum(voices), sum(side.voice_count for side in sides)
    )
    return [_candidates(side, used, frequent, totals) for side, used in zip(sides, voices, strict=True)]


class _Totals(NamedTuple):
    """Of all sides together."""

    by_text: Counter[str]
    texts: int
    by_voice: Counter[str]
    voices: int


def _candidates(one: SideWords, by_voice: Counter[str], frequent: Collection[str], totals: _Totals) -> list[Candidate]:
    texts, other_texts = len(one.texts.rows), totals.texts - len(one.texts.rows)
    if not texts or not other_texts:
        return []
    found, n = [], one.voice_count
    for term in frequent:
        here = one.by_text[term]
        # half a text if the others have none
        ratio = (here / texts) / ((totals.by_text[term] - here or 0.5) / other_texts)
        if ratio > 1:
            used = by_voice[term]
            z = _log_odds(used, n, totals.by_voice[term] - used, totals.voices - n)
            if z >= MIN_Z:
                found.append(Candidate(term, z, here, ratio))
    return _without_repetition(sorted(found, key=lambda each: (-each.z, each.term))[:MAX_CANDIDATES])


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total = Counter[str]()
    for one in counters:
        total.update(one)
    return total


def _log_odds(used: int, n: int, other_used: int, other_n: int) -> float:
    """The difference of the log-odds that a voice uses a term, in standard deviations."""
    prior = PRIOR_VOICES * (used + other_used) / (n + other_n)
    here, there = used + prior, other_used + prior
    without_here, without_there = n - used + PRIOR_VOICES - prior, other_n - other_used + PRIOR_VOICES - prior
    if min(without_here, without_there) <= 0:
        return 0.0
    difference = math.log(here / without_here) - math.log(there / without_there)
    return difference / math.sqrt(1 / here + 1 / there)


def _without_repetition(found: Sequence[Candidate]) -> list[Candidate]:
    """Each subject once: not "form" beside "form letter", nor both if most who write the one write the other."""
    kept: list[Candidate] = []
    for one in found:
        if any(_contains(longer.term, one.term) and longer.n >= SAME_TEXTS * one.n for longer in found):
            continue
        if any(_contains(one.term, other.term) or _contains(other.term, one.term) for other in kept):
            continue
        kept.append(one)
    return kept


def _contains(longer: str, term: str) -> bool:
    if longer == term:
        return False
    return f" {term} " in f" {longer} " if term.isascii() else term in longer


def spelling(term: str, texts: Texts) -> str:
    """``term`` with the accents with which most of the texts write it, in small letters."""
    found: Counter[str] = Counter()
    for text in texts.rows:
        body = text.body[:MAX_TEXT_CHARS]
        folded_text = FoldedText(body)
        if (start := folded_text.folded.find(term)) >= 0:
            span = folded_text.span(start, start + len(term))
            found[body[span.start : span.end].lower()] += 1
            if found.total() >= MAX_SPELLINGS_READ:
                break
    return found.most_common(1)[0][0] if found else term


def search_for(term: str) -> str:
    """The search that finds the mentions with ``term``."""
    return f'"{term}"'
