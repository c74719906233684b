"""``wallflower opml``: ``[[sources]]`` tables for the subscriptions of a feed reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import click

from display.cli.dependencies import config_option, load_config_if_any
from display.cli.feed_tables import ALREADY_CONFIGURED, configured_urls, feed_table, skipped_comment
from display.formatting import pluralize
from display.setup.toml_writer import comment_line
from monitor.errors import SourceError
from monitor.feeds.opml import Subscription, read_opml
from monitor.http import check_url, redact


@click.command()
@config_option
@click.argument("file", type=click.File("rb"))
def opml(config_path: Path | None, file: TextIO) -> None:
    """Print the feeds of an OPML file for config.toml.

    Prints a [[sources]] table for each feed in FILE. Feed readers export OPML.
    """
    config = load_config_if_any(config_path)
    found = read_opml(file.read())  # type: ignore[arg-type]
    for line in _tables(found.subscriptions, configured_urls(config)):
        click.echo(line, nl=False)
    for problem in found.problems:
        click.echo(f"{file.name}: {problem}", err=True)


def _tables(subscriptions: Sequence[Subscription], known: dict[str, str]) -> Iterator[str]:
    yield comment_line(f"{pluralize(len(subscriptions), 'feed')} in the OPML file.") + "\n\n"
    for subscription in subscriptions:
        if reason := _problem(subscription.url, known):
            yield skipped_comment(
                f"{subscription.title} ({redact(subscription.url)})"
                if subscription.title
                else redact(subscription.url),
                reason,
            )
        else:
            yield feed_table(
                subscription.url, subscription.title, known, [subscription.folder] if subscription.folder else []
            )


def _problem(url: str, known: dict[str, str]) -> str:
    """Why a feed cannot be added; empty if it can."""
    if url in known.values():
        return ALREADY_CONFIGURED
    if "@" in url.partition("://")[2].partition("/")[0]:
        return 'Its URL contains a login. Store it as a secret: secret = "NAME_OF_A_SECRET" instead of url.'
    try:
        check_url(url)
    except SourceError as error:
        return str(error)
    return ""
