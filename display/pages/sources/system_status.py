"""Wallflower itself, as ops ask after it: its version, its database, the room that is left, whether every part runs.

health, database, disk --> Line: a figure and words, with what to do where something is wrong
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from display.formatting import duration

SAFE_SQLITE = (3, 51, 3)
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
class Disk:
    """Bytes of the database, and those that are free beside it; None where that cannot be told."""

    database: int
    free: int | None

    @classmethod
    def of(cls, path: Path) -> Disk:
        """What the database at ``path`` takes, with what is written and not yet part of it."""
        files = [path, path.with_name(path.name + "-wal")]
        try:
            free: int | None = shutil.disk_usage(path.parent).free
        except OSError:
            free = None
        return cls(sum(file.stat().st_size for file in files if file.exists()), free)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines are made from. ``mentions`` are there in all, ``lately`` those of the last 7 days."""

    version: str
    up: timedelta
    disk: Disk
    mentions: int
    lately: int
    waiting: int
    """Writes that wait for their turn."""
    sqlite: Sequence[int] = sqlite3.sqlite_version_info

    @property
    def lasts(self) -> timedelta | None:
        """How long the free room lasts if as much comes as in the last 7 days; None where nobody can tell."""
        disk = self.disk
        if disk.free is None or self.mentions < FEW or not self.lately:
            return None
        a_day = disk.database / self.mentions * self.lately / 7
        return timedelta(days=min(disk.free / a_day, 36_500))


def advice_on_sqlite(found: Sequence[int] = sqlite3.sqlite_version_info) -> str:
    """What there is to say about the SQLite in use; empty where nothing is."""
    if tuple(found) >= SAFE_SQLITE:
        return ""
    version, safe = (".".join(map(str, v)) for v in (found, SAFE_SQLITE))
    return (
        f"SQLite {version} can, very rarely, damage a database that two programs write to at the same moment "
        f"({safe} cannot). Wallflower's own commands take turns; let no other program write to its database."
    )


def report(facts: Facts, health: Mapping[str, bool]) -> list[Line]:
    """All there is to say, a part that has ended as trouble."""
    up = "just started" if facts.up < timedelta(minutes=1) else f"up {duration(facts.up)}"
    return [Line("Version", facts.version, up), _database(facts), _sqlite(facts.sqlite), *_parts(health, facts.waiting)]


def _database(facts: Facts) -> Line:
    size, disk, lasts = in_bytes(facts.disk.database), facts.disk, facts.lasts
    if disk.free is None:
        return Line("Database", size, "how much room is left cannot be told")
    room = f"{in_bytes(disk.free)} free" + (f", {lasting(lasts)} at this rate" if lasts is not None else "")
    if disk.free >= LEAST_FREE and (lasts is None or lasts >= LEAST_LEFT):
        return Line("Database", size, room)
    advice = "Make room, or stop Wallflower, move its folder to a larger disk and set [wallflower] data."
    return Line("Database", size, f"{room}. {advice}", trouble=True)


def _sqlite(found: Sequence[int]) -> Line:
    version = ".".join(map(str, found))
    advice = advice_on_sqlite(found)
    return Line("SQLite", version, advice.removeprefix(f"SQLite {version} ") or "safe for several programs")


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
