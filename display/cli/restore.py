"""``wallflower restore``: replace the database with a backup."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.confirmation import confirm
from display.cli.dependencies import ACTOR, config_option, load_config, open_config_store, record
from display.formatting import pluralize
from display.server.startup_checks import AlreadyRunning, single_instance
from monitor.clock import Clock
from monitor.model import DatabaseContent, Restored
from monitor.store import Store, database_files

RESTORED = "A backup was restored that does not contain this time."
"""The reason of a gap."""


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Verify FILE and show what it contains. Change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def restore(config_path: Path | None, file: Path, dry_run: bool, yes: bool) -> None:
    """Replace the database with FILE, which `wallflower backup` wrote. Stop Wallflower first.

    The old database is kept beside it under another name.
    """
    config = load_config(config_path)
    files = database_files(config.database_url)
    if dry_run:
        _report(file, files.restore(file, Clock().now(), dry_run=True))
        click.echo(f"Nothing was changed: this was a dry run. It would replace {config.database}.")
        return
    try:
        with single_instance(config):  # also while it asks, so that it asks nothing that it would then refuse
            if config.database.exists() and not yes:
                confirm(f"Replace {config.database} with {file}?")
            restored = files.restore(file, Clock().now())
    except AlreadyRunning as error:
        raise AlreadyRunning(f"{error} Stop it first; nothing was changed.") from error
    with open_config_store(config) as store:
        for account in store.people.accounts():  # the backup may contain sessions that have ended since
            store.people.end_sessions(account.id, Clock().now(), ACTOR)
        _open_gaps(store)
        record(store, "restored backup", file.name, mentions=restored.content.mentions)
    _report(file, restored)
    click.echo(f"Restored {config.database}.")
    if restored.erased_again:
        click.echo(f"Erased again what was erased after the backup: {pluralize(restored.erased_again, 'post')}.")
    elif restored.erased_again is None:
        click.echo("What was erased since the backup was made is not known. If anything was, erase it again.")
    if restored.replaced:
        click.echo(f"The old database is {restored.replaced}. Delete it when you no longer need it.")


def _open_gaps(store: Store) -> None:
    """What was stored after the backup was made is missing, unless the next poll of its source brings it back."""
    now = Clock().now()
    for status in store.recorded_statuses():
        if status.read_since and not status.sample:
            store.open_gap(status.source, status.read_since, RESTORED, now)


def _report(file: Path, restored: Restored) -> None:
    click.echo(f"{file} is intact: {_described(restored.content)}.")
    if not restored.has_checksum:
        click.echo("There is no checksum beside it to compare it with.")


def _described(content: DatabaseContent) -> str:
    counts = f"{pluralize(content.posts, 'post')} with {pluralize(content.mentions, 'mention')}"
    return counts if content.newest is None else f"{counts}, the last one added at {content.newest:%Y-%m-%d %H:%M} UTC"
