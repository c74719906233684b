"""``wallflower run``: the sources, the database and the pages, in one process."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from display.cli.dependencies import ConfigLoader, config_option, create_option
from display.cli.logs import LogFormat, log_format_option, set_up_logs
from display.cli.version import VERSION
from display.server import gunicorn_server
from display.setup.first_config import config_before_setup, missing_config
from monitor.config import Config


@click.command()
@config_option
@log_format_option
@create_option
@click.option("--host", help="Listen on this address instead of the one in the config.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port instead of the one in the config.")
def run(config_path: Path | None, log_format: LogFormat, create: bool, host: str | None, port: int | None) -> None:
    """Read the sources and serve the pages, until Ctrl-C or SIGTERM.

    Without any config, the pages ask for your organisation and write one.
    """
    loader = ConfigLoader(config_path)
    file = missing_config(config_path, create=create)

    def load() -> Config:
        config = config_before_setup(file) if file and not file.exists() else loader.load()
        server = replace(config.server, host=host or config.server.host, port=port or config.server.port)
        return replace(config, server=server)

    config = load()
    set_up_logs(sys.stderr, log_format, redact=loader.redactor)
    is_first_run = not config.brands
    gunicorn_server.run(
        config, VERSION, load=load, create=create or is_first_run, config_is_given=config_path is not None
    )
