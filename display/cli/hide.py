"""``wallflower hide``, ``unhide`` and ``correct``: what a person decides about one mention."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.wiring import load_config, opened_store, with_config
from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.store import Store


class ScoreOrNone(click.ParamType[float | None]):
    """A score in -1..1, or the word none."""

    name = "score"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """``none`` as None, else the number. Fails for what lies outside -1..1."""
        if value == "none":
            return None
        try:
            number = float(str(value))
        except ValueError:
            number = 2.0
        if not -1 <= number <= 1:
            self.fail(f"{value!r} is not allowed; a score from -1 to 1 is, and none for unscored", param, ctx)
        return number


@click.command()
@with_config
@click.argument("mention", type=click.IntRange(min=1))
def hide(config_path: Path | None, mention: int) -> None:
    """Take a post off the wall and the lists, by the number of a mention, which stands in an export."""
    _set_hidden(config_path, mention, hidden=True)


@click.command()
@with_config
@click.argument("mention", type=click.IntRange(min=1))
def unhide(config_path: Path | None, mention: int) -> None:
    """Show a hidden post again."""
    _set_hidden(config_path, mention, hidden=False)


@click.command(context_settings={"ignore_unknown_options": True})
@with_config
@click.argument("mention", type=click.IntRange(min=1))
@click.argument("score", type=ScoreOrNone())
def correct(config_path: Path | None, mention: int, score: float | None) -> None:
    """Set the score of a mention, from -1 to 1, or to none."""
    with opened_store(load_config(config_path)) as store:
        _must_exist(store, mention)
        store.correct_score(mention, score, Clock().now())
    click.echo(f"Mention {mention} is {'unscored' if score is None else f'scored {score:+.2f}'} now.")


def _set_hidden(config_path: Path | None, mention: int, *, hidden: bool) -> None:
    with opened_store(load_config(config_path)) as store:
        _must_exist(store, mention)
        of_post = store.mention_ids_of_post(mention)
        for one in of_post:
            store.set_hidden(one, hidden, Clock().now())
    state = "hidden" if hidden else "shown"
    click.echo(f"Mention {mention} is {state} now.")
    if others := [str(one) for one in of_post if one != mention]:
        click.echo(f"So is the same post as it mentions other brands: {', '.join(others)}.")


def _must_exist(store: Store, mention: int) -> None:
    if store.mention(mention) is None:
        raise StoreError(f"There is no mention {mention}.")
