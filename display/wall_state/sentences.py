"""The state and its sentence: the headline and the lines of proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from display.wall_state import baseline
from display.wall_state.document import Headline, Kind, Line
from display.wall_state.horizon import Hour
from display.wall_state.reading import Blind, Reading
from display.wall_state.words import (
    LONGEST_NAME,
    called,
    counted,
    cut,
    epoch_ms,
    lasting,
    moment,
    one_digit,
    times,
)
from monitor.model import Incident
from monitor.usual import FEWEST_DAYS, Range

SHORTEST_QUEUE = 15
"""Heroes that 5 minutes show at least, where somebody waits."""
TIMES = "\u00d7"
MANY_MORE, MANY_MORE_NEGATIVE = "Many more mentions", "Many more negative mentions"


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the sentence depends on."""

    reading: Reading
    hour: Hour
    since: datetime
    """When we began to listen."""
    now: datetime
    zone: ZoneInfo
    days: int = 0
    """Heard so far, of those that tell what is usual."""
    usual: Range | None = None
    """What this hour usually brings; None where nobody knows."""
    any_mention: bool = True
    collecting: bool = True
    watching: bool = True
    topic: str = ""
    """What most of the hour is about."""
    incident: Incident | None = None
    """That goes on."""
    over: Incident | None = None
    """That ended lately."""
    title: str = ""
    """Of either."""
    gap: str = ""
    """The source of weight that was not read in a part of the hour, though it is now."""
    of: str = ""
    """Whom the figures are of, where it is not us."""
    night: bool = False


def kind(scene: Scene) -> Kind:
    """The strongest state that holds."""
    if not scene.collecting:
        return Kind.NOT_LIVE
    if scene.incident:
        return Kind.INCIDENT
    if scene.reading.sees_nothing:
        return Kind.BLIND
    if scene.reading.weighty and scene.any_mention:
        return Kind.PARTLY_BLIND
    if not scene.any_mention:
        return Kind.LISTENING
    if scene.usual is None:
        return Kind.LEARNING
    stands = baseline.standing(scene.hour.n, scene.usual)
    # What was not seen is no silence.
    return Kind.PARTLY_BLIND if stands is Kind.QUIET and scene.gap else stands


def headline(kind: Kind, scene: Scene) -> Headline:
    """The state in words."""
    last, now, zone = scene.reading.last_read, scene.now, scene.zone
    if kind is Kind.NOT_LIVE:
        return _not_live(scene)
    if kind is Kind.INCIDENT and scene.incident:
        return Headline("Incident.", f"{times(scene.incident.multiple)} times the usual,", f"{scene.title}.")
    if kind is Kind.BLIND:
        since = f"No source read since {moment(last, now, zone)}." if last else "No source can be read."
        return Headline("Blind.", since)
    if kind is Kind.LISTENING:
        return Headline("Listening", f"since {moment(scene.since, now, zone)}, nothing yet.", being_read(scene.reading))
    if kind is Kind.PARTLY_BLIND:
        return Headline("Partly blind.", not_read(scene), f"{_mentions(scene, elsewhere=True)}.")
    if scene.over:
        return _over(scene.over, scene.title)
    if kind is Kind.LEARNING:
        what = "what is usual" if scene.days < FEWEST_DAYS else "what is usual at this hour"
        day = f", day {scene.days + 1}." if scene.days < FEWEST_DAYS else "."
        return Headline("Learning", what + day, f"{_mentions(scene)}.")
    return Headline(f"{kind.capitalize()}.", f"{_mentions(scene)},", _clause(kind, scene))


def _not_live(scene: Scene) -> Headline:
    last = scene.reading.last_read
    since = moment(last, scene.now, scene.zone) if last else ""
    if scene.incident and since:
        return Headline("Not live", f"since {since}.", f"Then: {times(scene.incident.multiple)}{TIMES} the usual.")
    return Headline("Not live.", f"Nothing read since {since}." if since else "Nothing is being read.")


def _over(incident: Incident, title: str) -> Headline:
    assert incident.until is not None
    lasted = lasting(incident.until - incident.since)
    text = f"{title} for {lasted}," if title in (MANY_MORE, MANY_MORE_NEGATIVE) else f"{title} lasted {lasted},"
    return Headline("Over.", text, f"peak {times(incident.peak)}{TIMES}.")


