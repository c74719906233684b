"""Filters for the store's queries, and the shape of their results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of one facet: any of ``include`` (all if empty), none of ``exclude``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)

    def allows(self, value: str) -> bool:
        """Whether a mention with only this value of the facet is found."""
        return value not in self.exclude and (not self.include or value in self.include)


class Order(StrEnum):
    """How a list is sorted: by time of publication, or by score. Equal ones are sorted by id."""

    NEW = "new"
    OLD = "old"
    NEGATIVE = "negative"
    POSITIVE = "positive"


COUNTED_STATES = ("unclaimed", "claimed", "hidden", "set_aside")
"""Those of mentions that figures count. Lists show only the first two."""
FILTER_STATES = ("unclaimed", "claimed", "mine", "noted", "hidden", "set_aside", "irrelevant", "left")
"""The values of ``MentionFilter.state``."""


@dataclass(frozen=True, slots=True)
class MentionFilter:
    """The filter of lists, counts, facets, exports and live counts. Facets are joined by AND, their values by OR.

    ``q`` is a query in the language of ``monitor.query``. ``sentiment`` takes the values of Sentiment and "corrected";
    ``lang`` takes ISO codes and "und" (unknown); ``state`` takes "unclaimed", "claimed", "hidden", "set_aside",
    "irrelevant" and "left", of which each mention has one, and two that only mentions with the first two can have:
    "mine" (claimed by ``person``) and "noted" (with a note). An empty ``state`` means what lists show: the first two.
    ``since`` (inclusive) and ``until`` (exclusive) bound ``published_at``.
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
    topic: Choice = Choice()
    """Searches, each of which finds the mentions of a topic."""
    named_topic: Choice = Choice()
    """Names of topics of the config."""
    state: Choice = Choice()
    since: datetime | None = None
    until: datetime | None = None
    story: int | None = None
    order: Order = Order.NEW
    person: int | None = None
    """Whose claims "mine" means: the id of an account; None: somebody at this computer."""

    @property
    def counted(self) -> MentionFilter:
        """With all that figures and exports count: what is hidden or set aside too, unless a state is chosen."""
        return self if self.state else replace(self, state=Choice(COUNTED_STATES))

    @property
    def narrows_search(self) -> bool:
        """Whether anything besides ``q`` narrows the list, so that ``q`` may consist of exclusions only."""
        return replace(self, q="", order=Order.NEW, person=None) != MentionFilter()

    @property
    def text_search(self) -> str:
        """What ``q`` and ``topic`` search for together, as one search; empty if they search for nothing."""
        parts = [f"({self.q})"] if self.q.strip() and self.topic else [self.q.strip()]
        parts += [f"({' OR '.join(f'({one})' for one in self.topic.include)})"] if self.topic.include else []
        parts += [f"NOT ({one})" for one in self.topic.exclude]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ListPosition:
    """The last mention of a page, after which the next one continues, even if it was deleted since."""

    id: int
    published_at: datetime


Position: TypeAlias = int | ListPosition
"""A place in a list: a mention that exists, or one that may be deleted since."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of mentions."""

    n: int
    exact: bool = True
    """Otherwise an estimate, shown as "about 45,000"."""


@dataclass(frozen=True, slots=True)
class StoryCount:
    """A number of stories. A post that is like no other is a story of its own."""

    n: int
    exact: bool = True
    """Otherwise an estimate."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many mentions the list would have with it chosen."""

    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Story:
    """What many posts of a time span say alike."""

    id: int
    brands: tuple[str, ...]
    posts: int
    sources: int
    mention: int
    """The first listed mention of the time span, which stands for it."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The rule of a brand, or of a topic of the config, was replaced by another text."""

    brand: str
    """Empty if it is the rule of a topic."""
    version: int
    """Of the new text: 2 for the first change."""
    at: datetime
    person: str = ""
    """Who saved it; empty if the file was changed in an editor."""
    entered: int | None = None
    """Stored mentions that began to count; None if stored posts were not matched again."""
    left: int | None = None
    """Stored mentions that no longer count."""
    unfinished: bool = False
    """Whether stored posts are being matched again."""
    widens: bool = False
    """Whether it may find posts that were not kept before, so that counts before it are not comparable."""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Mentions published in [start, end)."""

    start: datetime
    end: datetime
    n: int
    negative: int
    positive: int = 0


@dataclass(frozen=True, slots=True)
class SentimentCounts:
    """Scored mentions by sentiment."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def scored(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive


@dataclass(frozen=True, slots=True)
class Tally:
    """A brand's figures over a time span."""

    brand: str
    n: int
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    hidden: int = 0
    set_aside: int = 0
    stories: SentimentCounts = SentimentCounts()
    """The scored mentions, each story counted once, by its mean score."""
