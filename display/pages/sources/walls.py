"""How each wall is, as people are told on /sources: drawing, or not seen since, and the sentence it last drew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from display.formatting import clock_time, duration
from display.server.screens import LastSeen, Screens

GRACE = timedelta(minutes=2)
"""What a screen may take to come back after a start."""
SHOWN = 3
"""Sizes of screens that are named."""


@dataclass(frozen=True, slots=True)
class WallRow:
    """One wall at one moment, by the machine's own time."""

    wall: str
    """Its name in the config; empty for the only one where the config has none."""
    seen: LastSeen
    now: datetime
    started: datetime
    zone: tzinfo

    @property
    def name(self) -> str:
        """What it is called."""
        return self.wall or "The wall"

    @property
    def below(self) -> str:
        """The sizes of its screens: "1920 x 1080", "2 screens: 1920 x 1080, 1366 x 768"."""
        screens = self.seen.screens or (self.seen.last_screen,)
        sizes = list(dict.fromkeys(screen.size for screen in screens if screen.size))
        named = ", ".join(sizes[:SHOWN]) + (" …" if len(sizes) > SHOWN else "")
        if len(screens) < 2:
            return named
        return f"{len(screens)} screens: {named}" if named else f"{len(screens)} screens"

    @property
    def mark(self) -> str:
        """The name of its mark. A wall that the config names is meant to be seen; another may not be wanted."""
        if self.seen.live:
            return "working"
        fresh = self.seen.at is None and self.now - self.started < GRACE
        return "broken" if self.wall and not fresh else "waiting"

    @property
    def trouble(self) -> bool:
        """Whether a person has to look at it."""
        return self.mark == "broken"

    @property
    def state(self) -> str:
        """ "Drawing", "Not seen since 09:12"."""
        if self.seen.live:
            return "Drawing"
        if self.seen.at is None:
            return f"Not seen since Wallflower started, {self._clock(self.started)}" if self.trouble else "Not seen yet"
        return f"Not seen since {self._clock(self.seen.at)}"

    @property
    def words(self) -> str:
        """The sentence it last drew, and what to look at where it draws no more."""
        quoted = f"“{self.seen.headline}”" if self.seen.headline else ""
        if self.seen.live:
            return quoted
        if self.trouble:
            return f"Is it switched on?{f' Last shown: {quoted}' if quoted else ''}"
        return f"Last shown: {quoted}" if quoted else "Open it on a screen."

    @property
    def when(self) -> str:
        """ "2 s ago": when it last had something to draw."""
        if self.seen.at is None:
            return "never"
        age = self.now - self.seen.at
        return f"{duration(age)} ago" if age >= timedelta(seconds=1) else "just now"

    @property
    def version(self) -> str:
        """Of its page."""
        screens = self.seen.screens or (self.seen.last_screen,)
        return ", ".join(dict.fromkeys(screen.version for screen in screens if screen.version))

    def _clock(self, at: datetime) -> str:
        return clock_time(at, self.now, self.zone)


def wall_rows(names: Sequence[str], screens: Screens, now: datetime, started: datetime, zone: tzinfo) -> list[WallRow]:
    """A row for each wall of the config: those that draw nothing and should come first."""
    found = [WallRow(name, screens.last_seen(name), now, started, zone) for name in names]
    return sorted(found, key=lambda row: not row.trouble)
