"""What an offset adds to a score."""

from __future__ import annotations

from dataclasses import replace

from monitor.learning.parts import ScoreParts, score_parts, weight_for
from monitor.model import NEUTRAL_BELOW, Offset, Score
from monitor.sentiment import score_from_weights

MAX_SHIFT = 2 * weight_for(NEUTRAL_BELOW) - 0.001
"""A shift for all posts, or for those of a brand, moves a score by one category at most: never from one sign to the
other."""
FACTOR_CHANGES = (-2.0, 1.0)
"""A word may count as the opposite, or twice."""
A_THIRD = 1 / 3


def adjustment(offset: Offset, parts: ScoreParts) -> float:
    """What is added to the plain score, to the thousandth. The sum is in -1..1.

    Except for words whose factor is negative, a higher weight of a word never makes the score lower.
    """
    opinion = parts.opinion
    if (opinion is not None) != offset.uses_opinions:
        return 0.0
    shift = offset.shift + offset.brands.get(parts.brand, 0.0)
    if opinion is not None:
        shift += offset.balance * opinion.balance + offset.neutral * (opinion.neutral - A_THIRD)
    change = max(-MAX_SHIFT, min(MAX_SHIFT, shift))
    change += sum(offset.words.get(word, 0.0) * weight for word, weight in parts.words)
    if not change:
        return 0.0
    difference = score_from_weights([parts.weight + change]) - score_from_weights([parts.weight])
    added = round(parts.share * difference, 3)
    return max(-1.0 - parts.plain, min(1.0 - parts.plain, added))


def adjust(score: Score, offset: Offset, brand: str, body: str, lang: str | None) -> Score:
    """``score``, which rests on words alone, with its adjustment."""
    parts = score_parts(score.value, brand, score.evidence, body, lang, None)
    added = adjustment(offset, parts) if parts is not None else 0.0
    if not added or score.value is None:
        return score
    return Score(score.value + added, replace(score.evidence, adjustment=added))
