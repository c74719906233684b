"""Limits that belong to a key, or to this machine where a site knows no key: for all sources that meet them."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from typing import TypeVar

from monitor.errors import QuotaSpent, RateLimited

Limit = TypeVar("Limit", bound=RateLimited | QuotaSpent)


def key_mark(key: str) -> str:
    """What stands for ``key`` (the secret itself) where its limits are kept, so that it does not stand there."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class KeyLimits:
    """Until when each key is to rest, for all sources that use it. Get it with ``http.shared(KeyLimits)``."""

    def __init__(self) -> None:
        self._rests: dict[str, RateLimited | QuotaSpent] = {}
        self._lock = threading.Lock()

    def check(self, key: str, now: datetime) -> None:
        """Raise RateLimited or QuotaSpent, as it was said, while ``key`` rests."""
        with self._lock:
            found = self._rests.get(key)
            if found is not None and found.not_before <= now:
                del self._rests[key]
                found = None
        if found is not None:
            raise type(found)(str(found), found.not_before)

    def rest(self, key: str, limit: Limit) -> Limit:
        """Let ``key`` rest as ``limit`` says, and give that back; what was said before, of a longer rest, stands."""
        with self._lock:
            before = self._rests.get(key)
            if before is None or before.not_before < limit.not_before:
                self._rests[key] = limit
        return limit
