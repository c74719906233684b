"""What a pass changes in the store: pure functions of its batch or error, the status before it and the open gaps.

``passes`` reads their inputs and writes their results.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.collector import timing
from monitor.collector.timing import PollingPolicy
from monitor.errors import SourceError
from monitor.model import Batch, Gap, SourceStatus

_ONE_SECOND = timedelta(seconds=1)

_NOT_RUNNING = "Wallflower was not running."
_TOOK_LONG = "Reading it took too long."
_HAD_TO_WAIT = "The site asked us to wait, and its history is shorter than the wait."
_BUG = "Wallflower failed while reading it."


class GapToOpen(NamedTuple):
    """A gap to open. If the source already has an open gap, that keeps the earlier start and gets this reason."""

    since: datetime
    reason: str


class GapsToClose(NamedTuple):
    """End the open gap at ``until``, and every gap at ``complete_since``, from which on nothing is missing."""

    until: datetime
    complete_since: datetime | None


class PassOutcome(NamedTuple):
    """What to write after a pass, in this order: the gaps to open, the status, the gaps to close."""

    status: SourceStatus
    gaps_to_open: tuple[GapToOpen, ...] = ()
    gaps_to_close: GapsToClose | None = None
    can_buffer: bool = False
    """Whether the status can wait for the next transaction: if it is lost, the pass can be repeated without harm."""


def gap_range(before: SourceStatus, batch: Batch, now: datetime) -> tuple[datetime, datetime]:
    """The time range whose gaps ``after_batch`` needs."""
    complete = None if batch.more else timing.complete_since(before, batch)
    return min(complete or now, now), now + _ONE_SECOND  # the end is exclusive; this includes a gap that starts now


def after_batch(
    before: SourceStatus,
    batch: Batch,
    gaps: Sequence[Gap],
    polling: PollingPolicy,
    due: datetime | None,
    now: datetime,
    jitter: float,
) -> PassOutcome:
    """The outcome of a pass that fetched ``batch`` at ``now``. ``gaps``: those in ``gap_range``, of the source.

    ``before`` is the status when the pass started, ``due`` the time for which it was planned.
    """
    after = timing.pass_succeeded(before, batch, polling, now, jitter)
    current = [gap for gap in gaps if gap.until is None or gap.until > now]
    opened = [] if current else _unnoticed_gap(before, batch, due, now)
    if batch.unread_since is not None:
        is_open = any(
            gap.until is None and gap.since <= batch.unread_since and gap.reason == batch.note for gap in current
        )
        opened += [] if is_open else [GapToOpen(batch.unread_since, batch.note)]
    is_read = batch.unread_since is None and not batch.more
    return PassOutcome(
        after,
        tuple(opened),
        GapsToClose(now, timing.complete_since(before, batch)) if is_read and (gaps or opened) else None,
        can_buffer=_is_empty(batch) and (before.health, before.reason) == (after.health, after.reason),
    )


def after_error(before: SourceStatus, error: SourceError, now: datetime, jitter: float) -> PassOutcome:
    """The outcome of a pass that raised ``error``; ``before`` is the status when it started."""
    after = timing.pass_failed(before, error, now, jitter)
    if not timing.opens_gap(before, error, after, now):
        return PassOutcome(after)
    since = min(filter(None, (before.read_since, error.unread_since)), default=now)
    return PassOutcome(after, (GapToOpen(since, after.reason),))


def after_bug(before: SourceStatus, now: datetime, jitter: float) -> PassOutcome:
    """The outcome of a pass that a bug in Wallflower ended."""
    return PassOutcome(timing.pass_crashed(before, now, jitter), (GapToOpen(before.read_since or now, _BUG),))


def after_hang(before: SourceStatus, reason: str, now: datetime) -> PassOutcome:
    """What to write while a pass hangs."""
    return PassOutcome(timing.pass_hung(before, reason, now), (GapToOpen(before.read_since or now, reason),))


def _unnoticed_gap(before: SourceStatus, batch: Batch, due: datetime | None, now: datetime) -> list[GapToOpen]:
    """The gap since the last success that was not recorded when it began, as a list of at most one.

    The causes: Wallflower was not running, the site asked us to wait, or a pass took too long.
    """
    if _is_caught_up(before, batch) or not timing.is_overdue(before, now):
        return []
    started = before.last_try or now
    if not timing.is_overdue(before, started):
        reason = _TOOK_LONG
    elif due is not None and started - due <= timing.gap_threshold(before):
        reason = _HAD_TO_WAIT
    else:
        reason = _NOT_RUNNING
    return [GapToOpen(before.read_since or now, reason)]


def _is_caught_up(before: SourceStatus, batch: Batch) -> bool:
    """Whether ``batch`` leaves nothing unread since the last success."""
    complete = None if batch.more else timing.complete_since(before, batch)
    return complete is not None and before.last_success is not None and complete <= before.last_success


def _is_empty(batch: Batch) -> bool:
    """Whether the pass brought nothing to store and cost no money."""
    return not (batch.posts or batch.deleted or batch.deleted_prefixes or batch.more or batch.spend)
