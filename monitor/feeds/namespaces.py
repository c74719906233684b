"""What the strict parser takes from feedparser: the names of elements, which of them matter, and what is HTML."""

from __future__ import annotations

from functools import lru_cache

# the strict parser has to agree with what feedparser does, not with what it documents
from feedparser.mixin import _FeedParserMixin as FeedParser
from feedparser.util import FeedParserDict

_KNOWN_PREFIXES = {uri.lower(): prefix.lower() for uri, prefix in FeedParser.namespaces.items()}
"""Namespace URI, in lower case -> the prefix that feedparser uses for it; '' for RSS and Atom."""

_IGNORED = (
    "slash sy thr wfw feedburner geo georss gml cc creativecommons category comments source rights contributor url "
    "dc:subject dc:publisher dc:rights dc:type dc:format dc:source dc:identifier dc:coverage dc:relation "
    "media:group media:content media:thumbnail media:category media:keywords media:rating media:credit media:copyright "
    "media:community media:statistics media:starrating media:player media:hash media:restriction media:license "
    "media:text itunes:duration itunes:explicit itunes:image itunes:episode itunes:season itunes:episodetype "
    "itunes:keywords itunes:title itunes:order itunes:block itunes:subtitle itunes:category"
)
_IGNORED_ELEMENTS = frozenset(_IGNORED.split())
"""Prefixes and elements that feedparser interprets, but not in a way that affects entries."""

_READ = "id link links title title_detail content summary summary_detail author published updated created"
_READ_KEYS = frozenset(_READ.split())
_ASSIGNED_KEYS = _READ_KEYS | {
    alias for alias, key in FeedParserDict.keymap.items() if _READ_KEYS & set([key] if isinstance(key, str) else key)
}
"""Keys of an entry that we read, and their aliases: feedparser assigns any element of such a name."""


class AmbiguousNames(ValueError):
    """The prefixes of a document are declared in a way that feedparser may understand in another."""


class ElementNames:
    """The names of the elements of one document, such as ``dc:creator``. Elements of RSS and Atom have no prefix.

    feedparser knows some namespaces by their URI. For the others, it uses the prefix that the document declares, so
    ``media:title`` has a meaning even if ``media`` is bound to an address that it has never seen.
    """

    def __init__(self) -> None:
        self._prefixes: dict[str, str] = {}
        self._uris: dict[str, str] = {}
        self._renamed: set[str] = set()
        self._known: set[str] = set()
        self._names: dict[str, str] = {}

    def declare(self, prefix: str, uri: str) -> None:
        """Take note of a declaration, in the order of the document. Raises AmbiguousNames."""
        prefix = prefix.lower()
        known = _known_prefix(uri)
        if prefix and self._uris.setdefault(prefix, uri) != uri:
            raise AmbiguousNames
        if known is None and uri and self._prefixes.setdefault(uri, prefix) != prefix:
            raise AmbiguousNames
        if known:
            self._known.add(known)
        if known is not None and prefix and known != prefix:
            self._renamed.add(prefix)
        if self._known & self._renamed:
            raise AmbiguousNames  # feedparser would rename the known prefix as well

    def __getitem__(self, tag: str) -> str:
        """The name of an element with this tag, which ElementTree writes as ``{URI}Name``."""
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = self._name(tag)
        return name

    def _name(self, tag: str) -> str:
        if tag[:1] != "{":
            return tag.lower()
        uri, _, name = tag[1:].partition("}")
        known = _known_prefix(uri)
        prefix = self._prefixes.get(uri, "") if known is None else known
        return f"{prefix}:{name.lower()}" if prefix else name.lower()


def _known_prefix(uri: str) -> str | None:
    uri = uri.lower()
    return "" if "backend.userland.com/rss" in uri else _KNOWN_PREFIXES.get(uri)


@lru_cache(maxsize=4096)
def is_ignored(name: str) -> bool:
    """Whether an element of this name, as such, does not affect its entry."""
    if name in _IGNORED_ELEMENTS or name.partition(":")[0] in _IGNORED_ELEMENTS:
        return True
    method = name.replace(":", "_", 1)
    has_method = hasattr(FeedParser, f"_start_{method}") or hasattr(FeedParser, f"_end_{method}")
    return not has_method and method not in _ASSIGNED_KEYS


def looks_like_html(text: str) -> bool:
    """Whether feedparser takes text of RSS that is not declared to be HTML for HTML."""
    return bool(FeedParser.looks_like_html(text))
