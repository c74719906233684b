"""One row per story: near-duplicates fold into the first of them that an order meets; each still counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from monitor.model import Mention

Pages: TypeAlias = Callable[[int | None, int], list[Mention]]
"""(key, limit) -> at most ``limit`` mentions after the one of that key, in the order of the list."""

MOST_PAGES = 6
"""Asked for at most, so that one huge story cannot hold up a page; the page is shorter then."""


class Folded(NamedTuple):
    """Rows of one page, and the key of the next: the last mention that this page stands for, None at the end."""

    rows: list[Mention]
    last: int | None


def folded(pages: Pages, before: int | None, rows: int) -> Folded:
    """The next ``rows`` mentions, of every story and brand the first alone."""
    shown: dict[tuple[int, str], Mention] = {}
    last = before
    for _ in range(MOST_PAGES):
        found = pages(last, rows + 1)
        for mention in found:
            key = (mention.story or mention.id, mention.brand)
            if key not in shown and len(shown) == rows:
                return Folded(list(shown.values()), last)
            shown.setdefault(key, mention)
            last = mention.id
        if len(found) <= rows:
            return Folded(list(shown.values()), None)
    return Folded(list(shown.values()), last)
