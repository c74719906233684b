"""``wallflower pause`` and ``resume``: have a source left alone, and read again. The pages do the same."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.wiring import load_config, opened_store, source_named, with_config
from display.formatting import clock_time
from monitor.clock import Clock
from monitor.config import Config
from monitor.store import Store


@click.command()
@with_config
@click.argument("name")
def pause(config_path: Path | None, name: str) -> None:
    """Have the source NAME left alone until it is resumed, also after a restart.

    What it says meanwhile is a gap, which closes as far as the source still has it when it is read again.
    """
    config, now = load_config(config_path), Clock().now()
    source = source_named(config, name).name
    with opened_store(config, create=True) as store:
        new = store.pause_source(source, now)
        since = _since(store, source, config)
    if new:
        click.echo(f"{source} is paused. It is not read, not even after a restart, until you resume it.")
    else:
        click.echo(f"{source} has been paused since {since}.")


@click.command()
@with_config
@click.argument("name")
def resume(config_path: Path | None, name: str) -> None:
    """Have the paused source NAME read again, at once where Wallflower runs."""
    config = load_config(config_path)
    source = source_named(config, name).name
    with opened_store(config, create=True) as store:
        since = _since(store, source, config)
        resumed = store.resume_source(source, Clock().now())
    if resumed:
        click.echo(f"{source} was paused since {since}. It is read again now, or as soon as Wallflower runs.")
    else:
        click.echo(f"{source} was not paused.")


def _since(store: Store, source: str, config: Config) -> str:
    paused = store.source_request(source).paused
    return clock_time(paused, Clock().now(), config.timezone) if paused else ""
