"""Repairs documents before they are parsed: compressed, in UTF-16, inside a web page, cut off, with odd prefixes."""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from xml.parsers import expat

from monitor.feeds.entries import NotAFeed

MAX_BYTES = 15_000_000
"""Maximum size of a document after decompression, as for responses."""
_MAX_COMPRESSIONS = 2
"""Some servers compress a file that is compressed already."""
_GZIP = b"\x1f\x8b"
_ANY_ZLIB_HEADER = 32 + zlib.MAX_WBITS
_BOM = codecs.BOM_UTF8
_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_XML_DECLARATION = re.compile(r"\s*<\?xml\s[^<>]{0,300}\?>", re.IGNORECASE)

PROLOG = re.compile(
    rb"(?:\s++|<\?.{0,2000}?\?>|<!--.{0,5000}?-->|<!doctype\s[^<>\[\]]{1,500}>)*+", re.IGNORECASE | re.DOTALL
)
"""What may precede the root element, except a DOCTYPE with declarations."""
_NAME = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})")
_FEED_ROOTS = {b"rss", b"feed", b"rdf", b"channel"}
_PREFIX = rb"(?:[\w.-]{1,40}:)?"
ENTRY_START = re.compile(rb"<" + _PREFIX + rb"(?:item|entry)[\s/>]", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</" + _PREFIX + rb"(?:item|entry)\s*>", re.IGNORECASE)
_EMBEDDED_ROOT = re.compile(rb"<" + _PREFIX + rb"(?:rss|rdf|feed)(?=[\s>])", re.IGNORECASE)
_REFERENCES = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]{1,8}|[0-9]{1,8});)+")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not have."""
_NOT_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ENTRY_PREFIX = re.compile(rb"<([\w.-]{1,40}:)(?:item|entry)[\s/>]", re.IGNORECASE)


def decompressed(document: bytes) -> bytes:
    """``document``, or what it contains if it is compressed with gzip or zlib. Raises NotAFeed if that is too large."""
    for _ in range(_MAX_COMPRESSIONS):
        if not document.startswith(_GZIP) and not _has_zlib_header(document):
            break
        try:
            document = _inflated(document)
        except zlib.error:
            break
    return document


def _has_zlib_header(document: bytes) -> bool:
    """RFC 1950: the method is 8, and both bytes are divisible by 31 together."""
    return len(document) > 2 and document[0] & 0x8F == 0x08 and int.from_bytes(document[:2], "big") % 31 == 0


def _inflated(document: bytes) -> bytes:
    """The content of all members of a compressed file; of one that is cut off, what there is."""
    found = bytearray()
    while document:
        member = zlib.decompressobj(_ANY_ZLIB_HEADER)
        found += member.decompress(document, MAX_BYTES + 1 - len(found))
        if len(found) > MAX_BYTES:
            raise NotAFeed(f"This document is larger than {MAX_BYTES // 1_000_000} MB once it is decompressed.")
        document = member.unused_data if member.unused_data.startswith(_GZIP) else b""
    return bytes(found)


def in_utf8(document: bytes, content_type: str) -> tuple[bytes, str]:
    """``document`` in UTF-8 if it is in UTF-16 or UTF-32, whatever it declares, and its content type without a charset.

    Also removes space and a byte order mark at the start, which XML forbids before its declaration.
    """
    encoding = next((encoding for mark, encoding in _WIDE_BOMS if document.startswith(mark)), "")
    if encoding:
        text = document.decode(encoding, "replace").removeprefix("\ufeff")
        return _XML_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), content_type.partition(";")[0]
    if document[:1] in b" \t\r\n\xef":
        document = document.lstrip(b" \t\r\n").removeprefix(_BOM).lstrip(b" \t\r\n")
    return document, content_type


def root_name(document: bytes) -> bytes:
    """The name of the root element, as it is written; empty if there is none after the prolog."""
    prolog = PROLOG.match(document)
    found = _NAME.match(document, prolog.end() if prolog else 0)
    return found[1] if found else b""


