"""``wallflower feeds``: ``[[sources]]`` tables for the feeds of a web page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config_if_any, open_http
from display.cli.feed_tables import ALREADY_CONFIGURED, configured_urls, feed_table, skipped_comment
from display.formatting import pluralize
from monitor.errors import SourceError
from monitor.feeds.discovery import DiscoveredFeed, discover_feeds
from monitor.feeds.opml import without_feed_scheme
from monitor.http import redact


@click.command()
@config_option
@click.argument("url")
def feeds(config_path: Path | None, url: str) -> None:
    """Print the feeds of a web page for config.toml.

    Finds the feeds that the page at URL links to and prints a [[sources]] table for each.
    """
    config, url = load_config_if_any(config_path), without_feed_scheme(url)
    with closing(open_http(config)) as http:
        discovered = discover_feeds(url if "://" in url else f"https://{url}", http)
    if not any(one.feed for one in discovered):
        reason = discovered[0].error if discovered else "The page lists none, and there is none at the usual paths."
        raise SourceError(f"No feed was found at {redact(url)}. {reason}")
    for line in _tables(discovered, configured_urls(config)):
        click.echo(line, nl=False)


def _tables(discovered: Sequence[DiscoveredFeed], known: dict[str, str]) -> Iterator[str]:
    for feed in discovered:
        summary = f"{feed.title or redact(feed.url)}: {_content(feed)}"
        if feed.feed is None:
            yield skipped_comment(redact(feed.url), feed.error)
        elif feed.url in known.values():
            yield skipped_comment(summary, ALREADY_CONFIGURED)
        else:
            yield feed_table(feed.url, feed.title, known, [summary])


def _content(feed: DiscoveredFeed) -> str:
    """ "2 entries, the newest from 4 March 2026"."""
    entries = pluralize(len(feed.feed.entries) if feed.feed else 0, "entry", "entries")
    if not feed.newest:
        return entries
    newest = datetime.fromtimestamp(feed.newest, UTC)
    return f"{entries}, the newest from {newest.day} {newest:%B %Y}"
