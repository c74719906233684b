"""Parses a document that should be a feed. Documents from outside are parsed in the child process only."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from monitor.feeds import repair
from monitor.feeds.entries import Feed, NotAFeed
from monitor.feeds.feedparser_fallback import parse_with_feedparser
from monitor.feeds.json_feed import parse_json_feed
from monitor.feeds.strict_parser import parse_strictly
from monitor.feeds.web_page import advice_about_page, feed_urls, is_web_page

_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel|html)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!entity", re.IGNORECASE)


def parse_document(document: bytes, content_type: str, base: str) -> Feed:
    """The entries of ``document``. ``base``: the feed's URL, for relative links. Raises NotAFeed."""
    document, content_type = repair.in_utf8(repair.decompressed(document), content_type)
    if not document:
        raise NotAFeed("The response is empty.")
    if document[:1] in b"{[":
        return parse_json_feed(document, base)
    if _declares_entities(document):
        raise NotAFeed("This document declares XML entities, which can be used for attacks. Such feeds are not read.")
    if is_web_page(document):
        page, document = document, repair.embedded_feed(document)
        if not document:
            found = feed_urls(page, base)
            raise NotAFeed("This is a web page, not a feed." + ("" if found else f" {advice_about_page(page)}"), found)
    return _parse_xml(repair.without_doctype(document), content_type, base)


def _parse_xml(document: bytes, content_type: str, base: str) -> Feed:
    document = repair.with_valid_references(document)
    feed = parse_strictly(document, content_type, base)
    if feed is not None and (feed.entries or not repair.has_entry_tags(document)):
        return feed
    part = repair.complete_part(document)
    if part is not None:
        return _parse_part(part, content_type, base)
    if not repair.has_entry_tags(document):
        return parse_with_feedparser(document, content_type, base)
    for repaired in (document, repair.without_prefixes(document)):
        with contextlib.suppress(NotAFeed):
            feed = parse_with_feedparser(repaired, content_type, base)
            if feed.entries or feed.skipped:
                return feed
    raise NotAFeed("This document contains entries, but none that can be read: its markup is damaged.")


def _parse_part(part: bytes, content_type: str, base: str) -> Feed:
    feed = parse_strictly(part, content_type, base)
    if feed is None and part:
        feed = parse_with_feedparser(part, content_type, base)
    if feed is None or not feed.entries:
        raise NotAFeed("This feed breaks off before the end of its first entry, so nothing of it was read.")
    return replace(feed, breaks_off=True)


def _declares_entities(document: bytes) -> bool:
    """Whether entities are declared between the DOCTYPE and the root element, also in two-byte encodings."""
    if b"\0" in document[:100]:
        document = document.replace(b"\0", b"")
    start = _DOCTYPE.search(document)
    if not start:
        return False
    root = _ROOT.search(document, start.end())
    return bool(_ENTITY.search(document, start.end(), root.start() if root else len(document)))
