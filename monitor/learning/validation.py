"""Compares the adjusted score with the plain one on answers that the offset was not fitted to.

Repeated cross-validation: the labels are divided into parts, an offset is fitted to all parts but one and tried on that
one. Labels of one story, one author or one post are always in the same part. Only mentions drawn at random are tried,
because nobody corrects what is right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from monitor.learning.adjusting import adjustment
from monitor.learning.fitting import fit
from monitor.learning.labels import Label, groups
from monitor.model import Comparison, Offset, Sentiment

FOLDS, REPEATS, SEED = 5, 6, 15
Z = 2.33
"""Half the width of the interval in standard errors. An offset is looked for again and again while answers come, and
each time it could seem better by chance, so this is more than the usual 1.96; see ``bench/learning.py``."""
_SIGNS = (Sentiment.NEGATIVE, Sentiment.POSITIVE)

Fit = Callable[[Sequence[Label]], Offset]
Floats = npt.NDArray[np.float64]


def cross_validate(labels: Sequence[Label], *, uses_opinions: bool, fit_offset: Fit | None = None) -> Comparison:
    """The comparison. ``fit_offset`` replaces ``fit``, for tests. The same labels give the same result."""
    fit_offset = fit_offset or (lambda part: fit(part, uses_opinions=uses_opinions))
    group_of = groups(labels)
    tried = [n for n, label in enumerate(labels) if label.is_random]
    right, wrong = np.zeros(len(labels)), np.zeros(len(labels))
    for repeat in range(REPEATS):
        fold_of = assign_folds(labels, group_of, random.Random(SEED + repeat))
        for fold in range(FOLDS):
            offset = fit_offset([label for n, label in enumerate(labels) if fold_of[n] != fold])
            for n in tried:
                if fold_of[n] == fold:
                    given = adjusted_sentiment(labels[n], offset)
                    right[n] += given is labels[n].answer
                    wrong[n] += is_wrong_sign(given, labels[n].answer)
    plain = np.array([float(labels[n].is_right) for n in tried])
    difference = right[tried] / REPEATS - plain
    error = Z * _standard_error(difference, [group_of[n] for n in tried])
    wrong_plain = [is_wrong_sign(Sentiment.of(labels[n].plain), labels[n].answer) for n in tried]
    return Comparison(
        plain_right=float(plain.mean()),
        learned_right=float(plain.mean() + difference.mean()),
        low=float(difference.mean() - error),
        high=float(difference.mean() + error),
        plain_wrong_signs=float(np.mean(wrong_plain)),
        learned_wrong_signs=float(wrong[tried].mean() / REPEATS),
    )


def adjusted_sentiment(label: Label, offset: Offset) -> Sentiment:
    """The category of the adjusted score."""
    added = adjustment(offset, label.parts) if label.parts is not None else 0.0
    return Sentiment.of(round(label.plain + added, 3))


def is_wrong_sign(given: Sentiment, answer: Sentiment) -> bool:
    """Whether one is positive and the other negative."""
    return given is not answer and given in _SIGNS and answer in _SIGNS


def assign_folds(labels: Sequence[Label], group_of: Sequence[int], rng: random.Random) -> list[int]:
    """For each label its fold. Groups are dealt out by answer, so that each fold has some of each."""
    first: dict[int, Label] = {}
    for label, group in zip(labels, group_of, strict=True):
        first.setdefault(group, label)
    order = list(first)
    rng.shuffle(order)
    order.sort(key=lambda group: first[group].answer)
    fold_of = {group: n % FOLDS for n, group in enumerate(order)}
    return [fold_of[group] for group in group_of]


def is_better_than_chance(labels: Sequence[Label]) -> bool:
    """Whether the plain scores have to do with the answers at all: if not, the most frequent answer would win."""
    tried = [label for label in labels if label.is_random]
    shares = {
        kind: (
            sum(Sentiment.of(label.plain) is kind for label in tried) / len(tried),
            sum(label.answer is kind for label in tried) / len(tried),
        )
        for kind in {label.answer for label in tried}
    }
    expected = sum(given * answered for given, answered in shares.values())
    right = sum(label.is_right for label in tried) / len(tried)
    return right - expected > Z * float(np.sqrt(expected * (1 - expected) / len(tried)))


def _standard_error(differences: Floats, group_of: Sequence[int]) -> float:
    """Of the mean, if labels of one group are not independent."""
    sums: dict[int, float] = {}
    mean = float(differences.mean())
    for difference, group in zip(differences, group_of, strict=True):
        sums[group] = sums.get(group, 0.0) + float(difference) - mean
    if len(sums) < 2:
        return float("inf")
    correction = len(sums) / (len(sums) - 1)
    return float(np.sqrt(correction * sum(value * value for value in sums.values()))) / len(differences)
