"""Logistic regression with balanced classes, solved by Newton's method in the space of the examples.

There are at most a thousand examples and any number of features, so the matrix to be solved is small.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAX_STEPS = 40
MAX_LOGIT = 30.0
_ENOUGH = 1e-6
"""A step that changes no logit by more than this is the last one."""


def fit_logistic(features: Floats, positive: npt.NDArray[np.bool_], strength: float) -> tuple[Floats, float]:
    """The weights of the columns of ``features``, and the bias.

    Both classes, of which each has an example, weigh the same. ``strength`` is the inverse of the penalty on squared
    weights; the bias has none to speak of.
    """
    kernel = features @ features.T + 1.0
    kernel += BIAS_FREEDOM - 1.0
    n, signs = len(features), np.where(positive, 1.0, -1.0)
    costs = strength * np.where(positive, n / (2 * positive.sum()), n / (2 * (n - positive.sum())))
    dual = np.zeros(n)
    logits = np.zeros(n)
    for _ in range(MAX_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(signs * logits, -MAX_LOGIT, MAX_LOGIT)))
        curvature = np.maximum(costs * chances * (1 - chances), 1e-9)
        target = logits + costs * signs * (1 - chances) / curvature
        dual = np.linalg.solve(kernel + np.diag(1 / curvature), target)
        moved = kernel @ dual - logits
        logits += moved * min(1.0, 4.0 / max(1e-12, float(np.abs(moved).max())))
        if np.abs(moved).max() < _ENOUGH:
            break
    return features.T @ dual, float(BIAS_FREEDOM * dual.sum())


BIAS_FREEDOM = 100.0
"""How much less the bias is penalised than a weight."""


def probability(logits: Floats) -> Floats:
    """Of the positive class."""
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -MAX_LOGIT, MAX_LOGIT)))
    return result
