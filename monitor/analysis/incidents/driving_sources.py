"""Which sources drive an incident: those with a far larger share of its mentions than they usually have."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Final

MAX_SOURCES: Final = 3
_MIN_MENTIONS: Final = 5
_MIN_SHARE: Final = 0.1
"""A source with a smaller share of the incident does not drive it."""
_SHARE_MULTIPLE: Final = 3.0
_SHARE_INCREASE: Final = 0.35
"""A share is far larger if it is this multiple of the usual share, or exceeds it by this much."""
_MIN_DEVIATIONS: Final = 4.0
"""It must also exceed the usual share by this many standard deviations, so that it is not due to chance."""


def driving_sources(now: Mapping[str, float], usual: Mapping[str, float]) -> tuple[str, ...]:
    """The sources whose share of ``now`` is far above their share of ``usual``, largest first.

    Both map sources to mentions. Empty if there is only one source, or too few usual mentions to compare with.
    """
    total, usual_total = sum(now.values()), sum(usual.values())
    if len(usual) < 2 or usual_total < 1 / _MIN_SHARE:
        return ()
    driving = [
        name for name, n in now.items() if _is_far_above(n, total, (usual.get(name, 0.0) + 0.5) / (usual_total + 1))
    ]
    return tuple(sorted(driving, key=lambda name: (-now[name], name))[:MAX_SOURCES])


def _is_far_above(n: float, total: float, usual_share: float) -> bool:
    if n < max(_MIN_MENTIONS, _MIN_SHARE * total):
        return False
    far = n >= _SHARE_MULTIPLE * usual_share * total or n >= (usual_share + _SHARE_INCREASE) * total
    deviation = sqrt(usual_share * (1 - min(usual_share, 1.0)) * total)
    return far and n - usual_share * total > _MIN_DEVIATIONS * deviation
