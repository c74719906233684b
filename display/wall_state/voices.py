"""The voices: who says what now, one large and two below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from display.wall_state.document import Voice
from display.wall_state.words import LONGEST_NAME, cut, epoch_ms, initials, plain
from monitor.model import Mention, Post

FRESH = timedelta(minutes=30)
MOST = 3
LONGEST_AUTHOR = 60
ENDINGS = ".!?:…。\uff01\uff1f"


def voices(latest: Iterable[Mention], ours: Sequence[str], now: datetime) -> tuple[Voice, ...]:
    """The newest few of ``latest``. The first is about us if anything fresh is; a post stands once."""
    newest = sorted((m for m in latest if not m.hidden), key=lambda m: (m.post.published_at, m.id), reverse=True)
    fresh = (m for m in newest if m.brand in ours and now - m.post.published_at <= FRESH)
    hero = next(fresh, newest[0] if newest else None)
    if hero is None:
        return ()
    posts = {(m.post.source, m.post.external_id): m for m in reversed([hero, *newest])}
    rest = [m for m in newest if posts[m.post.source, m.post.external_id] is m and m is not hero]
    return tuple(voice(m, ours) for m in [hero, *rest[: MOST - 1]])


def whole(post: Post) -> str:
    """Title and text as one; a text that begins with its title says it once."""
    if not post.title or post.text.startswith(post.title):
        return post.text
    return f"{post.title} {post.text}" if post.title.rstrip()[-1:] in ENDINGS else f"{post.title}. {post.text}"


def voice(mention: Mention, ours: Sequence[str]) -> Voice:
    """A mention as the wall shows it."""
    post = mention.post
    return Voice(
        id=mention.id,
        sentiment=mention.score.sentiment,
        brand="" if mention.brand in ours else cut(mention.brand, LONGEST_NAME),
        text=plain(whole(post)),
        author=plain(post.author, LONGEST_AUTHOR),
        initials=initials(post.author),
        place=plain(post.site if post.site and post.site != post.author else post.source, LONGEST_NAME),
        at=epoch_ms(min(post.published_at, mention.added_at)),
        alike=mention.alike,
    )
