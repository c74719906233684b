"""``[[walls]]`` as the rest of the program takes them: what differs from one wall to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config.problems import Problem, did_you_mean, listed, path, shown
from monitor.config.tables import WallTable, night


@dataclass(frozen=True, slots=True)
class Night:
    """The hours in which a wall is dark, by its own clock."""

    start: time = time(22)
    end: time = time(6, 30)

    def holds(self, local: datetime) -> bool:
        """Whether it is night at ``local``, a time of the wall's zone."""
        now = local.time()
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall. As it is made without arguments it shows everything, and is the only one where none is configured."""

    name: str = ""
    brands: tuple[str, ...] = ()
    """Empty: all."""
    languages: tuple[str, ...] = ()
    """Of the posts shown as voices; "und": unknown. Empty: all."""
    timezone: ZoneInfo | None = None
    """None: the one of the pages."""
    mask_authors: bool = False
    never_show: tuple[str, ...] = ()
    """Words; whoever writes them is counted and not shown."""
    quiet: tuple[str, ...] = ()
    """Authors, sites and sources that are counted and not shown."""
    night: Night | None = Night()
    """None: never."""
    rotation: bool = True
    language: str = "en"
    """Of the wall's own words."""
    clock: str = "24h"


def wall(table: WallTable) -> Wall:
    """The wall of a table."""
    hours = night(table.night)
    return Wall(
        name=table.name,
        brands=tuple(dict.fromkeys(table.brands)),
        languages=tuple(dict.fromkeys(table.languages)),
        timezone=ZoneInfo(table.timezone) if table.timezone else None,
        mask_authors=table.mask_authors,
        never_show=tuple(dict.fromkeys(table.never_show)),
        quiet=tuple(dict.fromkeys(table.quiet)),
        night=Night(*hours) if hours else None,
        rotation=table.rotation,
        language=table.language,
        clock=table.clock,
    )


def brand_problems(walls: Sequence[tuple[int, Mapping[str, Any]]], brands: Collection[str]) -> list[Problem]:
    """Brands of ``[[walls]]``, each with its number, that no ``[[brands]]`` has."""
    problems = []
    for number, table in walls:
        chosen = table.get("brands")
        for place, name in enumerate(chosen if isinstance(chosen, list) else ()):
            if isinstance(name, str) and name not in brands:
                words = f"found {shown(name)}; there is no such brand.{did_you_mean(name, brands)}"
                problems.append(Problem(path(("walls", number, "brands", place)), words, listed(brands)))
    return problems
