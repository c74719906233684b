"""The words of the house as frozen dataclasses. Imports nothing of ours.

Offsets (``Span``) count characters of ``Post.body``. Times are aware, in UTC.
Scores lie in -1..1, towards one brand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum
from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Any] | dict[str, Any] | None"

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


class Span(NamedTuple):
    """Characters ``start`` up to, without, ``end`` of a post's body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Post:
    """What a source returned, unjudged. ``external_id`` is stable and unique within the source."""

    source: str
    external_id: str
    text: str
    published_at: datetime
    author: str = ""
    title: str = ""
    url: str = ""
    site: str = ""
    """Where in the source it stands: a host, a forum, ``r/name``. Empty where that says no more than the source."""
    lang: str | None = None
    """ISO 639-1 as the source tells it, or as ours detected it; None means unknown."""

    @property
    def body(self) -> str:
        """Title and text as one; every span counts from its start."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Brand:
    """Our organisation or a competitor, and the rule that finds mentions of it."""

    name: str
    rule: str
    ours: bool = False
    aliases: tuple[str, ...] = ()
    """Other names of it, as people write them; for the scorer, which must find the brand within a text."""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A plain search, as simple as any site's: every post that a rule matches contains at least one of its terms."""

    text: str
    """One word, or several that stand in this order, as people write them; ``#`` and ``@`` stay."""
    prefix: bool = False
    """The last word may go on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one pass of a source brought."""

    posts: tuple[Post, ...] = ()
    """New ones and edited ones alike: the same external id means the same post."""
    cursor: Json = None
    """Opaque; handed back at the next pass, saved with the posts in one transaction."""
    deleted: tuple[str, ...] = ()
    """External ids that the source says are gone."""
    more: bool = False
    """The pass was cut at its bound: go on at once."""
    not_before: datetime | None = None
    """The site's own wish for the next pass (ttl, max-age, Expires)."""
    complete_since: datetime | None = None
    """Everything the source holds from then on has been read by now. None: cannot tell, only that it was read now."""
    set_aside: int = 0
    """Entries that could not be read and were left out."""
    note: str = ""
    """One sentence for ops that is no error, such as a feed that has moved for good."""


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
    """Of an unscored one, in words a person understands: "French", "language not known", "nothing to judge"."""


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


class Health(StrEnum):
    """How a source is, in the order of a glance."""

    WORKING = "working"
    QUIET = "quiet"
    """Read without trouble, but nothing came for long."""
    LIMITED = "limited"
    """The site asks us to wait."""
    NEEDS_KEY = "needs key"
    BROKEN = "broken"
    SPENT = "spent"
    """Money or quota is used up."""
    PAUSED = "paused"
    WAITING = "waiting"
    """Not read yet."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is and when it is read next; stored with each pass, so that a restart knows it."""

    source: str
    kind: str
    health: Health = Health.WAITING
    reason: str = ""
    """A sentence for people: what is wrong and what to do. Never an exception, a secret or a code."""
    interval: float = 600.0
    """Seconds between two passes as they are planned now."""
    next_check: datetime | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    last_post: datetime | None = None
    """When the newest post arrived."""
    failures: int = 0
    """In a row."""
    set_aside: int = 0
    """Entries left out as unreadable since the start."""
    posts_per_hour: float = 0.0
    """A decaying mean of what the source brings, matched or not."""
    sample: bool = False
    """Made-up posts: every screen has to say so."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source could not be read. ``until`` None: it still cannot."""

    source: str
    since: datetime
    until: datetime | None
    reason: str


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
class Choice:
    """Values of one facet: any of ``include`` (all when empty), none of ``exclude``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)


class Order(StrEnum):
    """How a list is sorted."""

    NEW = "new"
    OLD = "old"
    NEGATIVE = "negative"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class MentionFilter:
    """One question for pages, counts, facets, export and live counts alike. Facets are joined by AND, values by OR.

    ``sentiment`` holds the words of Sentiment and "corrected"; ``lang`` holds ISO codes and "und" (unknown);
    ``state`` holds "unclaimed", "claimed", "hidden", "irrelevant", "left". An empty ``state`` means what lists show:
    neither hidden nor irrelevant nor left. ``since`` (inclusive) and ``until`` (exclusive) bound ``published_at``.
    """

    q: str = ""
    brand: Choice = Choice()
    source: Choice = Choice()
    lang: Choice = Choice()
    author: Choice = Choice()
    site: Choice = Choice()
    rule: Choice = Choice()
    """``brand@version``."""
    sentiment: Choice = Choice()
    intent: Choice = Choice()
    state: Choice = Choice()
    since: datetime | None = None
    until: datetime | None = None
    story: int | None = None
    order: Order = Order.NEW


@dataclass(frozen=True, slots=True)
class Count:
    """A number of mentions, and whether it is exact, a lower bound ("10,000+") or an estimate."""

    n: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many mentions the list would have with this value of a facet chosen."""

    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Mentions published in [start, end)."""

    start: datetime
    end: datetime
    n: int
    negative: int
    positive: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A brand's figures over a span of time. ``mean`` and ``half_width`` count a story once."""

    brand: str
    n: int
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    hidden: int = 0
    mean: float | None = None
    """Mean score; None without any scored one."""
    half_width: float | None = None
    """Of the 95 % interval of the mean; None under two scored ones."""


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
