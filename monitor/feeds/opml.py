"""OPML, the list of subscriptions that feed readers export. A DOCTYPE is refused, so entities cannot expand."""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from monitor.errors import WallflowerError

MAX_FILE_BYTES = 10_000_000
MAX_SUBSCRIPTIONS = 5_000
_MAX_ATTRIBUTE_CHARS = 2_000


class NotOpml(WallflowerError):
    """The file is not a list of subscriptions."""


class Subscription(NamedTuple):
    """One feed of the list."""

    url: str
    title: str
    folder: str
    """Titles of the enclosing outlines, joined by " / "."""


def read_opml(document: bytes) -> list[Subscription]:
    """The feeds in ``document`` in order, each address once, at most MAX_SUBSCRIPTIONS. Raises NotOpml."""
    if len(document) > MAX_FILE_BYTES:
        raise NotOpml(f"This file is larger than {MAX_FILE_BYTES // 1_000_000} MB, too large for an OPML list.")
    collector = _OutlineCollector()
    try:
        collector.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise NotOpml(f"This is not OPML: line {error.lineno} is not valid XML.") from error
    except (ValueError, LookupError, UnicodeError) as error:
        raise NotOpml("This is not OPML: its encoding is not supported.") from error
    if not collector.is_opml:
        raise NotOpml("This is XML, but not OPML. To add a feed, put its address into the config.")
    return list(collector.subscriptions.values())[:MAX_SUBSCRIPTIONS]


def without_feed_scheme(url: str) -> str:
    """The http(s) address in ``feed://site/x`` or ``feed:https://site/x``, which some readers write; else ``url``."""
    scheme, colon, rest = url.partition(":")
    if scheme.lower() != "feed" or not colon:
        return url
    return f"http:{rest}" if rest.startswith("//") else rest


class _OutlineCollector:
    """Collects the outlines while the parser runs."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.subscriptions: dict[str, Subscription] = {}
        self.is_opml = False
        self._open_titles: list[str] = []
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _refuse_doctype(self, *_: object) -> None:
        raise NotOpml("This file declares a DOCTYPE, which can be used for attacks. OPML does not need one.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open_titles:
            self.is_opml = name.lower() == "opml"
        values = {key.lower(): " ".join(value.split())[:_MAX_ATTRIBUTE_CHARS] for key, value in attributes.items()}
        title = values.get("title") or values.get("text", "")
        url = without_feed_scheme(values.get("xmlurl", ""))
        if name.lower() == "outline" and url:
            folder = " / ".join(filter(None, self._open_titles))[:_MAX_ATTRIBUTE_CHARS]
            self.subscriptions.setdefault(url, Subscription(url, title, folder))
        self._open_titles.append(title if name.lower() == "outline" else "")

    def _end(self, _: str) -> None:
        self._open_titles.pop()
