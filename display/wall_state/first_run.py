"""The list of sources that is shown until the first mention: when each was read, or will be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from display.wall_state.document import FirstRunSource
from display.wall_state.i18n import Locale, fill
from display.wall_state.sentences import unread_reason_text
from display.wall_state.wall_text import MAX_NAME_CHARS, truncate
from monitor.clock import epoch_ms
from monitor.model import SourceStatus

MAX_ROWS = 6


def first_run_sources(
    statuses: Sequence[SourceStatus], any_mention: bool, now: datetime, locale: Locale
) -> tuple[FirstRunSource, ...]:
    """One row per source, or per kind if there are too many sources.

    ``any_mention``: there are mentions, as of a file or of sample data that is being made up, and none is shown yet.
    """
    if len(statuses) <= MAX_ROWS:
        return tuple(_row(s.source, [s], any_mention, now, locale) for s in statuses)
    by_kind = [list(group) for _, group in groupby(sorted(statuses, key=lambda s: s.kind), key=lambda s: s.kind)]
    return tuple(_row(_group_name(group, locale), group, any_mention, now, locale) for group in by_kind[:MAX_ROWS])


def _group_name(group: Sequence[SourceStatus], locale: Locale) -> str:
    """``Feed, 12 sources``"""
    if len(group) == 1:
        return group[0].source
    return locale.counted(locale.phrases.sources_of_kind, len(group), kind=group[0].kind.capitalize())


def _row(name: str, group: Sequence[SourceStatus], any_mention: bool, now: datetime, locale: Locale) -> FirstRunSource:
    """The row of ``group``, with the latest successful poll among its sources."""
    read_at = max((s.last_success for s in group if s.last_success), default=None)
    next_check = min((s.next_check for s in group if s.next_check), default=None)
    posts, phrases = round(sum(s.posts_per_hour for s in group)), locale.phrases
    wait = fill(phrases.first_read_at, time=locale.time_of_day(next_check)) if next_check else phrases.not_read_yet
    trouble = next((unread_reason_text(s, now, locale) for s in group if s.failures and s.reason), "")
    return FirstRunSource(
        truncate(name, MAX_NAME_CHARS),
        epoch_ms(read_at) if read_at else None,
        trouble or wait,
        locale.number(posts) if read_at else "",
        phrases.none_yet if read_at and not any_mention else "",
    )
