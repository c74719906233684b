"""The wall's state: one JSON document, which the page draws without deciding anything.

Times are epoch milliseconds; positions on the horizon run from 0 (24 hours ago) to 1 (now). ``web/wall/state.ts`` is
generated from this file: run ``python -m display.wall_state.typescript`` after a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from monitor.model import Sentiment


class StateKind(StrEnum):
    """The states of a wall that the server reports. The page adds "not live" by itself when the server is silent."""

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
    """The state in words."""

    word: str
    """Bold."""
    text: str
    clause: str = ""
    """On a line of its own; dropped if the headline has no room for it."""
    text_alone: str = ""
    """``text`` as it reads without ``clause``; empty: the same."""

    @property
    def sentence(self) -> str:
        """The whole headline."""
        return " ".join(filter(None, (self.word, self.text, self.clause)))


@dataclass(frozen=True, slots=True)
class Bar:
    """Mentions of us in 15 minutes."""

    n: int | None
    """None: no source could be read."""
    negative: int


@dataclass(frozen=True, slots=True)
class Hatch:
    """A part of a chart during which a source was not read."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Label:
    """A text under an axis: it starts at, ends at, or is centred on ``at``."""

    at: float
    text: str
    align: Literal["start", "middle", "end"] = "middle"
    strong: bool = False
    """The label of the current time, which the page updates by itself."""
    bright: bool = False
    """A label that is not an hour: why a part is hatched, or when an incident began. Shown at night too."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """24 hours of mentions of us, in 96 bars that end now."""

    bars: tuple[Bar, ...]
    scale: int
    """Mentions that a bar of full height stands for."""
    hatches: tuple[Hatch, ...]
    labels: tuple[Label, ...]
    spoken: str
    """Text alternative for screen readers."""
    usual: tuple[float | None, ...] = ()
    """What is usual for each bar, in steps of an hour; None where that is unknown. Empty: no line."""
    usual_label: float | None = None
    """The position at which the word "usual" fits on the line; None if it fits nowhere."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A post."""

    id: int
    sentiment: Sentiment
    brand: str
    """Empty if it is about us."""
    text: str
    author: str
    initials: str
    place: str
    """The site or source of the post."""
    at: int
    near_duplicates: int
    """How many near-duplicates it stands for, besides itself."""


@dataclass(frozen=True, slots=True)
class Mood:
    """The share of positive posts less that of negative ones, with its 95 % interval; from -1 to 1."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BrandRow:
    """A brand on the board."""

    brand: str
    ours: bool
    share: str
    mark: Sentiment
    mood: Mood | None
    note: str
    """Why there is no mood."""
    usual: str = ""
    """For a brand of ours: its usual share, if known."""


@dataclass(frozen=True, slots=True)
class Board:
    """Brands by share, largest first."""

    head: str
    """The time that the figures cover."""
    rows: tuple[BrandRow, ...]
    errors: str = ""
    """How often posts are called negative and are not; empty if no row has a mood."""


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A line of proof: why the picture can be believed."""

    strong: str
    """Bold, before the rest."""
    text: str
    at: int | None = None
    """The time whose age the line gives; None: it gives none."""
    aged: str = ""
    """Instead of ``text`` if there is room for an age, which the page puts in place of ``{age}``."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic of the last 24 hours."""

    mark: Sentiment
    name: str
    count: str
    comparison: str
    """Its count compared with the usual: ``twice the usual``, ``as usual``, ``new``; empty if that is unknown."""
    link: str
    """Path of its mentions on this site; empty for everything else. The wall itself has no links."""


@dataclass(frozen=True, slots=True)
class TopicBoard:
    """The topics of a day, at most 5 rows with "everything else"."""

    head: str
    rows: tuple[TopicRow, ...]


@dataclass(frozen=True, slots=True)
class IncidentBar:
    """5 minutes on the chart of an incident."""

    n: int | None
    """None: no source could be read."""
    hot: bool
    """Whether it ended after the incident began; such bars are red."""


