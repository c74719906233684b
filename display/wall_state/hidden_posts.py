"""Posts that are not shown: those that are set aside, and hidden ones, which stand for others of their story too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from display.wall_state.i18n import Locale, fill
from monitor.model import Choice, Mention, MentionFilter, Post
from monitor.text.near_duplicates import are_near_duplicates

if TYPE_CHECKING:
    from monitor.store import Store

MAX_POSTS = 200
"""The newest hidden posts are looked at."""


class HiddenPosts:
    """Hidden posts by story."""

    def __init__(self, by_story: Mapping[int, Sequence[Post]]) -> None:
        self._by_story = by_story

    @classmethod
    def read(cls, store: Store, since: datetime) -> HiddenPosts:
        """Those published since ``since``."""
        found: dict[int, list[Post]] = {}
        for mention in store.page(MentionFilter(state=Choice(("hidden",)), since=since), limit=MAX_POSTS):
            if mention.story is not None:
                found.setdefault(mention.story, []).append(mention.post)
        return cls(found)

    def include(self, mention: Mention) -> bool:
        """Whether one of them stands for ``mention``.

        An article stands for its whole story; a comment only for those that say nearly the same.
        """
        hidden = self._by_story.get(mention.story, ()) if mention.story is not None else ()
        return any(post.title or are_near_duplicates(post.body, mention.post.body) for post in hidden)


def not_shown_note(hidden: int, set_aside: int, locale: Locale) -> str:
    """``38 posts set aside, still counted.``; empty if every post may be shown."""
    if hidden and set_aside:
        numbers = {"hidden": locale.number(hidden), "set_aside": locale.number(set_aside)}
        return fill(locale.phrases.hidden_and_set_aside, **numbers)
    if set_aside:
        return locale.counted(locale.phrases.set_aside, set_aside)
    return locale.counted(locale.phrases.hidden, hidden) if hidden else ""
