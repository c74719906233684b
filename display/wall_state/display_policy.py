"""What a wall may show of a post: words that are never shown, and authors whose names are masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.model import Mention, Post
from monitor.query import Document, field_value, parse
from monitor.query.grammar import MAX_QUERY_CHARS, MAX_TERMS

_HANDLE = re.compile(
    r"(?<![^\W_])(?:/?u|/user)/[\w-]+"
    r"|(?:(?<![\w.+%-])[\w.+%-]+)?[@\uff20][\w.-]*\w(?:[@\uff20][\w.-]*\w)*(?::[\w-]+(?:\.[\w-]+)+)?"
    r"|(?<![\w.-])[\w-]+\.bsky\.social\b",
    re.IGNORECASE,
)
"""@name, @name@host, name@host, @name:host, u/name, /user/name and name.bsky.social. The part before an @ is tried from
its first character only: tried from each of them, a word of 20,000 characters would take seconds."""
_SCHEMELESS_URL = re.compile(r"(?<![\w@./:-])((?:[\w-]+\.)+[a-z]{2,24})/\S*", re.IGNORECASE)
"""A URL without its scheme, such as social.example/name: the path may name the author."""
_OR = " OR "
MAX_PHRASES = MAX_TERMS // 2
MIN_AUTHOR_CHARS = 3
"""A shorter name of an author is not masked in texts, where it is a word like any other."""


def quiet_fields(names: Sequence[str]) -> frozenset[tuple[str, str]]:
    """The (field, value) pairs of posts whose author, site or source is one of ``names``."""
    return frozenset((field, field_value(field, name)) for field in ("author", "site", "source") for name in names)


def word_queries(words: Sequence[str]) -> list[str]:
    """As few queries as possible that together find each of ``words``: queries have a maximum size, lists have none."""
    queries: list[list[str]] = []
    length = 0
    for phrase in (f'"{word}"' for word in words):
        length += len(_OR) + len(phrase)
        if not queries or len(queries[-1]) == MAX_PHRASES or length > MAX_QUERY_CHARS:
            queries.append([])
            length = len(phrase)
        queries[-1].append(phrase)
    return [_OR.join(phrases) for phrases in queries]


class DisplayPolicy:
    """The ``never_show`` and ``mask_authors`` of a wall."""

    def __init__(
        self,
        never_show: Sequence[str] = (),
        *,
        masks_authors: bool = False,
        unmasked_names: Iterable[str] = (),
        someone: str = "someone",
    ) -> None:
        """``unmasked_names``: names such as those of brands, which stay even if an author has the same one.

        ``someone``: what a masked name is replaced with.
        """
        self.masks_authors = masks_authors
        self._someone = someone
        self._unmasked_names = frozenset(name.casefold() for name in unmasked_names)
        self.queries = word_queries(never_show)
        """Queries that find the mentions whose text contains a word of ``never_show``."""
        self._never_show = [parse(query) for query in self.queries]

    def allows(self, *texts: str) -> bool:
        """Whether none of ``texts`` contains a word that is never shown."""
        documents = [Document(text) for text in texts if text] if self._never_show else []
        return not any(never.matches(document) for document in documents for never in self._never_show)

    def allows_voice(self, mention: Mention) -> bool:
        """Whether ``mention`` may be shown as a voice."""
        post = mention.post
        return self.allows(post.body, post.author, post.site, post.source)

    def masked_text(self, text: str, post: Post | None = None) -> str:
        """``text`` with handles masked, and the name of the author of ``post``; unchanged if nothing is masked."""
        if not self.masks_authors:
            return text
        masked = _HANDLE.sub(f"@{self._someone}", _SCHEMELESS_URL.sub(r"\1", text))
        author = post.author.strip().lstrip("@") if post else ""
        if len(author) < MIN_AUTHOR_CHARS or author.casefold() in self._unmasked_names:
            return masked
        return re.sub(rf"(?<!\w){re.escape(author)}(?!\w)", self._someone, masked, flags=re.IGNORECASE)
