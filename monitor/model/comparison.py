"""Brands side by side over one time range, or one brand over two. Each figure has the filter of its mentions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.model.queries import Choice, Count, MentionFilter, RuleChange, SentimentCounts, StoryCount
from monitor.model.sources import Gap


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared: the mentions of a brand published in [since, until)."""

    brand: str
    since: datetime | None = None
    """None: from the beginning."""
    until: datetime | None = None
    """None: up to now."""

    @property
    def filter(self) -> MentionFilter:
        """Finds its mentions."""
        return MentionFilter(brand=Choice((self.brand,)), since=self.since, until=self.until)


class Estimate(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of mentions, and the filter that finds exactly these."""

    count: Count
    filter: MentionFilter

    @property
    def n(self) -> int:
        """How many; an estimate if the count is not exact."""
        return self.count.n


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a property, such as a language, with a figure for each side."""

    value: str
    """Empty: all other values."""
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """What was not read of a side's time, so that its counts are minimums."""

    gaps: tuple[Gap, ...] = ()
    """Of sources that bring mentions of the brand, within the range. The one without a source is the time in which the
    brand was not looked for yet."""
    time: timedelta = timedelta(0)
    """The time in which at least one of them was not read."""
    missing: float = 0.0
    """The share of the side's mentions that is probably missing, if each source brings what it usually does."""


@dataclass(frozen=True, slots=True)
class SideFigures:
    """The figures of one side."""

    side: Side
    length: timedelta
    """The time of the range that is over; from the first mention on, if the range has no beginning."""
    mentions: Figure
    stories: StoryCount
    all_brands: Figure
    """The mentions of all brands of the config in the same time, of which its share is a part."""
    scored: SentimentCounts
    """Its scored stories; a mention without a story counts as one. Mood and the shares of sentiments rest on these."""
    unscored: int
    """Mentions without a score, and those in languages in which nobody measured how often scores are wrong."""
    mood: Estimate | None
    """Positive less negative stories, as on walls; None if too few are scored. The interval covers
    sampling and how often scores are wrong."""
    negative: Estimate | None
    """The share of scored stories that are negative, corrected for wrong scores, with the same kind of interval.
    None with too few stories, and if more mentions have no score than have one."""
    unread: Unread
    rule_changes: tuple[RuleChange, ...] = ()
    """Changes of the brand's rule in the time of all sides."""
    uneven_changes: tuple[RuleChange, ...] = ()
    """Those of them after which other things are counted than before: changes that may find posts which were not kept
    until then, and those after which stored posts are still being matched again."""

    @property
    def share(self) -> float | None:
        """Its part of the mentions of all brands; None if there are none."""
        return self.mentions.n / self.all_brands.n if self.all_brands.n else None

    @property
    def is_mostly_unscored(self) -> bool:
        """Whether more mentions have no score than have one."""
        return 2 * self.unscored > self.mentions.n


@dataclass(frozen=True, slots=True)
class DistinctWord:
    """A word, or several in this order, that is more frequent on one side than on the others."""

    text: str
    """As people write it most often."""
    figures: tuple[Figure, Figure]
    """Its mentions on this side, and on the others."""
    ratio: float | None
    """How many times as frequent it is here, per mention; None if the others do not have it at all."""


@dataclass(frozen=True, slots=True)
class DistinctWords:
    """The words of one side, the most distinctive first."""

    words: tuple[DistinctWord, ...] = ()
    total: int = 0
    """The side's mentions."""
    read: int = 0
    """Of these so many were read to find the words."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of two to five sides, all for the mentions up to ``upto``."""

    sides: tuple[SideFigures, ...]
    as_of: datetime
    upto: int
    sentiments: tuple[Row, ...]
    intents: tuple[Row, ...]
    sources: tuple[Row, ...]
    languages: tuple[Row, ...]
    topics: tuple[Row, ...]
    words: tuple[DistinctWords, ...]
    """One per side."""
    is_being_judged: bool = False
    """Whether stored posts are being judged again by newer rules, so that scores and intents cannot be compared."""

    @property
    def is_of_brands(self) -> bool:
        """Whether brands are compared, over one range; otherwise one brand, over two."""
        return len({one.side.brand for one in self.sides}) > 1

    @property
    def rule_changes(self) -> tuple[RuleChange, ...]:
        """All changes of rules, each once."""
        return tuple(dict.fromkeys(change for one in self.sides for change in one.rule_changes))

    @property
    def uneven_changes(self) -> tuple[RuleChange, ...]:
        """Those that forbid to compare, each once."""
        return tuple(dict.fromkeys(change for one in self.sides for change in one.uneven_changes))

    @property
    def is_even(self) -> bool:
        """Whether every side was read as completely as the others, by one rule, and judged by the same rules."""
        return not self.uneven_changes and not self.is_read_unevenly and not self.is_being_judged

    @property
    def is_read_unevenly(self) -> bool:
        """Whether more was not read of one side than of another: by a minute, or half a per cent of its mentions."""
        times = [one.unread.time for one in self.sides]
        missing = [one.unread.missing for one in self.sides]
        return max(times) - min(times) >= timedelta(minutes=1) or max(missing) - min(missing) >= 0.005
