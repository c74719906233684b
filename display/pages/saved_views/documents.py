"""Feeds as text: Atom (RFC 4287) and JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from display.pages.mentions.export import record
from display.pages.mentions.facets import INTENT
from monitor.model import Intent, Mention
from monitor.model.saved_views import SavedView

ATOM_TYPE, JSON_TYPE = "application/atom+xml; charset=utf-8", "application/feed+json"
MAX_TITLE_CHARS = 100
NAMESPACE = uuid.UUID("6f0b3c52-6d0f-4c0a-9b55-4b0f1d7f6c11")
"""Of the ids of entries and feeds. It never changes, or readers would show everything again."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A mention in a feed."""

    mention: Mention
    url: str
    """Its page."""

    @property
    def id(self) -> str:
        """Stays the same when Wallflower moves to another address, or the database is restored."""
        post = self.mention.post
        return uuid.uuid5(NAMESPACE, json.dumps([self.mention.brand, post.source, post.external_id])).urn

    @property
    def title(self) -> str:
        """The brand, the sentiment, and the title of the post or the beginning of its text."""
        words = " ".join((self.mention.post.title or self.mention.post.text).split())
        cut = words if len(words) <= MAX_TITLE_CHARS else words[: MAX_TITLE_CHARS - 1].rstrip() + "…"
        return f"{self.mention.brand}, {self.mention.score.sentiment.value}: {cut}"

    @property
    def published_at(self) -> datetime | None:
        """None: the site does not say when."""
        return None if self.mention.post.undated else self.mention.post.published_at

    @property
    def tags(self) -> list[str]:
        """The brand, the source, what the author may want, and the topics of the config."""
        intents = [INTENT.label(str(bit.name).lower()) for bit in Intent if bit in self.mention.intent]
        return [self.mention.brand, self.mention.post.source, *intents, *self.mention.topics]


@dataclass(frozen=True, slots=True)
class Document:
    """A feed."""

    view: SavedView
    url: str
    """Of the list."""
    feed_url: str
    entries: Sequence[Entry]

    @property
    def id(self) -> str:
        """Differs for views that got the same number in two databases."""
        return uuid.uuid5(NAMESPACE, json.dumps([self.view.id, self.view.created_at.isoformat()])).urn

    @property
    def title(self) -> str:
        """The name of the view and of the program."""
        return f"{self.view.name} - Wallflower"

    @property
    def updated_at(self) -> datetime:
        """When the newest of its mentions was added."""
        return max((entry.mention.added_at for entry in self.entries), default=self.view.created_at)


def atom_document(document: Document) -> str:
    """As Atom."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _text(feed, "id", document.id)
    _text(feed, "title", document.title)
    _text(feed, "updated", document.updated_at.isoformat())
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": document.feed_url})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": document.url})
    _text(feed, "generator", "Wallflower")
    for entry in document.entries:
        _add_entry(feed, entry)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def json_document(document: Document) -> str:
    """As a JSON Feed."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.url,
        "feed_url": document.feed_url,
        "items": [_item(entry) for entry in document.entries],
    }
    return json.dumps(found, ensure_ascii=False) + "\n"


def _add_entry(feed: Element, entry: Entry) -> None:
    post = entry.mention.post
    element = SubElement(feed, "entry")
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", entry.mention.added_at.isoformat())
    if entry.published_at is not None:
        _text(element, "published", entry.published_at.isoformat())
    _text(SubElement(element, "author"), "name", post.author or post.site or post.source)
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    if post.url:
        SubElement(element, "link", {"rel": "via", "href": _clean(post.url)})
    for tag in entry.tags:
        SubElement(element, "category", {"term": _clean(tag)})
    content = _text(element, "content", post.body)
    content.set("type", "text")
    if post.lang:
        content.set("xml:lang", post.lang)


def _item(entry: Entry) -> dict[str, Any]:
    post = entry.mention.post
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": post.url,
        "title": entry.title,
        "content_text": post.body,
        "date_published": entry.published_at.isoformat() if entry.published_at else "",
        "authors": [{"name": post.author}] if post.author else [],
        "tags": entry.tags,
        "language": post.lang or "",
        "_wallflower": {"about": "The mention as in /mentions.json", "mention": record(entry.mention)},
    }
    return {name: value for name, value in item.items() if value}


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """``text`` without what XML cannot contain, even escaped."""
    return _NOT_IN_XML.sub("", text)
