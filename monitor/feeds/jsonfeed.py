"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import html
import json
from typing import Any

from monitor.feeds.dates import seconds
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, NotAFeed, settle

_VERSION = "jsonfeed.org/version/1"


def read_json_feed(document: bytes, base: str) -> Feed:
    """The entries of a JSON Feed. Raises NotAFeed for any other JSON, or none."""
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("This looks like JSON and cannot be read.") from error
    if not isinstance(raw, dict) or _VERSION not in str(raw.get("version")) or not isinstance(raw.get("items"), list):
        raise NotAFeed("This is JSON, but not a JSON Feed.")
    items = raw["items"][:MAX_ENTRIES]
    found = [settle(_entry(item, raw), base) for item in items if isinstance(item, dict)]
    return Feed(tuple(found), 0, len(items) - len(found), len(raw["items"]) > MAX_ENTRIES)


def _entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    markup, plain, summary = (_string(item.get(key)) for key in ("content_html", "content_text", "summary"))
    return Entry(
        _string(item.get("id")),
        _string(item.get("url")) or _string(item.get("external_url")),
        html.escape(_string(item.get("title")), quote=False),
        max(markup, html.escape(plain, quote=False), html.escape(summary, quote=False), key=len),
        _author(item) or _author(feed),
        seconds(_string(item.get("date_published")) or _string(item.get("date_modified"))),
        _string(item.get("language")) or _string(feed.get("language")),
    )


def _author(holder: dict[str, Any]) -> str:
    authors = holder.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else holder.get("author")
    return _string(first.get("name")) if isinstance(first, dict) else ""


def _string(value: object) -> str:
    """Ids of numbers are common."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
