"""``[[sources]]`` tables for feeds, as ``wallflower feeds`` and ``wallflower opml`` print them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from display.setup.toml_writer import comment_line, table, unique_name
from monitor.config import Config
from monitor.http import redact

ALREADY_CONFIGURED = "The config already has it."


def configured_urls(config: Config | None) -> dict[str, str]:
    """Name of each source in the config -> its URL, empty for sources without one."""
    sources = config.sources if config else ()
    return {source.name: str(getattr(source.options, "url", None) or "") for source in sources}


def feed_table(url: str, title: str, known: dict[str, str], comments: Sequence[str]) -> str:
    """A table for the feed at ``url``. Adds its name and URL to ``known``."""
    name = unique_name([title, (urlsplit(url).hostname or "").removeprefix("www.")], known)
    known[name] = url
    if "…" in redact(url).partition("?")[0]:
        advice = 'This URL may contain a secret. If it does, write secret = "NAME_OF_A_SECRET" instead of url.'
        comments = [*comments, advice]
    return table("sources", {"kind": "feed", "name": name, "url": url}, comments)


def skipped_comment(feed: str, reason: str) -> str:
    """A comment in place of a table, with the reason."""
    return comment_line(f"{feed}. Left out: {reason}") + "\n\n"
