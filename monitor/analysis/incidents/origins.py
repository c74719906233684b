"""Where an incident comes from: the sources that bring far more of it than of any other time."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Final

MOST: Final = 3
_FEWEST: Final = 5
_LEAST: Final = 0.1
"""Part of the incident's mentions under which a source says nothing about it."""
_TIMES: Final = 3.0
_MORE: Final = 0.35
"""Far over: so many times its usual part, or so much above it."""
_DEVIATIONS: Final = 4.0
"""And further than chance leads."""


def origins(now: Mapping[str, float], usual: Mapping[str, float]) -> tuple[str, ...]:
    """The sources whose part of the mentions ``now`` is far over their part of the ``usual``, largest first.

    Empty where there is one source alone, or where too little is usual to tell.
    """
    total, before = sum(now.values()), sum(usual.values())
    if len(usual) < 2 or before < 1 / _LEAST:
        return ()
    loud = [name for name, n in now.items() if _far_over(n, total, (usual.get(name, 0.0) + 0.5) / (before + 1))]
    return tuple(sorted(loud, key=lambda name: (-now[name], name))[:MOST])


def _far_over(n: float, total: float, part: float) -> bool:
    if n < max(_FEWEST, _LEAST * total):
        return False
    far = n >= _TIMES * part * total or n >= (part + _MORE) * total
    return far and n - part * total > _DEVIATIONS * sqrt(part * (1 - min(part, 1.0)) * total)
