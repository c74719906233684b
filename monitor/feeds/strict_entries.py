"""Parses one entry of a well-formed feed, element by element in document order, as feedparser does."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

from feedparser.urls import make_safe_absolute_uri

from monitor.feeds.dates import parse_date
from monitor.feeds.entries import (
    Entry,
    absolute_url,
    normalise,
    parse_stars,
    repair_encoding,
    review_text,
    with_original_link,
)
from monitor.feeds.namespaces import ElementNames, is_ignored, looks_like_html

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LINK_TYPES = {"text/html", "application/xhtml+xml"}
_TEXT_TYPES = {"text": "text", "plain": "text", "text/plain": "text", "html": "html", "text/html": "html"}
_TITLES = {"title", "dc:title", "media:title"}
_DESCRIPTIONS = {"description", "media:description"}
_AUTHOR_PARTS = {"name", "email", "uri"}

KNOWN_ELEMENTS = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "id": "id",
    "description": "description",
    "media:description": "description",
    "summary": "summary",
    "itunes:summary": "summary",
    "content": "content",
    "content:encoded": "content",
    "pubdate": "published",
    "published": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "dcterms:created": "created",
    "author": "author",
    "dc:creator": "author",
    "itunes:author": "author",
    "enclosure": "enclosure",
    "feedburner:origlink": "original",
    "im:rating": "rating",
}
"""Element -> the field of Entry that it fills, the kind of text or the kind of date that it holds."""


class NeedsFeedparser(Exception):
    """The document contains something that only feedparser handles."""


def base_url(element: ET.Element, base: str) -> str:
    """The base URL inside ``element``; ``base`` is the one around it. Raises NeedsFeedparser."""
    _refuse_unprefixed(element)
    xml_base = element.get(_XML + "base")
    return str(make_safe_absolute_uri(base, xml_base) or base) if xml_base else base


def language(element: ET.Element, inherited: str = "") -> str:
    """The language that applies inside ``element``; '' if it is unknown or declared to be so."""
    return element.get(_XML + "lang", inherited).replace("_", "-")


class FeedContext:
    """What the entries of one document have in common."""

    def __init__(self, kind: str, base: str, names: ElementNames, inherited: str, language: str) -> None:
        """``kind``: rss, rdf or atom. ``inherited``: the xml:lang around the entries. ``language``: the feed's."""
        self.kind, self.base, self.names = kind, base, names
        self.inherited_language, self.language = inherited, language


