"""Which screens show each wall, when a screen was last seen, and the headline it was last sent and has drawn.

    Live --connected, state_sent, painted--> Screens <--state_requested-- a wall without a socket, over HTTP
                                                |
                                                +--last_seen, paired_screens--> /sources, /walls

Kept in memory only: after a restart, a wall counts as never seen until a screen opens it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import Clock

POLLING_TIMEOUT = timedelta(seconds=30)
"""A wall without a socket polls its state every 12 s; after this long without a request it counts as gone."""
MAX_HEADLINES = 100
"""States of a wall whose headlines are kept, so that a screen needs to report only the time of the one it has drawn."""
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Screen:
    """A browser that shows a wall through a socket: its size ("1920 x 1080", or empty) and its page's version."""

    size: str = ""
    version: str = ""
    paired: int = 0
    """The id of the paired wall; 0 if the browser of a person shows it."""


@dataclass(frozen=True, slots=True)
class PaintedScreen:
    """A screen with an open socket, and what it has drawn."""

    screen: Screen
    connected_at: datetime
    painted_at: datetime | None = None
    """When it last reported that it had drawn a state; None if it has not yet."""
    headline: str = ""
    """The headline of that state."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The screens that show one wall now, and what was last sent to it."""

    screens: tuple[Screen, ...] = ()
    """The connected ones."""
    polling: bool = False
    """Whether a screen without a socket requests the state over HTTP."""
    at: datetime | None = None
    """When a screen last received the wall's state; None if none has since the start."""
    headline: str = ""
    """The headline of that state."""
    last_screen: Screen = Screen()
    """The screen that connected last, even if it has gone."""

    @property
    def live(self) -> bool:
        """Whether any screen shows the wall now."""
        return bool(self.screens) or self.polling


@dataclass(slots=True)
class _Wall:
    screens: dict[str, PaintedScreen] = field(default_factory=dict)
    """By session id."""
    headlines: dict[int, str] = field(default_factory=dict)
    """Time of a state -> its headline, of the newest MAX_HEADLINES states."""
    last_screen: Screen = Screen()
    state_sent_at: datetime | None = None
    polled_at: datetime | None = None
    headline: str = ""


class Screens:
    """The screens of every wall. Thread-safe. Uses the machine's time, even in a replay.

    A screen that loses power counts as connected until its socket times out, which takes up to 45 s.
    """

    def __init__(self, clock: Clock, is_connected: Callable[[str], bool]) -> None:
        """``is_connected`` returns whether the socket of a session id is open."""
        self._clock, self._is_connected = clock, is_connected
        self._walls: dict[str, _Wall] = {}
        self._lock = threading.Lock()

    def connected(self, sid: str, state: Mapping[str, Any], screen: Screen) -> None:
        """Record that ``screen`` opened a socket for the wall of ``state``."""
        with self._lock:
            wall = self._wall(state)
            wall.screens[sid] = PaintedScreen(screen, self._clock.machine_time())
            wall.last_screen = screen
            wall.polled_at = None  # the same screen requested its first state before its socket was open

    def state_sent(self, state: Mapping[str, Any]) -> None:
        """Record that ``state`` was sent to every connected screen of its wall."""
        with self._lock:
            wall = self._wall(state)
            wall.screens = {sid: one for sid, one in wall.screens.items() if self._is_connected(sid)}
            if wall.screens:
                self._record(wall, state)

    def painted(self, sid: str, as_of: int) -> Screen | None:
        """Record that a screen has drawn the state of that time; return the screen, or None if it is not known."""
        with self._lock:
            wall = next((wall for wall in self._walls.values() if sid in wall.screens), None)
            if wall is None:
                return None
            known = wall.screens[sid]
            headline = wall.headlines.get(as_of, known.headline)
            wall.screens[sid] = replace(known, painted_at=self._clock.machine_time(), headline=headline)
            return known.screen

    def paired_screens(self) -> dict[int, PaintedScreen]:
        """Id of a paired wall -> its screen, for those with an open socket."""
        with self._lock:
            screens = [item for wall in self._walls.values() for item in wall.screens.items()]
        return {one.screen.paired: one for sid, one in screens if one.screen.paired and self._is_connected(sid)}

    def state_requested(self, state: Mapping[str, Any]) -> None:
        """Record that a screen requested ``state`` over HTTP. It counts as polling only if no socket is open."""
        with self._lock:
            wall = self._wall(state)
            if not any(map(self._is_connected, wall.screens)):
                wall.polled_at = self._clock.machine_time()
            self._record(wall, state)

    def last_seen(self, name: str) -> LastSeen:
        """The screens of the wall ``name``."""
        with self._lock:
            wall = self._walls.get(name, _Wall())
            screens = tuple(one.screen for sid, one in wall.screens.items() if self._is_connected(sid))
            polling = wall.polled_at is not None and self._clock.machine_time() - wall.polled_at < POLLING_TIMEOUT
            return LastSeen(screens, polling, wall.state_sent_at, wall.headline, wall.last_screen)

    def _wall(self, state: Mapping[str, Any]) -> _Wall:
        return self._walls.setdefault(str(state.get("wall", "")), _Wall())

    def _record(self, wall: _Wall, state: Mapping[str, Any]) -> None:
        headline = state.get("headline", {})
        wall.headline = " ".join(filter(None, (headline.get(part, "") for part in ("word", "text", "clause"))))
        wall.headlines[state.get("as_of", 0)] = wall.headline
        for oldest in list(wall.headlines)[:-MAX_HEADLINES]:
            del wall.headlines[oldest]
        wall.state_sent_at = self._clock.machine_time()


def parse_size(value: object) -> str:
    """ "1920x1080" as "1920 x 1080" with a multiplication sign; empty for anything else. ``value`` is untrusted."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]} \N{MULTIPLICATION SIGN} {match[2]}" if match else ""
