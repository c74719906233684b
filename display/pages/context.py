"""What every page shares: the config, the store, the clock and the program's version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

from monitor.clock import Clock

if TYPE_CHECKING:
    from display.server.screens import Screens
    from display.wall_state import WallStates
    from monitor.config import Config
    from monitor.store import Store


@dataclass(frozen=True, slots=True)
class Site:
    """Handed to ``create_app`` and asked for by each view through ``site()``."""

    config: Config
    store: Store
    clock: Clock
    version: str
    health: Callable[[], Mapping[str, bool]]
    """Whether each part of the program lives, by its name: writer, scheduler, web."""
    states: WallStates
    screens: Screens
    started: datetime
    """When this program began, for what has never happened since."""


def site() -> Site:
    """The Site of the app that answers the current request."""
    return cast("Site", current_app.extensions["wallflower"])
