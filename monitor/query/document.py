"""What a rule can look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from monitor.model import Post
from monitor.query.reading import Reading

_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
"""The host of nearly every address; ``urlsplit``, which costs ten times as much, reads the rest."""

FIELDS = ("author", "site", "lang", "source")
"""What a rule can ask for besides words."""


@dataclass(frozen=True)
class Document:
    """What a rule can look at. ``head`` is where the text starts in ``body``: 0 without a title."""

    body: str
    author: str = ""
    site: str = ""
    lang: str | None = None
    source: str = ""
    head: int = 0

    @classmethod
    def of(cls, post: Post) -> Document:
        """The document of ``post``."""
        head = len(post.title) + 2 if post.title else 0
        return cls(post.body, post.author, site_of(post), post.lang, post.source, head)

    @cached_property
    def reading(self) -> Reading:
        """The body, folded."""
        return Reading(self.body, self.head)

    @property
    def fields(self) -> frozenset[tuple[str, str]]:
        """Every (name, value) that a field of a rule may ask for and this document satisfies."""
        return frozenset((name, value) for name in FIELDS for value in self.values(name))

    def values(self, name: str) -> tuple[str, ...]:
        """The values of field ``name``; a site has those of all sites above it too."""
        if name == "site":
            host = field_value(name, self.site)
            return (host,) if "/" in host else tuple(host[start:] for start in _label_starts(host))
        if name == "lang":
            return (field_value(name, self.lang or "und"),)
        return (field_value(name, self.author if name == "author" else self.source),)


@lru_cache(maxsize=4096)
def field_value(name: str, value: str) -> str:
    """``value`` as fields are compared: no case, no ``@`` before an author, a bare host, a language without region.

    Half characters (lone surrogates), which no database takes, are left out.
    """
    value = " ".join(value.encode("utf-8", "ignore").decode().split()).casefold()
    if name == "author":
        return value.lstrip("@")
    if name == "lang":
        return re.split("[-_]", value)[0]
    return (_host(value) or value).removeprefix("www.").rstrip("/") if name == "site" else value


def site_of(post: Post) -> str:
    """The site of ``post``: the host of its address where the source named none."""
    return post.site or _host(post.url)


def _host(url: str) -> str:
    if plain := _PLAIN_HOST.match(url):
        return plain[1]
    try:
        return (urlsplit(url).hostname or "") if "://" in url else ""
    except ValueError:  # not an address, such as http://[
        return ""


def _label_starts(host: str) -> list[int]:
    return [0, *(i + 1 for i, char in enumerate(host) if char == ".")]
