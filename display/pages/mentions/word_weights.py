"""The words that counted for a score, and the weak signs among them, as figures that add up.

A sign of a complaint ("because", "phone", "since") is a word that occurs more often in complaints, and no criticism by
itself. Signs are one group with one weight, unless they are part of a word that counts anyway.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from display.formatting import format_signed
from monitor.judging import SIGN_WEIGHTS
from monitor.model import CueKind, Evidence, Mention, WordWeight

_NEGATED = re.compile(
    r"\b(?:not|no|never|without|nobody|nothing|hardly|barely|cannot|dont|doesnt|didnt|isnt|wasnt|wont|cant"
    r"|[a-z]+n['\u2019]t)\s+(?:[\w'\u2019-]+\s+){0,2}$",
    re.IGNORECASE,
)
"""A negation at the end of the text before a word, with at most two words between them."""
_MAX_NEGATED = 60
"""Characters."""


@dataclass(frozen=True, slots=True)
class WeightedWord:
    """A word that counted for the score, for the list below the text."""

    text: str
    figure: str
    """Its weight: "-1.30"."""
    share: float
    """Its weight as a share of the heaviest word's, -1 to 1."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The list below the text. All figures have two decimals and add up to the total."""

    words: Sequence[WeightedWord]
    """The heaviest first. Words that counted for several reasons stand once."""
    signs: Sequence[str]
    """Weak signs of a complaint, in the order of the text."""
    signs_total: str
    total: str


def word_weights(mention: Mention) -> WordWeights:
    """What counted for the score of ``mention``."""
    body = mention.post.body
    words, signs = words_and_signs(mention.score.evidence, body)
    words.sort(key=lambda word: -abs(word.weight))
    signs_weight = sum(sign.weight for sign in signs)
    *hundredths, of_signs = _hundredths([*(word.weight for word in words), signs_weight])
    heaviest = max((abs(word.weight) for word in words), default=0.0) or 1.0
    return WordWeights(
        [
            WeightedWord(body[word.start : word.end], format_signed(n / 100), word.weight / heaviest)
            for word, n in zip(words, hundredths, strict=True)
        ],
        list(dict.fromkeys(" ".join(body[sign.start : sign.end].split()) for sign in signs)),
        format_signed(of_signs / 100),
        format_signed((sum(hundredths) + of_signs) / 100),
    )


def words_and_signs(evidence: Evidence, body: str) -> tuple[list[WordWeight], list[WordWeight]]:
    """The words that count by themselves, and those that are only signs, each with its whole phrase: "had to".

    A word that counts begins with its negation: "not great", because "great" would look like criticism.
    """
    starts = {cue.end: cue.start for cue in evidence.cues if cue.kind is CueKind.HINTS}
    whole = [word._replace(start=min(word.start, starts.get(word.end, word.start))) for word in evidence.words]
    alone = {tuple(word) for word in whole if word.end in starts and _is_sign(word)}
    merged = _without_overlaps(word if tuple(word) in alone else _with_negation(word, body) for word in whole)
    words = [word for word in merged if tuple(word) not in alone]
    return words, [word for word in merged if tuple(word) in alone]


def _with_negation(word: WordWeight, body: str) -> WordWeight:
    before = max(0, word.start - _MAX_NEGATED)
    found = _NEGATED.search(body[before : word.start])
    return word._replace(start=before + found.start()) if found else word


def _is_sign(word: WordWeight) -> bool:
    return SIGN_WEIGHTS[0] <= word.weight <= SIGN_WEIGHTS[1]


def _without_overlaps(words: Iterable[WordWeight]) -> list[WordWeight]:
    """Those that overlap as one, with the sum of their weights."""
    merged: list[WordWeight] = []
    for word in sorted(words):
        if merged and word.start < merged[-1].end:
            last = merged.pop()
            word = WordWeight(last.start, max(last.end, word.end), last.weight + word.weight)
        merged.append(word)
    return merged


def _hundredths(weights: Sequence[float]) -> list[int]:
    """``weights`` in hundredths that add up to their rounded sum. The largest rests are rounded up."""
    floors = [math.floor(100 * weight + 1e-6) for weight in weights]
    missing = round(100 * sum(weights)) - sum(floors)
    by_rest = sorted(range(len(weights)), key=lambda n: floors[n] - 100 * weights[n])
    for n in by_rest[:missing]:
        floors[n] += 1
    return floors
