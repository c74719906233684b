"""``wallflower feeds`` and ``wallflower opml``: tables for config.toml, from a page or from another reader's list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import click

from display.cli.setup.toml_writer import commented, name_for, table
from display.cli.wiring import found_config, open_http, with_config
from monitor.config import Config
from monitor.errors import SourceError
from monitor.feeds.discovery import DiscoveredFeed, discover_feeds
from monitor.feeds.opml import Subscription, read_opml, without_feed_scheme
from monitor.http import check_url, redact


@click.command()
@with_config
@click.argument("url")
def feeds(config_path: Path | None, url: str) -> None:
    """Print the feeds that the page at URL offers, as tables to put into config.toml."""
    config, url = found_config(config_path), without_feed_scheme(url)
    with closing(open_http(config)) as http:
        found = discover_feeds(url if "://" in url else f"https://{url}", http)
    if not any(offer.feed for offer in found):
        why = found[0].error if found else "It names none, and there is none at the usual places."
        raise SourceError(f"No feed was found at {redact(url)}. {why}")
    for line in _offered(found, _known(config)):
        click.echo(line, nl=False)


@click.command()
@with_config
@click.argument("file", type=click.File("rb"))
def opml(config_path: Path | None, file: TextIO) -> None:
    """Print the feeds of FILE, an OPML list as feed readers export it, as tables to put into config.toml."""
    config = found_config(config_path)
    found = read_opml(file.read())  # type: ignore[arg-type]
    for line in _subscribed(found, _known(config)):
        click.echo(line, nl=False)


def _known(config: Config | None) -> dict[str, str]:
    """The name of each source of the config, and the address of those that have one."""
    sources = config.sources if config else ()
    return {source.name: str(getattr(source.options, "url", None) or "") for source in sources}


def _offered(found: list[DiscoveredFeed], known: dict[str, str]) -> Iterator[str]:
    for offer in found:
        told = [f"{offer.title or redact(offer.url)}: {_holds(offer)}"]
        if offer.feed is None or offer.url in known.values():
            why = offer.error or "It stands in the config already."
            yield commented(f"{told[0] if offer.feed else redact(offer.url)}. Left out: {why}") + "\n\n"
            continue
        yield _table(offer.url, offer.title, known, told)


def _holds(offer: DiscoveredFeed) -> str:
    entries = len(offer.feed.entries) if offer.feed else 0
    newest = f", the newest of {datetime.fromtimestamp(offer.newest, UTC):%d %B %Y}" if offer.newest else ""
    return f"{entries} {'entry' if entries == 1 else 'entries'}{newest}"


def _subscribed(found: list[Subscription], known: dict[str, str]) -> Iterator[str]:
    yield commented(f"{len(found)} {'feed' if len(found) == 1 else 'feeds'} of an OPML list.") + "\n\n"
    for one in found:
        if why := _unfit(one.url, known):
            named = f"{one.title} ({redact(one.url)})" if one.title else redact(one.url)
            yield commented(f"{named}. Left out: {why}") + "\n\n"
            continue
        yield _table(one.url, one.title, known, [one.folder] if one.folder else [])


def _unfit(url: str, known: dict[str, str]) -> str:
    if url in known.values():
        return "It stands in the config already."
    if "@" in url.partition("://")[2].partition("/")[0]:
        return 'Its address holds a login. Keep it as a secret: secret = "NAME_OF_A_SECRET" in place of url.'
    try:
        check_url(url)
    except SourceError as error:
        return str(error)
    return ""


def _table(url: str, title: str, known: dict[str, str], comments: list[str]) -> str:
    """A table for ``url``, whose name is then known."""
    name = name_for([title, (urlsplit(url).hostname or "").removeprefix("www.")], known)
    known[name] = url
    if "…" in redact(url).partition("?")[0]:
        advice = 'This address looks as if it held a secret. If so, write secret = "NAME_OF_A_SECRET" in place of url.'
        comments = [*comments, advice]
    return table("sources", {"kind": "feed", "name": name, "url": url}, comments)
