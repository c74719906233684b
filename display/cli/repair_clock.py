"""``wallflower repair-clock``: correct what was stored while the machine's clock was ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from display.cli.confirmation import confirm
from display.cli.dependencies import config_option, load_config, open_config_store
from display.formatting import format_duration, pluralize
from display.server.startup_checks import AlreadyRunning, single_instance
from monitor.clock import Clock
from monitor.config import Config

TOLERANCE = timedelta(seconds=2)
"""A clock may be corrected by this much at any time."""


@click.command("repair-clock")
@config_option
@click.option("--dry-run", is_flag=True, help="Show how many mentions have a time after now. Change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def repair_clock(config_path: Path | None, dry_run: bool, yes: bool) -> None:
    """Correct times after now, which were stored while the clock of this machine was ahead. Stop Wallflower first.

    Each mention gets the time at which it was published, or that of the mention before it if that is later. Make sure
    that the clock is right now: run `timedatectl`.
    """
    config = load_config(config_path)
    now = Clock().now()
    with open_config_store(config) as store:
        found = store.maintenance.future_times(now + TOLERANCE)
    if found.newest is None:
        click.echo(f"The clock shows {_time(now)}. No mention was added after that.")
    else:
        ahead = format_duration(found.newest - now)
        click.echo(f"The clock shows {_time(now)}. {pluralize(found.mentions, 'mention')} ", nl=False)
        click.echo(f"{'was' if found.mentions == 1 else 'were'} added after that, the last one {ahead} after now.")
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
        return
    if not yes:
        confirm("Is the clock right, and should these times be corrected?")
    click.echo(f"Corrected the times of {pluralize(_repair(config, now), 'mention')}, and all other times after now.")


def _repair(config: Config, now: datetime) -> int:
    """Repair everything; return the number of mentions."""
    try:
        with single_instance(config), open_config_store(config) as store:
            repaired = 0
            while step := store.maintenance.repair_times(now):
                repaired += step
            return repaired
    except AlreadyRunning as error:
        raise AlreadyRunning(f"{error} Stop it first; nothing was changed.") from error


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
