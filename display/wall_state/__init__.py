"""What walls show, decided here and drawn there.

    Store, config, clock --> Facts --> View --> WallState --> JSON --> /wall/state.json, the wall's own room
                             one       one for walls that differ in nothing but their name

Each zone of a wall is one pure module: ``sentences``, ``horizon``, ``voices``, ``board``, ``topics``, ``incident``,
``departures``; ``reading`` and ``baseline`` tell them what is blind and what is usual, ``director`` who is heard next,
``discretion`` what may be shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from display.wall_state.facts import Facts
from display.wall_state.pairing import PairingScreen
from display.wall_state.view import View
from monitor.clock import Clock

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

PAIRING = "pairing"
"""The wall that is none yet; no wall of the config has this name."""


class WallStates:
    """The states of all walls, for any thread. All who ask within a second in which nothing changed get the same."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, *, health: Callable[[], Mapping[str, bool]], version: str
    ) -> None:
        facts = Facts(config, store, clock, health)
        alike = {
            wall: View(config, wall, facts, clock, version) for wall in {replace(w, name="") for w in config.walls}
        }
        self._views = {wall.name: alike[replace(wall, name="")] for wall in config.walls}
        self._first = config.walls[0].name
        self._languages = {wall.name: wall.language for wall in config.walls}
        self._pairing = PairingScreen(clock, version, config.walls[0].language)
        self._lock = threading.Lock()

    @property
    def names(self) -> Sequence[str]:
        """Of the walls of the config, the first first; one empty name where none is configured."""
        return tuple(self._views)

    def known(self, name: str) -> bool:
        """Whether there is a wall of this name; the empty one stands for the first."""
        return not name or name == PAIRING or name in self._views

    def language(self, name: str = "") -> str:
        """Of the words of a wall; one that is none yet speaks as the first does."""
        return self._languages.get(name, self._languages[self._first])

    def get(self, name: str = "") -> dict[str, Any]:
        """The newest state as JSON. Raises StoreError, and KeyError for a name that is not known."""
        with self._lock:
            if name == PAIRING:
                return self._pairing.state().json()
            name = name or self._first
            return {**self._views[name].get(), "wall": name}

    def due(self, name: str = "") -> bool:
        """Whether a wall has something to change by itself; cheap."""
        if name == PAIRING:
            return self._pairing.due()
        with self._lock:
            return self._views[name or self._first].due()
