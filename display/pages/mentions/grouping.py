"""Posts grouped into one row per story. Each mention still counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from monitor.model import Mention, Position

FetchPage: TypeAlias = Callable[[Position | None, int], list[Mention]]
"""(position, limit) -> at most ``limit`` mentions that follow that position, in the order of the list."""

MAX_FETCHES = 6
"""Per page of the list, so that one huge story cannot delay it; such a page has fewer rows."""


class GroupedPage(NamedTuple):
    """The rows of a page, and the last mention that they represent; None at the end of the list."""

    rows: list[Mention]
    last: Position | None


def first_of_groups(mentions: Iterable[Mention]) -> list[Mention]:
    """The first mention of each story and brand."""
    groups: dict[tuple[int, str], Mention] = {}
    for mention in mentions:
        groups.setdefault((mention.story or mention.id, mention.brand), mention)
    return list(groups.values())


def grouped_page(fetch: FetchPage, before: Position | None, max_rows: int) -> GroupedPage:
    """The next ``max_rows`` rows after ``before``: the first mention of each story and brand."""
    rows: dict[tuple[int, str], Mention] = {}
    last = before
    for _ in range(MAX_FETCHES):
        mentions = fetch(last, max_rows + 1)
        for mention in mentions:
            key = (mention.story or mention.id, mention.brand)
            if key not in rows and len(rows) == max_rows:
                return GroupedPage(list(rows.values()), last)
            rows.setdefault(key, mention)
            last = mention.position
        if len(mentions) <= max_rows:
            return GroupedPage(list(rows.values()), None)
    return GroupedPage(list(rows.values()), last)


def is_same_group(one: Mention, other: Mention) -> bool:
    """Whether a list shows both as one row."""
    return one.story is not None and (one.story, one.brand) == (other.story, other.brand)
