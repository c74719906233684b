"""Rate limits and quotas that apply to a key, or to this machine if a site has no keys, shared by all sources."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from typing import TypeVar

from monitor.errors import QuotaSpent, RateLimited

Limit = TypeVar("Limit", bound=RateLimited | QuotaSpent)


def key_fingerprint(key: str) -> str:
    """A digest that identifies ``key`` (the secret itself) without revealing it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class KeyLimits:
    """When each key may be used again. Sources that share a key share these limits: ``http.shared(KeyLimits)``."""

    def __init__(self) -> None:
        self._limits: dict[str, RateLimited | QuotaSpent] = {}
        self._lock = threading.Lock()

    def check(self, key: str, now: datetime) -> None:
        """Raise the RateLimited or QuotaSpent that was recorded for ``key``, unless its time is over."""
        with self._lock:
            found = self._limits.get(key)
            if found is not None and found.not_before <= now:
                del self._limits[key]
                found = None
        if found is not None:
            raise type(found)(str(found), found.not_before)

    def record(self, key: str, limit: Limit) -> Limit:
        """Record ``limit`` for ``key`` and return it. A limit that lasts longer than ``limit`` remains in force."""
        with self._lock:
            before = self._limits.get(key)
            if before is None or before.not_before < limit.not_before:
                self._limits[key] = limit
        return limit
