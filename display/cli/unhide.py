"""``wallflower unhide``: show a hidden post again."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option
from display.cli.mention_edits import set_hidden


@click.command()
@config_option
@click.argument("mention", type=click.IntRange(min=1))
def unhide(config_path: Path | None, mention: int) -> None:
    """Show the hidden post of a mention again.

    MENTION is the id of the mention; `wallflower export` lists ids.
    """
    set_hidden(config_path, mention, hidden=False)
