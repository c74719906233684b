"""OPML: the subscriptions that feed readers export. The XML parser takes no DTD, so nothing can blow up."""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from monitor.errors import WallflowerError

MOST_BYTES = 10_000_000
MOST = 5_000
"""Subscriptions; the rest is left out."""
_LONGEST = 2_000


class NotOpml(WallflowerError):
    """A file that does not hold subscriptions."""


class Subscription(NamedTuple):
    """One feed of the file."""

    url: str
    title: str
    folder: str
    """Titles of the outlines around it, joined by " / "."""


def read_opml(document: bytes) -> list[Subscription]:
    """The feeds in ``document``, each address once, in their order. Raises NotOpml in words."""
    if len(document) > MOST_BYTES:
        raise NotOpml(f"This file is larger than {MOST_BYTES // 1_000_000} MB, which no list of subscriptions is.")
    reading = _Reading()
    try:
        reading.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise NotOpml(f"This is no OPML: line {error.lineno} is not XML that can be read.") from error
    except (ValueError, LookupError, UnicodeError) as error:
        raise NotOpml("This is no OPML: its encoding cannot be read.") from error
    if not reading.is_opml:
        raise NotOpml("This is XML, but no OPML. A feed's address goes into the config as it is.")
    return list(reading.found.values())[:MOST]


def without_feed_scheme(url: str) -> str:
    """``feed://site/x`` and ``feed:https://site/x``, as browsers and readers write them, as addresses of the web."""
    scheme, colon, rest = url.partition(":")
    if scheme.lower() != "feed" or not colon:
        return url
    return f"http:{rest}" if rest.startswith("//") else rest


class _Reading:
    """Notes the outlines as the parser comes by them."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.found: dict[str, Subscription] = {}
        self.is_opml = False
        self._around: list[str] = []
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise NotOpml("This file declares a DOCTYPE, which can hide things that blow up. OPML needs none.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._around:
            self.is_opml = name.lower() == "opml"
        told = {key.lower(): " ".join(value.split())[:_LONGEST] for key, value in attributes.items()}
        title = told.get("title") or told.get("text", "")
        url = without_feed_scheme(told.get("xmlurl", ""))
        if name.lower() == "outline" and url:
            folder = " / ".join(filter(None, self._around))[:_LONGEST]
            self.found.setdefault(url, Subscription(url, title, folder))
        self._around.append(title if name.lower() == "outline" else "")

    def _end(self, _: str) -> None:
        self._around.pop()
