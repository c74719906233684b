"""``wallflower run``: the sources, the database and the pages, in one process."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from display.cli.dependencies import VERSION, ConfigLoader, config_option, create_option
from display.cli.logs import LogFormat, log_format_option, set_up_logs
from display.server import gunicorn_server
from monitor.config import Config


@click.command()
@config_option
@log_format_option
@create_option
@click.option("--host", help="Listen on this address instead of the one in the config.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port instead of the one in the config.")
def run(config_path: Path | None, log_format: LogFormat, create: bool, host: str | None, port: int | None) -> None:
    """Read the sources and serve the pages, until Ctrl-C or SIGTERM."""
    loader = ConfigLoader(config_path)

    def load() -> Config:
        config = loader.load()
        server = replace(config.server, host=host or config.server.host, port=port or config.server.port)
        return replace(config, server=server)

    config = load()
    set_up_logs(sys.stderr, log_format, redact=loader.redactor)
    gunicorn_server.run(config, VERSION, load=load, create=create)
