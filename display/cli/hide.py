"""``wallflower hide``: remove a post from the wall and the pages."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option
from display.cli.mention_edits import set_hidden


@click.command()
@config_option
@click.argument("mention", type=click.IntRange(min=1))
def hide(config_path: Path | None, mention: int) -> None:
    """Hide the post of a mention on the wall and the pages. It still counts.

    MENTION is the id of the mention; `wallflower export` lists ids.
    """
    set_hidden(config_path, mention, hidden=True)
