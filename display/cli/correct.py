"""``wallflower correct``: replace the score of a mention."""

from __future__ import annotations

import math
from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config, open_config_store
from display.cli.mention_edits import COMMAND_LINE, require_mention
from monitor.clock import Clock


class ScoreOrNone(click.ParamType[float | None]):
    """A score from -1 to 1, or "none"."""

    name = "score"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """None for "none", else the number. Fails outside -1..1."""
        if value == "none":
            return None
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan  # is not within -1..1, so it fails below
        if not -1 <= number <= 1:
            self.fail(f'{value!r} is not valid. Give a score from -1 to 1, or "none" for unscored.', param, ctx)
        return number


@click.command(context_settings={"ignore_unknown_options": True})
@config_option
@click.argument("mention", type=click.IntRange(min=1))
@click.argument("score", type=ScoreOrNone())
def correct(config_path: Path | None, mention: int, score: float | None) -> None:
    """Replace the score of a mention.

    MENTION is the id of the mention; `wallflower export` lists ids. SCORE is a number from -1 to 1, or "none" for
    unscored.
    """
    with open_config_store(load_config(config_path)) as store:
        require_mention(store, mention)
        store.actions.correct([mention], score, COMMAND_LINE, Clock().now())
    click.echo(f"Mention {mention} is now {'unscored' if score is None else f'scored {score:+.2f}'}.")
