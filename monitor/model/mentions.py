"""What comes out: a post judged towards a brand, and what happens to it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum
from typing import NamedTuple

from monitor.model.posts import Post, Span

NEUTRAL_BELOW = 0.15
"""A score nearer to zero than this is neutral."""


class Sentiment(StrEnum):
    """What a score says in a word; ``UNSCORED`` is not neutral: nobody could judge it."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSCORED = "unscored"

    @classmethod
    def of(cls, score: float | None) -> Sentiment:
        """The word for ``score``, None meaning unscored."""
        if score is None:
            return cls.UNSCORED
        if abs(score) < NEUTRAL_BELOW:
            return cls.NEUTRAL
        return cls.POSITIVE if score > 0 else cls.NEGATIVE


class Intent(IntFlag):
    """What an author may want; stored as bits from the first migration on, set by later work."""

    NONE = 0
    SWITCHING = 1
    ASKS = 2
    COMPLAINT = 4
    PRICE = 8


class State(IntEnum):
    """Where a mention stands with the people who work through the list."""

    UNCLAIMED = 0
    CLAIMED = 1
    IRRELEVANT = 2
    """Was never a mention: leaves every figure."""
    LEFT = 3
    """Left by a change of the rule or of the post: leaves every figure, kept."""


@dataclass(frozen=True, slots=True)
class Match:
    """A brand's rule found something in a post."""

    brand: str
    rule: str
    spans: tuple[Span, ...] = ()
    """The words that matched, in order; empty where only a field such as ``site:`` did."""


class Word(NamedTuple):
    """A word that counted for a score, and how much."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a score is what it is."""

    judged: tuple[Span, ...] = ()
    """The clauses that counted."""
    words: tuple[Word, ...] = ()
    reason: str = ""
    """Of an unscored one, in words a person understands: "French", "unknown language", "nothing to judge"."""


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement towards one brand; ``value`` None means unscored, which is never drawn as neutral."""

    value: float | None
    evidence: Evidence = Evidence()

    @property
    def sentiment(self) -> Sentiment:
        """The word for it."""
        return Sentiment.of(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """One brand's part in a judged post, before it is stored and becomes a Mention."""

    match: Match
    score: Score
    intent: Intent = Intent.NONE


@dataclass(frozen=True, slots=True)
class Judged:
    """A cleaned post with all that was found in it. Without findings it is stored only if already known."""

    post: Post
    findings: tuple[Finding, ...] = ()
    signature: bytes = b""
    """What near-duplicates share (see ``stories``); empty when the text is too short to tell."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Post x Brand, scored and stored. Ids only grow, in the order of ``added_at``."""

    id: int
    post: Post
    brand: str
    rule: str
    """The rule's text at the time."""
    rule_version: int
    score: Score
    added_at: datetime
    spans: tuple[Span, ...] = ()
    intent: Intent = Intent.NONE
    state: State = State.UNCLAIMED
    hidden: bool = False
    corrected: bool = False
    """The score was set by a person."""
    story: int | None = None
    """Id of the story it belongs to; None when nothing like it was seen."""
    alike: int = 0
    """How many more mentions of this brand belong to the story, as far as they were counted."""


class ChangeKind(StrEnum):
    """What happened to a mention."""

    SAVED = "saved"
    EDITED = "edited"
    DELETED = "deleted"
    HIDDEN = "hidden"
    UNHIDDEN = "unhidden"
    CORRECTED = "corrected"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the change log; ids only grow."""

    id: int
    kind: ChangeKind
    mention: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What one ``Store.save`` changed. All of it was committed, or none."""

    new: int = 0
    """Mentions added."""
    edited: int = 0
    """Posts already known whose words changed."""
    unchanged: int = 0
    deleted: int = 0
    """Posts removed because the source says they are gone."""
    per_brand: dict[str, int] = field(default_factory=dict)
    """Of ``new``."""
