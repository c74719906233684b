"""What a rule can look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from monitor.model import Post
from monitor.query.reading import Reading


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
        """The document of ``post``; its site is the host of its address where the source named none."""
        head = len(post.title) + 2 if post.title else 0
        return cls(post.body, post.author, post.site or _host(post.url), post.lang, post.source, head)

    @cached_property
    def reading(self) -> Reading:
        """The body, folded."""
        return Reading(self.body, self.head)

    @cached_property
    def fields(self) -> frozenset[tuple[str, str]]:
        """Every (name, value) that a field of a rule may ask for and this document satisfies."""
        host = field_value("site", self.site)
        sites = [host] if "/" in host else [host[i:] for i in _label_starts(host)]
        return frozenset(
            [
                ("author", field_value("author", self.author)),
                ("lang", field_value("lang", self.lang or "und")),
                ("source", field_value("source", self.source)),
                *(("site", site) for site in sites),
            ]
        )


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


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "") if "://" in url else ""
    except ValueError:  # not an address, such as http://[
        return ""


def _label_starts(host: str) -> list[int]:
    return [0, *(i + 1 for i, char in enumerate(host) if char == ".")]
