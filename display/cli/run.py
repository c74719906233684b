"""``wallflower run``: the sources, the database and the pages, in one process."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from display.cli.dependencies import VERSION, ConfigLoader, config_option, create_option
from display.cli.logs import LogFormat, log_format_option, set_up_logs
from display.server import gunicorn_server


@click.command()
@config_option
@log_format_option
@create_option
def run(config_path: Path | None, log_format: LogFormat, create: bool) -> None:
    """Read the sources and serve the pages, until Ctrl-C or SIGTERM."""
    loader = ConfigLoader(config_path)
    config = loader.load()
    set_up_logs(sys.stderr, log_format, redact=loader.redactor)
    gunicorn_server.run(config, VERSION, load=loader.load, create=create)
