"""What a cell says about the context of a post: whom it replies to, and whether it only shares another post."""

from __future__ import annotations

import re

_LINK_TO_POST = re.compile(
    r"(?:https?://)?(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:#!/)?(\w{1,20})/status(?:es)?/\d+", re.I
)
_NAME_IN_OBJECT = re.compile(r"""["'](?:screen_?name|user_?name)["']:\s*["']([^"']{1,200})["']""", re.IGNORECASE)
"""In JSON, and in what Python writes for a list or an object."""
_ID = re.compile(r"\d{4,}(?:[.,]0+)?|\d[.,]\d+[eE]\+?\d+")
_REPOST = frozenset(
    ("true", "yes", "1", "retweet", "retweeted", "repost", "reposted", "reblog", "reblogged", "share", "shared")
)
_REPOST_TEXT = re.compile(r"RT @\w+: ")
_PATHS = ("i", "search", "hashtag")
"""What precedes ``/status/`` in links that do not name the author."""


def replied_to_name(text: str) -> str:
    """The name of the author that a post replies to; '' if ``text`` has only an id, or a link that names nobody.

    ``text`` is a name, a link to a post on X, or an object or a list of objects with a name. Of several, the first.
    """
    if text.startswith(("[", "{")):
        named = _NAME_IN_OBJECT.search(text)
        return named[1] if named else ""
    if linked := _LINK_TO_POST.match(text):
        return "" if linked[1].lower() in _PATHS else linked[1]
    return "" if "://" in text or _ID.fullmatch(text) else text


def states_repost(text: str) -> bool:
    """Whether a cell says that a post only shares another: "true", "retweet", or the id, link or whole of that one."""
    return text.casefold() in _REPOST or "://" in text or text.startswith("{") or _ID.fullmatch(text) is not None


def reads_as_repost(text: str) -> bool:
    """Whether a post is marked as a repost as X does it in texts: ``RT @name: ...``."""
    return _REPOST_TEXT.match(text) is not None


def is_flag(text: str) -> bool:
    """Whether a cell says yes or no. A column of numbers may count the reposts."""
    return text.casefold() in {"true", "false", "yes", "no"}
