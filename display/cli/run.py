"""``wallflower run``: the pages, the scheduler and the store in one process."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from display.cli.logs import set_up_logs
from display.cli.wiring import VERSION, load_config, with_config
from display.server import service


@click.command()
@with_config
def run(config_path: Path | None) -> None:
    """Listen to the sources and serve the pages, until SIGTERM or Ctrl-C."""
    config = load_config(config_path)
    set_up_logs(sys.stderr)
    service.run(config, VERSION)
