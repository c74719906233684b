"""Stored posts that wait for the language model, and what it made of them."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.mentions import Evidence
from monitor.model.opinions import Opinion
from monitor.model.posts import Span


@dataclass(frozen=True, slots=True)
class MentionToJudge:
    """A stored mention for which the language model is to be asked."""

    id: int
    brand: str
    spans: tuple[Span, ...]
    """What the brand's rule matched."""
    words_score: float | None
    """Its score by the rules alone."""
    evidence: Evidence
    opinion: Opinion | None
    """What the model in use found already."""


@dataclass(frozen=True, slots=True)
class PostToJudge:
    """A stored post with its mentions."""

    id: int
    ticket: int | None
    """Its place in the queue, which a later version of it does not share; None: it was stored before the model came."""
    body: str
    lang: str | None
    mentions: tuple[MentionToJudge, ...]


@dataclass(frozen=True, slots=True)
class JudgedMention:
    """The opinion about one mention, and the score that follows from it and from its words."""

    mention: int
    opinion: Opinion | None
    """None: it was not asked for."""
    score: float | None
    reason: str = ""
    """Why it is unscored, as in ``Evidence``."""
    adjustment: float = 0.0
    """Part of the score, as in ``Evidence``."""


@dataclass(frozen=True, slots=True)
class OpinionWork:
    """Posts for the language model, the newest first."""

    posts: tuple[PostToJudge, ...] = ()
    reviewed_to: int | None = None
    """Where the review of older posts is, once these are saved; None: these posts are new."""
