"""Mentions in the light form that whoever looks for topics reads by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """One mention: who wrote what, and what it was given. Fields as in Post and Mention."""

    mention: int
    post: int
    story: int | None
    author: str
    lang: str | None
    title: str
    text: str
    source: str
    site: str
    """The post's, or its address where it names none."""
    published_at: datetime
    score: float | None = None
    hidden: bool = False

    @property
    def body(self) -> str:
        """Title and text as one."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Texts:
    """Mentions of one brand and time, by time; an even sample of them where there are too many to read."""

    total: int
    """How many there are."""
    rows: tuple[Text, ...] = ()

    @property
    def scale(self) -> float:
        """How many mentions each of the rows stands for."""
        return self.total / len(self.rows) if self.rows else 1.0
