"""Inputs and results of the analysis jobs: volume series, incidents and topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the config: a name, and the rule that its mentions match."""

    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class VolumeSeries:
    """Mentions of one brand in bins of ``step`` from ``start`` on; hidden ones count, irrelevant ones do not."""

    brand: str
    start: datetime
    step: timedelta
    n: Mapping[str, Sequence[int]]
    """Source -> the count of each bin. Sources without mentions are missing."""
    negative: Mapping[str, Sequence[int]]
    """The same for negative mentions."""


class Trend(StrEnum):
    """The last 15 minutes of an incident compared with the 15 minutes before."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Incident:
    """A period in which a brand was mentioned far more than usual. Walls, pages and alerts all show this object."""

    brand: str
    since: datetime
    seen_at: datetime
    """The first check that detected it."""
    checked_at: datetime
    """The last check, which computed the figures below."""
    n: int
    """Mentions within ``window``."""
    baseline: float
    """Mentions expected in ``window``, as computed from the last four weeks."""
    window: timedelta
    """The length of the measured time up to ``checked_at``: the age of the incident, at most an hour."""
    peak: float
    """The highest ``multiple`` so far."""
    trend: Trend = Trend.STEADY
    negative: bool = False
    """Only negative mentions rose."""
    topic: str = ""
    """Empty if none stands out."""
    phrases: tuple[str, ...] = ()
    """Phrases that are far more frequent than usual, as people write them: at most 3, most distinctive first."""
    sources: tuple[str, ...] = ()
    """Sources with far more than their usual share of the mentions: at most 3, largest first."""
    until: datetime | None = None
    """None: ongoing."""
    id: int = 0
    """0: not stored yet."""

    @property
    def multiple(self) -> float:
        """Mentions relative to the usual number; just the number of mentions if fewer than one is usual."""
        return self.n / max(self.baseline, 1.0)

    @property
    def has_low_baseline(self) -> bool:
        """Whether so few mentions are usual that a multiple is meaningless: show ``n`` within ``window`` instead."""
        return self.baseline < 1.0


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic of some of a brand's mentions in a time window."""

    name: str
    """A topic of the config, or a phrase from the posts, as people write it."""
    rule: str
    """A rule that finds these mentions on the Mentions page."""
    is_configured: bool
    """Whether it is a topic of the config."""
    n: int
    """Its mentions, including hidden ones and all mentions of a story."""
    authors: int
    baseline: float | None
    """Mentions expected in the same time; None if there is too little history."""
    negative: int = 0
    """Its scored stories by sentiment; a mention without a story counts as one."""
    neutral: int = 0
    positive: int = 0


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a brand's mentions at the last run of the topics job."""

    brand: str
    as_of: datetime
    hour: FoundTopic | None = None
    """The main topic of the last hour, if one stands out."""
    day: tuple[FoundTopic, ...] = ()
    """The topics of the last 24 hours: at most 5, largest first."""
    without_topic: int = 0
    """Mentions of the last 24 hours that belong to none of ``day``. The wall calls them "everything else"."""
