"""Paired screens as /walls shows them: whether each is lit, what it has drawn, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from display.access.last_uses import WallUse
from display.formatting import clock_time, day_and_month, format_duration
from display.server.screens import PaintedScreen
from monitor.model.people import PairedWall

DARK_AFTER = timedelta(seconds=60)
"""A screen reports every ten seconds what it has drawn. One that does not, although it is connected, is dark."""
SOON = timedelta(seconds=20)
"""A screen that was seen this recently and has no socket is about to connect."""


@dataclass(frozen=True, slots=True)
class PairedRow:
    """One paired screen at one moment, by the machine's own clock."""

    wall: PairedWall
    live: PaintedScreen | None
    """None without an open socket."""
    seen_at: datetime | None
    address: str
    now: datetime
    zone: tzinfo

    @property
    def is_dark(self) -> bool:
        """Whether a person has to look at it: it shows nothing, or nothing new."""
        return self.mark == "broken"

    @property
    def mark(self) -> str:
        """The name of its symbol."""
        if self.live:
            drawn_at = self.live.painted_at or self.live.connected_at
            return "working" if self.now - drawn_at <= DARK_AFTER else "broken"
        if self.seen_at is None or self.now - self.seen_at <= SOON:
            return "waiting"
        return "broken"

    @property
    def state(self) -> str:
        """ "Showing", "Dark since 09:12", "Not seen since 09:12"."""
        if self.live:
            if not self.is_dark:
                return "Showing" if self.live.painted_at else "Connecting"
            return f"Dark since {self._clock_time(self.live.painted_at or self.live.connected_at)}"
        if self.seen_at is None:
            return "Not seen yet"
        return "Connecting" if self.mark == "waiting" else f"Not seen since {self._clock_time(self.seen_at)}"

    @property
    def detail(self) -> str:
        """The headline that it has drawn, or what to check."""
        if self.live and not self.is_dark:
            return f"“{self.live.headline}”" if self.live.headline else ""
        if self.live:
            return "It is connected, but draws nothing. Is its browser covered or asleep?"
        return "Is it switched on?" if self.mark == "broken" else ""

    @property
    def last_drawn(self) -> str:
        """When it last reported what it had drawn: "2 s ago"."""
        if self.live is None or self.live.painted_at is None:
            return ""
        age = self.now - self.live.painted_at
        return f"{format_duration(age)} ago" if age >= timedelta(seconds=1) else "just now"

    @property
    def paired_on(self) -> str:
        """The day on which it was paired: "13 Nov"."""
        return day_and_month(self.wall.paired_at.astimezone(self.zone), self.now.astimezone(self.zone))

    @property
    def size(self) -> str:
        """ "1920 x 1080"; empty if unknown."""
        return (self.live.screen.size if self.live else "") or self.wall.size

    @property
    def version(self) -> str:
        """The version of its page."""
        return (self.live.screen.version if self.live else "") or self.wall.version

    def _clock_time(self, at: datetime) -> str:
        return clock_time(at, self.now, self.zone)


def paired_rows(
    walls: Sequence[PairedWall],
    live: Mapping[int, PaintedScreen],
    uses: Mapping[int, WallUse],
    now: datetime,
    zone: tzinfo,
) -> list[PairedRow]:
    """A row for each paired screen, the dark ones first. ``uses``: those that are not stored yet."""
    rows = []
    for wall in walls:
        use = uses.get(wall.id)
        seen_at, address = (use.at, use.address or wall.address) if use else (wall.seen_at, wall.address)
        rows.append(PairedRow(wall, live.get(wall.id), seen_at, address, now, zone))
    return sorted(rows, key=lambda row: not row.is_dark)
