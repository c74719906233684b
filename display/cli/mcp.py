"""``wallflower mcp``: the tools for an assistant that starts this command itself, over standard input and output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from display.api.answers import Answers
from display.cli.dependencies import config_option, load_config, open_config_store
from display.cli.version import VERSION
from display.mcp_server import load_protocol
from display.mcp_server.tools import Tools
from display.pages.context import PageContext
from display.server.screens import Screens
from display.wall_state import WallStates
from monitor.clock import Clock
from monitor.config import Config
from monitor.config.changes import ConfigStatus
from monitor.store import Store


class _FixedConfig:
    """The config file of a command, which reads it once."""

    def __init__(self, clock: Clock) -> None:
        self._status = ConfigStatus(clock.now())

    def status(self) -> ConfigStatus:
        return self._status

    def reload(self) -> ConfigStatus:
        return self._status


@click.command()
@config_option
def mcp(config_path: Path | None) -> None:
    """Serve mentions to an assistant by the Model Context Protocol, over standard input and output.

    An assistant starts this command itself. It reads the database of this machine, also while Wallflower runs, and
    changes nothing. Needs the package mcp: pip install 'wallflower[mcp]'.
    """
    protocol, config, clock = load_protocol(), load_config(config_path), Clock()
    with open_config_store(config) as store:
        context = _context(config, store, clock)
        protocol.run_stdio(Tools(lambda: Answers(context, None, clock.now())), VERSION)


def _context(config: Config, store: Store, clock: Clock) -> PageContext:
    """What the pages would have, without anything that runs."""

    def health() -> Mapping[str, bool]:
        return {}

    screens = Screens(clock, lambda _: False)
    states = WallStates(config, store, clock, health=health, version=VERSION)
    return PageContext(config, store, clock, VERSION, health, states, screens, clock.now(), _FixedConfig(clock))
