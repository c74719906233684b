"""The departure board of the first run: every source, and when it was or will be read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from display.wall_state.document import Departure
from display.wall_state.words import LONGEST_NAME, cut, epoch_ms, time_of_day
from monitor.model import SourceStatus

MOST = 6


def departures(statuses: Sequence[SourceStatus], zone: ZoneInfo) -> tuple[Departure, ...]:
    """One row per source; per kind where there are too many for that."""
    if len(statuses) <= MOST:
        return tuple(departure(s.source, [s], zone) for s in statuses)
    by_kind = [list(group) for _, group in groupby(sorted(statuses, key=lambda s: s.kind), key=lambda s: s.kind)]
    return tuple(departure(group_name(group), group, zone) for group in by_kind[:MOST])


def group_name(group: Sequence[SourceStatus]) -> str:
    """``Feeds, 12 of them``"""
    if len(group) == 1:
        return group[0].source
    return f"{group[0].kind.capitalize()}{'' if group[0].kind.endswith('s') else 's'}, {len(group)} of them"


def departure(name: str, group: Sequence[SourceStatus], zone: ZoneInfo) -> Departure:
    """The row of ``group``, as of its newest success."""
    read_at = max((s.last_success for s in group if s.last_success), default=None)
    next_check = min((s.next_check for s in group if s.next_check), default=None)
    posts = round(sum(s.posts_per_hour for s in group))
    wait = f"first read at {time_of_day(next_check, zone)}" if next_check else "not read yet"
    trouble = next((s.reason for s in group if s.failures and s.reason), "")
    return Departure(
        cut(name, LONGEST_NAME),
        epoch_ms(read_at) if read_at else None,
        trouble or wait,
        f"{posts:,}" if read_at else "",
    )
