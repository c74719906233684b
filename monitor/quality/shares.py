"""A share of some cases, with its interval."""

from __future__ import annotations

import math
from typing import NamedTuple

Z = 1.96
"""Of a 95 % interval."""


class Interval(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def wilson(hits: int, n: int) -> Interval:
    """A share with its 95 % interval by Wilson's formula."""
    if not n:
        return Interval(0.0, 0.0, 1.0)
    share, squared = hits / n, Z * Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    width = Z * math.sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    return Interval(share, max(0.0, middle - width), min(1.0, middle + width))
