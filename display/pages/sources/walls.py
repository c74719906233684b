"""The state of each wall in words, for /sources: whether a screen shows it, and its last headline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from display.formatting import clock_time, format_duration
from display.server.screens import LastSeen, Screen, Screens

RECONNECT_TIME = timedelta(minutes=2)
"""How long a screen may take to reconnect after a start before the wall is reported as missing."""
MAX_SIZES = 3
"""Screen sizes that a row lists."""


@dataclass(frozen=True, slots=True)
class WallRow:
    """One wall at one moment, by the machine's own clock."""

    wall: str
    """Its name in the config; empty for the default wall of a config without walls."""
    seen: LastSeen
    now: datetime
    started: datetime
    zone: tzinfo

    @property
    def name(self) -> str:
        """Its name on the page."""
        return self.wall or "The wall"

    @property
    def sizes(self) -> str:
        """The sizes of its screens: "1920 x 1080", "2 screens: 1920 x 1080, 1366 x 768"."""
        screens = self._screens()
        sizes = list(dict.fromkeys(screen.size for screen in screens if screen.size))
        listed = ", ".join(sizes[:MAX_SIZES]) + (" …" if len(sizes) > MAX_SIZES else "")
        if len(screens) < 2:
            return listed
        return f"{len(screens)} screens: {listed}" if listed else f"{len(screens)} screens"

    @property
    def mark(self) -> str:
        """The name of its symbol. Only a wall that the config names is broken while no screen shows it."""
        if self.seen.live:
            return "working"
        reconnecting = self.seen.at is None and self.now - self.started < RECONNECT_TIME
        return "broken" if self.wall and not reconnecting else "waiting"

    @property
    def trouble(self) -> bool:
        """Whether a person has to look at it."""
        return self.mark == "broken"

    @property
    def state(self) -> str:
        """ "Showing", "Not seen since 09:12"."""
        if self.seen.live:
            return "Showing"
        if self.seen.at is None:
            return (
                f"Not seen since Wallflower started, {self._clock_time(self.started)}"
                if self.trouble
                else "Not seen yet"
            )
        return f"Not seen since {self._clock_time(self.seen.at)}"

    @property
    def detail(self) -> str:
        """The headline it showed last, and what to check if no screen shows it."""
        quoted = f"“{self.seen.headline}”" if self.seen.headline else ""
        if self.seen.live:
            return quoted
        last_shown = f"Last shown: {quoted}" if quoted else ""
        if self.trouble:
            return f"Is it switched on? {last_shown}".rstrip()
        return last_shown or "Open it on a screen."

    @property
    def last_shown(self) -> str:
        """When it last received a state: "2 s ago"."""
        if self.seen.at is None:
            return "never"
        age = self.now - self.seen.at
        return f"{format_duration(age)} ago" if age >= timedelta(seconds=1) else "just now"

    @property
    def version(self) -> str:
        """The versions of its pages."""
        return ", ".join(dict.fromkeys(screen.version for screen in self._screens() if screen.version))

    def _screens(self) -> Sequence[Screen]:
        return self.seen.screens or (self.seen.last_screen,)

    def _clock_time(self, at: datetime) -> str:
        return clock_time(at, self.now, self.zone)


def wall_rows(names: Sequence[str], screens: Screens, now: datetime, started: datetime, zone: tzinfo) -> list[WallRow]:
    """A row for each wall, those that no screen shows first."""
    rows = [WallRow(name, screens.last_seen(name), now, started, zone) for name in names]
    return sorted(rows, key=lambda row: not row.trouble)
