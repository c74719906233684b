"""Decides whether scores are adjusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.learning.fitting import fit
from monitor.learning.labels import KINDS, Label
from monitor.learning.validation import cross_validate, is_better_than_chance
from monitor.model import Comparison, LearningResult

MIN_ANSWERS = 100
MIN_OF_EACH = 10
"""Answers of each sentiment; with fewer, nothing is known about it."""
GROWTH = 1.2
"""How many more labels it takes to learn again."""
MIN_GAIN = 0.02
"""The smallest gain for which scores are changed: two of a hundred."""


def learn(labels: Sequence[Label], before: LearningResult, now: datetime) -> LearningResult:
    """What to do with ``labels``, if ``before`` is the result in force.

    Only scores of one kind are learnt from and adjusted: those with an opinion of the language model, if most labels
    have one, or those without.
    """
    uses_opinions = most_have_opinions(labels)
    used = of_kind(labels, uses_opinions=uses_opinions)
    checked = [label for label in used if label.is_random]
    of_each = Counter(label.answer for label in checked)
    rarest = min(of_each[kind] for kind in KINDS)
    if len(checked) < MIN_ANSWERS or rarest < MIN_OF_EACH:
        return LearningResult(len(checked), 0, rarest)
    comparison = cross_validate(used, uses_opinions=uses_opinions)
    is_used = is_improvement(comparison, is_in_use=before.offset is not None) and is_better_than_chance(used)
    return LearningResult(
        len(checked),
        len(used) - len(checked),
        rarest,
        comparison,
        fit(used, uses_opinions=uses_opinions) if is_used else None,
        (before.since or now) if is_used else None,
    )


def is_due(labels: Sequence[Label], before: LearningResult) -> bool:
    """Whether to learn again: a fifth of the labels is new or gone, or the language model judges now, or no more.

    To compare again after every answer would find an improvement by chance sooner or later.
    """
    uses_opinions = most_have_opinions(labels)
    checked = sum(label.is_random for label in of_kind(labels, uses_opinions=uses_opinions))
    if before.offset is not None and before.offset.uses_opinions != uses_opinions:
        return True
    if before.comparison is None:
        return checked != before.checked
    return not before.checked / GROWTH < checked < before.checked * GROWTH


def most_have_opinions(labels: Sequence[Label]) -> bool:
    """Whether most scores that can be adjusted rest on an opinion of the language model too."""
    adjustable = [label.parts for label in labels if label.parts is not None]
    return 2 * sum(parts.opinion is not None for parts in adjustable) > len(adjustable)


def of_kind(labels: Sequence[Label], *, uses_opinions: bool) -> list[Label]:
    """Those with, or without, an opinion, and those that are never adjusted."""
    return [one for one in labels if one.parts is None or (one.parts.opinion is not None) == uses_opinions]


def is_improvement(comparison: Comparison, *, is_in_use: bool) -> bool:
    """Whether the comparison speaks for an offset.

    A new one needs a gain that is worth it and beyond doubt. One in use stays while it seems better, so that scores do
    not go back and forth. It never makes more signs wrong.
    """
    if comparison.learned_wrong_signs > comparison.plain_wrong_signs:
        return False
    if is_in_use:
        return comparison.gain > 0
    return comparison.low > 0 and comparison.gain >= MIN_GAIN
