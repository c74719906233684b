"""The XML namespaces of feeds, and the elements that the strict parser ignores."""

from __future__ import annotations

from functools import lru_cache

KNOWN_NAMESPACES = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://wellformedweb.org/CommentAPI/": "wfw",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.georss.org/georss": "georss",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.opengis.net/gml": "gml",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
"""Namespace URI -> the prefix that we use for it; '' for RSS and Atom."""

_RESERVED = "dc dcterms content media itunes cc creativecommons psc georss geo gml admin xhtml feedburner rdf xml"
RESERVED_PREFIXES = frozenset(_RESERVED.split())
"""Prefixes that feedparser interprets even when they are bound to another namespace."""

_IGNORED = (
    "slash sy thr wfw feedburner geo georss gml other category comments source rights contributor "
    "dc:subject dc:publisher dc:rights dc:type dc:format dc:source dc:identifier dc:coverage dc:relation "
    "media:group media:content media:thumbnail media:category media:keywords media:rating media:credit media:copyright "
    "media:community media:statistics media:starrating media:player media:hash media:restriction media:license "
    "media:text itunes:duration itunes:explicit itunes:image itunes:episode itunes:season itunes:episodetype "
    "itunes:keywords itunes:title itunes:order itunes:block itunes:subtitle itunes:category"
)
IGNORED_ELEMENTS = frozenset(_IGNORED.split())
"""Prefixes and elements that do not affect entries. ``other``: namespaces that feedparser does not know either."""


@lru_cache(maxsize=4096)
def prefixed_name(tag: str) -> str:
    """``{http://purl.org/dc/elements/1.1/}Creator`` as ``dc:creator``. Elements of RSS and Atom have no prefix."""
    if tag[:1] != "{":
        return tag.lower()
    uri, _, name = tag[1:].partition("}")
    prefix = KNOWN_NAMESPACES.get(uri, "other")
    return f"{prefix}:{name.lower()}" if prefix else name.lower()
