"""``poll``: one pass over one source, from its cursor to the stored mentions and the status that tells of it."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from monitor.collector import timing
from monitor.collector.judge import Judging
from monitor.errors import SourceError, Stopped
from monitor.model import Batch, Brand, Json, Judged, Post, Saved, SourceStatus, Term
from monitor.sources import Source
from monitor.store import Store

BATCH = 250
"""Posts that are judged and saved at once, which bounds memory and the length of a transaction."""
OFTEN = 60.0
"""Seconds between passes, below which a pass is not worth a line."""

_NOT_RUNNING, _TOOK_LONG = "Wallflower was not running.", "Reading it took too long."
_WAITED = "It was to be read no sooner, and does not go back so far."
_MOMENT = timedelta(seconds=1)
_PAUSED = "It was paused by hand."

log = logging.getLogger("wallflower.collector")


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source as configured, ready to be read."""

    name: str
    kind: str
    source: Source
    pace: timing.Pace
    sample: bool = False
    ready: bool = True
    """False: its table in the config is wrong, and may even name another kind than it should."""


@dataclass(frozen=True, slots=True)
class PassContext:
    """What every pass works with."""

    judge: Judging
    store: Store
    terms: Sequence[Term]
    now: Callable[[], datetime]
    luck: Callable[[], float] = field(default=random.random)
    """A random number in 0..1."""
    rules: str = ""
    """What ``rules_digest`` makes of them; empty: whatever they are, nothing is read afresh for their sake."""


@runtime_checkable
class Rereading(Protocol):
    """A source that can read once more what it has passed over, for rules that may find something there."""

    def reset_cursor(self, cursor: Json) -> Json:
        """What ``cursor`` becomes: it stands where it stood, and knows no more what was seen there."""
        ...


def rules_digest(brands: Sequence[Brand]) -> str:
    """A short mark of the rules of ``brands``, to tell changed ones."""
    rules = sorted((brand.name, brand.rule) for brand in brands)
    return hashlib.blake2b(json.dumps(rules).encode(), digest_size=6).hexdigest()


def resume_status(watched: ConfiguredSource, stored: SourceStatus | None, now: datetime) -> tuple[SourceStatus, bool]:
    """The status to go on from, and whether that goes on from where the last pass left the source.

    False: nothing was ever read under its name, or a source of another kind was, whose cursor means nothing to it. A
    slip in the config's ``kind`` must not cost the cursor, so a source that is not ready leaves all as it is.
    """
    if stored is not None and (stored.kind == watched.kind or not watched.ready):
        sample = watched.sample if watched.ready else stored.sample
        return timing.resumed(stored, stored.kind, watched.pace, now, sample=sample), True
    status = timing.initial_status(watched.name, watched.kind, watched.pace, sample=watched.sample)
    return replace(status, last_success=stored.last_success if stored else None), False


def resume_source(watched: ConfiguredSource, stored: SourceStatus | None, desk: PassContext) -> SourceStatus:
    """The status to go on from, stored where it is another: for a new kind without a cursor, for new rules afresh.

    Raises StoreError.
    """
    now = desk.now()
    status, goes_on = resume_status(watched, stored, now)
    if not goes_on:
        status = replace(status, rules=desk.rules)
        desk.store.save(watched.name, (), now=now, cursor=None, status=status)
    elif watched.ready and desk.rules and status.rules != desk.rules:
        cursor = cursor_after_rule_change(watched, status, desk.store.cursor(watched.name), desk.rules)
        status = replace(status, rules=desk.rules)
        desk.store.save(watched.name, (), now=now, cursor=cursor, status=status)
    return status


def cursor_after_rule_change(watched: ConfiguredSource, status: SourceStatus, cursor: Json, rules: str) -> Json:
    """``cursor`` as a pass by ``rules`` takes it up, where ``status`` tells by which it was left."""
    is_other = bool(status.rules) and status.rules != rules
    return watched.source.reset_cursor(cursor) if is_other and isinstance(watched.source, Rereading) else cursor


