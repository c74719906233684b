"""Filter tokens: words of the search index that stand for filter values. The view ``mention_doc`` writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from monitor.model import Post
from monitor.query import Document, field_value, post_site

_LETTERS = {"author": "a", "site": "w"}

MARK = "\ue000"
"""The first character of each token. Cleaning strips it from every text, so no text can contain a token."""

NEVER = f'"{MARK}never"'
"""An expression that matches no document."""


def token(letter: str, value: int | str) -> str:
    """The expression for one value.

    ``b`` brand, ``p`` source, ``s`` sentiment, ``l`` language, ``m`` month, ``r`` rule, ``i`` bit of an intent,
    ``t`` state, ``h`` hidden or set aside, ``c`` corrected, ``u`` claimant, ``n`` noted, ``o`` topic of
    the config. For author (``a``) and site
    (``w``) see ``field_token``.
    """
    text = str(value)
    return f'"{MARK}{letter}{text}"' if text.isascii() and text.isalnum() else NEVER


def field_token(name: str, value: str) -> str:
    """The expression for an author or a site, compared as ``author:`` and ``site:`` of a rule compare them."""
    return f'"{MARK}{_hashed(name, field_value(name, value))}"'


def post_tags(post: Post) -> str:
    """The value of ``post.tags``: tokens, without MARK, of the author, and of the site and all sites above it."""
    return _tags("author", post.author) + _tags("site", post_site(post))


@lru_cache(maxsize=20_000)  # most authors and sites occur often
def _tags(name: str, value: str) -> str:
    document = Document("", author=value) if name == "author" else Document("", site=value)
    return "".join(sorted(f" {_hashed(name, found)}" for found in document.values(name) if found))


def _hashed(name: str, value: str) -> str:
    """The token, without MARK, of an author or a site as ``query.field_value`` writes it.

    Forty bits, so that any name becomes one short word: among ten million authors the chance that a filter for one of
    them also finds another's posts is 1 in 100,000.
    """
    return _LETTERS[name] + hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=5).hexdigest()


def any_of(expressions: Iterable[str]) -> str:
    """Matches what satisfies at least one of the expressions."""
    return " OR ".join(f"({e})" if " " in e else e for e in expressions) or NEVER


def all_of(expressions: Iterable[str], none_of: Iterable[str] = ()) -> str:
    """Matches what satisfies each of the expressions, of which there is at least one, and none of the others."""
    included = " AND ".join(f"({e})" for e in expressions)
    excluded = list(none_of)
    return f"({included}) NOT ({any_of(excluded)})" if excluded else included


_NOT_LISTED = f"({token('h', 1)} OR {token('h', 2)} OR {token('t', 2)} OR {token('t', 3)})"
STATE_TOKENS = {
    "claimed": f"{token('t', 1)} NOT ({token('h', 1)} OR {token('h', 2)})",
    "hidden": f"{token('h', 1)} NOT ({token('t', 2)} OR {token('t', 3)})",
    "set_aside": f"{token('h', 2)} NOT ({token('t', 2)} OR {token('t', 3)})",
    "irrelevant": token("t", 2),
    "left": token("t", 3),
}
"""Value of ``MentionFilter.state`` -> its documents. Unclaimed mentions, which are most, have no token."""

SHORT_TOKENS = {"hidden": token("h", 1), "set_aside": token("h", 2)}
"""The same among the mentions that are neither irrelevant nor left."""

NOTED = f"{token('n', 1)} NOT {_NOT_LISTED}"
"""Listed mentions with a note."""


def mine(claimant: int) -> str:
    """Listed mentions that this claimant has claimed."""
    return f"{token('u', claimant)} NOT {_NOT_LISTED}"


EVERYTHING = any_of(token("s", sentiment) for sentiment in range(4))
"""Every document: for filters that only exclude."""
