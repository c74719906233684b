"""How far a score is from zero, in the bands by which errors are counted: weak scores are wrong far more often."""

from __future__ import annotations

from enum import Enum

from monitor.model import Sentiment

CLEAR_FROM, STRONG_FROM = 0.35, 0.6
"""On the half of the airline tweets that chose the rules, of 100 scores below, between and above these so many were
wrong: 40, 18 and 6 of the positive ones, 25, 16 and 5 of the negative ones."""


class Strength(Enum):
    """A band of scores of either sign."""

    NONE = "none"
    """Exactly zero: no word counted."""
    WEAK = "weak"
    CLEAR = "clear"
    STRONG = "strong"

    @classmethod
    def of(cls, score: float) -> Strength:
        """The band of ``score``."""
        distance = abs(score)
        if not distance:
            return cls.NONE
        return cls.WEAK if distance < CLEAR_FROM else cls.CLEAR if distance < STRONG_FROM else cls.STRONG


BANDS = (
    *((Sentiment.NEGATIVE, strength) for strength in (Strength.WEAK, Strength.CLEAR, Strength.STRONG)),
    *((Sentiment.NEUTRAL, strength) for strength in (Strength.NONE, Strength.WEAK)),
    *((Sentiment.POSITIVE, strength) for strength in (Strength.WEAK, Strength.CLEAR, Strength.STRONG)),
)
"""The bands that scores of each sentiment can be in."""
