"""Reads a document that should be a feed. Runs in the child process, and nowhere else on bytes from outside."""

from __future__ import annotations

import re

from monitor.feeds.entries import Feed, NotAFeed
from monitor.feeds.jsonfeed import read_json_feed
from monitor.feeds.loose import read_loosely
from monitor.feeds.webpage import feeds_named, is_web_page
from monitor.feeds.wellformed import read_wellformed

_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel|html)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!entity", re.IGNORECASE)


def read(document: bytes, content_type: str, base: str) -> Feed:
    """The entries of ``document``; ``base`` is the feed's address, for relative links. Raises NotAFeed."""
    start = document[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise NotAFeed("The answer is empty.")
    if start[:1] in b"{[":
        return read_json_feed(document, base)
    if _declares_entities(document):
        raise NotAFeed("This document declares entities of its own, which can blow up. We do not read such feeds.")
    if is_web_page(document):
        named = feeds_named(document, base)
        advice = "" if named else " Look there for a link called RSS or Atom, and give its address."
        raise NotAFeed(f"This is a web page, not a feed.{advice}", named)
    found = read_wellformed(document, content_type, base)
    return found if found is not None else read_loosely(document, content_type, base)


def _declares_entities(document: bytes) -> bool:
    """Whether there are entities between the DOCTYPE and the root element, also in two-byte encodings."""
    if b"\0" in document[:100]:
        document = document.replace(b"\0", b"")
    start = _DOCTYPE.search(document)
    if not start:
        return False
    root = _ROOT.search(document, start.end())
    return bool(_ENTITY.search(document, start.end(), root.start() if root else len(document)))
