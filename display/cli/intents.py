"""``wallflower intents``: the rules of intents, and the intents of a text."""

from __future__ import annotations

from pathlib import Path

import click

from display.cli.dependencies import config_option, create_judge, load_config
from monitor.clock import Clock
from monitor.intent import built_in_rules_text
from monitor.model import JudgedPost, Post


@click.command()
@config_option
@click.argument("text", required=False)
def intents(config_path: Path | None, text: str | None) -> None:
    """Print the built-in rules of intents, as a file to change.

    With TEXT, print what it raises towards each brand of the config that it mentions.
    """
    if text is None:
        click.echo(built_in_rules_text(), nl=False)
        return
    config, now = load_config(config_path), Clock().now()
    (judged,) = create_judge(config.brands, intents=config.intents).judge([Post("command line", "1", text, now)], now)
    click.echo("\n".join(_lines(judged)) or "No brand's rule matches this text.")


def _lines(judged: JudgedPost) -> list[str]:
    body = judged.post.body
    return [
        f"{finding.match.brand}: "
        + (", ".join(f'{str(p.intent.name).lower()} ("{body[p.start : p.end]}")' for p in finding.intents) or "none")
        for finding in judged.findings
    ]
