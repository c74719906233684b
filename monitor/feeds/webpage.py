"""A web page where a feed was expected, and the feeds that it names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from monitor.feeds.entries import absolute

_LOOKED_AT = 200_000
_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}


def is_web_page(document: bytes) -> bool:
    """Whether ``document`` starts as HTML does."""
    return bool(_START.match(document.removeprefix(b"\xef\xbb\xbf")))


def feeds_named(document: bytes, base: str) -> tuple[str, ...]:
    """The addresses of ``<link rel=alternate>`` feeds, at most five."""
    finder = _Finder()
    finder.feed(document[:_LOOKED_AT].decode("utf-8", "replace"))
    found = (absolute(base, address) for address in finder.found)
    return tuple(dict.fromkeys(address for address in found if address.startswith(("http://", "https://"))))[:5]


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """HTMLParser calls this for each start tag."""
        told = {name: value or "" for name, value in attrs}
        is_alternate = tag == "link" and "alternate" in told.get("rel", "").lower().split()
        if is_alternate and told.get("type", "").lower() in _FEED_TYPES and told.get("href"):
            self.found.append(told["href"])
