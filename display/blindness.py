"""When a source counts as not read: one rule for the wall and for every page, from section 5 of the wall's design."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import Health, SourceStatus

if TYPE_CHECKING:
    from monitor.config import Config

PATIENCE = timedelta(minutes=15)
PASSES = 3
"""Intervals without a success before a source counts as blind."""


def is_blind(status: SourceStatus, now: datetime, started: datetime) -> bool:
    """Whether ``status`` has gone unread for too long; ``started`` counts for a source that was never read."""
    if status.health in (Health.NEEDS_KEY, Health.SPENT, Health.PAUSED):
        return True
    if status.health is Health.BROKEN and status.next_check is None:
        return True  # only a person can have it read again
    if status.health is Health.LIMITED and status.next_check and status.next_check - now > PATIENCE:
        return True
    return now - (status.last_success or started) > max(PASSES * timedelta(seconds=status.interval), PATIENCE)


def in_config(config: Config, statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
    """The status of each source of the config, in its order; one that was never read waits."""
    known = {status.source: status for status in statuses}
    return [known.get(s.name, SourceStatus(s.name, s.kind)) for s in config.sources]
