"""When to poll a source next, and what state it is in: pure functions from one SourceStatus to the next.

The rules are those of polite feed readers. A source is polled as often as it posts, between every five minutes and
once a day. ``every`` in the config replaces that estimate. A later time that the site asks for (``not_before``) always
wins. Failures lengthen the interval; a request to wait is not a failure. ``jitter``, a random number in 0..1, spreads
the polls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import AuthError, Gone, QuotaSpent, RateLimited, Refused, SetupError, SourceError
from monitor.model import Batch, Health, Post, SourceStatus

MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS = 300.0, 86_400.0
"""Bounds of the estimated interval. The upper one also bounds the delay after 4xx answers, and how long a successful
response can postpone the next poll."""
MAX_RETRY_SECONDS, MAX_RETRY_INTERVALS = 3600.0, 6
"""Bounds of the delay after other failures; the longer of the two applies. A site that recovers must be polled before
it drops what we missed: a stream keeps only a day and a half."""
MAX_REQUESTED_WAIT = timedelta(days=32)
"""The longest wait that a site can ask for. A monthly quota is renewed within it."""
BACKOFF_FACTOR = 1.5
MAX_BACKOFF_FAILURES = 50
"""Failures beyond these do not lengthen the delay. Without a limit the power overflows a float after 1,750."""
MAX_JITTER = 0.1
"""Share of the interval."""
RATE_HALF_LIFE_HOURS = 168.0
"""A post of this age counts half in ``posts_per_hour``."""
GAP_INTERVALS, GAP_SECONDS = 3, 900.0
"""Time without a successful poll after which there is a gap; the longer of the two applies."""
QUIET_AFTER_POSTS = 12
"""A source is quiet once the time for this many posts has passed without one, within the two bounds below."""
MIN_QUIET_TIME, MAX_QUIET_TIME = timedelta(hours=12), timedelta(days=21)
MIN_MANUAL_POLL_DELAY = timedelta(seconds=10)
"""Minimum delay between polls that a person requests."""
_OUR_TIMES = ("next_check", "last_try", "last_success", "last_post", "since", "first_seen", "fresh_until")
"""The times of a status that our clock measured."""
HEALTH_AFTER_SUCCESS = frozenset({Health.WORKING, Health.QUIET})
"""The health of a source after a successful pass."""

_BUG = "Wallflower failed while reading it. This is a bug in Wallflower: see its log. It will try again."


@dataclass(frozen=True, slots=True)
class PollingPolicy:
    """How often to poll a source: ``every`` from the config, else an estimate that starts at its kind's ``default``."""

    every: timedelta | None
    default: timedelta

    def interval(self, posts_per_hour: float) -> float:
        """Seconds between two passes. A kind whose default is below five minutes is designed for such frequent polls,
        so it keeps its default."""
        if self.every is not None:
            return self.every.total_seconds()
        default = self.default.total_seconds()
        if default < MIN_INTERVAL_SECONDS or posts_per_hour <= 0:
            return default
        return min(max(3600 / posts_per_hour, MIN_INTERVAL_SECONDS), MAX_INTERVAL_SECONDS)


def initial_status(
    source: str, kind: str, polling: PollingPolicy, *, sample: bool, first_seen: datetime | None = None
) -> SourceStatus:
    """The status of a source that has never been polled. ``first_seen``: when the config first had it."""
    return SourceStatus(source, kind, interval=polling.interval(0.0), sample=sample, first_seen=first_seen)


def restarted(status: SourceStatus, kind: str, polling: PollingPolicy, now: datetime, *, sample: bool) -> SourceStatus:
    """The stored ``status`` at a new start of the program.

    The next poll keeps its time, with one exception: if that time was our own estimate, a shorter ``every`` in the
    config counts from the last try. A source without a next poll is tried once, because only a start
    loads a changed config.
    """
    interval = polling.interval(status.posts_per_hour)
    due = status.next_check
    if due is not None and status.last_try is not None:
        due = min(due, now + (due - status.last_try))  # a clock that was set back must not lengthen the wait
    if due is not None and status.last_try is not None and not status.failures and _is_own_estimate(status, due):
        due = min(due, status.last_try + timedelta(seconds=interval))
    if due is not None and status.health not in (Health.LIMITED, Health.SPENT):
        due = min(due, now + timedelta(seconds=max(MAX_INTERVAL_SECONDS, interval)))
    return replace(status, kind=kind, interval=interval, next_check=due, sample=sample)


