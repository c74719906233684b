"""Which sources are read and which are blind, after section 5 of the wall's design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from display.source_health import is_blind
from monitor.model import SourceStatus

WEIGHTY = 0.05
"""Share of the mentions of 7 days from which on a blind source is named in the headline."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A source that cannot be read."""

    status: SourceStatus
    weighty: bool

    @property
    def source(self) -> str:
        """Its name."""
        return self.status.source

    @property
    def since(self) -> datetime | None:
        """When it last was; None: never."""
        return self.status.last_success


@dataclass(frozen=True, slots=True)
class Reading:
    """How our reading of the sources stands. ``statuses`` are those of the config, in its order."""

    statuses: tuple[SourceStatus, ...]
    blind: tuple[Blind, ...]
    """Weighty ones first, then those that went blind last."""
    sample: bool

    @property
    def read(self) -> int:
        """How many sources have been read and are not blind."""
        names = {b.source for b in self.blind}
        return sum(s.last_success is not None and s.source not in names for s in self.statuses)

    @property
    def last_read(self) -> datetime | None:
        """The newest success of any source."""
        return max((s.last_success for s in self.statuses if s.last_success), default=None)

    @property
    def sees_nothing(self) -> bool:
        """Whether no source can be read."""
        return bool(self.statuses) and len(self.blind) == len(self.statuses)

    @property
    def weighty(self) -> tuple[Blind, ...]:
        """Blind sources that matter enough for the headline."""
        return tuple(b for b in self.blind if b.weighty)


def heavy(per_source: Mapping[str, int]) -> set[str]:
    """Sources that bring enough to be missed."""
    total = sum(per_source.values())
    return {source for source, n in per_source.items() if n and n / total >= WEIGHTY}


def weighs(status: SourceStatus, per_source: Mapping[str, int]) -> bool:
    """Whether a source brings enough to be missed, or is too new to tell."""
    total = sum(per_source.values())  # not ``heavy``: of 200 sources each would take 200 steps
    return status.last_post is None or not total or per_source.get(status.source, 0) / total >= WEIGHTY


def reading(
    statuses: Sequence[SourceStatus], per_source: Mapping[str, int], now: datetime, started: datetime, *, sample: bool
) -> Reading:
    """``per_source`` counts the mentions of 7 days by source."""
    blind = [Blind(s, weighs(s, per_source)) for s in statuses if is_blind(s, now, started)]
    blind.sort(key=lambda b: (not b.weighty, -(b.since or started).timestamp()))
    return Reading(tuple(statuses), tuple(blind), sample)
