"""The shape of the wall's state: one JSON document that the page draws and never judges.

Times are epoch milliseconds; positions on the horizon run from 0 (24 hours ago) to 1 (now).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """States of WALL.md that the server tells; the page itself adds "not live" when it hears nothing."""

    NOT_LIVE = "not live"
    BLIND = "blind"
    PARTLY_BLIND = "partly blind"
    LISTENING = "listening"
    LEARNING = "learning"
    COUNTING = "counting"
    """Enough days were heard to tell what is usual, but nobody tells it yet: the sentence is the count alone."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The state in words: ``word`` is bold, ``clause`` has a line of its own and is dropped first."""

    word: str
    text: str
    clause: str = ""

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(filter(None, (self.word, self.text, self.clause)))


@dataclass(frozen=True, slots=True)
class Bar:
    """Mentions of us in 15 minutes; None where nothing could be read at all."""

    n: int | None
    negative: int


@dataclass(frozen=True, slots=True)
class Hatch:
    """A stretch of the horizon that could not be seen, or not wholly."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words under the axis: they start or end at ``at``, or have their middle there."""

    at: float
    text: str
    align: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Horizon:
    """24 hours of mentions of us, in 96 bars that end now."""

    bars: tuple[Bar, ...]
    scale: int
    """Mentions that a bar of full height stands for."""
    hatches: tuple[Hatch, ...]
    labels: tuple[Label, ...]
    spoken: str
    """The same for who cannot see it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody wrote."""

    id: int
    sentiment: str
    brand: str
    """Empty when it is about us."""
    text: str
    author: str
    initials: str
    place: str
    at: int
    alike: int


@dataclass(frozen=True, slots=True)
class Mood:
    """Mean score with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A brand on the board."""

    brand: str
    ours: bool
    share: str
    mark: str
    """positive, negative, neutral or unscored."""
    mood: Mood | None
    note: str
    """Why there is no mood."""


@dataclass(frozen=True, slots=True)
class Board:
    """Brands by share, largest first."""

    head: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of proof: ``strong`` bold, ``text``, the age of ``at``, ``after``."""

    strong: str
    text: str
    at: int | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """A source on the board of the first run."""

    source: str
    read_at: int | None
    wait: str
    """Shown instead of an age while it was not read."""
    posts: str


@dataclass(frozen=True, slots=True)
class WallState:
    """Everything that the wall draws."""

    version: str
    last_id: int
    as_of: int
    utc_offset: int
    """Minutes by which the server's zone is ahead of UTC, so that the page can say times of day."""
    kind: Kind
    sample: bool
    headline: Headline
    horizon: Horizon
    voices: tuple[Voice, ...]
    board: Board
    proof: tuple[Line, ...]
    departures: tuple[Departure, ...]
    ours: str

    def json(self) -> dict[str, Any]:
        """As the page receives it."""
        return asdict(self)
