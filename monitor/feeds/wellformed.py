"""The feeds that are as they should be, read with the standard library's C parser, twenty times as fast as feedparser.

It takes RSS 0.9x and 2.0, RSS 1.0 and Atom 1.0 in valid UTF-8 or a Western encoding, with elements that it knows, and
tells for them what feedparser tells (bench/parsing.py and the tests hold both side by side). At the first thing that it
does not know for certain (an odd element, a DOCTYPE that declares something, a broken tag) it gives up, and feedparser
reads the document instead.
"""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from feedparser.urls import make_safe_absolute_uri

from monitor.feeds.dates import seconds
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, absolute, mend, settle, whole_number
from monitor.feeds.vocabulary import DECLINED_PREFIXES, HARMLESS, KNOWN, in_words

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"']")
_WESTERN = re.compile(
    rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"'](windows-1252|iso-8859-1)[\"'][^<>\r\n]*\?>", re.IGNORECASE
)
_DOCTYPE = re.compile(rb"(\s*(?:<\?xml\s[^<>]*\?>\s*)?)<!DOCTYPE\s[^<>\[\]]{1,300}>")
"""One that declares nothing, and so means nothing."""
_UTF8 = {"utf-8", "utf8", "us-ascii"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ITEMS = {"item", "entry"}
_HTML_TYPES = {"text/html", "application/xhtml+xml"}


class _Odd(Exception):
    """Something that feedparser knows better."""


def read_wellformed(document: bytes, content_type: str, base: str) -> Feed | None:
    """The entries of a feed that is as it should be; None: let feedparser read it."""
    try:
        text = _utf8(document, content_type)
        if found := _DOCTYPE.match(text):
            text = found[1] + text[found.end() :]
        return None if b"<!DOCTYPE" in text else _feed(_root(text), base)
    except (ET.ParseError, ValueError, LookupError, _Odd):
        return None


def _utf8(document: bytes, content_type: str) -> bytes:
    """``document`` in UTF-8, as it says that it is. Raises _Odd, UnicodeDecodeError."""
    charset = _CHARSET.search(content_type)
    if (western := _WESTERN.match(document)) and not charset:
        return document[western.end() :].decode(western[1].decode()).encode()
    text = document.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(text[:500])
    if declared and declared[1].decode("ascii").lower() not in _UTF8 - {"us-ascii"}:
        raise _Odd
    if charset and charset[1].lower() not in _UTF8:
        raise _Odd
    text.decode()
    return text.lstrip()


def _root(document: bytes) -> ET.Element:
    parser = ET.iterparse(io.BytesIO(document), events=("start-ns",))
    for _, (prefix, address) in parser:
        # feedparser goes by the prefix where it does not know the address
        if address not in KNOWN and (not prefix or prefix.lower() in DECLINED_PREFIXES):
            raise _Odd
    root: ET.Element = parser.root  # type: ignore[attr-defined]
    return root


def _feed(root: ET.Element, base: str) -> Feed:
    kind = in_words(root.tag)
    if kind == "rss" and len(root) == 1 and in_words(root[0].tag) == "channel":
        holder, items, is_atom = root[0], _only(root[0], "item"), False
    elif kind == "rdf:rdf":
        holder = next((e for e in root if in_words(e.tag) == "channel"), root)
        items, is_atom = _only(root, "item"), False
        _only(holder if holder is not root else (), "none")
    elif root.tag == "{http://www.w3.org/2005/Atom}feed":
        holder, items, is_atom = root, _only(root, "entry"), True
    else:
        raise _Odd
    base = _base(root, base)
    base = _base(holder, base) if kind == "rss" else base
    lang = _lang(holder) or _lang(root) or _field(holder, "language") or _field(holder, "dc:language")
    found = [_Reader(item, is_atom, base, lang).entry() for item in items[:MAX_ENTRIES]]
    return Feed(tuple(found), whole_number(_field(holder, "ttl")), 0, len(items) > MAX_ENTRIES)


def _only(holder: Iterable[ET.Element], name: str) -> list[ET.Element]:
    """The items or entries in ``holder``, all of which must be called ``name``."""
    found = [element for element in holder if in_words(element.tag) in _ITEMS]
    if any(in_words(element.tag) != name for element in found):
        raise _Odd
    return found


def _base(element: ET.Element, base: str) -> str:
    """The address from which links in ``element`` are seen, where ``base`` is that outside of it."""
    _refuse_bare(element)
    own = element.get(_XML + "base")
    return str(make_safe_absolute_uri(base, own) or base) if own else base


def _refuse_base(element: ET.Element) -> None:
    _refuse_bare(element)
    if _XML + "base" in element.attrib:
        raise _Odd


def _refuse_bare(element: ET.Element) -> None:
    """feedparser takes attributes of these names for XML's own."""
    if element.attrib and ("base" in element.attrib or "lang" in element.attrib):
        raise _Odd


def _lang(element: ET.Element) -> str:
    return element.get(_XML + "lang", "").replace("_", "-")


def _field(holder: ET.Element, name: str) -> str:
    return next((mend(e.text or "") for e in holder if in_words(e.tag) == name), "")


class _Reader:
    """Reads one item or entry, in the order of its elements, as feedparser does."""

    def __init__(self, item: ET.Element, is_atom: bool, base: str, lang: str) -> None:
        self._is_atom = is_atom
        self._base = _base(item, base)
        self._lang = _lang(item) or lang
        self._item = item
        self._texts: list[str] = []
        self._told: dict[str, str] = {}
        about = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
        if about:
            self._told["id"] = about

    def entry(self) -> Entry:
        """What it says. Raises _Odd."""
        for element in self._item:
            self._read(element)
        told = self._told
        found = Entry(
            told.get("id", ""),
            told.get("link", ""),
            told.get("title", ""),
            max(self._texts, key=len, default=""),
            told.get("author", ""),
            self._published(),
            self._lang,
            told.get("enclosure", ""),
        )
        return settle(found, self._base)

    def _published(self) -> float | None:
        for name in ("published", "updated", "created"):
            at = seconds(self._told.get(name, ""))
            if at is not None:
                return at
        return None

    def _read(self, element: ET.Element) -> None:
        name = in_words(element.tag)
        meaning = KNOWN_ELEMENTS.get(name)
        if meaning is None:
            self._pass_by(element, name)
            return
        if meaning == "text":
            self._texts.append(self._markup(element, "text/html" if not self._is_atom else "text"))
            return
        if meaning == "title":
            self._read_title(element)
            return
        _refuse_base(element)
        if meaning == "link":
            self._read_link(element)
        elif meaning == "id":
            self._read_id(element)
        elif meaning == "author":
            self._read_author(element)
        elif meaning == "enclosure":
            self._told.setdefault("enclosure", _address(element, "url"))
        else:
            self._told[meaning] = self._plain(element)

    def _pass_by(self, element: ET.Element, name: str) -> None:
        """Leave an element that says nothing to us, after a look inside."""
        # what stands in a source describes another feed
        inside = [name] if name == "source" else [in_words(inner.tag) for inner in element.iter()]
        for inner in inside:
            if inner == "media:title" and self._told.get("title"):
                continue
            if inner.partition(":")[0] not in HARMLESS and inner not in HARMLESS:
                raise _Odd

    def _plain(self, element: ET.Element) -> str:
        if len(element):
            raise _Odd
        return mend(element.text or "")

    def _read_title(self, element: ET.Element) -> None:
        # feedparser has rules of its own for whether a title in RSS that holds a sign like a tag's is HTML
        if self._told.get("title") or (not self._is_atom and "<" in (element.text or "")):
            raise _Odd
        self._told["title"] = self._markup(element, "text" if self._is_atom else "text/html")

    def _markup(self, element: ET.Element, usual: str) -> str:
        """The element's value as HTML. Links in it are not resolved, so that a base of its own changes nothing."""
        if _XML + "lang" in element.attrib:
            raise _Odd
        _refuse_bare(element)
        kind = element.get("type", usual).lower()
        if not self._is_atom and ("type" in element.attrib or "mode" in element.attrib):
            raise _Odd
        if kind == "xhtml":
            return _inner(element)
        if kind not in ("text", "html", "text/html"):
            raise _Odd
        text = self._plain(element)
        return html.escape(text, quote=False) if kind == "text" else text

    def _read_link(self, element: ET.Element) -> None:
        if "href" not in element.attrib:
            if element.attrib or self._is_atom:
                raise _Odd
            self._told["link"] = re.sub(r"&([A-Za-z0-9_]+);", r"&\1", self._plain(element).replace("&amp;", "&"))
            return
        href, rel = _address(element, "href"), element.get("rel", "alternate").lower()
        if rel == "enclosure":
            self._told.setdefault("enclosure", absolute(self._base, href))
        elif rel == "alternate" and element.get("type", "text/html").lower() in _HTML_TYPES:
            self._told["link"] = href

    def _read_id(self, element: ET.Element) -> None:
        value = self._plain(element)
        is_link = self._is_atom or element.get("isPermaLink", "true") == "true"
        if any(name.lower() == "ispermalink" and name != "isPermaLink" for name in element.attrib):
            raise _Odd
        self._told["id"] = absolute(self._base, value) if is_link else value
        if is_link:
            self._told.setdefault("link", self._told["id"])

    def _read_author(self, element: ET.Element) -> None:
        if not self._is_atom:
            self._told["author"] = self._plain(element)
            return
        told = {in_words(e.tag): self._plain(e) for e in element}
        if (element.text or "").strip() or set(told) - {"name", "email", "uri"}:
            raise _Odd
        name, email = told.get("name", ""), told.get("email", "")
        self._told["author"] = f"{name} ({email})" if name and email else name or email


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
}
"""Element -> what it tells us."""


def _address(element: ET.Element, name: str) -> str:
    """That attribute. A blank one, of which feedparser makes one thing here and another there, is left to it."""
    found = element.get(name, "")
    if not found.strip():
        raise _Odd
    return found


def _inner(element: ET.Element) -> str:
    """What stands inside an XHTML element, as HTML."""
    for inner in element.iter():
        _refuse_base(inner)
        inner.tag = str(inner.tag).rpartition("}")[2]
        inner.attrib.clear()
    parts = [html.escape(element.text or "", quote=False)]
    parts += [ET.tostring(inner, encoding="unicode", method="html") for inner in element]
    return mend("".join(parts))
