"""``poll``: one pass over one source, from its cursor to the stored mentions and status.

fetch --> judge --> read the gaps --> decide (outcomes) --> write
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.collector import outcomes, timing
from monitor.collector.context import ConfiguredSource, PassContext
from monitor.collector.judge import judge_or_skip
from monitor.collector.outcomes import PassOutcome
from monitor.errors import SourceError, Stopped
from monitor.model import PAUSED_REASON, Batch, Health, JudgedPost, SaveResult, SourceStatus, StoreFault, StorePause
from monitor.store import Store

BATCH_SIZE = 250
"""Posts that are judged and saved at once, which bounds memory and the length of a transaction."""
FREQUENT_SECONDS = 60.0
"""The results of sources that are polled more often than this are logged at DEBUG level."""

log = logging.getLogger("wallflower.collector")


def poll(source: ConfiguredSource, status: SourceStatus, context: PassContext) -> SourceStatus:
    """Poll ``source`` once and store the result; return the status with the time of the next poll.

    The next poll is recorded before the fetch, and stored at once the first time. A SourceError becomes a status and,
    if posts may be missing, a gap. Raises StoreError; any other exception is a bug.
    """
    now = context.now()
    started = timing.pass_started(status, now)
    context.store.buffer_status(started, now=now)
    try:
        batch = source.source.fetch(context.terms, context.store.cursor(source.name), now)
    except Stopped:
        return started
    except SourceError as error:
        outcome = outcomes.after_error(started, error, context.now(), context.jitter())
        _save_status(outcome, context)
        _log_failure(outcome.status, context)
        return outcome.status
    return _store_batch(source, started, batch, status.next_check, context)


def record_bug(status: SourceStatus, context: PassContext) -> SourceStatus:
    """Store that a bug in Wallflower ended a pass. Raises StoreError."""
    outcome = outcomes.after_bug(status, context.now(), context.jitter())
    _save_status(outcome, context)
    return outcome.status


def record_hang(status: SourceStatus, reason: str, context: PassContext) -> None:
    """Store that a pass hangs. Raises StoreError."""
    _save_status(outcomes.after_hang(status, reason, context.now()), context)


def record_outage(status: SourceStatus, fault: StoreFault | StorePause, context: PassContext) -> None:
    """Open the gap of a source that was not polled because of ``fault``, if that was for long. Raises StoreError."""
    now = context.now()
    if timing.is_overdue(status, now):
        reason = f"Nothing could be stored: {fault.past_cause}."
        context.store.open_gap(status.source, status.last_success or now, reason, now)


def record_pause(status: SourceStatus, paused: datetime, context: PassContext) -> None:
    """Open the gap of a source that a person paused at ``paused``. Raises StoreError."""
    context.store.open_gap(status.source, status.read_since or paused, PAUSED_REASON, context.now())


def _store_batch(
    source: ConfiguredSource, started: SourceStatus, batch: Batch, due: datetime | None, context: PassContext
) -> SourceStatus:
    now = context.now()
    last, saved, skipped = _judge_posts(source.name, batch, context) if batch.posts else ([], [], 0)
    gaps = context.store.gaps(*outcomes.gap_range(started, batch, now), source.name)
    outcome = outcomes.after_batch(started, batch, gaps, source.polling, due, now, context.jitter())
    if skipped:
        outcome = outcome._replace(status=replace(outcome.status, skipped=outcome.status.skipped + skipped))
    _open_gaps(outcome, context.store, now)
    if outcome.can_buffer:
        context.store.buffer_status(outcome.status, now=now, cursor=batch.cursor)
    else:
        saved.append(_save_last(batch, last, outcome.status, context, is_only=not saved))
    if outcome.gaps_to_close is not None:
        context.store.close_gaps(
            source.name, outcome.gaps_to_close.until, context.now(), outcome.gaps_to_close.complete_since
        )
    _count(source.name, batch, saved, skipped, context)
    _log_result(started, outcome.status, saved, context)
    return outcome.status


def _count(source: str, batch: Batch, saved: Sequence[SaveResult], skipped: int, context: PassContext) -> None:
    context.activity.count_posts(
        source,
        posts=len(batch.posts),
        mentions=sum(result.new for result in saved),
        edited=sum(result.edited for result in saved),
        deleted=sum(result.deleted for result in saved),
        skipped=batch.skipped + skipped,
    )


def _judge_posts(source: str, batch: Batch, context: PassContext) -> tuple[list[JudgedPost], list[SaveResult], int]:
    """Judge the posts of ``batch``, BATCH_SIZE at a time, and save all except the last part.

    Returns the last part, what was saved and how many posts were skipped.
    """
    now, posts, judged_posts, saved, skipped = context.now(), batch.posts, list[JudgedPost](), list[SaveResult](), 0
    for start in range(0, len(posts), BATCH_SIZE):
        if start:
            prefixes = batch.deleted_prefixes if not saved else ()
            saved.append(context.store.save(source, judged_posts, now=now, deleted_prefixes=prefixes))
        part = posts[start : start + BATCH_SIZE]
        judged_posts = judge_or_skip(part, now, context.judge, context.faults)
        skipped += len(part) - len(judged_posts)
    return judged_posts, saved, skipped


def _save_last(
    batch: Batch, judged_posts: Sequence[JudgedPost], status: SourceStatus, context: PassContext, *, is_only: bool
) -> SaveResult:
    """Save the last posts of a batch, with its cursor and the new status, in one transaction."""
    return context.store.save(
        status.source,
        judged_posts,
        now=context.now(),
        deleted=batch.deleted,
        deleted_prefixes=batch.deleted_prefixes if is_only else (),
        cursor=batch.cursor,
        status=status,
    )


def _save_status(outcome: PassOutcome, context: PassContext) -> None:
    now = context.now()
    _open_gaps(outcome, context.store, now)
    context.store.save_status(outcome.status, now)


def _open_gaps(outcome: PassOutcome, store: Store, now: datetime) -> None:
    for gap in outcome.gaps_to_open:
        store.open_gap(outcome.status.source, gap.since, gap.reason, now)


def _log_failure(after: SourceStatus, context: PassContext) -> None:
    """Log a failed pass, unless the source has failed like this since its last successful one."""
    level = logging.INFO if after.health is Health.LIMITED else logging.WARNING
    context.faults.report(after.source, f"{after.health}. {after.reason}", level=level)


def _log_result(before: SourceStatus, after: SourceStatus, saved: Sequence[SaveResult], context: PassContext) -> None:
    new, edited = sum(s.new for s in saved), sum(s.edited for s in saved)
    if new or edited:
        level = logging.DEBUG if after.interval < FREQUENT_SECONDS else logging.INFO
        log.log(
            level,
            "%s: %d new mention%s, %d edited post%s",
            after.source,
            new,
            _plural_suffix(new),
            edited,
            _plural_suffix(edited),
        )
    text = f"{after.source}: {' '.join(filter(None, (f'{after.health}.', after.reason)))}"
    if not context.faults.clear(after.source, text.rstrip(".")) and before.health is not after.health:
        log.info(text)


def _plural_suffix(n: int) -> str:
    return "" if n == 1 else "s"
