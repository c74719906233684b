"""What the list says until the first mention: since when sources are read, and how each is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from display.formatting import clock_time, format_duration, pluralize
from monitor.model import Health

if TYPE_CHECKING:
    from display.source_health import SourceHealth
    from monitor.model import SourceStatus


@dataclass(frozen=True, slots=True)
class FirstRunRow:
    """A source. ``mark``: the name of its mark in ``sources/state_mark.html``."""

    source: str
    mark: str
    text: str
    is_trouble: bool


def started_ago(health: SourceHealth, now: datetime) -> str:
    """How long ago reading began, such as "40 s"; empty if that is unknown."""
    begun = [status.first_seen for status in health.statuses if status.first_seen]
    return format_duration(now - min(begun)) if begun else ""


def first_run_rows(health: SourceHealth, now: datetime, zone: tzinfo) -> list[FirstRunRow]:
    """The sources, in the order of the config."""
    return [_row(status, now, zone) for status in health.statuses]


def _row(status: SourceStatus, now: datetime, zone: tzinfo) -> FirstRunRow:
    mark = status.health.name.lower().replace("_", "-")
    if status.reason:
        return FirstRunRow(status.source, mark, status.reason, status.health in (Health.BROKEN, Health.NEEDS_KEY))
    if status.last_success:
        posts = pluralize(round(status.posts_per_hour), "post")
        found = f", about {posts} an hour" if status.posts_per_hour >= 1 else ""
        return FirstRunRow(status.source, mark, f"read at {clock_time(status.last_success, now, zone)}{found}", False)
    text = f"will be read at {clock_time(status.next_check, now, zone)}" if status.next_check else "not read yet"
    return FirstRunRow(status.source, mark, text, False)
