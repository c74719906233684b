"""What a language model makes of a post towards one brand."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

UNCLEAR_FROM = 0.20
"""From this probability on for both positive and negative, the model cannot tell them apart."""


class Opinion(NamedTuple):
    """The probabilities of the three sentiments; they add up to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def balance(self) -> float:
        """From -1, certainly negative, to 1, certainly positive."""
        return self.positive - self.negative

    @property
    def is_unclear(self) -> bool:
        """Whether positive and negative are both likely."""
        return min(self.negative, self.positive) >= UNCLEAR_FROM


class Trust(StrEnum):
    """How far the model's scores in a language can be trusted."""

    ON = "on"
    """Measured: seldom the opposite sign."""
    ROUGH = "rough"
    """Scored, and marked as rough: more often wrong, or measured on less."""
    UNMEASURED = "unmeasured"
    """Scored only because the config asks for it. Never part of a mood."""
    OFF = "off"
    """Not scored."""