def poll(watched: ConfiguredSource, status: SourceStatus, desk: PassContext) -> SourceStatus:
    """Read ``watched`` once and store what came of it; the status that was stored tells when to come again.

    The next check is noted before the fetch, and at the first pass stored. Expected trouble outside becomes a status
    and, where time went unread, a gap. Raises StoreError; whatever else it raises is a bug.
    """
    now = desk.now()
    began = timing.pass_started(status, now)
    desk.store.note(began, now=now)
    try:
        batch = watched.source.fetch(desk.terms, desk.store.cursor(watched.name), now)
    except Stopped:
        return began
    except SourceError as error:
        return _note_failure(status, timing.pass_failed(began, error, desk.now(), desk.luck()), error, desk)
    return _keep(watched, began, batch, status.next_check, desk)


def record_bug(status: SourceStatus, desk: PassContext) -> SourceStatus:
    """Store that a fault of our own ended a pass. Raises StoreError."""
    now = desk.now()
    desk.store.open_gap(status.source, status.last_success or now, "Wallflower failed while reading it.", now)
    after = timing.faulted(status, now, desk.luck())
    desk.store.save_status(after, now)
    return after


def record_hang(status: SourceStatus, reason: str, desk: PassContext) -> None:
    """Store that a pass does not come to an end. Raises StoreError."""
    now = desk.now()
    desk.store.open_gap(status.source, status.last_success or now, reason, now)
    desk.store.save_status(timing.hung(status, reason, now), now)


def record_pause(status: SourceStatus, paused: datetime, desk: PassContext) -> None:
    """Store that a source is not read because a person said so at ``paused``. Raises StoreError."""
    desk.store.open_gap(status.source, status.last_success or paused, _PAUSED, desk.now())


def _note_failure(before: SourceStatus, after: SourceStatus, error: SourceError, desk: PassContext) -> SourceStatus:
    now = desk.now()
    if timing.leaves_gap(before, error, after, now):
        since = min(filter(None, (before.last_success, error.unread_since)), default=now)
        desk.store.open_gap(before.source, since, after.reason, now)
    desk.store.save_status(after, now)
    if (before.health, before.reason) != (after.health, after.reason):
        log.warning("%s: %s. %s", after.source, after.health, after.reason)
    return after


def _keep(
    watched: ConfiguredSource, before: SourceStatus, batch: Batch, due: datetime | None, desk: PassContext
) -> SourceStatus:
    """Judge and save ``batch``: its cursor and the new status go with the last posts, in their transaction.

    ``due``: when it was to be read.
    """
    now = desk.now()
    if not _catches_up(before, batch):
        _open_unnoticed_gap(before, due, now, desk.store)
    after = timing.pass_succeeded(before, batch, watched.pace, now, desk.luck())
    saved: list[Saved] = []
    if _brings_nothing(batch) and before.health is after.health and before.reason == after.reason:
        desk.store.note(after, now=now, cursor=batch.cursor)
    else:
        saved, after = _save(watched.name, batch, after, desk)
    if batch.unread_since is not None:
        _open_gap_of_part(watched.name, batch.unread_since, batch.note, desk)
    elif not batch.more:
        _close_gaps(watched.name, now, timing.caught_up(before, batch), desk)
    _tell(before, after, saved)
    return after


def _catches_up(before: SourceStatus, batch: Batch) -> bool:
    """Whether nothing is left unread between the last success and ``batch``, so that no gap need even be opened."""
    complete = None if batch.more else timing.caught_up(before, batch)
    return complete is not None and before.last_success is not None and complete <= before.last_success


