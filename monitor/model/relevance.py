"""Whether a mention is about the brand: people's clicks, and what the program makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.posts import Span


@dataclass(frozen=True, slots=True)
class RelevanceClick:
    """A person said whether a mention is about its brand."""

    relevant: bool
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """Why the program set a mention aside: it is probably not about the brand."""

    probability: float
    """That it is about the brand."""
    words: tuple[str, ...] = ()
    """Its words that occur mostly in mentions marked as not relevant, the strongest first."""
    similar: tuple[int, ...] = ()
    """Mentions marked as not relevant that it resembles, the most similar first."""
    n_similar: int = 0
    """How many mentions marked as not relevant it resembles."""


@dataclass(frozen=True, slots=True)
class BrandRelevance:
    """What is known about the relevance of a brand's mentions."""

    brand: str
    is_on: bool = True
    """Whether the program may set mentions aside."""
    relevant: int = 0
    """Mentions that people marked as being about the brand."""
    irrelevant: int = 0
    """Mentions that people marked as not relevant."""
    set_aside: int = 0
    kept: int = 0
    """Mentions that people brought back, and that are therefore not set aside again."""
    model: str = ""
    """Identifies the model in use; empty: none."""
    version: int = 0
    """Changes whenever a click is added, changed or removed, and with the switch."""
    is_reviewing: bool = False
    """Whether stored mentions still wait for the model."""

    @property
    def clicks(self) -> int:
        """All clicks."""
        return self.relevant + self.irrelevant


@dataclass(frozen=True, slots=True)
class ClickedMention:
    """A mention with a click, to learn from."""

    mention: int
    relevant: bool
    body: str
    spans: tuple[Span, ...] = ()
    """What the brand's rule matched."""
    vector: bytes | None = None
    """Of the encoder that was asked for, as it was saved; None: not known."""


@dataclass(frozen=True, slots=True)
class MentionToPlace:
    """A mention that waits for the decision whether to set it aside."""

    id: int
    brand: str
    body: str
    ticket: int | None = None
    """Its place in the queue, which a later version of it does not share; None: it was stored before."""
    spans: tuple[Span, ...] = ()
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class RelevanceWork:
    """Mentions to be judged by the models of their brands, the newest first."""

    mentions: tuple[MentionToPlace, ...] = ()
    reviewed: str = ""
    """The brand whose stored mentions these are; empty: new mentions of any brand."""
    model: str = ""
    """That brand's model."""
    reviewed_to: tuple[int, int] | None = None
    """Where the review is once these are saved: time in milliseconds and id. None: at its end."""


@dataclass(frozen=True, slots=True)
class JudgedRelevance:
    """What the program decided about a mention."""

    mention: int
    model: str
    """The model of its brand that decided."""
    set_aside: SetAside | None
    """None: it stays in lists."""
    vector: bytes | None = None
    """To be kept for the next time; None: nothing new."""
