"""Stored posts that are to be judged again, because the rules of scores or intents changed."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.mentions import IntentPhrase, Score
from monitor.model.opinions import Opinion
from monitor.model.posts import Span


@dataclass(frozen=True, slots=True)
class StoredMention:
    """A stored mention as it was judged before."""

    mention: int
    brand: str
    spans: tuple[Span, ...]
    """Where the brand's rule matches the body."""
    score: Score
    """By the rules alone."""
    intents: tuple[IntentPhrase, ...]
    opinion: Opinion | None = None
    """Of the language model."""
    result: float | None = None
    """The program's score, with the opinion and what people's answers taught."""


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A stored post with its mentions."""

    body: str
    text_start: int
    """Where the text begins in ``body``, after the title."""
    lang: str | None
    mentions: tuple[StoredMention, ...]


@dataclass(frozen=True, slots=True)
class RejudgedMention:
    """What the current rules make of a stored mention."""

    mention: int
    score: Score
    """By the rules alone."""
    result: float | None
    """The program's score, with the opinion and the adjustment that the evidence of ``score`` has."""
    intents: tuple[IntentPhrase, ...]


@dataclass(frozen=True, slots=True)
class RulesReview:
    """Stored posts, the newest first, to be judged by rules that changed."""

    posts: tuple[StoredPost, ...] = ()
    reviewed_to: int | None = None
    """Where the review is once these are saved; None: nothing is left."""