def _is_own_estimate(status: SourceStatus, due: datetime) -> bool:
    """Whether our own interval explains ``due``, so that the site did not ask for it."""
    assert status.last_try is not None
    own = timedelta(seconds=status.interval * (1 + 2 * MAX_JITTER) + 60)
    return status.health not in (Health.LIMITED, Health.SPENT) and due <= status.last_try + own


def pass_started(status: SourceStatus, now: datetime) -> SourceStatus:
    """The status to store before the fetch, so that a crash in it does not make restarts hammer the site."""
    return replace(status, last_try=now, next_check=now + timedelta(seconds=_retry_delay(status)))


def pass_succeeded(
    status: SourceStatus, batch: Batch, polling: PollingPolicy, now: datetime, jitter: float
) -> SourceStatus:
    """The status after a pass that returned ``batch``."""
    rate = posts_per_hour(status, batch.posts, now, batch.arrived)
    interval = polling.interval(rate)
    last_post = now if batch.posts or batch.arrived else status.last_post
    next_check = now if batch.more else _next_check(now, interval, batch.not_before, jitter)
    is_complete = batch.not_before and batch.complete_since is not None and not batch.more
    after = replace(
        status,
        interval=interval,
        next_check=next_check,
        last_success=now,
        last_post=last_post,
        failures=0,
        skipped=status.skipped + batch.skipped,
        posts_per_hour=rate,
        note=batch.note,
        spend=batch.spend or status.spend,
        catching_up_since=complete_since(status, batch) if batch.more else None,
        fresh_until=next_check if is_complete else None,
    )
    health, why = (Health.QUIET, _quiet_reason(after, now)) if is_quiet(after, now) else (Health.WORKING, "")
    return _with_health(after, health, batch.note or why or _skipped_reason(batch.skipped), now)


def complete_since(status: SourceStatus, batch: Batch) -> datetime | None:
    """Everything from this time on has been read, including by the incomplete passes that ``batch`` continues."""
    if batch.complete_since is None or status.catching_up_since is None:
        return batch.complete_since
    return min(batch.complete_since, status.catching_up_since)


def _with_health(status: SourceStatus, health: Health, reason: str, now: datetime) -> SourceStatus:
    since = status.since if status.health is health and status.since else now
    return replace(status, health=health, reason=reason, since=since)


def pass_failed(status: SourceStatus, error: SourceError, now: datetime, jitter: float) -> SourceStatus:
    """The status after a pass that raised ``error``."""
    reason = str(error)
    if isinstance(error, RateLimited | QuotaSpent):
        health = Health.LIMITED if isinstance(error, RateLimited) else Health.SPENT
        due = _next_check(now, status.interval, error.not_before, jitter, MAX_REQUESTED_WAIT)
        return replace(_with_health(status, health, reason, now), next_check=due)
    failed = replace(status, failures=status.failures + 1)
    if isinstance(error, AuthError):
        return replace(_with_health(failed, Health.NEEDS_KEY, reason, now), next_check=None)
    broken = _with_health(failed, Health.BROKEN, reason, now)
    if isinstance(error, Gone):
        gone = f"{reason} It is no longer read: remove it from the config, or correct its address."
        return replace(broken, reason=gone, next_check=None)
    if isinstance(error, SetupError):
        return replace(broken, next_check=None)
    return replace(broken, next_check=_next_check(now, _retry_delay(failed, isinstance(error, Refused)), None, jitter))


def pass_crashed(status: SourceStatus, now: datetime, jitter: float) -> SourceStatus:
    """The status after a bug in Wallflower ended a pass."""
    failed = _with_health(replace(status, failures=status.failures + 1), Health.BROKEN, _BUG, now)
    return replace(failed, next_check=_next_check(now, max(_retry_delay(failed), 60.0), None, jitter))


def pass_hung(status: SourceStatus, reason: str, now: datetime) -> SourceStatus:
    """The status while a pass hangs."""
    return _with_health(status, Health.BROKEN, reason, now)


def requested_check(status: SourceStatus, requested_at: datetime | None, now: datetime) -> datetime | None:
    """When to poll a source after a request at ``requested_at``; None if it was polled since, or must wait.

    A request neither overrides a wait that the site asked for, nor polls a site twice within seconds.
    """
    tried = status.last_try if status.last_try and status.last_try <= now else None  # else the clock was set back
    if requested_at is None or (tried is not None and requested_at <= tried):
        return None
    if status.health is Health.LIMITED and status.next_check is not None and status.next_check > now:
        return None
    return max(now, tried + MIN_MANUAL_POLL_DELAY) if tried else now


