"""The voices: who says what now, as the wall puts it."""

from __future__ import annotations

from collections.abc import Collection

from display.formatting import initials
from display.wall_state.discretion import Discretion
from display.wall_state.document import Voice
from display.wall_state.words import LONGEST_NAME, called, plain
from monitor.clock import epoch_ms
from monitor.model import Mention, Post

LONGEST_AUTHOR = 60
ENDINGS = ".!?:…。\uff01\uff1f"


def whole(post: Post) -> str:
    """Title and text as one; a text that begins with its title says it once."""
    if not post.title or post.text.startswith(post.title):
        return post.text
    return f"{post.title} {post.text}" if post.title.rstrip()[-1:] in ENDINGS else f"{post.title}. {post.text}"


def voice(mention: Mention, ours: Collection[str], discretion: Discretion) -> Voice:
    """A mention as the wall shows it; with handles masked it is nobody's."""
    post = mention.post
    author = "" if discretion.masked else post.author
    place = post.site if post.site and post.site != post.author else post.source
    return Voice(
        id=mention.id,
        sentiment=mention.score.sentiment,
        brand="" if mention.brand in ours else called(mention.brand),
        text=plain(discretion.text(whole(post), post)),
        author=plain(author, LONGEST_AUTHOR),
        initials=initials(author),
        place=plain(discretion.text(place, post), LONGEST_NAME),
        at=epoch_ms(min(post.published_at, mention.added_at)),
        alike=mention.near_duplicates,
    )
