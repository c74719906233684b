"""Fakes to pass to constructors, and builders of model objects with sensible defaults."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.clock import Clock
from monitor.model import Post

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday."""


class FakeClock(Clock):
    """A clock that only the test moves; a wait moves it and returns at once."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__()
        self.time = start
        self.elapsed = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.elapsed

    def wait(self, seconds: float) -> bool:
        self.advance(max(0.0, seconds))
        return self.stopped

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.elapsed += seconds


def post(text: str = "Acme is fine.", **changes: Any) -> Post:
    """A post of the made-up source "Forum", published at NOON; ``changes`` replace its fields."""
    fields: dict[str, Any] = {
        "source": "Forum",
        "external_id": hashlib.sha1(text.encode()).hexdigest()[:12],
        "text": text,
        "published_at": NOON,
    }
    return Post(**{**fields, **changes})
