"""Who writes on the soak's sites: posts of made-up words, each with a mark by which it is known again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from bench._feeds_generator import WORDS

NAMED = 0.5
"""The share of posts that name a brand."""
BRANDS = ("Acme", "Globex")
SAYING = ("is great, I love it", "is terrible and slow", "answers nobody", "was bought again", "works, thank you")


@dataclass
class Pen:
    """Writes for one source, and remembers what."""

    source: int
    rng: random.Random
    share: float = NAMED
    """How many of its posts name a brand."""
    count: int = 0
    posts: dict[str, list[Any]] = field(default_factory=dict)
    """Mark -> [version, epoch when written, whether it names a brand]."""
    gone: list[str] = field(default_factory=list)
    """Marks of what was deleted."""
    asked: list[tuple[float, str]] = field(default_factory=list)
    """Epoch of each request, and the fault that it met."""

    def new(self) -> tuple[int, str]:
        """(number, words) of another post."""
        self.count += 1
        named = self.rng.random() < self.share
        self.posts[self._mark(self.count)] = [1, time.time(), named]
        return self.count, self._words(self.count, 1, named)

    def again(self, n: int) -> str:
        """The words of post ``n`` after an edit."""
        entry = self.posts[self._mark(n)]
        entry[0] += 1
        return self._words(n, entry[0], entry[2])

    def delete(self, n: int) -> None:
        """Note that post ``n`` is gone."""
        self.gone.append(self._mark(n))

    def named(self) -> list[int]:
        """The posts that name a brand."""
        return [int(mark.rpartition("x")[2]) for mark, (_, _, named) in self.posts.items() if named]

    def report(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {"posts": self.posts, "gone": self.gone, "asked": self.asked}

    def _mark(self, n: int) -> str:
        return f"q{self.source}x{n}"

    def _words(self, n: int, version: int, named: bool) -> str:
        subject = self.rng.choice(BRANDS) if named else "The harbour"
        talk = " ".join(self.rng.choices(WORDS, k=self.rng.randint(6, 40)))
        return f"{subject} {self.rng.choice(SAYING)}: {talk} {self._mark(n)}v{version} it is."
