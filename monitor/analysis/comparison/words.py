"""Words that differ: log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008).

Words are folded as rules fold them, so that a search finds what was counted. A word is one word, or two in a row; in a
script without spaces, characters in a row. Each voice counts once: an author, or a story that many repeat.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from monitor.analysis.comparison.function_words import ALL_FUNCTION_WORDS, FUNCTION_WORDS
from monitor.analysis.comparison.left_out import LeftOut, UsableWords
from monitor.analysis.comparison.unspaced import IS_UNSPACED, parts_of, readable_term, runs_of
from monitor.analysis.topics.phrase_index import voices
from monitor.analysis.topics.phrases import MAX_TEXT_CHARS, PIECES, without_links
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
MIN_TEXTS = 5
"""Texts read of one side. With so few voices, nothing reaches MIN_Z."""
MAX_SPELLINGS_READ = 20
NO_LANGUAGE: frozenset[str] = frozenset()
_ADDRESS = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b(?:/\S*)?")


class Candidate(NamedTuple):
    """A term that is more frequent on one side."""

    term: str
    z: float
    n: int
    """Texts that contain it here."""
    ratio: float


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
    runs: Sequence[str]
    """Characters in a row of scripts without spaces, those of each text in one string, separated by spaces."""

    @classmethod
    def of(cls, texts: Texts, left_out: LeftOut) -> SideWords:
        """``left_out``: what is no term, nor a part of one."""
        reader, found = _TermReader(left_out), list[frozenset[str]]()
        runs = list[str]()
        for text in texts.rows:
            terms, of_text = reader.read(text)
            found.append(frozenset(terms))
            if of_text:
                runs.append(" ".join(of_text))
        return cls(texts, found, voices(texts.rows), Counter(chain.from_iterable(found)), runs)

    @property
    def voice_count(self) -> int:
        """How many voices its texts have."""
        return len(set(self.voices))

    def by_voice(self, terms: Collection[str]) -> Counter[str]:
        """Each of ``terms`` -> voices that use it."""
        pairs = zip(self.terms, self.voices, strict=True)
        used = {(term, voice) for found, voice in pairs for term in found.intersection(terms)}
        return Counter(term for term, _ in used)


class _TermReader:
    """Reads the terms of texts."""

    def __init__(self, left_out: LeftOut) -> None:
        self._usable, self._names = UsableWords(left_out), left_out.unspaced

    def read(self, text: Text) -> tuple[list[str], list[str]]:
        """Every occurrence of a term in a text, and its characters in a row of scripts without spaces."""
        stop = ALL_FUNCTION_WORDS if text.lang is None else FUNCTION_WORDS.get(text.lang, NO_LANGUAGE)
        usable, terms, runs = self._usable, list[str](), list[str]()
        folded, before, end = fold(_without_addresses(text.body[:MAX_TEXT_CHARS])), "", -1
        for piece in PIECES.finditer(folded):
            word = piece[0]
            if piece.lastgroup == "word" and word not in stop and usable[word]:
                terms.append(word)
                if before and folded[end : piece.start()] == " ":
                    terms.append(f"{before} {word}")
                before, end = word, piece.end()
            else:
                before = ""
                if piece.lastgroup == "unspaced":
                    runs += runs_of(word, self._names)
        terms += [part for run in runs for part in parts_of(run)]
        return terms, runs


def _without_addresses(body: str) -> str:
    body = (
        without_links(body) if not body.isascii() or "@" in body or "/" in body or "." in body or "RT" in body else body
    )
    return _ADDRESS.sub(" . ", body) if "." in body else body


def candidates(sides: Sequence[SideWords]) -> list[list[Candidate]]:
    """For each side the terms that are more frequent on it than on the others, the most certain first."""
    largest_scale = max(1.0, *(side.texts.scale for side in sides))
    by_text = _sum(side.by_text for side in sides)
    needed = max(MIN_TEXTS, 0.5 * MIN_MENTIONS / largest_scale)
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
    found = sorted(found, key=lambda each: (-each.z, each.term))[:MAX_CANDIDATES]
    return _without_repetition(_readable(found, one.runs) if one.runs else found)


def _readable(found: Sequence[Candidate], runs: Sequence[str]) -> list[Candidate]:
    """Whole words in place of parts of them."""
    whole: dict[str, Candidate] = {}
    for one in found:
        if not IS_UNSPACED.match(one.term):
            whole.setdefault(one.term, one)
            continue
        term, n = readable_term(one.term, runs)
        if term and term not in whole:
            whole[term] = one._replace(term=term, n=n)
    return list(whole.values())


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
        if any(_overlap(one.term, other.term) or _overlap(other.term, one.term) for other in kept):
            continue
        kept.append(one)
    return kept


def _contains(longer: str, term: str) -> bool:
    if longer == term:
        return False
    return term in longer if IS_UNSPACED.match(term) else f" {term} " in f" {longer} "


def _overlap(one: str, other: str) -> bool:
    """Whether they have words in common that suggest one phrase: "green van" and "van", "green van" and "van came"."""
    words, other_words = one.split(), other.split()
    return _contains(one, other) or (len(words) == len(other_words) == 2 and words[1] == other_words[0])


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
