"""``wallflower run``: the sources, the database and the pages, in one process."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from display.cli.dependencies import VERSION, config_option, config_redactor, load_config
from display.cli.logs import LogFormat, log_format_option, set_up_logs
from display.server import gunicorn_server


@click.command()
@config_option
@log_format_option
def run(config_path: Path | None, log_format: LogFormat) -> None:
    """Read the sources and serve the pages, until Ctrl-C or SIGTERM."""
    config = load_config(config_path)
    set_up_logs(sys.stderr, log_format, redact=config_redactor(config))
    gunicorn_server.run(config, VERSION)
