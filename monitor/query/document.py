"""The part of a post that rules can match."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.model import Post
from monitor.query.folded_text import FoldedText

_SIMPLE_URL_HOST = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
"""The host of almost every URL. ``urlsplit``, which takes ten times as long, handles the rest."""

FIELDS = ("author", "site", "lang", "source")
"""The fields that a rule can ask for."""


class Document:
    """The part of a post that rules can match. ``text_start`` is where the text starts in ``body``; 0 without title."""

    __slots__ = ("_folded_text", "author", "body", "lang", "site", "source", "text_start")

    def __init__(
        self,
        body: str,
        author: str = "",
        site: str = "",
        lang: str | None = None,
        source: str = "",
        text_start: int = 0,
        folded_text: FoldedText | None = None,
    ) -> None:
        """``folded_text``: of ``body``, if the caller has it."""
        self.body, self.author, self.site, self.lang, self.source = body, author, site, lang, source
        self.text_start, self._folded_text = text_start, folded_text

    @classmethod
    def of(cls, post: Post, folded_text: FoldedText | None = None) -> Document:
        """The document of ``post``. ``folded_text``: of its body, if the caller has it."""
        body = folded_text.body if folded_text is not None else post.body
        return cls(body, post.author, post_site(post), post.lang, post.source, post.text_start, folded_text)

    @property
    def folded_text(self) -> FoldedText:
        """The body, folded."""
        if self._folded_text is None:  # cached_property takes a lock
            self._folded_text = FoldedText(self.body, self.text_start)
        return self._folded_text

    @property
    def fields(self) -> frozenset[tuple[str, str]]:
        """Every (name, value) that a rule can ask for and that this document satisfies."""
        return frozenset((name, value) for name in FIELDS for value in self.values(name))

    def values(self, name: str) -> tuple[str, ...]:
        """The values of field ``name``. Those of a site include its parent domains."""
        if name == "site":
            host = field_value(name, self.site)
            return (host,) if "/" in host else tuple(host[start:] for start in _label_starts(host))
        if name == "lang":
            return (field_value(name, self.lang or "und"),)
        return (field_value(name, self.author if name == "author" else self.source),)


@lru_cache(maxsize=4096)
def field_value(name: str, value: str) -> str:
    """Normalise ``value`` for comparison: no case, no ``@`` before an author, only the host, a language without region.

    Removes lone surrogates, which a database cannot store.
    """
    value = " ".join(value.encode("utf-8", "ignore").decode().split()).casefold()
    if name == "author":
        return value.lstrip("@")
    if name == "lang":
        return re.split("[-_]", value)[0]
    return (url_host(value) or value).removeprefix("www.").rstrip("/") if name == "site" else value


def post_site(post: Post) -> str:
    """The site of ``post``, or the host of its URL if the source gave no site."""
    return post.site or url_host(post.url)


def url_host(url: str) -> str:
    """The host of ``url``; empty if it has none."""
    if simple := _SIMPLE_URL_HOST.match(url):
        return simple[1]
    try:
        return (urlsplit(url).hostname or "") if "://" in url else ""
    except ValueError:  # not a URL, such as http://[
        return ""


def _label_starts(host: str) -> list[int]:
    return [0, *(i + 1 for i, char in enumerate(host) if char == ".")]
