"""Parses well-formed feeds with the standard library's C parser, twenty times as fast as feedparser.

It accepts RSS 0.9x and 2.0, RSS 1.0 and Atom 1.0 in valid UTF-8 or a Western encoding, with elements that it knows, and
returns the same entries as feedparser (the tests and bench/parsing.py compare both). If it finds anything
that it does not support (an unknown element, a DOCTYPE with declarations, a broken tag), feedparser parses the document
instead.
"""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from feedparser.urls import make_safe_absolute_uri

from monitor.feeds.dates import parse_date
from monitor.feeds.entries import (
    MAX_ENTRIES,
    Entry,
    Feed,
    absolute_url,
    normalise,
    parse_ttl,
    repair_encoding,
    with_original_link,
)
from monitor.feeds.namespaces import IGNORED_ELEMENTS, KNOWN_NAMESPACES, RESERVED_PREFIXES, prefixed_name

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"']")
_WESTERN = re.compile(
    rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"'](windows-1252|iso-8859-1)[\"'][^<>\r\n]*\?>", re.IGNORECASE
)
_DOCTYPE = re.compile(rb"(\s*(?:<\?xml\s[^<>]*\?>\s*)?)<!DOCTYPE\s[^<>\[\]]{1,300}>")
"""A DOCTYPE without declarations, which can be dropped."""
_UTF8 = {"utf-8", "utf8", "us-ascii"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ITEM_NAMES = {"item", "entry"}
_HTML_TYPES = {"text/html", "application/xhtml+xml"}


class _NeedsFeedparser(Exception):
    """The document contains something that only feedparser handles."""


def parse_strictly(document: bytes, content_type: str, base: str) -> Feed | None:
    """The entries of a well-formed feed; None if feedparser has to parse it."""
    try:
        text = _to_utf8(document, content_type)
        if found := _DOCTYPE.match(text):
            text = found[1] + text[found.end() :]
        return None if b"<!DOCTYPE" in text else _feed(_root(text), base)
    except (ET.ParseError, ValueError, LookupError, _NeedsFeedparser):
        return None


def _to_utf8(document: bytes, content_type: str) -> bytes:
    """``document`` in UTF-8, by its declared encoding. Raises _NeedsFeedparser, UnicodeDecodeError."""
    charset = _CHARSET.search(content_type)
    if (western := _WESTERN.match(document)) and not charset:
        return document[western.end() :].decode(western[1].decode()).encode()
    text = document.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED_ENCODING.match(text[:500])
    if declared and declared[1].decode("ascii").lower() not in _UTF8 - {"us-ascii"}:
        raise _NeedsFeedparser
    if charset and charset[1].lower() not in _UTF8:
        raise _NeedsFeedparser
    text.decode()
    return text.lstrip()


def _root(document: bytes) -> ET.Element:
    parser = ET.iterparse(io.BytesIO(document), events=("start-ns",))
    for _, (prefix, uri) in parser:
        # feedparser goes by the prefix if it does not know the namespace URI
        if uri not in KNOWN_NAMESPACES and (not prefix or prefix.lower() in RESERVED_PREFIXES):
            raise _NeedsFeedparser
    root: ET.Element = parser.root  # type: ignore[attr-defined]
    return root


def _feed(root: ET.Element, base: str) -> Feed:
    kind = prefixed_name(root.tag)
    if kind == "rss" and len(root) == 1 and prefixed_name(root[0].tag) == "channel":
        holder, items, is_atom = root[0], _items(root[0], "item"), False
    elif kind == "rdf:rdf":
        holder = next((e for e in root if prefixed_name(e.tag) == "channel"), root)
        items, is_atom = _items(root, "item"), False
        _items(holder if holder is not root else (), "none")  # items inside the channel are not RSS 1.0
    elif root.tag == "{http://www.w3.org/2005/Atom}feed":
        holder, items, is_atom = root, _items(root, "entry"), True
    else:
        raise _NeedsFeedparser
    base = _base(root, base)
    base = _base(holder, base) if kind == "rss" else base
    lang = _lang(holder) or _lang(root) or _field(holder, "language") or _field(holder, "dc:language")
    entries = [_EntryParser(item, is_atom, base, lang).parse() for item in items[:MAX_ENTRIES]]
    return Feed(tuple(entries), parse_ttl(_field(holder, "ttl")), 0, len(items) > MAX_ENTRIES)


def _items(holder: Iterable[ET.Element], name: str) -> list[ET.Element]:
    """The items or entries in ``holder``. Raises _NeedsFeedparser unless all are called ``name``."""
    found = [element for element in holder if prefixed_name(element.tag) in _ITEM_NAMES]
    if any(prefixed_name(element.tag) != name for element in found):
        raise _NeedsFeedparser
    return found


def _base(element: ET.Element, base: str) -> str:
    """The base URL inside ``element``; ``base`` is the one around it."""
    _refuse_unprefixed(element)
    xml_base = element.get(_XML + "base")
    return str(make_safe_absolute_uri(base, xml_base) or base) if xml_base else base


def _refuse_base(element: ET.Element) -> None:
    _refuse_unprefixed(element)
    if _XML + "base" in element.attrib:
        raise _NeedsFeedparser


def _refuse_unprefixed(element: ET.Element) -> None:
    """feedparser treats ``base`` and ``lang`` like ``xml:base`` and ``xml:lang``; this parser does not."""
    if element.attrib and ("base" in element.attrib or "lang" in element.attrib):
        raise _NeedsFeedparser


def _lang(element: ET.Element) -> str:
    return element.get(_XML + "lang", "").replace("_", "-")


def _field(holder: ET.Element, name: str) -> str:
    return next((repair_encoding(e.text or "") for e in holder if prefixed_name(e.tag) == name), "")


class _EntryParser:
    """Parses one item or entry, element by element in document order, as feedparser does."""

    def __init__(self, item: ET.Element, is_atom: bool, base: str, lang: str) -> None:
        self._is_atom = is_atom
        self._base = _base(item, base)
        self._lang = _lang(item) or lang
        self._item = item
        self._texts: list[str] = []
        self._fields: dict[str, str] = {}
        about = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
        if about:
            self._fields["id"] = about

    def parse(self) -> Entry:
        """The entry. Raises _NeedsFeedparser."""
        for element in self._item:
            self._parse_element(element)
        values = self._fields
        entry_id, link = with_original_link(values.get("id", ""), values.get("link", ""), values.get("original", ""))
        entry = Entry(
            entry_id,
            link,
            values.get("title", ""),
            max(self._texts, key=len, default=""),
            values.get("author", ""),
            self._published(),
            self._lang,
            values.get("enclosure", ""),
        )
        return normalise(entry, self._base)

    def _published(self) -> float | None:
        for name in ("published", "updated", "created"):
            at = parse_date(self._fields.get(name, ""))
            if at is not None:
                return at
        return None

    def _parse_element(self, element: ET.Element) -> None:
        name = prefixed_name(element.tag)
        target = KNOWN_ELEMENTS.get(name)
        if target is None:
            self._check_ignored(element, name)
            return
        if target == "text":
            self._texts.append(self._markup(element, "text/html" if not self._is_atom else "text"))
            return
        if target == "title":
            self._parse_title(element)
            return
        _refuse_base(element)
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

    def _check_ignored(self, element: ET.Element, name: str) -> None:
        """Raise _NeedsFeedparser unless the element and all inside it can be ignored."""
        # a source element describes another feed
        inside = [name] if name == "source" else [prefixed_name(inner.tag) for inner in element.iter()]
        for inner in inside:
            if inner == "media:title" and self._fields.get("title"):
                continue
            if inner.partition(":")[0] not in IGNORED_ELEMENTS and inner not in IGNORED_ELEMENTS:
                raise _NeedsFeedparser

    def _plain(self, element: ET.Element) -> str:
        if len(element):
            raise _NeedsFeedparser
        return repair_encoding(element.text or "")

    def _parse_title(self, element: ET.Element) -> None:
        # feedparser has special rules to decide whether an RSS title that contains "<" is HTML
        if self._fields.get("title") or (not self._is_atom and "<" in (element.text or "")):
            raise _NeedsFeedparser
        self._fields["title"] = self._markup(element, "text" if self._is_atom else "text/html")

    def _markup(self, element: ET.Element, default_type: str) -> str:
        """The element's value as HTML. Its links are not resolved, so its ``xml:base`` does not matter."""
        if _XML + "lang" in element.attrib:
            raise _NeedsFeedparser
        _refuse_unprefixed(element)
        kind = element.get("type", default_type).lower()
        if not self._is_atom and ("type" in element.attrib or "mode" in element.attrib):
            raise _NeedsFeedparser
        if kind == "xhtml":
            return _inner_html(element)
        if kind not in ("text", "html", "text/html"):
            raise _NeedsFeedparser
        text = self._plain(element)
        return html.escape(text, quote=False) if kind == "text" else text

    def _parse_link(self, element: ET.Element) -> None:
        if "href" not in element.attrib:
            if element.attrib or self._is_atom:
                raise _NeedsFeedparser
            self._fields["link"] = re.sub(r"&([A-Za-z0-9_]+);", r"&\1", self._plain(element).replace("&amp;", "&"))
            return
        href, rel = _url_attribute(element, "href"), element.get("rel", "alternate").lower()
        if rel == "enclosure":
            self._fields.setdefault("enclosure", absolute_url(self._base, href))
        elif rel == "alternate" and element.get("type", "text/html").lower() in _HTML_TYPES:
            self._fields["link"] = href

    def _parse_id(self, element: ET.Element) -> None:
        value = self._plain(element)
        is_link = self._is_atom or element.get("isPermaLink", "true") == "true"
        if any(name.lower() == "ispermalink" and name != "isPermaLink" for name in element.attrib):
            raise _NeedsFeedparser
        self._fields["id"] = absolute_url(self._base, value) if is_link else value
        if is_link:
            self._fields.setdefault("link", self._fields["id"])

    def _parse_author(self, element: ET.Element) -> None:
        if not self._is_atom:
            self._fields["author"] = self._plain(element)
            return
        parts = {prefixed_name(e.tag): self._plain(e) for e in element}
        if (element.text or "").strip() or set(parts) - {"name", "email", "uri"}:
            raise _NeedsFeedparser
        name, email = parts.get("name", ""), parts.get("email", "")
        self._fields["author"] = f"{name} ({email})" if name and email else name or email


KNOWN_ELEMENTS = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "id": "id",
    "description": "text",
    "summary": "text",
    "content": "text",
    "content:encoded": "text",
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
}
"""Element -> the field of Entry that it fills, or the kind of date that it holds."""


def _url_attribute(element: ET.Element, name: str) -> str:
    """The attribute ``name``. Raises _NeedsFeedparser if it is blank, which feedparser treats in several ways."""
    found = element.get(name, "")
    if not found.strip():
        raise _NeedsFeedparser
    return found


def _inner_html(element: ET.Element) -> str:
    """The content of an XHTML element, as HTML."""
    for inner in element.iter():
        _refuse_base(inner)
        inner.tag = str(inner.tag).rpartition("}")[2]
        inner.attrib.clear()
    parts = [html.escape(element.text or "", quote=False)]
    parts += [ET.tostring(inner, encoding="unicode", method="html") for inner in element]
    return repair_encoding("".join(parts))
