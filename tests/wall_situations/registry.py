"""The list of situations, and what each of them is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.wall_situations.scene import Scene

NOW = datetime(2026, 3, 4, 14, 6, 20, tzinfo=UTC)
"""A Wednesday."""
DAYS = 29
"""The length of ``four_weeks``."""
RATES = (("Forum", 4, "Acme"), ("Reddit", 2, "Acme"), ("Forum", 3, "Globex"), ("Reddit", 2, "Initech"))
"""Source, mentions an hour, brand."""
FILE = "wallflower.db"
FIRST_NUMBER = 100_000
"""Of posts that a situation adds: those of ``four_weeks`` have lower numbers."""
Fill = Callable[[Scene], None]


@dataclass(frozen=True)
class Situation:
    """An installation that ``build`` writes, and what its wall must and must not say."""

    name: str
    fill: Fill
    says: tuple[str, ...]
    """Each is a part of one of the wall's texts."""
    never: tuple[str, ...]
    """None is a part of any."""
    kind: str
    weeks: bool
    """Whether its database begins as a copy of ``four_weeks``."""
    changes: dict[str, Any]
    """Fields of the Scene."""

    def build(self, folder: Path) -> Scene:
        """The installation, with its database in ``folder``."""
        if self.weeks:
            (folder / FILE).write_bytes(four_weeks())
        scene = Scene(folder, first_number=FIRST_NUMBER, **{"now": NOW, **self.changes})
        self.fill(scene)
        return scene


@cache
def four_weeks() -> bytes:
    """A database with four even weeks, up to an hour ago: 6 mentions an hour of Acme, 3 of Globex, 2 of Initech."""
    with TemporaryDirectory() as folder:
        scene = Scene(Path(folder), now=NOW)
        for source, per_hour, brand in RATES:
            scene.past(DAYS, per_hour, brand, source=source)
        scene.read(first=DAYS * 1440)
        scene.close()
        return (Path(folder) / FILE).read_bytes()


SITUATIONS: dict[str, Situation] = {}


def situation(
    kind: str, *says: str, never: tuple[str, ...] = (), weeks: bool = False, **changes: Any
) -> Callable[[Fill], Fill]:
    """Register a function that writes a situation, under its name. ``kind``: the expected state."""

    def register(fill: Fill) -> Fill:
        name = fill.__name__.removeprefix("_").replace("_", " ")
        assert name not in SITUATIONS, name
        SITUATIONS[name] = Situation(name, fill, says, never, kind, weeks, changes)
        return fill

    return register


def minutes_until(now: datetime, then: datetime) -> float:
    """How many minutes ``then`` is before ``now``."""
    return (now - then) / timedelta(minutes=1)
