"""OPML, the list of subscriptions that feed readers export. A DOCTYPE is refused, so entities cannot expand.

Of a damaged file, all outlines that can be read are; the lines that cannot are reported.
"""

from __future__ import annotations

import re
from html.entities import html5
from itertools import islice
from typing import NamedTuple
from xml.parsers import expat

from monitor.errors import WallflowerError

MAX_FILE_BYTES = 10_000_000
MAX_SUBSCRIPTIONS = 5_000
_MAX_ATTRIBUTE_CHARS = 2_000
_MAX_PROBLEMS = 20
_AMPERSAND = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});)([a-z][a-z0-9]{1,31};)?", re.IGNORECASE
)
"""An ampersand that XML does not allow: a bare one, or the start of an entity of HTML."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OUTLINE = re.compile(rb"<outline\s(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>?", re.IGNORECASE)


class NotOpml(WallflowerError):
    """The file is not a list of subscriptions."""


class Subscription(NamedTuple):
    """One feed of the list."""

    url: str
    title: str
    folder: str
    """Titles of the enclosing outlines, joined by " / "."""


class SubscriptionList(NamedTuple):
    """The feeds of a file in order, each address once, at most MAX_SUBSCRIPTIONS."""

    subscriptions: list[Subscription]
    problems: list[str]
    """A sentence on each of the first lines that are not valid XML."""


def read_opml(document: bytes) -> SubscriptionList:
    """The feeds in ``document``. Raises NotOpml for another kind of file, and for invalid XML without any feed."""
    if len(document) > MAX_FILE_BYTES:
        raise NotOpml(f"This file is larger than {MAX_FILE_BYTES // 1_000_000} MB, too large for an OPML list.")
    collector, problems = _OutlineCollector(), list[str]()
    if error := collector.parse(document):
        document, problems = _with_escaped_ampersands(document)
        collector = _OutlineCollector()
        if still_invalid := collector.parse(document):
            problems += collector.parse_outlines(document) or [f"Line {still_invalid.lineno} is not valid XML."]
        if not collector.subscriptions:
            raise NotOpml(f"This is not OPML: line {error.lineno} is not valid XML.") from error
    if not collector.is_opml:
        raise NotOpml("This is XML, but not OPML. To add a feed, put its address into the config.")
    return SubscriptionList(list(collector.subscriptions.values())[:MAX_SUBSCRIPTIONS], problems[:_MAX_PROBLEMS])


def _with_escaped_ampersands(document: bytes) -> tuple[bytes, list[str]]:
    """``document`` with "&" as XML requires it and without control characters, and which lines are invalid."""
    lines = [number for number, line in enumerate(document.split(b"\n"), start=1) if _AMPERSAND.search(line)]
    problems = [f'Line {line} contains "&", which must be written as "&amp;". It was read like that.' for line in lines]
    return _AMPERSAND.sub(_escaped_ampersand, _CONTROLS.sub(b"", document)), problems


def _escaped_ampersand(found: re.Match[bytes]) -> bytes:
    """A character reference for an entity of HTML; for any other text, the escaped ampersand and that text."""
    name = (found[1] or b"").decode("ascii")
    character = html5.get(name, "")
    if len(character) == 1:
        return b"&#%d;" % ord(character)
    return b"&amp;" + name.encode()


def _line_number(document: bytes, offset: int) -> int:
    return document.count(b"\n", 0, offset) + 1


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

    def parse(self, document: bytes) -> expat.ExpatError | None:
        """Collect the outlines of ``document`` up to its first error, which is returned. Raises NotOpml."""
        try:
            self.parser.Parse(document, True)
        except expat.ExpatError as error:
            return error
        except (ValueError, LookupError, UnicodeError) as error:
            raise NotOpml("This is not OPML: its encoding is not supported.") from error
        return None

    def parse_outlines(self, document: bytes) -> list[str]:
        """Collect each outline of an invalid ``document`` by itself. Returns which lines cannot be read."""
        problems: list[str] = []
        for found in islice(_OUTLINE.finditer(document), 2 * MAX_SUBSCRIPTIONS):
            one = _OutlineCollector()
            tag = found[0].rstrip(b"/>") + b"/>"
            if one.parse(b"<opml>" + tag + b"</opml>") and len(problems) < _MAX_PROBLEMS:
                problems.append(f"Line {_line_number(document, found.start())} is not valid XML, and was left out.")
            for url, subscription in one.subscriptions.items():
                self.subscriptions.setdefault(url, subscription)
        return problems

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
