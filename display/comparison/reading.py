"""Reads the comparison that a page or a program asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from display.error_figures import error_figures
from display.pages.coverage import unread_gaps
from display.pages.health_line import HealthLine
from monitor.analysis.comparison import Installation, compare
from monitor.model import UNDATED
from monitor.model.comparison import Comparison, Side

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store


def read_comparison(
    config: Config, store: Store, sides: Sequence[Side], health: HealthLine, now: datetime
) -> Comparison:
    """The figures of ``sides``. Raises StoreError, and QueryCancelled if the client has left."""
    since = min(side.since or UNDATED for side in sides)
    gaps = unread_gaps(store, health, since, now)
    return compare(sides, store, Installation(config.brands, config.topics, error_figures(store), gaps), now)
