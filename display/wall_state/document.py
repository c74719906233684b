"""The shape of the wall's state: one JSON document that the page draws and never judges.

Times are epoch milliseconds; positions on the horizon run from 0 (24 hours ago) to 1 (now).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """States of WALL.md that the server tells; the page itself adds "not live" when it hears nothing."""

    NOT_LIVE = "not live"
    BLIND = "blind"
    PARTLY_BLIND = "partly blind"
    INCIDENT = "incident"
    PAIRING = "pairing"
    LISTENING = "listening"
    LEARNING = "learning"
    BUSY = "busy"
    QUIET = "quiet"
    NORMAL = "normal"


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
    """The time now: the page puts its own."""
    bright: bool = False
    """What is no hour of the day: why a stretch is hatched, when an incident began. It stays at night."""


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
    usual: tuple[float | None, ...] = ()
    """What is usual for each bar (steps by the hour); None where nobody knows. Empty: no line at all."""
    usual_label: float | None = None
    """Where on the line the word "usual" stands free."""


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
    usual: str = ""
    """Of a brand of ours: what share it usually has, where that is known."""


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
class TopicRow:
    """A topic of the last 24 hours."""

    mark: str
    """positive, negative, neutral or unscored."""
    name: str
    count: str
    against: str
    """``twice the usual``, ``as usual``, ``new``; empty where nobody knows."""
    link: str
    """Its mentions, as a path on this site; empty for those that are not sorted. The wall itself has no links."""


@dataclass(frozen=True, slots=True)
class TopicBoard:
    """What it is about; at most 5 rows, "not sorted" among them."""

    head: str
    rows: tuple[TopicRow, ...]


@dataclass(frozen=True, slots=True)
class HotBar:
    """5 minutes on the chart of an incident; ``n`` None where nothing could be read."""

    n: int | None
    hot: bool
    """Since it began."""


@dataclass(frozen=True, slots=True)
class IncidentScreen:
    """The screen that an incident takes."""

    multiple: str
    """``6``"""
    sign: str
    """What stands behind it; empty where it is a number of mentions."""
    then: str
    """``Then: 6 times the usual.``: once the connection is lost."""
    flag: tuple[str, ...]
    """The lines at the foot of the flag: ``the usual,``, ``for 1 h 46 min``."""
    title: str
    """``“Checkout down”`` or ``Many more mentions``."""
    since: str
    """``since 14:20``"""
    line: str
    """``252 mentions an hour, usually 42.``"""
    trend: str
    """``Still rising.``"""
    bars: tuple[HotBar, ...]
    """The last 3 hours, each 5 minutes, or more where it began earlier."""
    usual: tuple[float, ...]
    """For each bar."""
    scale: int
    hatches: tuple[Hatch, ...]
    labels: tuple[Label, ...]
    """Places run from 0, at the flag, to 1, now."""
    voices: tuple[Voice, ...]
    """The three largest groups; the first large."""
    proof: tuple[Line, ...]
    spoken: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the screen shows before it belongs to anyone."""

    code: tuple[str, str]
    expires_at: int
    """Epoch milliseconds of the server's real clock."""


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
    wall: str = ""
    """The name of this wall; empty for the only one."""
    clock: int = 0
    """Epoch milliseconds of the server's real clock, by which layout, orbit and stage go; ``as_of`` is the time of what
    is shown, which runs faster in a replay."""
    pace: float = 1.0
    """How many times faster than the real clock ``as_of`` runs."""
    night: bool = False
    rotates: bool = True
    """Whether zones migrate, and topics take turns with voices."""
    dwells_until: int = 0
    """Until when, by ``clock``, the hero has not been there long enough to be read."""
    topics: TopicBoard | None = None
    """None where fewer than three stand out."""
    incident: IncidentScreen | None = None
    pairing: Pairing | None = None
    masked: bool = False
    language: str = "en"
    """Of the wall's own words, the page's too."""
    twelve: bool = False
    """Whether its clock has twelve hours."""

    def json(self) -> dict[str, Any]:
        """As the page receives it."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}


def _plain(value: Any) -> Any:
    """``value`` with dataclasses as dicts: what ``asdict`` does, several times as fast, for nothing here is shared."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    fields = getattr(value, "__dataclass_fields__", None)
    return value if fields is None else {name: _plain(getattr(value, name)) for name in fields}
