"""What a feed document holds, before it becomes posts."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urljoin

MAX_ENTRIES = 2_000
"""Of one document; the rest is left out and said so."""
LONGEST_TEXT = 80_000
"""Characters of markup kept of an entry; cleaning keeps 20,000 of text."""
LONGEST_FIELD = 2_000

_ABSOLUTE = re.compile(r"https?://[a-z0-9.:-]+/[A-Za-z0-9._~!$&'()*+,=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,=:@%/-]+)?")
"""Addresses that are the same wherever they are seen from."""
_CONTROL = re.compile("[\x80-\x9f]")
_WINDOWS = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_EMAIL = r"[^\s@()<>]{1,64}@[^\s@()<>]{1,255}"
_NAME_BESIDE_EMAIL = re.compile(rf"{_EMAIL} ?\(([^()]+)\)|([^()<>]+?) ?[(<]{_EMAIL}[)>]")


class Entry(NamedTuple):
    """One entry. ``title`` and ``text`` are HTML: what was plain text is escaped. ``published``: seconds since 1970."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    published: float | None = None
    lang: str = ""
    enclosure: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A document. ``ttl`` in minutes, 0 for none; ``skipped`` entries could not be read; ``truncated``."""

    entries: tuple[Entry, ...] = ()
    ttl: int = 0
    skipped: int = 0
    truncated: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "entries": [list(entry) for entry in self.entries],
            "ttl": self.ttl,
            "skipped": self.skipped,
            "truncated": self.truncated,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Feed:
        """What ``to_json`` gave."""
        return cls(tuple(Entry(*entry) for entry in raw["entries"]), raw["ttl"], raw["skipped"], raw["truncated"])


class NotAFeed(Exception):
    """The document is something else; the message says what, ``alternates`` where its feeds are."""

    def __init__(self, message: str, alternates: tuple[str, ...] = ()) -> None:
        self.alternates = alternates
        super().__init__(message)


def settle(entry: Entry, base: str) -> Entry:
    """``entry`` with its links made absolute, its author a name, and every field within bounds."""
    link = absolute(base, entry.link)
    if not link.lower().startswith(("http://", "https://")):
        link = ""
    return Entry(
        entry.id[:LONGEST_FIELD],
        link[:LONGEST_FIELD],
        entry.title[:LONGEST_FIELD],
        entry.text[:LONGEST_TEXT],
        _name(entry.author[:300]),
        entry.published,
        entry.lang[:35],
        entry.enclosure[:LONGEST_FIELD],
    )


def absolute(base: str, link: str) -> str:
    """``link`` seen from ``base``; '' where it cannot be read."""
    if not link or _ABSOLUTE.fullmatch(link):
        return link
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def mend(text: str) -> str:
    """``text`` stripped; UTF-8 once read as Latin-1 and Windows' own characters are put right, as feedparser does."""
    text = text.strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return text.translate(_WINDOWS) if _CONTROL.search(text) else text


def whole_number(value: object) -> int:
    """A ttl, as found; 0 where it is none."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _name(author: str) -> str:
    """``bob@site.example (Bob)`` and ``Bob <bob@site.example>`` are Bob."""
    if "@" not in author:
        return author
    found = _NAME_BESIDE_EMAIL.fullmatch(author.strip())
    return (found[1] or found[2]).strip() if found else author
