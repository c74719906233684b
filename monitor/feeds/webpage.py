"""A web page where a feed was expected, and the feeds that it names."""

from __future__ import annotations

import html
import re

from monitor.feeds.entries import absolute

_LOOKED_AT = 200_000
_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LINK = re.compile(r"<link\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z]{1,20})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}


def is_web_page(document: bytes) -> bool:
    """Whether ``document`` starts as HTML does."""
    return bool(_START.match(document.removeprefix(b"\xef\xbb\xbf")))


def feeds_named(document: bytes, base: str) -> tuple[str, ...]:
    """The addresses of ``<link rel=alternate>`` feeds, at most five."""
    links = (_attributes(found[0]) for found in _LINK.finditer(document[:_LOOKED_AT].decode("utf-8", "replace")))
    named = (absolute(base, link.get("href", "")) for link in links if _leads_to_feed(link))
    return tuple(dict.fromkeys(address for address in named if address.startswith(("http://", "https://"))))[:5]


def _attributes(tag: str) -> dict[str, str]:
    return {a[1].lower(): html.unescape(a[2] or a[3] or a[4] or "") for a in _ATTRIBUTE.finditer(tag)}


def _leads_to_feed(link: dict[str, str]) -> bool:
    return "alternate" in link.get("rel", "").lower().split() and link.get("type", "").lower() in _FEED_TYPES
