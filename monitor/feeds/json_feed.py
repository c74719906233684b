"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not parse."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from monitor.feeds.dates import parse_date
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, NotAFeed, normalise

_VERSION = "jsonfeed.org/version/1"
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_SEPARATOR = re.compile(r"\s*,?\s*")
_SEARCHED_CHARS = 2_000
_ERROR_KEYS = ("error_description", "message", "detail", "error", "errors", "msg", "reason")
_MAX_ERROR_CHARS = 120


def parse_json_feed(document: bytes, base: str) -> Feed:
    """The entries of a JSON Feed. Raises NotAFeed for other JSON, and for invalid JSON without a complete entry."""
    breaks_off = False
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError) as error:
        raw, breaks_off = _complete_items(document.decode("utf-8", "replace"))
        if not raw:
            raise NotAFeed("This looks like JSON but cannot be parsed.") from error
    if not isinstance(raw, dict) or _VERSION not in str(raw.get("version")) or not isinstance(raw.get("items"), list):
        said = _error_in(raw)
        raise NotAFeed("This is JSON, but not a JSON Feed." + (f' It says: "{said}".' if said else ""))
    items = raw["items"][:MAX_ENTRIES]
    entries = [normalise(_entry(item, raw), base) for item in items if isinstance(item, dict)]
    return Feed(tuple(entries), 0, len(items) - len(entries), len(raw["items"]) > MAX_ENTRIES, breaks_off)


def _error_in(raw: object) -> str:
    """The message of an API that answers with an error, at most two levels deep; '' if there is none."""
    for _ in range(3):
        raw = raw[0] if isinstance(raw, list) and raw else raw
        if not isinstance(raw, dict):
            break
        found = (raw[key] for key in _ERROR_KEYS if isinstance(raw.get(key), (str, dict, list)) and raw[key])
        raw = next(found, None)
    return " ".join(raw.split())[:_MAX_ERROR_CHARS].rstrip(".") if isinstance(raw, str) else ""


def _complete_items(text: str) -> tuple[dict[str, Any], bool]:
    """(the feed with the items at the start of an invalid JSON Feed, whether more items follow); ({}, True) if none."""
    start = _ITEMS.search(text)
    if not start or _VERSION not in text[: start.start()] + text[-_SEARCHED_CHARS:]:
        return {}, True
    items: list[Any] = []
    at, decoder = start.end(), json.JSONDecoder()
    while len(items) <= MAX_ENTRIES:
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        items.append(item)
        at = _SEPARATOR.match(text, at).end()  # type: ignore[union-attr]
    return {"version": _VERSION, "items": items} if items else {}, text[at : at + 1] != "]"


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