@dataclass(frozen=True, slots=True)
class IncidentScreen:
    """The screen of an incident."""

    multiple: str
    """``6``"""
    sign: str
    """The multiplication sign after ``multiple``; empty if ``multiple`` is a number of mentions."""
    last_known: str
    """``Last known: 6 times the usual.``, for when the connection is lost."""
    flag: tuple[str, ...]
    """The lines at the foot of the flag: ``the usual,``, ``for 1 hr 46 mins``."""
    title: str
    """``“Checkout down”`` or ``Many more mentions``."""
    since: str
    """``since 14:20``"""
    line: str
    """``252 mentions an hour, usually 42.``"""
    trend: str
    """``Still rising.``"""
    bars: tuple[IncidentBar, ...]
    """The last 3 hours."""
    usual: tuple[float, ...]
    """What is usual for each bar."""
    scale: int
    """Mentions that a bar of full height stands for."""
    hatches: tuple[Hatch, ...]
    labels: tuple[Label, ...]
    """Positions run from 0, at the flag, to 1, now."""
    voices: tuple[Voice, ...]
    """One of each of the three largest stories."""
    proof: tuple[ProofLine, ...]
    spoken: str
    """Text alternative for screen readers."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a screen shows before it is assigned to a wall."""

    code: tuple[str, str]
    expires_at: int
    """By the server's real clock."""


@dataclass(frozen=True, slots=True)
class FirstRunSource:
    """A source in the list that is shown until the first mention."""

    source: str
    read_at: int | None
    wait: str
    """Shown in place of an age until the source has been read."""
    posts: str
    """Posts per hour."""
    about: str = ""
    """That none of them was about us yet; empty while it is not known."""


@dataclass(frozen=True, slots=True)
class WallState:
    """Everything that the page draws."""

    version: str
    last_id: int
    as_of: int
    utc_offset: int
    """Minutes by which the wall's time zone is ahead of UTC."""
    kind: StateKind
    sample: bool
    headline: Headline
    horizon: Horizon
    voices: tuple[Voice, ...]
    board: Board
    proof: tuple[ProofLine, ...]
    first_run: tuple[FirstRunSource, ...]
    ours: str
    """The brand whose figures lead."""
    wall: str = ""
    """The name of this wall; empty for the only one."""
    clock: int = 0
    """The server's real clock, which decides layout, orbit and stage. ``as_of`` is the time of what is shown; in a
    replay it runs faster."""
    speed: float = 1.0
    """How many times faster than the real clock ``as_of`` runs."""
    only_sample: bool = True
    """Whether the sample data is all that there is."""
    night: bool = False
    rotates: bool = True
    """Whether layouts change, and topics alternate with voices."""
    dwells_until: int = 0
    """By ``clock``: until then the hero has not been shown long enough to be read."""
    topics: TopicBoard | None = None
    """None if fewer than three stand out."""
    incident: IncidentScreen | None = None
    pairing: Pairing | None = None
    masked: bool = False
    """Whether authors are masked."""
    language: str = "en"
    """Code of the language of the wall's phrases."""
    twelve_hours: bool = False
    """Whether its clock has twelve hours."""

    def json(self) -> dict[str, Any]:
        """The document as the page receives it."""
        document: dict[str, Any] = _as_json(self)
        return document


@dataclass(frozen=True, slots=True)
class WallFault:
    """What changes in the last picture of a wall while its state cannot be built."""

    as_of: int
    clock: int
    headline: Headline
    proof: tuple[ProofLine, ...]
    kind: StateKind = StateKind.BLIND
    incident: None = None

    def json(self) -> dict[str, Any]:
        """The changed parts of the document."""
        document: dict[str, Any] = _as_json(self)
        return document


def _as_json(value: Any) -> Any:
    """``value`` with dataclasses as dicts. Several times as fast as ``asdict``, which copies every value."""
    if isinstance(value, tuple):
        return tuple(map(_as_json, value))
    fields = getattr(value, "__dataclass_fields__", None)
    return value if fields is None else {name: _as_json(getattr(value, name)) for name in fields}
