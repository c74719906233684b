"""``wallflower run``: the sources, the database and the pages, in one process."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from display.cli.dependencies import VERSION, config_option, load_config
from display.cli.logs import set_up_logs
from display.server import gunicorn_server


@click.command()
@config_option
def run(config_path: Path | None) -> None:
    """Read the sources and serve the pages, until Ctrl-C or SIGTERM."""
    config = load_config(config_path)
    set_up_logs(sys.stderr)
    gunicorn_server.run(config, VERSION)
