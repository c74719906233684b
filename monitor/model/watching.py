"""What the watch finds in the counts and the words of mentions: incidents and topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that people named in the config: what a mention must say to be about it."""

    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Pulses:
    """Mentions of one brand in bins of ``step`` from ``start`` on; hidden ones count, irrelevant ones do not."""

    brand: str
    start: datetime
    step: timedelta
    n: Mapping[str, Sequence[int]]
    """Source -> a count for each bin."""
    negative: Mapping[str, Sequence[int]]
    """The same of the negative ones."""


class Trend(StrEnum):
    """The last 15 minutes of an incident beside the 15 before them."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which a brand was mentioned far more than usual. The same for walls, pages and alerts."""

    brand: str
    since: datetime
    seen_at: datetime
    """When a check first told it."""
    checked_at: datetime
    """The last check, of which the figures below are."""
    n: int
    """Mentions within ``window``."""
    usual: float
    """What ``window`` usually brings."""
    window: timedelta
    """Up to ``checked_at``: since the start, at most an hour."""
    peak: float
    """The greatest multiple so far."""
    trend: Trend = Trend.STEADY
    negative: bool = False
    """Only the negative ones rose."""
    topic: str = ""
    """Empty where none stands out."""
    words: tuple[str, ...] = ()
    """What is said that is not usually said, as people say it: at most 3 phrases, weightiest first."""
    sources: tuple[str, ...] = ()
    """Those that brought far more than their usual part of the mentions: at most 3, largest first."""
    until: datetime | None = None
    """None: it goes on."""
    id: int = 0
    """0: not stored yet."""

    @property
    def multiple(self) -> float:
        """How many times the usual, and where that is under one mention, how many mentions."""
        return self.n / max(self.usual, 1.0)

    @property
    def rare(self) -> bool:
        """Whether so little is usual that no multiple says anything: then ``n`` within ``window`` is told instead."""
        return self.usual < 1.0


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """What some mentions of a brand within a window are about."""

    name: str
    """As people say it: a name of the config, or a phrase out of the posts."""
    rule: str
    """Finds these mentions on the Mentions page."""
    named: bool
    """Whether the config names it."""
    n: int
    """Mentions about it, hidden ones and each of a story counted."""
    authors: int
    usual: float | None
    """Mentions in the same time as a rule; None where there is too little history to tell."""
    mean: float | None = None
    """Mean score towards the brand, a story counted once; None where none is scored."""
    half_width: float | None = None
    """Of the 95 % interval of the mean."""
    scored: int = 0


@dataclass(frozen=True, slots=True)
class Topics:
    """What mentions of a brand are about, as of the last look."""

    brand: str
    as_of: datetime
    hour: FoundTopic | None = None
    """What most of the last hour is about, if anything stands out."""
    day: tuple[FoundTopic, ...] = ()
    """Largest first, at most 5."""
    unsorted: int = 0
    """Mentions of the last 24 hours that are about none of ``day``."""
