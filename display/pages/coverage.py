"""Which sources were not read when: what the chart hatches, and what the API calls coverage."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from display.pages.health_line import HealthLine
from display.source_health import gaps_outside_imports, outage_gaps, unrecorded_gaps
from monitor.model import Choice, Gap

if TYPE_CHECKING:
    from monitor.store import Store

EVERY_SOURCE = Choice()


def unread_gaps(
    store: Store, health: HealthLine, since: datetime, until: datetime, sources: Choice = EVERY_SOURCE
) -> list[Gap]:
    """Times of [since, until) in which one of ``sources`` was not read.

    Those that are not over, and those for which nothing is recorded yet, may begin before ``since`` or after ``until``.
    """
    stored = store.gaps(since, until)
    gaps = [*stored, *unrecorded_gaps(health.unread, stored), *outage_gaps(health.sources)]
    outside = gaps_outside_imports(gaps, store.imported_periods(), health.now)
    return [gap for gap in outside if sources.allows(gap.source)]
