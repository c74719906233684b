"""Parses a document that should be a feed. Documents from outside are parsed in the child process only."""

from __future__ import annotations

import re

from monitor.feeds.entries import Feed, NotAFeed
from monitor.feeds.feedparser_fallback import parse_with_feedparser
from monitor.feeds.json_feed import parse_json_feed
from monitor.feeds.strict_parser import parse_strictly
from monitor.feeds.web_page import feed_urls, is_web_page

_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel|html)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!entity", re.IGNORECASE)


def parse_document(document: bytes, content_type: str, base: str) -> Feed:
    """The entries of ``document``. ``base``: the feed's URL, for relative links. Raises NotAFeed."""
    start = document[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise NotAFeed("The response is empty.")
    if start[:1] in b"{[":
        return parse_json_feed(document, base)
    if _declares_entities(document):
        raise NotAFeed("This document declares XML entities, which can be used for attacks. Such feeds are not read.")
    if is_web_page(document):
        found = feed_urls(document, base)
        advice = "" if found else " Look for a link named RSS or Atom on it, and use its address."
        raise NotAFeed(f"This is a web page, not a feed.{advice}", found)
    feed = parse_strictly(document, content_type, base)
    return feed if feed is not None else parse_with_feedparser(document, content_type, base)


def _declares_entities(document: bytes) -> bool:
    """Whether entities are declared between the DOCTYPE and the root element, also in two-byte encodings."""
    if b"\0" in document[:100]:
        document = document.replace(b"\0", b"")
    start = _DOCTYPE.search(document)
    if not start:
        return False
    root = _ROOT.search(document, start.end())
    return bool(_ENTITY.search(document, start.end(), root.start() if root else len(document)))
