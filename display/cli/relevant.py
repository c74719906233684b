"""``wallflower relevant``: say that a mention is about its brand."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option
from display.cli.mention_edits import mark_relevance


@click.command()
@config_option
@click.option("--undo", is_flag=True, help="Take back what was said about the mention.")
@click.argument("mention", type=click.IntRange(min=1))
def relevant(config_path: Path | None, undo: bool, mention: int) -> None:
    """Say that a mention is about its brand. It comes back if it was set aside or marked as not relevant.

    MENTION is the id of the mention; `wallflower export` lists ids.
    """
    mark_relevance(config_path, mention, None if undo else True)
