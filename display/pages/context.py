"""What every page needs: the config, the store, the clock and the version of the program."""

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
class PageContext:
    """Built by ``create_app``; each view gets it from ``page_context()``."""

    config: Config
    store: Store
    clock: Clock
    version: str
    health: Callable[[], Mapping[str, bool]]
    """Whether each part of the program is alive, by name: writer, scheduler, watch, web."""
    states: WallStates
    screens: Screens
    started: datetime
    """When this program started."""


def page_context() -> PageContext:
    """The context of the app that serves the current request."""
    return cast("PageContext", current_app.extensions["wallflower"])
