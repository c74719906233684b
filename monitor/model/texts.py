"""Mentions in a compact form, for topic detection, which reads thousands of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one mention. Fields as in Post and Mention."""

    mention: int
    post: int
    story: int | None
    author: str
    lang: str | None
    title: str
    text: str
    source: str
    site: str
    """The post's site, or its URL if it has none."""
    published_at: datetime
    score: float | None = None
    hidden: bool = False
    set_aside: bool = False

    @property
    def body(self) -> str:
        """Title and text as one string."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Texts:
    """Mentions of one brand in a time span, ordered by time; an even sample if there are too many to read."""

    total: int
    """How many mentions there are."""
    rows: tuple[Text, ...] = ()

    @property
    def without_set_aside(self) -> Texts:
        """The mentions that are not set aside, of as many as there are about in total."""
        rows = tuple(text for text in self.rows if not text.set_aside)
        return Texts(round(self.scale * len(rows)), rows) if len(rows) < len(self.rows) else self

    @property
    def scale(self) -> float:
        """How many mentions each row represents."""
        return self.total / len(self.rows) if self.rows else 1.0
