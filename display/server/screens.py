"""Which screens show each wall, when a screen was last seen, and the headline it was last sent.

    Live --connected, state_sent--> Screens <--state_requested-- a wall without a socket, over HTTP
                                       |
                                       +--last_seen--> /sources

Kept in memory only: after a restart, a wall counts as never seen until a screen opens it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import Clock

POLLING_TIMEOUT = timedelta(seconds=30)
"""A wall without a socket polls its state every 12 s; after this long without a request it counts as gone."""
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Screen:
    """A browser that shows a wall through a socket: its size ("1920 x 1080", or empty) and its page's version."""

    size: str = ""
    version: str = ""


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
    screens: dict[str, Screen] = field(default_factory=dict)
    """By session id."""
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
            wall.screens[sid] = wall.last_screen = screen
            wall.polled_at = None  # the same screen requested its first state before its socket was open

    def state_sent(self, state: Mapping[str, Any]) -> None:
        """Record that ``state`` was sent to every connected screen of its wall."""
        with self._lock:
            wall = self._wall(state)
            wall.screens = {sid: screen for sid, screen in wall.screens.items() if self._is_connected(sid)}
            if wall.screens:
                self._record(wall, state)

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
            screens = tuple(screen for sid, screen in wall.screens.items() if self._is_connected(sid))
            polling = wall.polled_at is not None and self._clock.machine_time() - wall.polled_at < POLLING_TIMEOUT
            return LastSeen(screens, polling, wall.state_sent_at, wall.headline, wall.last_screen)

    def _wall(self, state: Mapping[str, Any]) -> _Wall:
        return self._walls.setdefault(str(state.get("wall", "")), _Wall())

    def _record(self, wall: _Wall, state: Mapping[str, Any]) -> None:
        headline = state.get("headline", {})
        wall.headline = " ".join(filter(None, (headline.get(part, "") for part in ("word", "text", "clause"))))
        wall.state_sent_at = self._clock.machine_time()


def parse_size(value: object) -> str:
    """ "1920x1080" as "1920 x 1080" with a multiplication sign; empty for anything else. ``value`` is untrusted."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]} \N{MULTIPLICATION SIGN} {match[2]}" if match else ""
