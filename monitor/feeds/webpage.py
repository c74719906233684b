"""A web page where a feed was expected, and the feeds that it names."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from monitor.feeds.entries import absolute

_LOOKED_AT = 200_000
_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LINK = re.compile(r"""<link\s(?:[^<>"']|"[^"<]{0,1000}+"|'[^'<]{0,1000}+'){1,2000}+>""", re.IGNORECASE)
"""A value may hold a >, but no tag reaches beyond the next <, so that no page takes long."""
_BASE = re.compile(r"<base\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z]{1,20})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml", "application/xml"}
_FEED_TYPES |= {"application/feed+json", "application/json"}


def is_web_page(document: bytes) -> bool:
    """Whether ``document`` starts as HTML does."""
    return bool(_START.match(document.removeprefix(b"\xef\xbb\xbf")))


class Link(NamedTuple):
    """A feed that a page names."""

    url: str
    title: str
    """As the page calls it; may be empty."""


def links_named(document: bytes, base: str) -> tuple[Link, ...]:
    """The ``<link rel=alternate>`` feeds of a page, each address once; ``base`` is the page's address.

    Where the page has a ``<base href>``, its relative links count from there.
    """
    text = _without_comments(document[:_LOOKED_AT].decode("utf-8", "replace"))
    if stated := _BASE.search(text):
        base = absolute(base, _attributes(stated[0]).get("href", "")) or base
    found: dict[str, Link] = {}
    for tag in _LINK.finditer(text):
        link = _attributes(tag[0])
        url = absolute(base, link.get("href", "")) if _leads_to_feed(link) else ""
        if url.startswith(("http://", "https://")):
            found.setdefault(url, Link(url, " ".join(link.get("title", "").split())[:200]))
    return tuple(found.values())


def feeds_named(document: bytes, base: str) -> tuple[str, ...]:
    """Their addresses, at most five."""
    return tuple(link.url for link in links_named(document, base))[:5]


def _attributes(tag: str) -> dict[str, str]:
    return {a[1].lower(): html.unescape(a[2] or a[3] or a[4] or "") for a in _ATTRIBUTE.finditer(tag)}


def _leads_to_feed(link: dict[str, str]) -> bool:
    kind = link.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in link.get("rel", "").lower().split() and kind in _FEED_TYPES


def _without_comments(text: str) -> str:
    """``text`` up to a comment that does not end, without those that do."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        parts.append(text[at:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(parts)
        at = end + 3
    return "".join([*parts, text[at:]])