class EntryParser:
    """Parses one item or entry."""

    def __init__(self, item: ET.Element, feed: FeedContext) -> None:
        self._feed, self._item = feed, item
        self._is_atom = feed.kind == "atom"
        self._base = base_url(item, feed.base)
        self._lang = language(item, feed.inherited_language)
        self._title_lang = ""
        self._text_langs: set[str] = set()
        self._may_replace_title = False
        self._contents: list[str] = []
        self._summary: str | None = None
        self._fields: dict[str, str] = {}
        about = item.get(_ABOUT)
        if about:
            self._fields["id"] = about

    def parse(self) -> Entry:
        """The entry. Raises NeedsFeedparser."""
        for element in self._item:
            self._parse_element(element)
        values = self._fields
        entry_id, link = with_original_link(values.get("id", ""), values.get("link", ""), values.get("original", ""))
        stars = parse_stars(values.get("rating"))
        entry = Entry(
            entry_id,
            link,
            values.get("title", ""),
            review_text(self._contents, stars) or max((*self._contents, self._summary or ""), key=len),
            values.get("author", ""),
            self._published(),
            self._language(),
            values.get("enclosure", ""),
            stars,
        )
        return normalise(entry, self._base)

    def _published(self) -> float | None:
        for name in ("published", "updated", "created"):
            at = parse_date(self._fields.get(name, ""))
            if at is not None:
                return at
        return None

    def _language(self) -> str:
        """That of the title, else of the texts, else the feed's."""
        found = {self._title_lang} if self._title_lang else self._text_langs - {""}
        if len(found) > 1:
            raise NeedsFeedparser
        return next(iter(found), "") or self._feed.language

    def _parse_element(self, element: ET.Element) -> None:
        target = KNOWN_ELEMENTS.get(self._feed.names[element.tag])
        if target is None:
            self._parse_other(element)
        elif target in ("description", "summary", "content"):
            self._add_text(element, target)
        elif target == "title":
            self._parse_title(element)
        else:
            _refuse_base(element)
            self._parse_field(element, target)

    def _parse_field(self, element: ET.Element, target: str) -> None:
        if target == "link":
            self._parse_link(element)
        elif target == "id":
            self._parse_id(element)
        elif target == "author":
            self._parse_author(element)
        elif target == "enclosure":
            self._fields.setdefault("enclosure", _url_attribute(element, "url"))
        else:
            self._fields[target] = self._plain(element)

    def _parse_other(self, element: ET.Element) -> None:
        """Read the descriptions inside another element. Raises NeedsFeedparser unless all else can be ignored."""
        names = self._feed.names
        if names[element.tag] == "source":
            return  # describes another feed
        for inner in element.iter():
            name = names[inner.tag]
            if name in _DESCRIPTIONS:
                self._add_text(inner, "description")
            elif name in _TITLES and self._fields.get("title") and not self._may_replace_title:
                self._may_replace_title = name == "title" or inner is not element
            elif name == "image" and all(names[part.tag] in ("image", "url") for part in inner.iter()):
                self._may_replace_title = True
            elif not is_ignored(name):
                raise NeedsFeedparser

    def _add_text(self, element: ET.Element, target: str) -> None:
        """A second description counts as content. After the content, a description replaces the one before."""
        is_content = target == "content" or (self._summary is not None and not self._contents)
        default = "html" if self._feed.names[element.tag] == "content:encoded" else "text"
        if target == "description" and not is_content:
            default = "html"
        self._text_langs.add(language(element, self._lang))
        markup = self._markup(element, default)
        if is_content:
            self._contents.append(markup)
        else:
            self._summary = markup

    def _parse_title(self, element: ET.Element) -> None:
        if self._fields.get("title"):
            raise NeedsFeedparser
        self._title_lang = language(element, self._lang)
        self._fields["title"] = self._markup(element, "text")

    def _plain(self, element: ET.Element) -> str:
        if len(element):
            raise NeedsFeedparser
        return repair_encoding(element.text or "")

    def _markup(self, element: ET.Element, default_type: str) -> str:
        """The element's value as HTML. Its links are not resolved, so its ``xml:base`` does not matter."""
        _refuse_unprefixed(element)
        declared = element.get("type", default_type).lower()
        if declared == "xhtml" and self._is_atom:
            return _inner_html(element)
        if declared not in _TEXT_TYPES or "mode" in element.attrib:
            raise NeedsFeedparser
        text = self._plain(element)
        if _TEXT_TYPES[declared] == "html" or (not self._is_atom and self._is_undeclared_html(text)):
            return text
        return html.escape(text, quote=False)

    def _is_undeclared_html(self, text: str) -> bool:
        """Whether feedparser takes text of RSS for HTML. It may take RSS 1.0 for Atom, which is never guessed."""
        if self._feed.kind == "rdf" and ("<" in text or "&" in text):
            raise NeedsFeedparser
        return looks_like_html(text)

    def _parse_link(self, element: ET.Element) -> None:
        if "href" not in element.attrib:
            if element.attrib or self._is_atom:
                raise NeedsFeedparser
            self._fields["link"] = re.sub(r"&([A-Za-z0-9_]+);", r"&\1", self._plain(element).replace("&amp;", "&"))
            return
        href, rel = _url_attribute(element, "href"), element.get("rel", "alternate").lower()
        if rel == "enclosure":
            self._fields.setdefault("enclosure", absolute_url(self._base, href))
        elif rel == "alternate" and element.get("type", "text/html").lower() in _LINK_TYPES:
            self._fields["link"] = href

    def _parse_id(self, element: ET.Element) -> None:
        value = self._plain(element)
        is_link = self._is_atom or element.get("isPermaLink", "true") == "true"
        if any(name.lower() == "ispermalink" and name != "isPermaLink" for name in element.attrib):
            raise NeedsFeedparser
        self._fields["id"] = absolute_url(self._base, value) if is_link else value
        if is_link:
            self._fields.setdefault("link", self._fields["id"])

    def _parse_author(self, element: ET.Element) -> None:
        if not self._is_atom:
            self._fields["author"] = self._plain(element)
            return
        elements = {self._feed.names[inner.tag]: inner for inner in element}
        parts = {name: self._plain(inner) for name, inner in elements.items() if name in _AUTHOR_PARTS}
        others = {self._feed.names[e.tag] for e in element.iter() if e is not element} - _AUTHOR_PARTS
        if (element.text or "").strip() or not all(map(is_ignored, others)):
            raise NeedsFeedparser
        name, email = parts.get("name", ""), parts.get("email", "")
        self._fields["author"] = f"{name} ({email})" if name and email else name or email


def _refuse_base(element: ET.Element) -> None:
    _refuse_unprefixed(element)
    if _XML + "base" in element.attrib:
        raise NeedsFeedparser


def _refuse_unprefixed(element: ET.Element) -> None:
    """feedparser treats ``base`` and ``lang`` like ``xml:base`` and ``xml:lang``; this parser does not."""
    if element.attrib and ("base" in element.attrib or "lang" in element.attrib):
        raise NeedsFeedparser


def _url_attribute(element: ET.Element, name: str) -> str:
    """The attribute ``name``. Raises NeedsFeedparser if it is blank, which feedparser treats in several ways."""
    found = element.get(name, "")
    if not found.strip():
        raise NeedsFeedparser
    return found


def _inner_html(element: ET.Element) -> str:
    """The content of an XHTML element, as HTML."""
    for inner in element.iter():
        inner.tag = str(inner.tag).rpartition("}")[2]
        inner.attrib.clear()
    parts = [html.escape(element.text or "", quote=False)]
    parts += [ET.tostring(inner, encoding="unicode", method="html") for inner in element]
    return repair_encoding("".join(parts))
