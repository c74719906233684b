"""Which screens show the walls: how many are connected, since when none is, and the sentence that was last sent there.

    Live --arrived, told--> Screens <--asked-- a wall that no socket is free for
                               |
                               +--seen--> /sources

Kept in memory alone: after a start, a wall that nobody opened yet has not been seen since that start.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import Clock

ASKS_AGAIN = timedelta(seconds=30)
"""A wall without a socket asks for its state every 12 s; one that was silent for longer than this is gone."""
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Screen:
    """A browser that shows a wall through a socket: its size ("1920 x 1080", or empty) and its page's version."""

    size: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """How one wall is."""

    screens: tuple[Screen, ...] = ()
    """Those that are connected."""
    asks: bool = False
    """Whether one without a socket asks for its state."""
    at: datetime | None = None
    """When a screen last had its state; None where none had since the start."""
    sentence: str = ""
    """What that said."""
    last: Screen = Screen()
    """The one that came last, also where it is gone."""

    @property
    def live(self) -> bool:
        """Whether anything shows it now."""
        return bool(self.screens) or self.asks


@dataclass(slots=True)
class _Wall:
    screens: dict[str, Screen] = field(default_factory=dict)
    last: Screen = Screen()
    at: datetime | None = None
    asked_at: datetime | None = None
    sentence: str = ""


class Screens:
    """What is known of the screens of every wall, for any thread. Times are the machine's own, not those of a replay.

    A screen that lost its power is connected until its socket notices, which takes up to 45 s.
    """

    def __init__(self, clock: Clock, connected: Callable[[str], bool]) -> None:
        """``connected`` tells whether the socket of a session id is open."""
        self._clock, self._connected = clock, connected
        self._walls: dict[str, _Wall] = {}
        self._lock = threading.Lock()

    def arrived(self, sid: str, state: Mapping[str, Any], screen: Screen) -> None:
        """A screen came to the wall of this state."""
        with self._lock:
            wall = self._wall(state)
            wall.screens[sid] = wall.last = screen
            wall.asked_at = None  # it asked once, before its socket was open

    def told(self, state: Mapping[str, Any]) -> None:
        """The screens of a wall were sent this state."""
        with self._lock:
            wall = self._wall(state)
            wall.screens = {sid: screen for sid, screen in wall.screens.items() if self._connected(sid)}
            if wall.screens:
                self._show(wall, state)

    def asked(self, state: Mapping[str, Any]) -> None:
        """A screen was given this state on its asking; of one that has a socket, too, that one tells."""
        with self._lock:
            wall = self._wall(state)
            if not any(map(self._connected, wall.screens)):
                wall.asked_at = self._clock.real()
            self._show(wall, state)

    def seen(self, name: str) -> Seen:
        """How the wall of this name is."""
        with self._lock:
            wall = self._walls.get(name, _Wall())
            there = tuple(screen for sid, screen in wall.screens.items() if self._connected(sid))
            asks = wall.asked_at is not None and self._clock.real() - wall.asked_at < ASKS_AGAIN
            return Seen(there, asks, wall.at, wall.sentence, wall.last)

    def _wall(self, state: Mapping[str, Any]) -> _Wall:
        return self._walls.setdefault(str(state.get("wall", "")), _Wall())

    def _show(self, wall: _Wall, state: Mapping[str, Any]) -> None:
        headline = state.get("headline", {})
        wall.sentence = " ".join(filter(None, (headline.get(part, "") for part in ("word", "text", "clause"))))
        wall.at = self._clock.real()


def size_of(said: object) -> str:
    """ "1920 x 1080" of a screen that says "1920x1080"; empty for whatever else a stranger says."""
    found = _SIZE.fullmatch(said) if isinstance(said, str) else None
    return f"{found[1]} \N{MULTIPLICATION SIGN} {found[2]}" if found else ""