def _mentions(scene: Scene, *, elsewhere: bool = False) -> str:
    """``42 mentions in the last hour``"""
    of = f" of {called(scene.of)}" if scene.of else ""
    where = " elsewhere" if elsewhere else ""
    return f"{counted(scene.hour.n, 'mention')}{of}{where} in the last hour"


def _clause(kind: Kind, scene: Scene) -> str:
    """What there is to say of the hour besides its number."""
    if scene.topic:
        return f"mostly about {scene.topic}."
    if kind is Kind.QUIET and scene.usual:
        return f"usually {round(scene.usual.median):,}."
    if kind is Kind.NORMAL and scene.night:
        return "usual for the night."
    return "no topic stands out." if scene.hour.n else "usual for this hour."


def being_read(reading: Reading) -> str:
    """``5 sources are being read.``, unless each has been tried in vain."""
    if not reading.statuses:
        return "No source is set up."
    n = len(reading.statuses)
    if all(s.failures and not s.last_success for s in reading.statuses):
        return "No source could be read yet."
    return "1 source is being read." if n == 1 else f"{n} sources are being read."


def not_read(scene: Scene) -> str:
    """Names the one weighty source that is blind, or counts them."""
    blind = scene.reading.weighty
    if not blind:
        return f"{cut(scene.gap, LONGEST_NAME)} was not read all hour."
    if len(blind) > 1:
        return f"{len(blind)} of {len(scene.reading.statuses)} sources not read."
    name, since = cut(blind[0].source, LONGEST_NAME), blind[0].since
    return f"{name} not read since {moment(since, scene.now, scene.zone)}." if since else f"{name} was never read."


def why(blind: Blind, now: datetime, zone: ZoneInfo) -> str:
    """Why a source is not read, or at least since when."""
    name = cut(blind.source, LONGEST_NAME)
    return blind.reason or (
        f"{name} was last read at {moment(blind.since, now, zone)}." if blind.since else f"{name} was never read."
    )


def proof(scene: Scene, arrivals: int, heroes: int, hidden: int) -> tuple[Line, ...]:
    """How live we are; then the most urgent of: what is blind and why, what is sampled, what is hidden.

    ``arrivals`` and ``heroes``: mentions of the last 5 minutes, and how many of them stood large.
    """
    reading = scene.reading
    urgent = [why(b, scene.now, scene.zone) for b in reading.blind[:1]]
    if not scene.watching:
        urgent.append("Nothing looks out for incidents.")
    urgent += [sampling(arrivals, heroes)]
    if hidden:
        urgent.append(f"{counted(hidden, 'post')} hidden, still counted.")
    return tuple([liveness(reading), *(Line("", text) for text in urgent if text)][:2])


def sampling(arrivals: int, heroes: int) -> str:
    """``Too fast to show all: 1 in 40 shown, all counted.``; empty where all had their turn."""
    share = arrivals / max(heroes, SHORTEST_QUEUE)
    return f"Too fast to show all: 1 in {one_digit(share):,} shown, all counted." if share >= 1.5 else ""


def liveness(reading: Reading) -> Line:
    """``All 7 sources read, last 20 s ago.``"""
    sources, read, last = len(reading.statuses), reading.read, reading.last_read
    if not sources:
        return Line("", "No source is set up.")
    if last is None:
        return Line("", "No source read yet.")
    if read < sources:
        return Line(f"{read} of {sources} sources read", ", last ", epoch_ms(last), ".")
    return Line("", f"{'1 source' if sources == 1 else f'All {sources} sources'} read, last ", epoch_ms(last), ".")


def title(incident: Incident, topic: str) -> str:
    """``“Checkout down”``, or what rose where no ``topic`` is known."""
    if topic:
        return f"“{topic}”"
    return MANY_MORE_NEGATIVE if incident.negative else MANY_MORE


def named(names: Sequence[str]) -> str:
    """``Globex and Initech``"""
    short = [cut(name, LONGEST_NAME) for name in names]
    return f"{', '.join(short[:-1])} and {short[-1]}" if len(short) > 1 else "".join(short)
