"""Filter tokens: how a filter is asked of the search index. Their letters are fixed by the view ``mention_doc``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from monitor.model import Post
from monitor.query import Document, field_value, site_of

_LETTERS = {"author": "a", "site": "w"}

MARK = "\ue000"
"""What a token starts with; cleaning strips it from every text."""

NEVER = f'"{MARK}never"'
"""An expression that no document satisfies."""


def token(letter: str, value: int | str) -> str:
    """The expression for one value: numbers and languages as they are.

    ``b`` brand, ``p`` source, ``s`` bucket, ``l`` language, ``m`` month, ``r`` rule, ``i`` an intent's bit,
    ``t`` state, ``h`` hidden, ``c`` corrected; ``a`` author, ``w`` site as ``hashed`` writes them.
    """
    text = str(value)
    return f'"{MARK}{letter}{text}"' if text.isascii() and text.isalnum() else NEVER


def hashed(name: str, value: str) -> str:
    """The token, without its mark, for an author or a site as ``query.field_value`` writes it.

    Forty bits, so that any name is one short word: among ten million authors the chance that a filter for one of them
    finds another's posts too is 1 in 100,000.
    """
    return _LETTERS[name] + hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=5).hexdigest()


def post_tags(post: Post) -> str:
    """What ``post.tags`` holds: the author, and the site with all the sites above it."""
    return _tags("author", post.author) + _tags("site", site_of(post))


@lru_cache(maxsize=20_000)
def _tags(name: str, value: str) -> str:
    """Most come again and again."""
    document = Document("", author=value) if name == "author" else Document("", site=value)
    return "".join(sorted(f" {hashed(name, found)}" for found in document.values(name) if found))


def field_token(name: str, value: str) -> str:
    """The expression for an author or a site, compared as ``author:`` and ``site:`` of a rule compare them."""
    return f'"{MARK}{hashed(name, field_value(name, value))}"'


def either(expressions: Iterable[str]) -> str:
    """What satisfies at least one of the expressions."""
    return " OR ".join(f"({e})" if " " in e else e for e in expressions) or NEVER


def all_of(expressions: Iterable[str], none_of: Iterable[str] = ()) -> str:
    """What satisfies each of the expressions, of which there is at least one, and none of the others."""
    both = " AND ".join(f"({e})" for e in expressions)
    nots = list(none_of)
    return f"({both}) NOT ({either(nots)})" if nots else both


SHOWN = {
    "claimed": f"{token('t', 1)} NOT {token('h', 1)}",
    "hidden": f"{token('h', 1)} NOT ({token('t', 2)} OR {token('t', 3)})",
    "irrelevant": token("t", 2),
    "left": token("t", 3),
}
"""Word of ``MentionFilter.state`` -> the documents with it. The unclaimed ones, which are most, have no token."""

EVERYTHING = either(token("s", bucket) for bucket in range(4))
"""Every document, where nothing else is asked for but what to leave out."""
