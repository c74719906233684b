"""Recognises web pages where a feed was expected, and finds the feeds that they link to."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from monitor.feeds.entries import absolute_url
from monitor.feeds.repair import PROLOG, is_feed_root, root_name

_SEARCHED_BYTES = 200_000
_HTML_DOCTYPE = re.compile(rb"<!doctype\s+html\b", re.IGNORECASE)
_HTML_ROOTS = {b"html", b"head", b"body"}
_LINK = re.compile(r"""<link\s(?:[^<>"']|"[^"<]{0,1000}+"|'[^'<]{0,1000}+'){1,2000}+>""", re.IGNORECASE)
"""A value may contain ">", but a tag ends before the next "<": this bounds the time to search a page."""
_BASE = re.compile(r"<base\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z]{1,20})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml", "application/xml"),
    *("application/feed+json", "application/json"),
}
_MAX_ALTERNATES = 5
_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_MAX_TITLE_CHARS = 80
_CONSENT = re.compile(rb"https://(?:consent\.(?:google|youtube|yahoo)\.|[a-z.]*guce\.)|collectconsent", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"<input\s[^<>]{0,500}?type\s?=\s?[\"']?password", re.IGNORECASE)


def is_web_page(document: bytes) -> bool:
    """Whether ``document`` starts like HTML. Some feeds have the DOCTYPE of HTML before their root element."""
    start = document[:_SEARCHED_BYTES].removeprefix(b"\xef\xbb\xbf")
    root = root_name(start)
    if is_feed_root(root):
        return False
    prolog = PROLOG.match(start)
    return root.lower() in _HTML_ROOTS or bool(prolog and _HTML_DOCTYPE.search(prolog[0]))


def advice_about_page(page: bytes) -> str:
    """The title of a web page that links to no feed, and what to do about it."""
    start = page[:_SEARCHED_BYTES]
    found = _TITLE.search(start)
    title = " ".join(html.unescape(found[1].decode("utf-8", "replace")).split())[:_MAX_TITLE_CHARS] if found else ""
    if _CONSENT.search(start):
        advice = "The site asks its visitors to accept cookies first, which Wallflower cannot do: use another address."
    elif _PASSWORD_FIELD.search(start):
        advice = "It asks for a password: use an address of the feed that works without a login."
    else:
        advice = "Look for a link named RSS or Atom on it, and use its address."
    return f'Its title is "{title}". {advice}' if title else advice


class FeedLink(NamedTuple):
    """A link to a feed."""

    url: str
    title: str
    """As given by the page; may be empty."""


def feed_links(document: bytes, base: str) -> tuple[FeedLink, ...]:
    """The ``<link rel=alternate>`` feeds of a page, each address once.

    Relative links are resolved against the page's ``<base href>``, else against ``base``, the address of the page.
    """
    text = _without_comments(document[:_SEARCHED_BYTES].decode("utf-8", "replace"))
    if base_tag := _BASE.search(text):
        base = absolute_url(base, _attributes(base_tag[0]).get("href", "")) or base
    found: dict[str, FeedLink] = {}
    for tag in _LINK.finditer(text):
        link = _attributes(tag[0])
        url = absolute_url(base, link.get("href", "")) if _is_feed_link(link) else ""
        if url.startswith(("http://", "https://")):
            found.setdefault(url, FeedLink(url, " ".join(link.get("title", "").split())[:200]))
    return tuple(found.values())


def feed_urls(document: bytes, base: str) -> tuple[str, ...]:
    """The addresses of the first few ``feed_links``."""
    return tuple(link.url for link in feed_links(document, base))[:_MAX_ALTERNATES]


def _attributes(tag: str) -> dict[str, str]:
    return {a[1].lower(): html.unescape(a[2] or a[3] or a[4] or "") for a in _ATTRIBUTE.finditer(tag)}


def _is_feed_link(link: dict[str, str]) -> bool:
    kind = link.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in link.get("rel", "").lower().split() and kind in _FEED_TYPES


def _without_comments(text: str) -> str:
    """``text`` without comments, and up to a comment that is not closed."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        parts.append(text[at:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(parts)
        at = end + 3
    return "".join([*parts, text[at:]])
