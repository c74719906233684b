"""Changes that a person makes to one mention, for ``wallflower hide``, ``unhide``, ``correct`` and the like."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import ACTOR, load_config, open_config_store
from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model.actions import Actor
from monitor.store import Store

COMMAND_LINE = Actor(ACTOR)


def set_hidden(config_path: Path | None, mention: int, *, hidden: bool) -> None:
    """Hide or show the post of a mention, with all its other mentions, and report it. Raises StoreError."""
    with open_config_store(load_config(config_path)) as store:
        require_mention(store, mention)
        ids = store.mention_ids_of_post(mention)
        store.actions.hide(ids, hidden, COMMAND_LINE, Clock().now())
    click.echo(f"Mention {mention} is now {'hidden' if hidden else 'shown'}.")
    if others := [str(id_) for id_ in ids if id_ != mention]:
        click.echo(f"So are the mentions of other brands in the same post: {', '.join(others)}.")


def require_mention(store: Store, mention: int) -> None:
    """Raise StoreError if no mention has the id ``mention``."""
    if store.mention(mention) is None:
        raise StoreError(f"There is no mention with the id {mention}.")


def mark_relevance(config_path: Path | None, mention: int, relevant: bool | None) -> None:
    """Mark a mention as relevant or not, or take that back (None), and report it. Raises StoreError."""
    with open_config_store(load_config(config_path)) as store:
        require_mention(store, mention)
        changed = store.actions.mark([mention], relevant, COMMAND_LINE, Clock().now()).changed
    text = "Nobody says any more whether mention {} is relevant."
    if relevant is not None:
        text = "Mention {} is marked as " + ("relevant." if relevant else "not relevant, and counts nowhere.")
    click.echo(text.format(mention) if changed else f"Nothing changed for mention {mention}.")
