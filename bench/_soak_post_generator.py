"""Generates the posts of the soak's sites. Each post contains a mark by which it is found again in the store."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from bench._feeds_markup import WORDS

BRAND_SHARE = 0.5
"""The share of posts that name a brand."""
BRANDS = ("Acme", "Globex")
OPINIONS = ("is great, I love it", "is terrible and slow", "answers nobody", "was bought again", "works, thank you")


@dataclass
class PostGenerator:
    """Generates posts for one source and records them."""

    source: int
    rng: random.Random
    brand_share: float = BRAND_SHARE
    count: int = 0
    posts: dict[str, list[Any]] = field(default_factory=dict)
    """Mark -> [version, epoch seconds when written, whether it names a brand]."""
    deleted: list[str] = field(default_factory=list)
    """Marks of the deleted posts."""
    requests: list[tuple[float, str]] = field(default_factory=list)
    """(epoch seconds, fault at that time) of each request to the site."""

    def new_post(self) -> tuple[int, str]:
        """The number and the text of a new post."""
        self.count += 1
        has_brand = self.rng.random() < self.brand_share
        self.posts[self._mark(self.count)] = [1, time.time(), has_brand]
        return self.count, self._text(self.count, 1, has_brand)

    def edit(self, n: int) -> str:
        """Edit post ``n``. Returns its new text."""
        entry = self.posts[self._mark(n)]
        entry[0] += 1
        return self._text(n, entry[0], entry[2])

    def delete(self, n: int) -> None:
        """Record that post ``n`` was deleted."""
        self.deleted.append(self._mark(n))

    def posts_with_brand(self) -> list[int]:
        """The numbers of the posts that name a brand."""
        return [int(mark.rpartition("x")[2]) for mark, (_, _, has_brand) in self.posts.items() if has_brand]

    def report(self) -> dict[str, Any]:
        """All records as JSON values."""
        return {"posts": self.posts, "deleted": self.deleted, "requests": self.requests}

    def _mark(self, n: int) -> str:
        return f"q{self.source}x{n}"

    def _text(self, n: int, version: int, has_brand: bool) -> str:
        subject = self.rng.choice(BRANDS) if has_brand else "The harbour"
        talk = " ".join(self.rng.choices(WORDS, k=self.rng.randint(6, 40)))
        return f"{subject} {self.rng.choice(OPINIONS)}: {talk} {self._mark(n)}v{version} it is."
