"""Output: posts judged towards a brand, as mentions, and their changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum
from typing import NamedTuple

from monitor.model.actions import Claim, Signature
from monitor.model.fast_creation import fast_creation
from monitor.model.maintenance import Refusal
from monitor.model.named_topics import NO_TOPICS, TopicFit
from monitor.model.opinions import Opinion
from monitor.model.posts import Post, Span
from monitor.model.queries import ListPosition
from monitor.model.stories import StoryKey

NEUTRAL_BELOW = 0.15
"""Scores closer to zero than this are neutral."""


class Sentiment(StrEnum):
    """A score as a category. UNSCORED is not neutral: the text could not be judged."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSCORED = "unscored"

    @classmethod
    def of(cls, score: float | None) -> Sentiment:
        """The category of ``score``; None means unscored."""
        if score is None:
            return cls.UNSCORED
        if abs(score) < NEUTRAL_BELOW:
            return cls.NEUTRAL
        return cls.POSITIVE if score > 0 else cls.NEGATIVE


class Intent(IntFlag):
    """What the author of a post may want; stored as bits."""

    NONE = 0
    SWITCHING_FROM = 1
    """Leaves the brand for another, or thinks of it."""
    SWITCHING_TO = 2
    """Comes to the brand from another, or thinks of it."""
    RECOMMENDATION = 4
    """Asks other people what to buy or use."""
    QUESTION = 8
    """Asks the brand."""
    COMPLAINT = 16
    PRICE = 32
    """About what it costs."""
    PRAISE = 64
    CANCELS = 128
    """Ends a contract, a subscription or an order, or wants to."""
    NOISE = 256
    """A job advertisement or a press release."""


class IntentPhrase(NamedTuple):
    """The characters [start, end) of a post's body that raised an intent."""

    intent: Intent
    start: int
    end: int


class State(IntEnum):
    """How people have dealt with a mention."""

    UNCLAIMED = 0
    CLAIMED = 1
    IRRELEVANT = 2
    """Not really a mention: excluded from all figures."""
    LEFT = 3
    """Its post was edited and no longer matches: excluded from all figures, but kept."""


@fast_creation
@dataclass(frozen=True, slots=True)
class Match:
    """A brand's rule matched a post."""

    brand: str
    rule: str
    spans: tuple[Span, ...] = ()
    """The words that matched, in order; empty if only a field such as ``site:`` did."""


class WordWeight(NamedTuple):
    """A word that contributed to a score, as characters [start, end) of a post's body, and how much it contributed."""

    start: int
    end: int
    weight: float


class CueKind(StrEnum):
    """Why words count otherwise than by themselves."""

    QUESTION = "question"
    WISH = "wish"
    PLAN = "plan"
    CONDITION = "condition"
    REPORTED = "reported"
    """What somebody claims or promises."""
    DENIED = "denied"
    """What the author does not say: "I'm not saying it is bad"."""
    SYMPATHY = "sympathy"
    CHANGE = "change"
    """How it was before, or trouble that is over."""
    MONEY = "money"
    """A measure of business that goes up or down."""
    NAME = "name"
    """Part of the name of something else."""
    OTHERS = "others"
    """Said about somebody else, or by the brand about something else."""
    SARCASM = "sarcasm"
    POLITENESS = "politeness"
    """Thanks that are only polite, beside a question or a complaint."""
    HINTS = "hints"
    """Several signs of a complaint, none of which is one by itself."""
    COMPARISON = "comparison"
    """Ranks one brand above another: comparing, switching, choosing, leaving."""


class Cue(NamedTuple):
    """Words, as characters [start, end) of a post's body, that changed how others count."""

    start: int
    end: int
    kind: CueKind


@fast_creation
@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a score is what it is."""

    clauses: tuple[Span, ...] = ()
    """The clauses that were judged."""
    words: tuple[WordWeight, ...] = ()
    reason: str = ""
    """Why it is unscored, in words for people: "French", "unknown language", "nothing to judge"."""
    cues: tuple[Cue, ...] = ()
    """What changed how words count, such as a question."""
    adjustment: float = 0.0
    """The part of the score that was learnt from people's answers."""

    @property
    def has_comparison(self) -> bool:
        """Whether the score rests on a comparison with another brand, which only the rules understand."""
        return any(cue.kind is CueKind.COMPARISON for cue in self.cues)


