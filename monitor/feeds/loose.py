"""The feeds that are not as they should be, through feedparser, which has met them all.

It gets bytes only, never an address; it neither sanitises nor resolves (our own cleaning does that, four times as
fast); and what made it slow or large for others goes beforehand: entries beyond the cap, and long authors, on which
one of its expressions is quadratic (feedparser issue 562).
"""

from __future__ import annotations

import calendar
import html
import io
import re
from typing import Any

import feedparser

from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, NotAFeed, absolute, mend, settle, whole_number

_ITEM = re.compile(rb"<(?:[A-Za-z0-9_.-]{1,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z][\w:.-]{0,40})")
_LONG_AUTHOR = re.compile(
    rb"(<(?:[\w.-]{1,40}:)?(?:author|creator|name|email|managingeditor|webmaster|publisher|owner|contributor)"
    rb"(?:\s[^<>]{0,200})?>\s{0,20}(?:<!\[CDATA\[)?[^<]{300})[^<]+",
    re.IGNORECASE,
)
_CARRIERS = {"text/plain", "text"}


def read_loosely(document: bytes, content_type: str, base: str) -> Feed:
    """The entries that feedparser finds. Raises NotAFeed where it finds neither entries nor a kind of feed."""
    document, truncated = _cut(_LONG_AUTHOR.sub(rb"\1", document))
    parsed = feedparser.parse(
        io.BytesIO(document),
        response_headers={"content-type": content_type, "content-location": base},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.get("version"):
        raise NotAFeed("This is not a feed.")
    found: list[Entry] = []
    for raw in parsed.entries[:MAX_ENTRIES]:
        try:
            found.append(settle(_entry(raw, parsed.feed), base))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue  # a poison entry: counted below
    skipped = min(len(parsed.entries), MAX_ENTRIES) - len(found)
    return Feed(
        tuple(found), whole_number(parsed.feed.get("ttl")), skipped, truncated or len(parsed.entries) > MAX_ENTRIES
    )


def _cut(document: bytes) -> tuple[bytes, bool]:
    """``document`` closed after MAX_ENTRIES entries, and whether there were more."""
    for n, item in enumerate(_ITEM.finditer(document)):
        if n == MAX_ENTRIES:
            root = _ROOT.search(document)
            name = root[1] if root else b"rss"
            closing = b"</channel></rss>" if name.lower() == b"rss" else b"</" + name + b">"
            return document[: item.start()] + closing, True
    return document, False


def _entry(raw: Any, feed: Any) -> Entry:
    parts = [*raw.get("content", ()), raw.get("summary_detail") or {"value": raw.get("summary", "")}]
    told = [raw.get("title_detail") or {}, *parts]
    return Entry(
        str(raw.get("id", "")),
        str(raw.get("link", "")),
        _markup({**raw.get("title_detail", {}), "value": raw.get("title", "")}),
        max((_markup(part) for part in parts), key=len),
        mend(str(raw.get("author", ""))),
        _published(raw),
        next((str(part["language"]) for part in told if part.get("language")), "") or str(feed.get("language", "")),
        _enclosure(raw, ""),
    )


def _markup(part: Any) -> str:
    """A value as HTML. feedparser has found out by now whether what was called plain text is HTML."""
    value = str(part.get("value") or "")
    return html.escape(value, quote=False) if part.get("type") in _CARRIERS else value


def _published(raw: Any) -> float | None:
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed: Any = dict.get(raw, key)  # its own get() hands out another date where there is none
        if parsed:
            return float(calendar.timegm(parsed))
    return None


def _enclosure(raw: Any, base: str) -> str:
    links = (link for link in raw.get("links", ()) if link.get("rel") == "enclosure")
    return next((absolute(base, str(link.get("href", ""))) for link in links), "")
