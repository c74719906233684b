"""Shares with their intervals, and the two halves of a set: one to choose on, one to report."""

from __future__ import annotations

import math
import zlib

CHOSEN_ON, REPORTED = 0, 1
"""The halves of a set."""
HALVES = {CHOSEN_ON: "chosen on", REPORTED: "reported"}


def half_of(text: str) -> int:
    """The half that a text is in, by its hash: the same one in every run."""
    return zlib.crc32(text.encode()) & 1


def wilson(n: int, of: int) -> tuple[float, float]:
    """The 95 % interval of the share ``n`` / ``of`` (Wilson score)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, n / of
    centre = share + z * z / (2 * of)
    margin = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (centre - margin) / (1 + z * z / of)), min(1.0, (centre + margin) / (1 + z * z / of))


def share(n: int, of: int) -> str:
    """A share in percent with its interval."""
    low, high = wilson(n, of)
    return f"{100 * n / max(1, of):5.1f} [{100 * low:4.1f}, {100 * high:5.1f}]"