@fast_creation
@dataclass(frozen=True, slots=True)
class Score:
    """A score towards one brand; ``value`` None means unscored, which is never shown as neutral."""

    value: float | None
    evidence: Evidence = Evidence()

    @property
    def sentiment(self) -> Sentiment:
        """The category of ``value``."""
        return Sentiment.of(self.value)

    @property
    def rests_on_nothing(self) -> bool:
        """Whether it is zero because no word counted, so that it says nothing about whether the post is neutral."""
        return self.value == 0 and not self.evidence.words


@fast_creation
@dataclass(frozen=True, slots=True)
class Finding:
    """A mention of one brand in a judged post, before it is stored as a Mention."""

    match: Match
    score: Score
    intents: tuple[IntentPhrase, ...] = ()

    @property
    def intent(self) -> Intent:
        """All its intents."""
        if len(self.intents) < 2:  # nearly always
            return self.intents[0].intent if self.intents else Intent.NONE
        return Intent(sum({phrase.intent for phrase in self.intents}))


@fast_creation
@dataclass(frozen=True, slots=True)
class JudgedPost:
    """A cleaned post with all its findings. Without findings it is stored only if it is already known."""

    post: Post
    findings: tuple[Finding, ...] = ()
    signature: bytes = b""
    """What near-duplicates share (see ``text.near_duplicates``); empty if the text is too short."""
    story_keys: tuple[StoryKey, ...] = ()
    topics: TopicFit = NO_TOPICS


@dataclass(frozen=True, slots=True)
class Mention:
    """A post about a brand, scored and stored. Ids ascend in the order of ``added_at``."""

    id: int
    post: Post
    brand: str
    rule: str
    """The text of the rule that matched."""
    rule_version: int
    score: Score
    added_at: datetime
    spans: tuple[Span, ...] = ()
    intents: tuple[IntentPhrase, ...] = ()
    """In the order of the text."""
    state: State = State.UNCLAIMED
    hidden: bool = False
    set_aside: bool = False
    """The program thinks that it is not about the brand. A mention that is set aside is not hidden."""
    corrected: bool = False
    """The score was set by a person."""
    story: int | None = None
    """Id of its story; None if no other post belongs to it."""
    near_duplicates: int = 0
    """Other mentions of this brand in the same story."""
    imported: bool = False
    """Its post comes from an imported file: when it was added says nothing about how late it was read."""
    opinion: Opinion | None = None
    """What the language model makes of it; None: it was not asked."""
    program_score: float | None = None
    """The program's score, regardless of corrections."""
    claim: Claim | None = None
    """Who has claimed it, also while it is not relevant or no longer matches."""
    correction: Signature | None = None
    """Who corrected the score; None if nobody did or it is not known."""
    noted: bool = False
    """Whether anybody wrote a note about it."""
    topics: tuple[str, ...] = ()
    """The topics of the config that its post fits."""

    @property
    def intent(self) -> Intent:
        """All its intents."""
        return Intent(sum({phrase.intent for phrase in self.intents}))

    @property
    def listed(self) -> bool:
        """Whether lists and walls show it."""
        return not self.hidden and not self.set_aside and self.state < State.IRRELEVANT

    @property
    def position(self) -> ListPosition:
        """Its place in a list."""
        return ListPosition(self.id, self.post.published_at)


class ChangeKind(StrEnum):
    """How a mention changed."""

    SAVED = "saved"
    EDITED = "edited"
    DELETED = "deleted"
    HIDDEN = "hidden"
    UNHIDDEN = "unhidden"
    CORRECTED = "corrected"
    JUDGED = "judged"
    """The program changed its score: the language model was asked, or people's answers taught it."""
    STATE = "state"
    """Claimed, unclaimed, or marked as relevant or not."""
    NOTED = "noted"
    """A note was added, changed or deleted."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the change log. Ids ascend."""

    id: int
    kind: ChangeKind
    mention: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What one ``Store.save`` changed."""

    new: int = 0
    """New mentions."""
    edited: int = 0
    """Known posts whose content changed."""
    unchanged: int = 0
    deleted: int = 0
    """Posts deleted because the source deleted them."""
    per_brand: dict[str, int] = field(default_factory=dict)
    """Brand -> its share of ``new``, as a number of mentions."""
    repeats: dict[str, str] = field(default_factory=dict)
    """External id -> source that has the same post already, for new posts that were therefore not stored. Only posts
    of which either was imported are compared."""
    refused: dict[str, Refusal] = field(default_factory=dict)
    """External id -> why a post that mentions a brand was not stored."""
