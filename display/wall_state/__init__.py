"""The state of every wall: what the server decides, so that the page only draws.

    store, config, clock --> WallData --> WallBuilder --> WallState --> JSON (state.json and Socket.IO)

There is one ``WallData``, and one ``WallBuilder`` for all walls that differ only in their name.

Each zone of a wall is one pure module: ``sentences``, ``horizon``, ``voices``, ``board``, ``topics``,
``incident_screen``, ``first_run``. ``usual_counts`` and ``usual_shares`` say what is usual, ``voice_query`` and
``director`` choose the voices, ``display_policy`` decides what may be shown, and ``i18n`` holds the words.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from display.wall_state.pairing import PAIRING, PairingScreen
from display.wall_state.wall_builder import WallBuilder
from display.wall_state.wall_data import WallData
from monitor.clock import Clock

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.walls import Wall
    from monitor.store import Store

__all__ = ["PAIRING", "WallStates"]


class WallStates:
    """The states of all walls, for any thread. A state is built when something was stored, or else once a second."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, *, health: Callable[[], Mapping[str, bool]], version: str
    ) -> None:
        data = WallData(config, store, clock, health)
        builders = {wall: WallBuilder(config, wall, data, clock, version) for wall in map(_settings, config.walls)}
        self._builders = {wall.name: builders[_settings(wall)] for wall in config.walls}
        self._first = config.walls[0].name
        self._languages = {wall.name: wall.language for wall in config.walls}
        self._pairing = PairingScreen(clock, version, config.walls[0].language)
        self._lock = threading.Lock()

    @property
    def names(self) -> Sequence[str]:
        """The names of the config's walls, in its order; one empty name if it has none."""
        return tuple(self._builders)

    def has_wall(self, name: str) -> bool:
        """Whether there is a wall of this name; the empty name means the first wall."""
        return not name or name == PAIRING or name in self._builders

    def language(self, name: str = "") -> str:
        """The code of a wall's language. The pairing screen has that of the first wall."""
        return self._languages.get(name, self._languages[self._first])

    def get(self, name: str = "") -> dict[str, Any]:
        """The newest state as JSON. Raises StoreError, and KeyError for an unknown name."""
        with self._lock:
            if name == PAIRING:
                return self._pairing.state().json()
            name = name or self._first
            return {**self._builders[name].get(), "wall": name}

    def is_due(self, name: str = "") -> bool:
        """Whether the state of a wall changes although nothing was stored. Cheap."""
        if name == PAIRING:
            return self._pairing.is_due()
        with self._lock:
            return self._builders[name or self._first].is_due()


def _settings(wall: Wall) -> Wall:
    """``wall`` without its name; equal for walls that have the same state."""
    return replace(wall, name="")
