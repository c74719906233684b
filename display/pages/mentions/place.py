"""Which mention of a list one is: "37 of 1,284"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import Count, Mention, MentionFilter, Order

if TYPE_CHECKING:
    from display.pages.mentions.filters import MentionsView
    from monitor.store import Store

MILLISECOND = timedelta(milliseconds=1)
"""Times are stored to the millisecond."""
MAX_SAME_TIME = 1_000
"""Mentions of the same millisecond that are counted: posts without a date all have the same."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list. Those that are hidden count, as in the head of the list."""

    number: int
    total: Count


def place_in_list(store: Store, view: MentionsView, mention: Mention) -> Place | None:
    """None if the list does not have it, if its order is not by time, or if too many are before it to count them."""
    f, upto = view.filter.counted, store.last_mention_id() if view.upto is None else view.upto
    at, is_newest_first = mention.post.published_at, f.order is Order.NEW
    if f.order not in (Order.NEW, Order.OLD) or mention.id > upto or not _is_within(at, f):
        return None
    moment = replace(f, since=at, until=at + MILLISECOND)
    starts = (0, mention.id - 1, mention.id, upto)
    all_, from_it, above, later = store.views.count_new([(moment, start) for start in starts], MAX_SAME_TIME)
    if from_it == above or all_ == MAX_SAME_TIME:
        return None
    before = _count_before(store, f, at, upto)
    same_time = above - later if is_newest_first else all_ - from_it
    return Place(before.n + same_time + 1, store.count(f, upto)) if before.exact else None


def _count_before(store: Store, f: MentionFilter, at: datetime, upto: int) -> Count:
    """The mentions of ``f`` that were published later than ``at``, or earlier if the oldest come first."""
    before = replace(f, since=at + MILLISECOND) if f.order is Order.NEW else replace(f, until=at)
    is_empty = before.since is not None and before.until is not None and before.since >= before.until
    return Count(0) if is_empty else store.count(before, upto)


def _is_within(at: datetime, f: MentionFilter) -> bool:
    return (f.since is None or at >= f.since) and (f.until is None or at < f.until)
