"""The departure board of the first run: every source, and when it was or will be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from display.wall_state.document import Departure
from display.wall_state.sentences import why
from display.wall_state.speech import Speech
from display.wall_state.words import LONGEST_NAME, cut
from monitor.clock import epoch_ms
from monitor.model import SourceStatus

MOST = 6


def departures(statuses: Sequence[SourceStatus], now: datetime, speech: Speech) -> tuple[Departure, ...]:
    """One row per source; per kind where there are too many for that."""
    if len(statuses) <= MOST:
        return tuple(departure(s.source, [s], now, speech) for s in statuses)
    by_kind = [list(group) for _, group in groupby(sorted(statuses, key=lambda s: s.kind), key=lambda s: s.kind)]
    return tuple(departure(group_name(group, speech), group, now, speech) for group in by_kind[:MOST])


def group_name(group: Sequence[SourceStatus], speech: Speech) -> str:
    """``Feeds, 12 of them``"""
    if len(group) == 1:
        return group[0].source
    return speech.phrases.group.format(kind=group[0].kind.capitalize().removesuffix("s"), n=len(group))


def departure(name: str, group: Sequence[SourceStatus], now: datetime, speech: Speech) -> Departure:
    """The row of ``group``, as of its newest success."""
    read_at = max((s.last_success for s in group if s.last_success), default=None)
    next_check = min((s.next_check for s in group if s.next_check), default=None)
    posts, say = round(sum(s.posts_per_hour for s in group)), speech.phrases
    wait = say.first_read_at.format(moment=speech.time_of_day(next_check)) if next_check else say.not_read_yet
    trouble = next((why(s, now, speech) for s in group if s.failures and s.reason), "")
    return Departure(
        cut(name, LONGEST_NAME),
        epoch_ms(read_at) if read_at else None,
        trouble or wait,
        speech.number(posts) if read_at else "",
    )
