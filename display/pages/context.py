"""What every page needs: the config, the store, the clock and the version of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app, g

from monitor.clock import Clock
from monitor.judging import OpinionStatus, RelevanceStatus

if TYPE_CHECKING:
    from display.server.health_watch import ClockJump
    from display.server.screens import Screens
    from display.wall_state import WallStates
    from monitor.config import Config
    from monitor.config.changes import ConfigStatus
    from monitor.store import Store


class ConfigFile(Protocol):
    """The config file, for pages that show its problems or change it."""

    def status(self) -> ConfigStatus:
        """Whether the file is in use, and if not, why."""
        ...

    def reload(self) -> ConfigStatus:
        """Use the file as it is now. If it has problems, the config in use stays. Takes up to a second."""
        ...


@dataclass(frozen=True, slots=True)
class PageContext:
    """Built by ``create_app``; each view gets it from ``page_context()``.

    A reload replaces it as a whole. Do not keep ``config`` or what was made from it between two requests.
    """

    config: Config
    store: Store
    clock: Clock
    version: str
    health: Callable[[], Mapping[str, bool]]
    """Whether each part of the program is alive, by name: writer, scheduler, watch, web, notifications."""
    states: WallStates
    screens: Screens
    started: datetime
    """When this program started."""
    config_file: ConfigFile
    clock_jump: Callable[[], ClockJump | None] = lambda: None
    """The last jump of the system clock, if there was one."""
    opinions: Callable[[], OpinionStatus] = OpinionStatus
    """What the language model is doing."""
    relevance: Callable[[], RelevanceStatus] = RelevanceStatus
    """How relevance is judged."""


def page_context() -> PageContext:
    """The context of the app that serves the current request; the same one throughout the request."""
    if "page_context" not in g:
        g.page_context = current_app.extensions["wallflower"]
    return cast("PageContext", g.page_context)
