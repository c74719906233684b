"""Figures of opinions against labels: F1, wrong signs and how many posts are scored, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.model import Opinion
from monitor.quality import Interval, wilson

Labels = npt.NDArray[np.int64]
BOOTSTRAP_RUNS, SEED = 1_000, 0


class Figures(NamedTuple):
    """How opinions compare with labels."""

    texts: int
    f1: Interval
    """Macro-F1 if every text is scored."""
    wrong_sign: Interval
    """Of the texts labelled positive or negative, the share given the opposite sign, if every text is scored."""
    scored: Interval
    """Share of the texts that is scored at the margin."""
    wrong_sign_scored: Interval
    """``wrong_sign`` among the texts that are scored."""
    f1_scored: float


def figures(labels: Labels, opinions: Sequence[Opinion]) -> Figures:
    """The figures of one language; 0 negative, 1 neutral, 2 positive."""
    found = np.array([int(np.argmax(opinion)) for opinion in opinions])
    scored = np.array([not opinion.is_unclear for opinion in opinions])
    return Figures(
        len(labels),
        _bootstrap_f1(labels, found),
        _wrong_sign(labels, found),
        wilson(int(scored.sum()), len(labels)),
        _wrong_sign(labels[scored], found[scored]),
        macro_f1(labels[scored], found[scored]),
    )


def macro_f1(labels: Labels, found: Labels) -> float:
    """Mean F1 of the three classes."""
    scores = []
    for name in range(3):
        both = int(((labels == name) & (found == name)).sum())
        scores.append(2 * both / max(1, int((labels == name).sum() + (found == name).sum())))
    return float(np.mean(scores))


def _wrong_sign(labels: Labels, found: Labels) -> Interval:
    opinionated = labels != 1
    return wilson(int((opinionated & (found == 2 - labels)).sum()), int(opinionated.sum()))


def _bootstrap_f1(labels: Labels, found: Labels) -> Interval:
    random = np.random.default_rng(SEED)
    runs = []
    for _ in range(BOOTSTRAP_RUNS):
        chosen = random.integers(0, len(labels), len(labels))
        runs.append(macro_f1(labels[chosen], found[chosen]))
    low, high = np.percentile(runs, (2.5, 97.5))
    return Interval(macro_f1(labels, found), float(low), float(high))
