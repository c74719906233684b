"""What of strangers' words a wall may show: words that are never shown, and handles that are masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from display.wall_state.speech import ENGLISH
from monitor.model import Mention, Post
from monitor.query import Document, field_value, parse
from monitor.query.grammar import LONGEST, MOST_TERMS

_HANDLE = re.compile(
    r"(?<![^\W_])(?:/?u|/user)/[\w-]+"
    r"|(?:(?<![\w.+%-])[\w.+%-]+)?[@\uff20][\w.-]*\w(?:[@\uff20][\w.-]*\w)*(?::[\w-]+(?:\.[\w-]+)+)?"
    r"|(?<![\w.-])[\w-]+\.bsky\.social\b",
    re.IGNORECASE,
)
"""@name, @name@host, name@host, @name:host, u/name, /user/name and name.bsky.social. What stands before an @ is looked
at from its beginning alone: from each of its letters on, a word of 20,000 would take seconds."""
_PAGE = re.compile(r"(?<![\w@./:-])((?:[\w-]+\.)+[a-z]{2,24})/\S*", re.IGNORECASE)
"""An address without its scheme, such as social.example/name: whose page it is stands behind the host."""
_OR = " OR "
MOST_PHRASES = MOST_TERMS // 2
_SHORTEST_NAME = 3
"""Characters of an author's name that is looked for in texts: a shorter one is a word like any other."""


def quiet_fields(names: Sequence[str]) -> frozenset[tuple[str, str]]:
    """What the fields of a post say that is by an author, or from a site or source, of these ``names``."""
    return frozenset((field, field_value(field, name)) for field in ("author", "site", "source") for name in names)


def searches(words: Sequence[str]) -> list[str]:
    """As few as find each of ``words``: what one search may hold has a bound, and people have lists of hundreds."""
    found: list[list[str]] = []
    length = 0
    for quoted in (f'"{word}"' for word in words):
        length += len(_OR) + len(quoted)
        if not found or len(found[-1]) == MOST_PHRASES or length > LONGEST:
            found.append([])
            length = len(quoted)
        found[-1].append(quoted)
    return [_OR.join(some) for some in found]


class Discretion:
    """What a wall's ``never_show`` and ``mask_authors`` ask for."""

    def __init__(
        self,
        never_show: Sequence[str] = (),
        *,
        masked: bool = False,
        keeps: Iterable[str] = (),
        someone: str = ENGLISH.someone,
    ) -> None:
        """``keeps``: names that say nobody's, as those of brands, though an author may have one of them."""
        self.masked = masked
        self._someone = someone
        self._keeps = frozenset(name.casefold() for name in keeps)
        self.searches = searches(never_show)
        """Find the mentions in whose texts a word is that is never shown."""
        self._never = [parse(search) for search in self.searches]

    def allows(self, *texts: str) -> bool:
        """Whether none of ``texts`` says what is never shown."""
        documents = [Document(text) for text in texts if text] if self._never else []
        return not any(never.matches(document) for document in documents for never in self._never)

    def shows(self, mention: Mention) -> bool:
        """Whether ``mention`` may be shown as a voice."""
        post = mention.post
        return self.allows(post.body, post.author, post.site, post.source)

    def text(self, text: str, post: Post | None = None) -> str:
        """``text`` with every handle masked where this wall masks them, and so the name of the author of ``post``."""
        if not self.masked:
            return text
        masked = _HANDLE.sub(f"@{self._someone}", _PAGE.sub(r"\1", text))
        author = post.author.strip().lstrip("@") if post else ""
        if len(author) < _SHORTEST_NAME or author.casefold() in self._keeps:
            return masked
        return re.sub(rf"(?<!\w){re.escape(author)}(?!\w)", self._someone, masked, flags=re.IGNORECASE)
