"""The voices: who says what now, one large and two below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from display.wall_state.document import Voice
from display.wall_state.words import LONGEST_NAME, cut, epoch_ms, initials, plain
from monitor.model import Mention

FRESH = timedelta(minutes=30)
MOST = 3
LONGEST_AUTHOR = 60


def voices(latest: Iterable[Mention], ours: Sequence[str], now: datetime) -> tuple[Voice, ...]:
    """The newest few of ``latest``. The first is about us if anything fresh is, whatever competitors do."""
    newest = sorted((m for m in latest if not m.hidden), key=lambda m: (m.post.published_at, m.id), reverse=True)
    fresh = (m for m in newest if m.brand in ours and now - m.post.published_at <= FRESH)
    hero = next(fresh, newest[0] if newest else None)
    if hero is None:
        return ()
    rest = [m for m in newest if m.id != hero.id and m.post.external_id != hero.post.external_id]
    return tuple(voice(m, ours) for m in [hero, *rest[: MOST - 1]])


def voice(mention: Mention, ours: Sequence[str]) -> Voice:
    """A mention as the wall shows it."""
    post = mention.post
    return Voice(
        id=mention.id,
        sentiment=mention.score.sentiment,
        brand="" if mention.brand in ours else cut(mention.brand, LONGEST_NAME),
        text=plain(post.body),
        author=plain(post.author, LONGEST_AUTHOR),
        initials=initials(post.author),
        place=plain(post.source, LONGEST_NAME),
        at=epoch_ms(min(post.published_at, mention.added_at)),
        alike=mention.alike,
    )