def is_feed_root(name: bytes) -> bool:
    """Whether a feed may have a root element of this name."""
    return name.rpartition(b":")[2].lower() in _FEED_ROOTS


def without_doctype(document: bytes) -> bytes:
    """``document`` without a DOCTYPE before its root element, unless that declares something."""
    prolog = PROLOG.match(document)
    if prolog is None or b"<!doctype" not in prolog[0].lower():
        return document
    declaration = re.match(rb"<\?xml\s[^<>]{0,300}\?>", document)
    return (declaration[0] if declaration else b"") + document[prolog.end() :]


def embedded_feed(page: bytes) -> bytes:
    """The feed that is written, unescaped, inside a web page; empty if there is none."""
    root = _EMBEDDED_ROOT.search(page)
    return page[root.start() :] if root and ENTRY_START.search(page, root.end()) else b""


def has_entry_tags(document: bytes) -> bool:
    """Whether an entry begins anywhere in ``document``, except inside comments and CDATA."""
    return bool(ENTRY_START.search(document)) and bool(ENTRY_START.search(_NOT_MARKUP.sub(b"", document)))


def complete_part(document: bytes) -> bytes | None:
    """The entries that a cut-off feed contains in full, as a whole document: empty if there is none.

    None if ``document`` has its end, or is no feed.
    """
    name = root_name(document)
    if not is_feed_root(name) or re.search(rb"</\s*" + re.escape(name) + rb"\s*>", document, re.IGNORECASE):
        return None
    start = document.index(b"<" + name)
    if document[start : start + 5_000].partition(b">")[0].endswith(b"/"):
        return None
    # an end tag inside CDATA is text; the last CDATA section may be cut off as well
    markup = _NOT_MARKUP.sub(lambda found: b" " * len(found[0]), document).partition(b"<![CDATA[")[0]
    end = max((found.end() for found in _ENTRY_END.finditer(markup)), default=0)
    return document[:end] + _closing_tags(document[:end], name) if end else b""


def _closing_tags(part: bytes, root: bytes) -> bytes:
    """The end tags that are missing at the end of ``part``."""
    open_elements: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: open_elements.append(name)
    parser.EndElementHandler = lambda _: open_elements.pop()
    try:
        parser.Parse(part, False)
    except (expat.ExpatError, ValueError, LookupError):
        prefix, _, name = root.rpartition(b":")
        channel = b"</" + (prefix + b":" if prefix else b"") + b"channel>" if name.lower() == b"rss" else b""
        return channel + b"</" + root + b">"
    return b"".join(b"</" + name.encode() + b">" for name in reversed(open_elements))


def with_valid_references(document: bytes) -> bytes:
    """``document`` with characters that are written as two surrogates, such as "&#xD83D;&#xDE00;", written as one.

    Programs that count in UTF-16 write emoji in this way. XML forbids it, and feedparser rejects the whole document.
    References to other characters that XML forbids are removed.
    """
    return _REFERENCES.sub(_valid_references, document)


def _valid_references(found: re.Match[bytes]) -> bytes:
    names = found[0].decode("ascii").split(";")[:-1]
    points = [int(name[3:], 16) if name[2] in "xX" else int(name[2:]) for name in names]
    if not any(point > sys.maxunicode or _FORBIDDEN.match(chr(point)) for point in points):
        return found[0]
    text = "".join(chr(point) for point in points if point <= sys.maxunicode)
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return "".join(f"&#{ord(character)};" for character in _FORBIDDEN.sub("", joined)).encode()


def without_prefixes(document: bytes) -> bytes:
    """``document`` without the prefix of its entries, for feeds that do not declare it as a parser expects."""
    found = _ENTRY_PREFIX.search(document)
    return re.sub(rb"(</?)" + re.escape(found[1]), rb"\1", document) if found else document
