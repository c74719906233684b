"""The voices: posts as the wall shows them."""

from __future__ import annotations

import re
from collections.abc import Collection

from display.formatting import initials
from display.wall_state.display_policy import DisplayPolicy
from display.wall_state.document import Voice
from display.wall_state.wall_text import MAX_NAME_CHARS, one_line, short_brand_name
from monitor.clock import epoch_ms
from monitor.model import Mention, Post

MAX_AUTHOR_CHARS = 60
SENTENCE_ENDS = ".!?:…。\uff01\uff1f"
MAX_CHARS_UP_TO_NAME = 28
"""Of a text that is cut after a line, so much is always seen."""


def full_text(post: Post) -> str:
    """Title and text as one; a text that begins with its title is not given the title again."""
    if not post.title or post.text.startswith(post.title):
        return post.text
    return f"{post.title} {post.text}" if post.title.rstrip()[-1:] in SENTENCE_ENDS else f"{post.title}. {post.text}"


def _named_once(mention: Mention, ours: Collection[str], text: str) -> tuple[str, str]:
    """The name before the text, and the text after it, so that a text that begins with the name does not repeat it."""
    name = short_brand_name(mention.brand)
    if mention.brand in ours:
        return "", text
    start = re.match(rf"[@#]?{re.escape(mention.brand)}(?!\w)(?P<space>\s+)?", text, re.IGNORECASE)
    if start is None:
        return ("" if _is_named_early(mention.brand, ours, text) else name), text
    return (start[0].strip(), text[start.end() :]) if start["space"] else ("", text)


def _is_named_early(brand: str, ours: Collection[str], text: str) -> bool:
    """Whether ``text`` shows by itself that it is about ``brand``: it names it soon, and none of ours."""
    name = re.search(rf"(?<!\w)(?:[@#]{re.escape(brand)}\w*|{re.escape(brand)}(?!\w))", text, re.IGNORECASE)
    if name is None or name.end() > MAX_CHARS_UP_TO_NAME:
        return False
    return not any(re.search(rf"(?<!\w){re.escape(one)}", text, re.IGNORECASE) for one in ours)


def voice_of(mention: Mention, ours: Collection[str], policy: DisplayPolicy) -> Voice:
    """A mention as the wall shows it; without its author if authors are masked.

    The name of its brand stands before it, unless it is one of ``ours``.
    """
    post = mention.post
    author = "" if policy.masks_authors else post.author
    place = post.site if post.site and post.site != post.author else post.source
    brand, text = _named_once(mention, ours, one_line(policy.masked_text(full_text(post), post)))
    return Voice(
        id=mention.id,
        sentiment=mention.score.sentiment,
        brand=brand,
        text=text,
        author=one_line(author, MAX_AUTHOR_CHARS),
        initials=initials(author),
        place=one_line(policy.masked_text(place, post), MAX_NAME_CHARS),
        at=epoch_ms(min(post.published_at, mention.added_at)),
        near_duplicates=mention.near_duplicates,
    )
