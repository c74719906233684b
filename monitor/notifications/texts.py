"""What a message says: plain and short, with one link, and without a post unless the channel is for members only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.model import Mention
from monitor.model.notifications import Message

MAX_QUOTED = 3
MAX_QUOTED_CHARS = 280
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A message in words."""

    title: str
    """One line."""
    lines: tuple[str, ...] = ()
    link: str = ""
    """The page that shows more."""
    quotes: tuple[str, ...] = ()
    """What others wrote; only for channels that are marked as inside."""
    html: str = ""
    """The same as a page, for mail; empty if there is none."""

    @property
    def body(self) -> str:
        """Everything below the title."""
        return "\n".join([*self.lines, *(f"> {quote}" for quote in self.quotes), *([self.link] if self.link else [])])


def compose(message: Message, base_url: str, mentions: Sequence[Mention], *, inside: bool) -> Text:
    """The text of ``message``; ``mentions`` are those that it names and that still exist."""
    facts: Mapping[str, Any] = message.facts
    lines = [*facts.get("lines", ()), *(facts.get("inside_lines", ()) if inside else ())]
    quotes = [quote(mention) for mention in mentions if mention.listed][:MAX_QUOTED] if inside else []
    path = facts.get("path", "")
    return Text(one_line(facts.get("title", "Wallflower")), tuple(lines), f"{base_url}{path}", tuple(quotes))


def quote(mention: Mention) -> str:
    """Who wrote what, on one line. Links are left out: nobody should follow a stranger's link from a message."""
    text = one_line(_URL.sub("(link)", mention.post.body))
    shown = text if len(text) <= MAX_QUOTED_CHARS else f"{text[: MAX_QUOTED_CHARS - 1].rstrip()}…"
    return f"{mention.post.author}: {shown}" if mention.post.author else shown


def one_line(text: str) -> str:
    """``text`` without line breaks, tabs and control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
