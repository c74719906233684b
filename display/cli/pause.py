"""``wallflower pause``: stop reading a source. The Sources page can do the same."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option, find_source, load_config, open_config_store, record
from display.cli.paused_since import paused_since
from monitor.clock import Clock


@click.command()
@config_option
@click.argument("name")
def pause(config_path: Path | None, name: str) -> None:
    """Stop reading a source until it is resumed.

    The source NAME stays paused across restarts. The paused time is a gap. When you resume the source, the gap is
    filled as far back as the history of the source goes.
    """
    config, now = load_config(config_path), Clock().now()
    source = find_source(config, name).name
    with open_config_store(config, collects=True) as store:
        is_new = store.pause_source(source, now)
        if is_new:
            record(store, "paused source", source)
        since = paused_since(store, source, config)
    if is_new:
        click.echo(f"{source} is paused. It is not read until you resume it, even after a restart.")
    else:
        click.echo(f"{source} has been paused since {since}.")
