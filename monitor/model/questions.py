"""Questions to the store, and the shape of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
