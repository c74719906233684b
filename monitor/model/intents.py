"""Stored posts whose intents are to be found again."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.mentions import IntentPhrase, Score
from monitor.model.posts import Span


@dataclass(frozen=True, slots=True)
class StoredIntents:
    """A stored mention with the intents that were found before."""

    mention: int
    brand: str
    spans: tuple[Span, ...]
    """Where the brand's rule matches the body."""
    score: Score
    """By the rules alone."""
    intents: tuple[IntentPhrase, ...]


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A stored post with its mentions."""

    body: str
    text_start: int
    """Where the text begins in ``body``, after the title."""
    lang: str | None
    mentions: tuple[StoredIntents, ...]


@dataclass(frozen=True, slots=True)
class IntentReview:
    """Stored posts, the newest first, in which intents are to be found by rules that changed."""

    posts: tuple[StoredPost, ...] = ()
    reviewed_to: int | None = None
    """Where the review is once these are saved; None: nothing is left."""
