"""Wallflower itself, as ops ask after it: its version, its database, the room that is left, whether every part runs.

health, database, disk --> Line: a figure and words, with what to do where something is wrong
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from display.formatting import duration
from monitor.model import DatabaseStatus

LEAST_FREE = 1 << 30
LEAST_LEFT = timedelta(days=14)
"""With less room than either, a person should make some."""
FEW = 1_000
"""Mentions; with fewer than that their size says nothing about those to come."""

PARTS = {
    "writer": ("Saving", "It stores what comes in", "Nothing new is stored"),
    "scheduler": ("Reading", "It asks each source in its own time.", "Some source is not read"),
    "watch": ("Watching", "It looks all day for what is unusual.", "No incident is noticed and topics stand still"),
    "web": ("Screens", "It tells walls and pages of what is new.", "Walls and pages do not change by themselves"),
}
"""Part of /healthz -> its name on the page, what it does, and what follows when it has ended."""


@dataclass(frozen=True, slots=True)
class Line:
    """``name``: ``figure`` ``words``."""

    name: str
    figure: str
    words: str
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines are made from. ``mentions`` are there in all, ``lately`` those of the last 7 days."""

    version: str
    up: timedelta
    database: DatabaseStatus
    mentions: int
    lately: int
    waiting: int
    """Writes waiting to be run."""

    @property
    def lasts(self) -> timedelta | None:
        """How long the free room lasts if as much comes as in the last 7 days; None where nobody can tell."""
        free = self.database.free_bytes
        if free is None or self.mentions < FEW or not self.lately:
            return None
        a_day = self.database.used_bytes / self.mentions * self.lately / 7
        return timedelta(days=min(free / a_day, 36_500))


def concurrent_writes_advice(database: DatabaseStatus) -> str:
    """What follows the name of an engine that two programs must not write to at once; empty for a safe one."""
    if not database.upgrade_to:
        return ""
    return (
        "can, very rarely, damage a database that two programs write to at the same moment "
        f"({database.upgrade_to} cannot). Wallflower's own commands take turns; let no other program write to its "
        "database."
    )


def report(facts: Facts, health: Mapping[str, bool]) -> list[Line]:
    """All there is to say, a part that has ended as trouble."""
    up = "just started" if facts.up < timedelta(minutes=1) else f"up {duration(facts.up)}"
    version = Line("Version", facts.version, up)
    return [version, _database(facts), _engine(facts.database), *_parts(health, facts.waiting)]


def _database(facts: Facts) -> Line:
    size, free, lasts = in_bytes(facts.database.used_bytes), facts.database.free_bytes, facts.lasts
    if free is None:
        return Line("Database", size, "how much room is left cannot be told")
    room = f"{in_bytes(free)} free" + (f", {lasting(lasts)} at this rate" if lasts is not None else "")
    if free >= LEAST_FREE and (lasts is None or lasts >= LEAST_LEFT):
        return Line("Database", size, room)
    advice = "Make room, or stop Wallflower, move its folder to a larger disk and set [wallflower] data."
    return Line("Database", size, f"{room}. {advice}", trouble=True)


def _engine(database: DatabaseStatus) -> Line:
    words = concurrent_writes_advice(database) or "safe for several programs"
    return Line(database.engine, database.version, words)


def _parts(health: Mapping[str, bool], waiting: int) -> Iterator[Line]:
    wait = f"{waiting} {'batch waits' if waiting == 1 else 'batches wait'}" if waiting else "nothing waits"
    for part, alive in health.items():
        name, does, missing = PARTS.get(part, (part, "", "It is missing"))
        if alive:
            yield Line(name, "Runs.", f"{does}; {wait}." if part == "writer" else does)
        else:
            yield Line(name, "Has ended.", f"{missing}. Restart Wallflower; its log tells why.", trouble=True)


def in_bytes(n: int) -> str:
    """ "1.8 GB", "22 GB", "240 kB": two figures at least."""
    value, units = n / 1000, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 999.5 and (larger := next(units, "")):
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if value < 9.95 and unit != "kB" else f"{value:,.0f} {unit}"


def lasting(span: timedelta) -> str:
    """ "about 14 months"; "more than ten years"."""
    days = span.days
    if days >= 3650:
        return "more than ten years"
    for length, unit in ((365, "years"), (30, "months")):
        if days >= 2 * length:
            return f"about {days // length} {unit}"
    return f"about {days} days" if days != 1 else "about a day"