def _open_unnoticed_gap(status: SourceStatus, due: datetime | None, now: datetime, store: Store) -> None:
    """A time that nobody could note while it went by: we were not running or asked to wait, or a pass took its time."""
    if not timing.unread_for_long(status, now) or store.gaps(now, now + _MOMENT, status.source):
        return
    began = status.last_try or now
    why = _NOT_RUNNING if timing.unread_for_long(status, began) else _TOOK_LONG
    if why is _NOT_RUNNING and due is not None and began - due <= timing.patience(status):
        why = _WAITED
    store.open_gap(status.source, status.last_success or now, why, now)


def _open_gap_of_part(source: str, since: datetime, reason: str, desk: PassContext) -> None:
    """Passes that change nothing about it write nothing."""
    now = desk.now()
    there = [gap for gap in desk.store.gaps(now, now + _MOMENT, source) if gap.until is None]
    if not any(gap.since <= since and gap.reason == reason for gap in there):
        desk.store.open_gap(source, since, reason, now)


def _close_gaps(source: str, now: datetime, complete_since: datetime | None, desk: PassContext) -> None:
    """End the open gap, and take from all of them what was caught up with. Passes without any write nothing."""
    if desk.store.gaps(min(complete_since or now, now), now + _MOMENT, source):
        desk.store.close_gaps(source, now, desk.now(), complete_since)


def _brings_nothing(batch: Batch) -> bool:
    """Whether a repetition would do no harm and cost no money, should the note of it be lost."""
    return not (batch.posts or batch.deleted or batch.deleted_below or batch.more or batch.spend)


def _save(source: str, batch: Batch, status: SourceStatus, desk: PassContext) -> tuple[list[Saved], SourceStatus]:
    posts = batch.posts
    *early, last = [posts[n : n + BATCH] for n in range(0, len(posts), BATCH)] or [()]
    now, saved, kept = desk.now(), [], 0
    below = batch.deleted_below
    for part in early:
        judged = judged_alone_if_need_be(part, now, desk.judge)
        saved.append(desk.store.save(source, judged, now=now, deleted_below=below))
        kept, below = kept + len(judged), ()
    judged = judged_alone_if_need_be(last, now, desk.judge)
    status = replace(status, set_aside=status.set_aside + len(posts) - kept - len(judged))
    end = desk.store.save(
        source,
        judged,
        now=now,
        deleted=batch.deleted,
        deleted_below=below,
        cursor=batch.cursor,
        status=status,
    )
    return [*saved, end], status


def judged_alone_if_need_be(posts: Sequence[Post], now: datetime, judge: Judging) -> list[Judged]:
    """What ``judge`` makes of ``posts``, without those that it fails on: one poisonous post must not stop a source.

    Such a post is a bug of ours, so it is logged with its traceback; the source's status counts it as set aside. When
    not one post can be judged the fault lies elsewhere: raises what ``judge`` raised, and nothing is passed over.
    """
    try:
        return judge.judge(posts, now) if posts else []
    except Exception:
        judged = [found for post in posts for found in _judged_alone(post, now, judge)]
        if not judged:
            raise
        return judged


def _judged_alone(post: Post, now: datetime, judge: Judging) -> list[Judged]:
    try:
        return judge.judge([post], now)
    except Exception:
        log.exception("%s: post %s cannot be judged and is set aside", post.source, post.external_id)
        return []


def _tell(before: SourceStatus, after: SourceStatus, saved: list[Saved]) -> None:
    new, edited = sum(s.new for s in saved), sum(s.edited for s in saved)
    if new or edited:
        log.log(_level(after), "%s: %d new mention%s, %d edited post%s", after.source, new, _s(new), edited, _s(edited))
    if before.health is not after.health:
        log.info("%s: %s", after.source, " ".join(filter(None, [f"{after.health}.", after.reason])))


def _level(status: SourceStatus) -> int:
    """Sources that are read every few seconds do not fill the log with what they bring."""
    return logging.DEBUG if status.interval < OFTEN else logging.INFO


def _s(n: int) -> str:
    return "" if n == 1 else "s"
