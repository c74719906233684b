"""The headline and the lines of proof."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from display.wall_state.document import Headline, Kind, Line
from display.wall_state.horizon import Hour
from display.wall_state.reading import Blind, Reading
from display.wall_state.words import LONGEST_NAME, counted, cut, epoch_ms, moment

LEARNING_DAYS = 5
"""Of listening before anyone may say what is usual."""


def kind(reading: Reading, *, any_mention: bool, collecting: bool, day: int) -> Kind:
    """The strongest state that holds on the ``day``-th day of listening."""
    if not collecting:
        return Kind.NOT_LIVE
    if reading.sees_nothing:
        return Kind.BLIND
    if not any_mention:
        return Kind.LISTENING
    if reading.weighty:
        return Kind.PARTLY_BLIND
    return Kind.LEARNING if day <= LEARNING_DAYS else Kind.COUNTING


def headline(
    kind: Kind, reading: Reading, hour: Hour, day: int, since: datetime, now: datetime, zone: ZoneInfo
) -> Headline:
    """``day``: of listening, from 1; ``since``: when that began."""
    in_hour = f"{counted(hour.n, 'mention')} in the last hour."
    if kind is Kind.NOT_LIVE:
        last = reading.last_read
        return Headline(
            "Not live.", f"Nothing read since {moment(last, now, zone)}." if last else "Nothing is being read."
        )
    if kind is Kind.BLIND:
        last = reading.last_read
        return Headline(
            "Blind.", f"No source read since {moment(last, now, zone)}." if last else "No source can be read."
        )
    if kind is Kind.LISTENING:
        return Headline("Listening", f"since {moment(since, now, zone)}, nothing yet.", being_read(reading))
    if kind is Kind.PARTLY_BLIND:
        return Headline(
            "Partly blind.", not_read(reading, now, zone), in_hour.replace("mentions", "mentions elsewhere")
        )
    if kind is Kind.LEARNING:
        return Headline("Learning", f"what is usual, day {day}.", in_hour)
    if not hour.n:
        return Headline("No mentions", "in the last hour.")
    negative = f"{hour.negative:,}" if hour.negative else "none"
    return Headline(counted(hour.n, "mention"), "in the last hour,", f"{negative} of them negative.")


def being_read(reading: Reading) -> str:
    """``5 sources are being read.``, unless each has been tried in vain."""
    if not reading.statuses:
        return "No source is set up."
    n = len(reading.statuses)
    if all(s.failures and not s.last_success for s in reading.statuses):
        return "No source could be read yet."
    return "1 source is being read." if n == 1 else f"{n} sources are being read."


def not_read(reading: Reading, now: datetime, zone: ZoneInfo) -> str:
    """Names the one weighty source that is blind, or counts them."""
    blind = reading.weighty
    if len(blind) > 1:
        return f"{len(blind)} of {len(reading.statuses)} sources not read."
    name, since = cut(blind[0].source, LONGEST_NAME), blind[0].since
    return f"{name} not read since {moment(since, now, zone)}." if since else f"{name} was never read."


def why(blind: Blind, now: datetime, zone: ZoneInfo) -> str:
    """Why a source is not read, or at least since when."""
    name = cut(blind.source, LONGEST_NAME)
    return blind.reason or (
        f"{name} was last read at {moment(blind.since, now, zone)}." if blind.since else f"{name} was never read."
    )


def proof(reading: Reading, hidden: int, now: datetime, zone: ZoneInfo) -> tuple[Line, ...]:
    """How live we are, then the most urgent of: what is blind and why, what is hidden."""
    lines = [liveness(reading)]
    if reading.blind:
        lines.append(Line("", why(reading.blind[0], now, zone)))
    elif hidden:
        lines.append(Line("", f"{counted(hidden, 'post')} hidden, still counted."))
    return tuple(lines)


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
