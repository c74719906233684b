"""What people answer about mentions that were drawn at random: how often the program is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.mentions import Sentiment

DRAW_SIZE = 20
DRAW_LIFETIME = timedelta(days=7)
"""After this time a draw takes no more answers."""


class Answer(StrEnum):
    """What a person makes of a mention."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    NOT_RELEVANT = "not_relevant"
    """It is not about the brand."""


@dataclass(frozen=True, slots=True)
class DrawFilter:
    """Which mentions a draw is made of; empty: all. ``lang`` takes ISO codes and "und" (unknown)."""

    brand: str = ""
    lang: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CheckDraw:
    """Mentions that were drawn at random for one person."""

    id: int
    person: str
    at: datetime
    filter: DrawFilter
    size: int
    """How many were drawn, with those that were deleted since."""
    mentions: tuple[int, ...]
    """Those that still exist and count, in the order in which they are shown."""
    answers: Mapping[int, Answer]
    """Mention -> the answer, of ``mentions``."""
    skipped: frozenset[int]
    finished_at: datetime | None = None
    """From then on the draw takes no more answers. None: it is still open."""

    def takes_answers(self, now: datetime) -> bool:
        """Whether answers are accepted at ``now``."""
        return self.finished_at is None and now < self.at + DRAW_LIFETIME


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """One answer, with what the program said at that time. It outlives its mention, and has nothing of its text."""

    id: int
    draw: int
    mention: int | None
    """None: it was deleted since."""
    brand: str
    lang: str
    """ISO code, or "und"."""
    source: str
    sentiment: Sentiment
    """The program's, regardless of corrections; of ``score``."""
    score: float | None
    has_opinion: bool
    """Whether the language model was asked."""
    answer: Answer
    person: str
    at: datetime
    today: Sentiment | None = None
    """What the program makes of the mention by now; None if it was deleted."""
