"""A cache for results that are expensive to compute and change slowly."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from cachetools import TTLCache

from monitor.clock import Clock


def ttl_cache(clock: Clock, ttl_seconds: float, max_entries: int) -> TTLCache[Hashable, Any]:
    """A cache whose lifetimes are seconds of the time that is shown, which runs faster in a replay."""
    speed = max(clock.speed, 1.0)
    return TTLCache(max_entries, ttl_seconds, timer=lambda: clock.monotonic() * speed)
