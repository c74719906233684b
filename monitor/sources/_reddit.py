"""Reddit's listings, which both of its readers use: sorted newest first, and paged by the last post's fullname.

A listing is named ``new r``, ``comments r`` or ``search r words``, where ``r`` is a subreddit, several joined by +, or
``all``. A fullname is Reddit's id with its type: ``t1_`` for a comment, ``t3_`` for a submission.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Json, Post
from monitor.sources._backfill import ListedPost, Page, Window

SITE = "www.reddit.com"
PAGE_SIZE = 100
MAX_LISTED_POSTS = 900
"""A listing that ends after this many posts was cut off: Reddit lists at most 1,000, minus those deleted since."""
FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,13}")


class RedditReader(Protocol):
    """A way to read listings."""

    reports_deletions: bool

    def begin(self, now: datetime) -> None:
        """Start a pass. Raises AuthError."""

    def page(self, window: Window) -> Page:
        """One page of a listing. Raises SourceErrors."""
        ...

    def look_up(self, fullnames: Sequence[str]) -> Mapping[str, Post | None]:
        """Fullname -> the current post, None if it is gone. Raises SourceErrors."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """The parts of a listing's name."""

    kind: str
    """``new``, ``comments`` or ``search``."""
    subreddit: str
    words: str = ""

    @classmethod
    def parse(cls, name: str) -> Listing:
        """The listing called ``name``."""
        kind, subreddit, *words = name.split(" ", 2)
        return cls(kind, subreddit, *words)

    @property
    def path(self) -> str:
        """Its path on the site, without a slash at the start."""
        is_global_search = self.subreddit == "all" and self.kind == "search"
        return self.kind if is_global_search else f"r/{self.subreddit}/{self.kind}"

    def params(self, window: Window) -> dict[str, str]:
        """The parameters of the request for the next page."""
        after = _parse_cursor(window.cursor)[0]
        params = {"limit": str(PAGE_SIZE), **({"after": after} if after else {})}
        if self.kind == "search":
            params |= {"q": self.words, "sort": "new", "type": "link", "t": _time_range(window)}
            params |= {"include_over_18": "on"}
            params |= {} if self.subreddit == "all" else {"restrict_sr": "1"}
        return params


def next_page(after: str, entries: int, posts: Sequence[ListedPost], window: Window) -> tuple[Json, bool]:
    """(cursor of the next page, whether the listing was cut off before it reached the window's start).

    ``after`` is the fullname after which the listing continues, ``entries`` the number of entries on this page.
    """
    entries_before = _parse_cursor(window.cursor)[1]
    oldest = min((post.sort_time for post in posts), default=window.until)
    if entries and oldest < window.since:
        return None, False
    if after and entries:
        return [after, entries_before + entries], False
    return None, entries_before + entries >= MAX_LISTED_POSTS


def _parse_cursor(cursor: Json) -> tuple[str, int]:
    """(fullname after which a listing continues, number of entries before)"""
    if isinstance(cursor, list) and len(cursor) == 2 and isinstance(cursor[0], str) and type(cursor[1]) is int:
        return cursor[0], cursor[1]
    return "", 0


def _time_range(window: Window) -> str:
    """Reddit's parameter ``t`` for the window. Each range is used only up to slightly less than its length."""
    needed = window.until - window.since
    ranges = {"day": 23, "week": 6 * 24, "month": 27 * 24, "year": 360 * 24}
    return next((name for name, hours in ranges.items() if needed <= timedelta(hours=hours)), "all")
