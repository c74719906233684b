"""What a score is made of, and what an offset may therefore depend on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.model import Evidence, Opinion
from monitor.sentiment import counts_by_words
from monitor.sentiment.targeted import NORMALIZATION_ALPHA

MAX_SCORE = 0.999
"""The weights that would give a score of 1 are infinite."""
WORDS_SHARE = 0.4
"""How much of a score in English with an opinion is that of its words; see ``judging.scoring``."""


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """A score that an offset may adjust: ``plain`` is ``share`` of the normalised ``weight``, and more."""

    plain: float
    """The score without an offset."""
    brand: str
    words: tuple[tuple[str, float], ...] = ()
    """Each word that counted, in lower case, with its weight."""
    opinion: Opinion | None = None
    weight: float = 0.0
    """Sum of the weights of the words; in other languages than English the sum that would give ``plain``."""
    share: float = 1.0


def score_parts(
    plain: float | None, brand: str, evidence: Evidence, body: str, lang: str | None, opinion: Opinion | None
) -> ScoreParts | None:
    """The parts of a score, or None if it is never adjusted.

    That is an unscored mention; one that is left to the rules alone, such as a comparison; and one that says nothing:
    a score always rests on words or on an opinion.
    """
    if plain is None or counts_by_words(evidence) or (opinion is None and not evidence.words):
        return None
    if opinion is not None and lang != "en":
        return ScoreParts(plain, brand, (), opinion, weight_for(plain))
    words = tuple((" ".join(body[w.start : w.end].lower().split()), w.weight) for w in evidence.words)
    weight = sum(weight for _, weight in words)
    return ScoreParts(plain, brand, words, opinion, weight, 1.0 if opinion is None else WORDS_SHARE)


def weight_for(score: float) -> float:
    """The sum of weights that gives ``score``: the inverse of ``score_from_weights``."""
    bounded = max(-MAX_SCORE, min(MAX_SCORE, score))
    return bounded * math.sqrt(NORMALIZATION_ALPHA / (1 - bounded * bounded))
