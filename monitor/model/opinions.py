"""What a language model makes of a post towards one brand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model that the config names, in place of the installed one."""

    folder: Path
    languages: tuple[str, ...]
    """ISO 639-1 codes of the languages that it scores."""
    trusted: tuple[str, ...] = ()
    """Those of them that somebody measured: their scores count in moods."""
    labels: tuple[int, ...] = ()
    """-1, 0 or 1 for each of its outputs, if their names do not say so."""
