"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not parse."""

from __future__ import annotations

import html
import json
from typing import Any

from monitor.feeds.dates import parse_date
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, NotAFeed, normalise

_VERSION = "jsonfeed.org/version/1"


def parse_json_feed(document: bytes, base: str) -> Feed:
    """The entries of a JSON Feed. Raises NotAFeed for other JSON and for invalid JSON."""
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("This looks like JSON but cannot be parsed.") from error
    if not isinstance(raw, dict) or _VERSION not in str(raw.get("version")) or not isinstance(raw.get("items"), list):
        raise NotAFeed("This is JSON, but not a JSON Feed.")
    items = raw["items"][:MAX_ENTRIES]
    entries = [normalise(_entry(item, raw), base) for item in items if isinstance(item, dict)]
    return Feed(tuple(entries), 0, len(items) - len(entries), len(raw["items"]) > MAX_ENTRIES)


def _entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    markup, plain, summary = (_as_text(item.get(key)) for key in ("content_html", "content_text", "summary"))
    return Entry(
        _as_text(item.get("id")),
        _as_text(item.get("url")) or _as_text(item.get("external_url")),
        html.escape(_as_text(item.get("title")), quote=False),
        max(markup, html.escape(plain, quote=False), html.escape(summary, quote=False), key=len),
        _author(item) or _author(feed),
        parse_date(_as_text(item.get("date_published")) or _as_text(item.get("date_modified"))),
        _as_text(item.get("language")) or _as_text(feed.get("language")),
    )


def _author(holder: dict[str, Any]) -> str:
    authors = holder.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else holder.get("author")
    return _as_text(first.get("name")) if isinstance(first, dict) else ""


def _as_text(value: object) -> str:
    """``value`` as text if it is text or a number, as ids often are; '' for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
