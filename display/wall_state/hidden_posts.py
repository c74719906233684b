"""Posts that are not shown: hidden ones, which stand for others of their story too; words never shown; set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from display.wall_state.i18n import Locale, fill
from monitor.model import Choice, Mention, MentionFilter, Post
from monitor.text.near_duplicates import are_near_duplicates

if TYPE_CHECKING:
    from monitor.store import Store

MAX_POSTS = 200
"""The newest hidden mentions are looked at."""
MAX_DISTINCT_MATCHES = 1000
"""Up to this many matches are counted as posts; above it, as mentions, and one may count twice."""
PostKey: TypeAlias = tuple[str, str]
"""Source and external id."""


class HiddenPosts:
    """The newest hidden posts."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        """``mentions``: hidden ones; a post about several brands has one for each."""
        self._brands: dict[PostKey, set[str]] = defaultdict(set)
        self._by_story: dict[int, list[Post]] = defaultdict(list)
        for mention in mentions:
            self._brands[_key(mention.post)].add(mention.brand)
            if mention.story is not None:
                self._by_story[mention.story].append(mention.post)

    @classmethod
    def read(cls, store: Store, since: datetime) -> HiddenPosts:
        """Those published since ``since``."""
        return cls(store.page(MentionFilter(state=Choice(("hidden",)), since=since), limit=MAX_POSTS))

    def count(self, brands: Collection[str], mentions: int) -> int:
        """How many posts about ``brands`` are hidden, given the number of hidden mentions of each brand together."""
        posts = sum(not about.isdisjoint(brands) for about in self._brands.values())
        return posts if mentions < MAX_POSTS else mentions

    def include(self, mention: Mention) -> bool:
        """Whether one of them stands for ``mention``.

        A post that is hidden as a mention of one brand is hidden for all. An article stands for its whole story; a
        comment only for those that say nearly the same.
        """
        if _key(mention.post) in self._brands:
            return True
        hidden = self._by_story.get(mention.story, ()) if mention.story is not None else ()
        return any(post.title or are_near_duplicates(post.body, mention.post.body) for post in hidden)


def count_matches(store: Store, queries: Sequence[str], brands: Sequence[str], since: datetime) -> int:
    """How many posts since then about ``brands`` match any of ``queries``."""
    filters = [MentionFilter(q=q, brand=Choice(tuple(brands)), since=since) for q in queries]
    n = sum(store.count(f).n for f in filters)
    if (len(filters) > 1 or len(brands) > 1) and n <= MAX_DISTINCT_MATCHES:
        # Several queries may match the same post, which may be about several brands.
        return len({_key(m.post) for f in filters for m in store.page(f, limit=MAX_DISTINCT_MATCHES)})
    return n


def not_shown_note(hidden: int, set_aside: int, locale: Locale) -> str:
    """``38 posts set aside, still counted.``; empty if every post may be shown."""
    if hidden and set_aside:
        numbers = {"hidden": locale.number(hidden), "set_aside": locale.number(set_aside)}
        return fill(locale.phrases.hidden_and_set_aside, **numbers)
    if set_aside:
        return locale.counted(locale.phrases.set_aside, set_aside)
    return locale.counted(locale.phrases.hidden, hidden) if hidden else ""


def _key(post: Post) -> PostKey:
    return post.source, post.external_id
