"""Which part of the week the wall's figures cover: since when sources were read, what files hold, and the gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from display.wall_state.horizon import Period
from display.wall_state.i18n import Locale, fill
from display.wall_state.usual_shares import MAX_UNREAD, WEEK
from display.wall_state.wall_data import WallData
from monitor.analysis.staleness import without

EARLIER = timedelta(hours=1)
"""Posts that are older than the first read by less than this are not history."""


def not_imported(data: WallData, start: datetime, end: datetime) -> list[Period]:
    """The parts of [start, end) that no imported file covers; [] if it is empty."""
    return without([(start, end)] if start < end else [], list(data.imported_periods.values()))


def board_head(data: WallData, locale: Locale) -> str:
    """The time that the figures of the board cover."""
    phrases, week_ago, has_sources = locale.phrases, data.now - WEEK, bool(data.source_health.statuses)
    begun = data.listening_since if has_sources else data.now
    unknown = _total(not_imported(data, week_ago, begun))
    before = begun - week_ago
    if has_sources and before > timedelta() and unknown == before and not _counts_earlier_posts(data):
        return fill(phrases.board_since, time=locale.moment(begun, data.now, with_time=False))
    gaps = [_total(periods) for name, periods in data.gaps.items() if name in data.major]
    is_incomplete = unknown + max(gaps, default=timedelta()) > MAX_UNREAD * WEEK
    return phrases.last_week_gaps if is_incomplete else phrases.last_week


def was_read_this_week(data: WallData) -> bool:
    """Whether any source was read in the time that the board covers."""
    last = data.source_health.last_read
    return last is not None and last > data.now - WEEK


def _counts_earlier_posts(data: WallData) -> bool:
    """Whether the board counts posts from well before we listened, as the first read of a source brings them."""
    since, until = data.now - WEEK, data.listening_since - EARLIER
    return since < until and any(tally.n for tally in data.tallies_since(since, until).values())


def _total(periods: Sequence[Period]) -> timedelta:
    return sum((until - since for since, until in periods), timedelta())
