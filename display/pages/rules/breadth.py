"""Whether the rule of a brand is too broad: whether it finds more than 5 % of everything.

Only sources that are read in full say that. What a source finds by searching for the words of the rules, or keeps only
if it has one of them, was chosen by the rules already.
"""

from __future__ import annotations

from flask import current_app

from display.pages.context import PageContext
from monitor.activity import Activity
from monitor.config import Config
from monitor.model import Brand, Choice, MentionFilter

MAX_SHARE = 0.05
MIN_READ = 1_000
"""With fewer posts, their share says little."""


def posts_read(config: Config) -> int:
    """Posts of sources that are read in full, since the program started, whether they mention a brand or not."""
    activity: Activity = current_app.extensions["activity"]
    counts = activity.counts()
    return sum(counts[name].posts for name in read_in_full(config) if name in counts)


def share_of_read(context: PageContext, brand: Brand, read: int) -> float | None:
    """The share of the ``read`` posts that the rule in use of ``brand`` found; None if too few were read."""
    if read < MIN_READ:
        return None
    sources = Choice(read_in_full(context.config))
    found = MentionFilter(brand=Choice((brand.name,)), source=sources, since=context.started)
    return context.store.count(found.counted).n / read


def read_in_full(config: Config) -> tuple[str, ...]:
    """The names of the sources that bring everything, and not only what the rules find."""
    return tuple(source.name for source in config.sources if source.is_read_in_full)


def breadth_warning(share: float | None, begin: str = "Finds") -> str:
    """What to say about a rule that finds ``share`` of all posts; empty if it is not too broad."""
    if share is None or share <= MAX_SHARE:
        return ""
    text = f"{begin} {min(share, 1.0):.0%} of all posts of the sources that are read in full. It may be too broad."
    return text.replace("%", " %")
