"""The entries of a feed document, before they become posts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urljoin

MAX_ENTRIES = 2_000
"""Entries of one document. If there are more, ``Feed.truncated`` is set."""
MAX_TEXT_CHARS = 80_000
"""Characters of markup kept per entry; cleaning keeps 20,000 characters of text."""
MAX_FIELD_CHARS = 2_000
_MAX_AUTHOR_CHARS = 300
_MAX_LANG_CHARS = 35

_ABSOLUTE = re.compile(r"https?://[a-z0-9.:-]+/[A-Za-z0-9._~!$&'()*+,=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,=:@%/-]+)?")
"""URLs that urljoin would not change."""
_C1_CONTROLS = re.compile("[\x80-\x9f]")
_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_EMAIL = r"[^\s@()<>]{1,64}@[^\s@()<>]{1,255}"
_NAME_AND_EMAIL = re.compile(rf"{_EMAIL} ?\(([^()]+)\)|([^()<>]+?) ?[(<]{_EMAIL}[)>]")


class Entry(NamedTuple):
    """One entry. ``title`` and ``text`` are HTML: plain text is escaped. ``published``: seconds since 1970."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    published: float | None = None
    lang: str = ""
    enclosure: str = ""
    stars: int | None = None
    """1 to 5 for a review in a feed of Apple's shops."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed document."""

    entries: tuple[Entry, ...] = ()
    ttl: int = 0
    """Minutes; 0 if the feed states none."""
    skipped: int = 0
    """Entries that could not be parsed."""
    truncated: bool = False
    """Whether there were more than MAX_ENTRIES."""
    breaks_off: bool = False
    """Whether the document has no end. ``entries`` are those that it contains in full."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "entries": [list(entry) for entry in self.entries],
            "ttl": self.ttl,
            "skipped": self.skipped,
            "truncated": self.truncated,
            "breaks_off": self.breaks_off,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Feed:
        """The inverse of ``to_json``."""
        return cls(**{**raw, "entries": tuple(Entry(*entry) for entry in raw["entries"])})


class NotAFeed(Exception):
    """The document is not a feed. ``alternates``: addresses of feeds that it links to."""

    def __init__(self, message: str, alternates: tuple[str, ...] = ()) -> None:
        self.alternates = alternates
        super().__init__(message)


def normalise(entry: Entry, base: str) -> Entry:
    """``entry`` with an absolute link, a plain name as author, and every field within its limit."""
    link = absolute_url(base, entry.link)
    if not link.lower().startswith(("http://", "https://")):
        link = ""
    return Entry(
        entry.id[:MAX_FIELD_CHARS],
        link[:MAX_FIELD_CHARS],
        entry.title[:MAX_FIELD_CHARS],
        entry.text[:MAX_TEXT_CHARS],
        _author_name(entry.author[:_MAX_AUTHOR_CHARS]),
        entry.published,
        entry.lang[:_MAX_LANG_CHARS],
        entry.enclosure[:MAX_FIELD_CHARS],
        entry.stars,
    )


def with_original_link(entry_id: str, link: str, original: str) -> tuple[str, str]:
    """(id, link) of an entry whose ``link`` leads through FeedBurner to ``original``; unchanged if that is empty.

    The link remains its id if it has no other.
    """
    return (entry_id or link, original) if original.startswith(("http://", "https://")) else (entry_id, link)


def absolute_url(base: str, link: str) -> str:
    """``link`` resolved against ``base``; '' if it is malformed."""
    if not link or _ABSOLUTE.fullmatch(link):
        return link
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def repair_encoding(text: str) -> str:
    """Strip ``text``, and repair UTF-8 decoded as Latin-1 and Windows-1252 characters, as feedparser does."""
    text = text.strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return text.translate(_WINDOWS_1252) if _C1_CONTROLS.search(text) else text


def parse_stars(value: object) -> int | None:
    """The stars in an ``im:rating`` element."""
    text = str(value or "").strip()
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def review_text(contents: Sequence[str], stars: int | None) -> str:
    """The text of a review with stars: the first content, since Apple repeats it in a table; '' for another entry."""
    return contents[0] if stars is not None and contents else ""


def parse_ttl(value: object) -> int:
    """The minutes in a ttl element; 0 if it holds no number."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _author_name(author: str) -> str:
    """The name in ``bob@site.example (Bob)`` or ``Bob <bob@site.example>``."""
    if "@" not in author:
        return author
    found = _NAME_AND_EMAIL.fullmatch(author.strip())
    return (found[1] or found[2]).strip() if found else author
