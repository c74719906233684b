"""Fits an offset to labels.

The model is an ordered logistic regression whose latent value is the adjusted score and whose thresholds are those of
the categories: the further a score is above 0.15, the likelier people say positive. A penalty for each figure keeps the
offset at zero unless several labels speak for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.learning.adjusting import A_THIRD, FACTOR_CHANGES
from monitor.learning.labels import KINDS, Label, label_weights
from monitor.learning.parts import ScoreParts
from monitor.model import NEUTRAL_BELOW, Offset
from monitor.sentiment.targeted import NORMALIZATION_ALPHA

STEEPNESS = 6.0
"""How fast answers follow the score around a threshold; fitted to airline tweets, where 4 to 8 are equally good."""
MIN_LABELS_OF_WORD, MAX_WORDS = 8, 30
MIN_LABELS_OF_BRAND = 20
SHIFT_PENALTY = 4.0
WORD_PENALTY = 2.0
MAX_STEPS = 30
_SMALL = 1e-4

Floats = npt.NDArray[np.float64]


class _Figures(NamedTuple):
    """The figures of an offset, in the order of a vector."""

    brands: tuple[str, ...]
    words: tuple[str, ...]
    uses_opinions: bool

    def row(self, parts: ScoreParts) -> list[float]:
        """By how much each figure changes the sum of weights."""
        opinion = parts.opinion
        weights = dict.fromkeys(self.words, 0.0)
        for word, weight in parts.words:
            if word in weights:
                weights[word] += weight
        row = [1.0, *(float(parts.brand == brand) for brand in self.brands), *weights.values()]
        return row if opinion is None else [*row, opinion.balance, opinion.neutral - A_THIRD]

    def penalties(self) -> Floats:
        """The penalty of each figure's square, halved."""
        shifts = [SHIFT_PENALTY] * (1 + len(self.brands))
        words, opinion = [WORD_PENALTY] * len(self.words), [SHIFT_PENALTY] * (2 * self.uses_opinions)
        return np.array([*shifts, *words, *opinion])

    def offset(self, values: Sequence[float]) -> Offset:
        """The offset with these values."""
        first_word = 1 + len(self.brands)
        first_other = first_word + len(self.words)
        low, high = FACTOR_CHANGES
        return Offset(
            self.uses_opinions,
            round(values[0], 3),
            {brand: round(values[1 + n], 3) for n, brand in enumerate(self.brands)},
            {word: round(max(low, min(high, values[first_word + n])), 3) for n, word in enumerate(self.words)},
            *(round(value, 3) for value in values[first_other:]),
        )


class _Problem(NamedTuple):
    """What is minimised: the negative logarithm of the likelihood, and the penalties."""

    rows: Floats
    weight: Floats
    """Sum of the words' weights of each label."""
    share: Floats
    plain: Floats
    answer: npt.NDArray[np.int64]
    """-1, 0 or 1."""
    counts: Floats
    """How much each label counts."""
    penalties: Floats

    def scores(self, values: Floats) -> Floats:
        """The adjusted scores."""
        return self.plain + self.share * (_normalise(self.weight + self.rows @ values) - _normalise(self.weight))

    def loss(self, values: Floats) -> float:
        """The value to minimise."""
        above, below = _probabilities(self.scores(values))
        given = np.select([self.answer > 0, self.answer < 0], [above, below], 1 - above - below)
        return float(0.5 * (self.penalties * values**2).sum() - (self.counts * np.log(given + 1e-12)).sum())

    def step(self, values: Floats) -> Floats:
        """The step of Newton's method, with the curvature of the likelihood in the score."""
        above, below = _probabilities(self.scores(values))
        slope = (
            self.share * NORMALIZATION_ALPHA / ((self.weight + self.rows @ values) ** 2 + NORMALIZATION_ALPHA) ** 1.5
        )
        rises = [self.answer > 0, self.answer < 0]
        gradient = STEEPNESS * np.select(rises, [1 - above, below - 1], below - above)
        curves = [above * (1 - above), below * (1 - below)]
        curvature = STEEPNESS**2 * np.select(rises, curves, sum(curves))
        uphill = self.rows.T @ (self.counts * slope * gradient) - self.penalties * values
        hessian = (self.rows * (self.counts * slope**2 * curvature)[:, None]).T @ self.rows + np.diag(self.penalties)
        return np.asarray(np.linalg.solve(hessian, uphill), np.float64)


def fit(labels: Sequence[Label], *, uses_opinions: bool) -> Offset:
    """The offset for scores with, or without, opinions. Labels with other scores are ignored."""
    weighted = [
        (label, label.parts, count)
        for label, count in zip(labels, label_weights(labels), strict=True)
        if label.parts is not None and (label.parts.opinion is not None) == uses_opinions and count
    ]
    if not weighted:
        return Offset(uses_opinions)
    figures = _choose_figures([parts for _, parts, _ in weighted], uses_opinions)
    problem = _Problem(
        np.array([figures.row(parts) for _, parts, _ in weighted]),
        np.array([parts.weight for _, parts, _ in weighted]),
        np.array([parts.share for _, parts, _ in weighted]),
        np.array([parts.plain for _, parts, _ in weighted]),
        np.array([KINDS.index(label.answer) - 1 for label, _, _ in weighted]),
        np.array([count for _, _, count in weighted]),
        figures.penalties(),
    )
    return figures.offset([float(value) for value in _minimise(problem)])


def _choose_figures(parts: Sequence[ScoreParts], uses_opinions: bool) -> _Figures:
    """Brands and words that are in enough labels. A single brand needs no figure beside the shift."""
    brands = Counter(one.brand for one in parts)
    words = Counter(word for one in parts for word in {word for word, _ in one.words})
    chosen = [brand for brand, n in sorted(brands.items()) if n >= MIN_LABELS_OF_BRAND and len(brands) > 1]
    frequent = [(-n, word) for word, n in words.items() if n >= MIN_LABELS_OF_WORD]
    return _Figures(tuple(chosen), tuple(word for _, word in sorted(frequent)[:MAX_WORDS]), uses_opinions)


def _minimise(problem: _Problem) -> Floats:
    """Newton's method from zero; a step that does not help is halved."""
    values = np.zeros(problem.rows.shape[1])
    loss = problem.loss(values)
    for _ in range(MAX_STEPS):
        step = problem.step(values)
        better = _halve_until_better(problem, values, step, loss)
        if better is None:
            break
        moved = float(np.abs(better - values).max())
        values, loss = better, problem.loss(better)
        if moved < _SMALL:
            break
    return values


def _halve_until_better(problem: _Problem, values: Floats, step: Floats, loss: float) -> Floats | None:
    for _ in range(10):
        if problem.loss(values + step) < loss:
            return values + step
        step = step / 2
    return None


def _normalise(weights: Floats) -> Floats:
    """``score_from_weights`` of each element."""
    normalised: Floats = weights / np.sqrt(weights * weights + NORMALIZATION_ALPHA)
    return normalised


def _probabilities(scores: Floats) -> tuple[Floats, Floats]:
    """How likely people say positive, and negative."""
    return _logistic(STEEPNESS * (scores - NEUTRAL_BELOW)), _logistic(STEEPNESS * (-NEUTRAL_BELOW - scores))


def _logistic(values: Floats) -> Floats:
    logistic: Floats = 1 / (1 + np.exp(-values))
    return logistic
