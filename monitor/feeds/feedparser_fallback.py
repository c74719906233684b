"""Parses feeds that are not well-formed or unusual, with feedparser.

feedparser gets bytes only, never a URL. It neither sanitises nor resolves links: our own cleaning does that, four times
as fast. Two things that make it slow or large are removed beforehand: entries beyond MAX_ENTRIES, and the rest of long
authors, on which one of its regular expressions is quadratic (feedparser issue 562).
"""

from __future__ import annotations

import html
import io
import re
from typing import Any

import feedparser

from monitor.feeds.dates import parse_date
from monitor.feeds.entries import (
    MAX_ENTRIES,
    Entry,
    Feed,
    NotAFeed,
    absolute_url,
    normalise,
    parse_stars,
    parse_ttl,
    repair_encoding,
    review_text,
    with_original_link,
)
from monitor.feeds.repair import ENTRY_START

_ROOT = re.compile(rb"<([A-Za-z][\w:.-]{0,40})")
_LONG_AUTHOR = re.compile(
    rb"(<(?:[\w.-]{1,40}:)?(?:author|creator|name|email|managingeditor|webmaster|publisher|owner|contributor)"
    rb"(?:\s[^<>]{0,200})?>\s{0,20}(?:<!\[CDATA\[)?[^<]{300})[^<]+",
    re.IGNORECASE,
)
_PLAIN_TEXT_TYPES = {"text/plain", "text"}


def parse_with_feedparser(document: bytes, content_type: str, base: str) -> Feed:
    """The entries that feedparser finds. Raises NotAFeed if it finds neither entries nor a feed version."""
    document, truncated = _truncate(_LONG_AUTHOR.sub(rb"\1", document))
    parsed = feedparser.parse(
        io.BytesIO(document),
        response_headers={"content-type": content_type, "content-location": base},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.get("version"):
        raise NotAFeed("This is not a feed.")
    entries: list[Entry] = []
    for raw in parsed.entries[:MAX_ENTRIES]:
        try:
            entries.append(normalise(_entry(raw, parsed.feed), base))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue  # counted in ``skipped``
    skipped = min(len(parsed.entries), MAX_ENTRIES) - len(entries)
    truncated = truncated or len(parsed.entries) > MAX_ENTRIES
    return Feed(tuple(entries), parse_ttl(parsed.feed.get("ttl")), skipped, truncated)


def _truncate(document: bytes) -> tuple[bytes, bool]:
    """``document`` closed after MAX_ENTRIES entries, and whether there were more."""
    for n, item in enumerate(ENTRY_START.finditer(document)):
        if n == MAX_ENTRIES:
            root = _ROOT.search(document)
            name = root[1] if root else b"rss"
            closing = b"</channel></rss>" if name.lower() == b"rss" else b"</" + name + b">"
            return document[: item.start()] + closing, True
    return document, False


def _entry(raw: Any, feed: Any) -> Entry:
    contents = raw.get("content", ())
    texts = [*contents, raw.get("summary_detail") or {"value": raw.get("summary", "")}]
    stars = parse_stars(raw.get("im_rating"))
    with_language = [raw.get("title_detail") or {}, *texts]
    language = next((str(part["language"]) for part in with_language if part.get("language")), "")
    entry_id, link = with_original_link(
        str(raw.get("id", "")), str(raw.get("link", "")), str(raw.get("feedburner_origlink", ""))
    )
    return Entry(
        entry_id,
        link,
        _as_html({**raw.get("title_detail", {}), "value": raw.get("title", "")}),
        review_text([_as_html(content) for content in contents], stars) or max(map(_as_html, texts), key=len),
        repair_encoding(str(raw.get("author", ""))),
        _published(raw),
        language or str(feed.get("language", "")),
        _enclosure(raw),
        stars,
    )


def _as_html(part: Any) -> str:
    """A value as HTML. By now feedparser has checked whether declared plain text is in fact HTML."""
    value = str(part.get("value") or "")
    return html.escape(value, quote=False) if part.get("type") in _PLAIN_TEXT_TYPES else value


def _published(raw: Any) -> float | None:
    for key in ("published", "updated", "created"):
        at = parse_date(
            str(dict.get(raw, key, ""))
        )  # feedparser's own get() substitutes another date for a missing one
        if at is not None:
            return at
    return None


def _enclosure(raw: Any) -> str:
    links = (link for link in raw.get("links", ()) if link.get("rel") == "enclosure")
    return next((absolute_url("", str(link.get("href", ""))) for link in links), "")
