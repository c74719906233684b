"""``wallflower backup``: copy the database, while it is in use or not."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config, open_config_store, record
from display.formatting import pluralize
from display.pages.sources.system_status import format_bytes
from monitor.clock import Clock
from monitor.store import database_files


@click.command()
@config_option
@click.option("--to", type=click.Path(path_type=Path), help="Folder of the backups. Default: `to` in [backup].")
@click.option("--keep", type=click.IntRange(min=1), help="How many backups to keep there. Default: `keep` in [backup].")
def backup(config_path: Path | None, to: Path | None, keep: int | None) -> None:
    """Copy the database into a new, verified file, and delete the oldest copies.

    Wallflower may run meanwhile. `wallflower restore` restores the file.
    """
    config = load_config(config_path)
    folder = (to or config.backups).absolute()
    files = database_files(config.database_url)
    made = files.back_up(folder, Clock().now(), keep or config.keep_backups)
    if files.is_current():  # recording in an older database would migrate it
        with open_config_store(config) as store:
            record(store, "made backup", made.path.name, bytes=made.size)
    click.echo(
        f"{made.path}: {format_bytes(made.size)}, verified. {pluralize(len(files.backups(folder)), 'backup')} kept."
    )