def shifted(status: SourceStatus, by: timedelta) -> SourceStatus:
    """``status`` with its times as they are after the machine's clock was set ahead ``by``."""
    times = {name: getattr(status, name) for name in _OUR_TIMES}
    return replace(status, **{name: at + by for name, at in times.items() if at is not None})


def unpaused(status: SourceStatus, now: datetime) -> SourceStatus:
    """The status at the end of a pause: due at once, unless the site or the budget requires a wait."""
    return status if status.health in (Health.LIMITED, Health.SPENT) else replace(status, next_check=now)


def is_overdue(status: SourceStatus, now: datetime) -> bool:
    """Whether the last success is so long ago that the time since is a gap, whatever the cause.

    A source that was never read has been missed since the config first had it. Made-up posts are never missed.
    """
    since = status.last_success if status.sample else status.read_since
    return since is not None and now - max(since, status.fresh_until or since) > gap_threshold(status)


def gap_threshold(status: SourceStatus) -> timedelta:
    """How long a source can go without a successful poll before that counts as a gap."""
    return timedelta(seconds=max(GAP_INTERVALS * status.interval, GAP_SECONDS))


def opens_gap(status: SourceStatus, error: SourceError, after: SourceStatus, now: datetime) -> bool:
    """Whether ``error`` opens a gap. A request to wait does so only if the wait is long."""
    if not isinstance(error, RateLimited):
        return True
    retry = after.next_check or now
    return is_overdue(status, retry) or (status.last_success is None and retry - now > gap_threshold(status))


def posts_per_hour(status: SourceStatus, posts: tuple[Post, ...], now: datetime, arrived: int = 0) -> float:
    """The decaying mean after a pass; after the first one, estimated from when its posts were published."""
    if status.last_success is None:
        recent = [p.published_at for p in posts if now - p.published_at < timedelta(hours=RATE_HALF_LIFE_HOURS)]
        span = (now - min(recent)).total_seconds() / 3600 if recent else RATE_HALF_LIFE_HOURS
        return (len(recent) + arrived) / min(max(span, 1.0), RATE_HALF_LIFE_HOURS)
    hours = max((now - status.last_success).total_seconds() / 3600, 1e-6)
    decay = hours * math.log(2) / RATE_HALF_LIFE_HOURS
    return status.posts_per_hour * math.exp(-decay) + (len(posts) + arrived) * -math.expm1(-decay) / hours


def is_quiet(status: SourceStatus, now: datetime) -> bool:
    """Whether no post has arrived for much longer than usual."""
    if status.last_post is None or status.posts_per_hour <= 0:
        return False
    expected = timedelta(hours=min(QUIET_AFTER_POSTS / status.posts_per_hour, MAX_QUIET_TIME.total_seconds() / 3600))
    return now - status.last_post > max(expected, MIN_QUIET_TIME)


def _retry_delay(status: SourceStatus, refused: bool = False) -> float:
    """Seconds until the next try after ``failures`` in a row. ``refused``: the site answers 4xx, which rarely changes
    until a person acts, so the delay grows further."""
    longest = max(MAX_INTERVAL_SECONDS, status.interval)
    if not refused:
        longest = min(longest, max(MAX_RETRY_SECONDS, MAX_RETRY_INTERVALS * status.interval))
    return min(status.interval * BACKOFF_FACTOR ** min(status.failures, MAX_BACKOFF_FAILURES), longest)


def _next_check(
    now: datetime,
    seconds: float,
    requested: datetime | None,
    jitter: float,
    max_wait: timedelta = timedelta(seconds=MAX_INTERVAL_SECONDS),
) -> datetime:
    """Our own time, or shortly after the one that the site ``requested``, whichever is later."""
    ours = now + timedelta(seconds=seconds * (1 + MAX_JITTER * jitter))
    if requested is None:
        return ours
    delay = timedelta(seconds=min(30.0, MAX_JITTER * seconds) * jitter)
    return max(ours, min(requested, now + max(max_wait, timedelta(seconds=seconds))) + delay)


def _quiet_reason(status: SourceStatus, now: datetime) -> str:
    assert status.last_post is not None
    hours = (now - status.last_post).total_seconds() / 3600
    usual = status.posts_per_hour
    rate = f"{usual:.0f} an hour" if usual >= 1 else f"{max(usual * 24, 0.1):.1f} a day"
    silent = f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
    return f"No posts for {silent}; usually there are about {rate}."


def _skipped_reason(n: int) -> str:
    return f"The last poll skipped {n} unreadable {'entry' if n == 1 else 'entries'}." if n else ""
