"""Whether the rule of a brand is too broad: whether it finds more than 5 % of all posts that are read."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from display.pages.context import PageContext
from monitor.activity import Activity, total
from monitor.model import Brand

MAX_SHARE = 0.05
MIN_READ = 1_000
"""With fewer posts, their share says little."""
SPAN = timedelta(days=30)


def posts_read() -> int:
    """Posts that were read since the program started, whether they mention a brand or not."""
    activity: Activity = current_app.extensions["activity"]
    return total(activity.counts().values()).posts


def share_of_read(context: PageContext, brand: Brand, read: int) -> float | None:
    """The share of the ``read`` posts that the rule in use of ``brand`` found; None if too few were read."""
    if read < MIN_READ:
        return None
    return context.store.count_arrivals(brand.name, context.started, context.clock.now(), SPAN) / read


def breadth_warning(share: float | None, begin: str = "Finds") -> str:
    """What to say about a rule that finds ``share`` of all posts; empty if it is not too broad."""
    if share is None or share <= MAX_SHARE:
        return ""
    return f"{begin} {min(share, 1.0):.0%} of all posts that are read. It may be too broad.".replace("%", " %")
