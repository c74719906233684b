"""``wallflower sources``: how each source is, one line each."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from display.commands.wiring import load_config, opened_store, with_config
from monitor.config import Config
from monitor.model import SourceStatus

HEADS = ("source", "kind", "health", "last read", "next check", "reason")


@click.command()
@with_config
def sources(config_path: Path | None) -> None:
    """Tell how each source is, when it was read last and when it is read next."""
    config = load_config(config_path)
    with opened_store(config) as store:
        rows = [_row(status, config) for status in store.statuses()]
    console = Console()
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(row))
        return
    table = Table(*HEADS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _row(status: SourceStatus, config: Config) -> tuple[str, ...]:
    known = status.source in {source.name for source in config.sources}
    due = _time(status.next_check, config.timezone) if known else "not in the config"
    read = _time(status.last_success, config.timezone)
    return (status.source, status.kind, status.health.value, read, due, status.reason)


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "never"
