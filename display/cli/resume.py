"""``wallflower resume``: start reading a paused source again. The Sources page can do the same."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option, find_source, load_config, open_config_store, record
from display.cli.paused_since import paused_since
from monitor.clock import Clock


@click.command()
@config_option
@click.argument("name")
def resume(config_path: Path | None, name: str) -> None:
    """Start reading a paused source again.

    If Wallflower is running, it reads the source NAME immediately.
    """
    config = load_config(config_path)
    source = find_source(config, name).name
    with open_config_store(config, collects=True) as store:
        since = paused_since(store, source, config)
        resumed = store.resume_source(source, Clock().now())
        if resumed:
            record(store, "resumed source", source)
    if resumed:
        click.echo(f"{source} had been paused since {since}. Wallflower reads it again now, or when it next runs.")
    else:
        click.echo(f"{source} was not paused.")
