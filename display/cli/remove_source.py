"""``wallflower remove-source``: delete everything stored from a source that is no longer in the config."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.confirmation import confirm
from display.cli.dependencies import config_option, load_config, open_config_store, record
from display.formatting import pluralize
from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import ConfigError, StoreError
from monitor.model import MentionFilter
from monitor.store import Store

CLEANING_SECONDS = 10.0
"""How long to remove the words of the posts from the search index; a running Wallflower does the rest."""


@click.command("remove-source")
@config_option
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def remove_source(config_path: Path | None, name: str, yes: bool) -> None:
    """Delete every post, gap and figure of a source that you have removed from the config.

    Use it to remove made-up posts, or an import that went wrong. It can run while Wallflower runs.
    """
    config = load_config(config_path)
    _require_unconfigured(config, name)
    with open_config_store(config) as store:
        mentions = _stored_mentions(store, name)
        if not yes:
            confirm(f"Delete {name} with {pluralize(mentions, 'mention')} from {config.database_name}?")
        posts = store.remove_source(name, Clock().now())
        record(store, "removed source", name, posts=posts)
        store.maintenance.remove_deleted_words(Clock().now(), CLEANING_SECONDS)
    click.echo(f"Deleted {name}: {pluralize(posts, 'post')} with {pluralize(mentions, 'mention')}.")


def _require_unconfigured(config: Config, name: str) -> None:
    for number, source in enumerate(config.sources):
        if source.name.casefold() == name.casefold():
            message = f"{source.name} is still in the config, so it would be read again. Remove its table first."
            raise ConfigError(config.path, [f"sources[{number}]: {message}"])


def _stored_mentions(store: Store, name: str) -> int:
    """How many mentions of the source are stored. Raises StoreError if the source is not known."""
    stored = {value.value: value.n for value in store.facets(MentionFilter()).get("source", ())}
    if name not in stored:
        raise StoreError(
            f'Nothing is stored from a source called "{name}". Stored: {", ".join(sorted(stored)) or "none"}.'
        )
    return stored[name]
