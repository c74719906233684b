"""The mood of a brand: the share of positive posts less that of negative ones, corrected for wrong judgements.

Each post that was called c is worth w(c), and the mood is the mean worth of all posts.

- Where enough posts of the brand itself were checked, w(c) is the mean of people's answers (-1, 0, 1) about posts that
  were called c.
- Such a mean depends on how many posts are negative, so it does not fit other brands. What fits them better, as the
  figures of six airlines show, is how posts that *are* negative, neutral or positive are called. So w solves: over the
  posts that are t (-1, 0, 1), the mean of w is t.

The variance has two parts: from the number of posts, and from the number of checks on which w rests (delta method).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.model import Answer, SentimentCounts
from monitor.quality.confusion import CALLED, OPINIONS, Confusion
from monitor.quality.shares import Interval, Z

VALUES = (-1.0, 0.0, 1.0)
"""Of negative, neutral, positive."""
NEGATIVE = (1.0, 0.0, 0.0)
"""The same, for the share of negative posts."""
PUBLIC_WEIGHT = 50.0
"""The public figures count as so many answers about posts of each kind, because they differ from brand to brand. With
this weight, the mood of each of six airlines, from the figures of the other five, lay within its interval."""
TINY = 1e-9
MIN_SCORED = 20
"""With fewer scored posts, a mood or a share says nothing."""
MAX_WIDTH = 1.2
"""With a wider interval, a mood says nothing."""
PRIOR = 0.5
"""Jeffreys' prior: so many answers of each kind are added, so that a few equal ones claim no certainty."""


class Mood(NamedTuple):
    """The mood and its 95 % interval, from -1 (all negative) to 1."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MoodModel:
    """What a mood rests on: answers about the same brand (``own``), or else ``public`` figures and all answers."""

    public: Confusion
    others: Confusion = field(default_factory=Confusion)
    own: Confusion = field(default_factory=Confusion)
    min_own: int = 50
    """From so many answers about scored posts of the brand on, only those count."""

    @property
    def rests_on_own(self) -> bool:
        """Whether the answers about the brand itself are enough."""
        return self.own.scored >= self.min_own

    def mood(self, counts: SentimentCounts) -> Mood | None:
        """The mood of a brand with so many posts of each kind; None without any scored post."""
        return Mood(*map(_clip, self._mean(counts, VALUES))) if counts.scored else None

    def clear_mood(self, counts: SentimentCounts) -> Mood | None:
        """The mood; None if it says nothing, because too few posts are scored or too little is known of errors."""
        found = self.mood(counts)
        return found if found and counts.scored >= MIN_SCORED and found.high - found.low <= MAX_WIDTH else None

    def negative_share(self, counts: SentimentCounts) -> Interval | None:
        """The share of posts that are negative, with an interval for both errors; None with fewer than MIN_SCORED."""
        if counts.scored < MIN_SCORED:
            return None
        return Interval(*(min(1.0, max(0.0, one)) for one in self._mean(counts, NEGATIVE)))

    def _mean(self, counts: SentimentCounts, values: Sequence[float]) -> tuple[float, float, float]:
        """The mean of ``values`` over posts that are negative, neutral and positive, and its 95 % interval."""
        n = counts.scored
        shares = [count / n for count in (counts.negative, counts.neutral, counts.positive)]
        worths, variance = self._own_worths(shares, values) if self.rests_on_own else self._worths(shares, values)
        mean = sum(share * worth for share, worth in zip(shares, worths, strict=True))
        squares = sum(share * worth * worth for share, worth in zip(shares, worths, strict=True))
        half_width = Z * math.sqrt(max(0.0, squares - mean * mean) / n + variance)
        return mean, mean - half_width, mean + half_width

    def _own_worths(self, shares: Sequence[float], values: Sequence[float]) -> tuple[list[float], float]:
        """The worth of each kind of call, and the variance of the mean that comes from them."""
        worths, variance = [], 0.0
        for share, called in zip(shares, CALLED, strict=True):
            said = [self.own.n(called, one) + PRIOR for one in OPINIONS]
            said[1] += self.own.n(called, Answer.NOT_RELEVANT)  # which says nothing about the brand
            total = sum(said)
            worth = sum(n * value for n, value in zip(said, values, strict=True)) / total
            squares = sum(n * value**2 for n, value in zip(said, values, strict=True)) / total
            worths.append(worth)
            variance += share**2 * (squares - worth**2) / (total + 1)
        return worths, variance

    def _worths(self, shares: Sequence[float], values: Sequence[float]) -> tuple[list[float], float]:
        """The same from other posts: how those that are negative, neutral or positive are called."""
        rows, weights = [], []
        for said in OPINIONS:
            public = [self.public.n(called, said) for called in CALLED]
            scale = PUBLIC_WEIGHT / max(1, sum(public))
            row = [scale * n + self.others.n(called, said) for n, called in zip(public, CALLED, strict=True)]
            weights.append(sum(row))
            rows.append([n / sum(row) for n in row])
        worths = _solve(rows, values)
        true_shares = _positive(_solve(_transposed(rows), shares))
        variance = 0.0
        for row, weight, share, value in zip(rows, weights, true_shares, values, strict=True):
            squares = sum(p * worth * worth for p, worth in zip(row, worths, strict=True))
            variance += share**2 * max(0.0, squares - value**2) / (weight + 1)
        return worths, variance


def _clip(mood: float) -> float:
    return max(-1.0, min(1.0, mood))


def _positive(shares: Sequence[float]) -> list[float]:
    """``shares`` without negative ones, which chance may bring."""
    kept = [max(0.0, share) for share in shares]
    total = sum(kept) or 1.0
    return [share / total for share in kept]


def _transposed(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _solve(rows: Sequence[Sequence[float]], values: Sequence[float]) -> list[float]:
    """The solution of three linear equations, by Cramer's rule.

    If they have none, because posts of every kind are called alike, the values are huge, and so is the interval.
    """
    whole = _determinant(rows) or TINY
    return [
        _determinant([[*row[:i], value, *row[i + 1 :]] for row, value in zip(rows, values, strict=True)]) / whole
        for i in range(3)
    ]


def _determinant(m: Sequence[Sequence[float]]) -> float:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )
