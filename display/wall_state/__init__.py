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

from display.wall_state.pairing import PAIRING
from display.wall_state.wall_builder import WallBuilder
from display.wall_state.wall_data import WallData
from monitor.clock import Clock

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.walls import Wall
    from monitor.store import Store

__all__ = ["PAIRING", "UnknownWall", "WallStates"]


class UnknownWall(LookupError):
    """The config has no wall of this name."""


class WallStates:
    """The states of all walls, for any thread. A state is built when something was stored, or else once a second."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, *, health: Callable[[], Mapping[str, bool]], version: str
    ) -> None:
        self._store, self._clock, self._health, self._version = store, clock, health, version
        self._started = clock.now()
        self._walls: Mapping[str, WallBuilder] = {}
        self._config = config
        self._lock = threading.Lock()
        self.prepare(config)()

    def prepare(self, config: Config) -> Callable[[], None]:
        """What shows the walls of ``config`` from now on. A wall that stays keeps the mentions on its screen."""
        data = WallData(config, self._store, self._clock, self._health, self._started)
        settings = {_settings(wall) for wall in config.walls}
        builders = {wall: WallBuilder(config, wall, data, self._clock, self._version) for wall in settings}
        walls = {wall.name: builders[_settings(wall)] for wall in config.walls}

        def use() -> None:
            with self._lock:
                for name, builder in walls.items():
                    if name in self._walls:
                        builder.take_over(self._walls[name])
                self._walls, self._config = walls, config

        return use

    @property
    def names(self) -> Sequence[str]:
        """The names of the config's walls, in its order; one empty name if it has none."""
        return tuple(self._walls)

    def has_wall(self, name: str) -> bool:
        """Whether there is a wall of this name; the empty name means the first wall."""
        return not name or name in self._walls

    def language(self, name: str = "") -> str:
        """The code of a wall's language; for an unknown wall, that of the first one."""
        walls = self._config.walls
        return next((wall.language for wall in walls if wall.name == name), walls[0].language)

    def get(self, name: str = "") -> dict[str, Any]:
        """The newest state as JSON. Raises StoreError, and UnknownWall: a reload may have removed it."""
        with self._lock:
            name = name or next(iter(self._walls))
            if name not in self._walls:
                raise UnknownWall(name)
            return {**self._walls[name].get(), "wall": name}

    def is_due(self, name: str = "") -> bool:
        """Whether the state of a wall changes although nothing was stored. Cheap."""
        with self._lock:
            builder = self._walls.get(name or next(iter(self._walls)))
            return builder is not None and builder.is_due()


def _settings(wall: Wall) -> Wall:
    """``wall`` without its name; equal for walls that have the same state."""
    return replace(wall, name="")
