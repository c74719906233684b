"""When a source is read next, and how it is: pure functions from one SourceStatus to the next.

The rules are those that polite feed readers share. We look as often as the source posts, between five minutes and a
day. The person's ``every`` replaces that guess; the site's wish (``not_before``) always wins. Failures stretch the
interval, and an answer that asks us to wait is no failure. ``luck`` is a random number in 0..1 that spreads checks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import AuthError, Gone, QuotaSpent, RateLimited, Refused, SourceError, Unready
from monitor.model import Batch, Health, Post, SourceStatus

SHORTEST, LONGEST = 300.0, 86_400.0
"""Seconds; bounds of our own guess, and the latter of what refusals and ``not_before`` of a good answer may add."""
SOON, SOON_INTERVALS = 3600.0, 6
"""What other failures may add: seconds, or intervals if that is longer. A site that comes back is to be read again
before it has forgotten what we missed, and a stream keeps but a day and a half."""
LONGEST_WISH = timedelta(days=32)
"""A site that asks us to wait gets that much at most: a month's quota comes back within it."""
FAILURE_FACTOR = 1.5
JITTER = 0.1
HALF_LIFE = 168.0
"""Hours after which a post counts half in ``posts_per_hour``."""
GAP_INTERVALS, GAP_SECONDS = 3, 900.0
QUIET_POSTS = 12
"""A source is quiet once it missed this many posts, bounded by the two below."""
QUIET_AT_LEAST, QUIET_AT_MOST = timedelta(hours=12), timedelta(days=21)
AGAIN = timedelta(seconds=10)
"""At the earliest after the last try, when a person asks."""
READ_WELL = frozenset({Health.WORKING, Health.QUIET})

_BUG = "Wallflower failed while reading it. That is a fault in the program; its log tells more. It tries again."


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a source is to be read: as the person says, else as it posts, starting with its kind's default."""

    every: timedelta | None
    default: timedelta

    def interval(self, posts_per_hour: float) -> float:
        """Seconds between two passes. A kind whose default is below five minutes is made to be read that often."""
        if self.every is not None:
            return self.every.total_seconds()
        default = self.default.total_seconds()
        if default < SHORTEST or posts_per_hour <= 0:
            return default
        return min(max(3600 / posts_per_hour, SHORTEST), LONGEST)


def initial_status(source: str, kind: str, pace: Pace, *, sample: bool) -> SourceStatus:
    """The status of a source that was never read."""
    return SourceStatus(source, kind, interval=pace.interval(0.0), sample=sample)


def resumed(status: SourceStatus, kind: str, pace: Pace, now: datetime, *, sample: bool) -> SourceStatus:
    """The stored ``status`` as a new run of the program takes it up.

    Its next check stands, but for two cases: a source that was stopped is tried once, for only a start can bring
    another config; and where the wait was our own guess, a shorter ``every`` of today counts from the last try.
    """
    interval = pace.interval(status.posts_per_hour)
    due = status.next_check
    if due is not None and status.last_try is not None:
        due = min(due, now + (due - status.last_try))  # where the clock was set back, the wait is no longer for it
    if due is not None and status.last_try is not None and not status.failures and _guessed(status, due):
        due = min(due, status.last_try + timedelta(seconds=interval))
    if due is not None and status.health not in (Health.LIMITED, Health.SPENT):
        due = min(due, now + timedelta(seconds=max(LONGEST, interval)))
    return replace(status, kind=kind, interval=interval, next_check=due, sample=sample)


def _guessed(status: SourceStatus, due: datetime) -> bool:
    """Whether ``due`` is no later than our own interval explains, so that no wish of the site is in it."""
    assert status.last_try is not None
    own = timedelta(seconds=status.interval * (1 + 2 * JITTER) + 60)
    return status.health not in (Health.LIMITED, Health.SPENT) and due <= status.last_try + own


def pass_started(status: SourceStatus, now: datetime) -> SourceStatus:
    """To be stored before the fetch, so that a program that dies in it does not hammer the site when it restarts."""
    return replace(status, last_try=now, next_check=now + timedelta(seconds=_backoff(status)))


def pass_succeeded(status: SourceStatus, batch: Batch, pace: Pace, now: datetime, luck: float) -> SourceStatus:
    """What a pass that brought ``batch`` makes of ``status``."""
    rate = posts_per_hour(status, batch.posts, now, batch.arrived)
    interval = pace.interval(rate)
    last_post = now if batch.posts or batch.arrived else status.last_post
    next_check = now if batch.more else _next(now, interval, batch.not_before, luck)
    whole = batch.not_before and batch.complete_since is not None and not batch.more
    read = replace(
        status,
        interval=interval,
        next_check=next_check,
        last_success=now,
        last_post=last_post,
        failures=0,
        set_aside=status.set_aside + batch.set_aside,
        posts_per_hour=rate,
        note=batch.note,
        spend=batch.spend or status.spend,
        catching_up=caught_up(status, batch) if batch.more else None,
        content_until=next_check if whole else None,
    )
    health, why = (Health.QUIET, _silence(read, now)) if is_quiet(read, now) else (Health.WORKING, "")
    return _become(read, health, batch.note or why or _left_out(batch.set_aside), now)


def caught_up(status: SourceStatus, batch: Batch) -> datetime | None:
    """From when on all is read with ``batch``, counting passes before it that were cut and that it goes on from."""
    if batch.complete_since is None or status.catching_up is None:
        return batch.complete_since
    return min(batch.complete_since, status.catching_up)


def _become(status: SourceStatus, health: Health, reason: str, now: datetime) -> SourceStatus:
    since = status.since if status.health is health and status.since else now
    return replace(status, health=health, reason=reason, since=since)


def pass_failed(status: SourceStatus, error: SourceError, now: datetime, luck: float) -> SourceStatus:
    """What a pass that ended in ``error`` makes of ``status``."""
    reason = str(error)
    if isinstance(error, RateLimited):
        due = _next(now, status.interval, error.not_before, luck, cap=LONGEST_WISH)
        return replace(_become(status, Health.LIMITED, reason, now), next_check=due)
    if isinstance(error, QuotaSpent):
        due = _next(now, status.interval, error.not_before, luck, cap=LONGEST_WISH)
        return replace(_become(status, Health.SPENT, reason, now), next_check=due)
    tried = replace(status, failures=status.failures + 1)
    if isinstance(error, AuthError):
        return replace(_become(tried, Health.NEEDS_KEY, reason, now), next_check=None)
    broken = _become(tried, Health.BROKEN, reason, now)
    if isinstance(error, Gone):
        gone = f"{reason} It is not read any more: take it out of the config, or correct its address."
        return replace(broken, reason=gone, next_check=None)
    if isinstance(error, Unready):
        return replace(broken, next_check=None)
    return replace(broken, next_check=_next(now, _backoff(tried, isinstance(error, Refused)), None, luck))


def faulted(status: SourceStatus, now: datetime, luck: float) -> SourceStatus:
    """What a fault of our own makes of ``status``."""
    tried = _become(replace(status, failures=status.failures + 1), Health.BROKEN, _BUG, now)
    return replace(tried, next_check=_next(now, max(_backoff(tried), 60.0), None, luck))


def hung(status: SourceStatus, reason: str, now: datetime) -> SourceStatus:
    """What a pass that does not come to an end makes of ``status``."""
    return _become(status, Health.BROKEN, reason, now)


def asked_for(status: SourceStatus, asked: datetime | None, now: datetime) -> datetime | None:
    """When to read a source that a person asked for at ``asked``; None where it was, or the site asked us to wait.

    A person's impatience is no reason to read a site twice within seconds, nor to overrule its wish.
    """
    tried = status.last_try if status.last_try and status.last_try <= now else None  # else the clock was set back
    if asked is None or (tried is not None and asked <= tried):
        return None
    if status.health is Health.LIMITED and status.next_check is not None and status.next_check > now:
        return None
    return max(now, tried + AGAIN) if tried else now


def unpaused(status: SourceStatus, now: datetime) -> SourceStatus:
    """What the end of a pause makes of ``status``: read at once, unless the site or the budget asked us to wait."""
    return status if status.health in (Health.LIMITED, Health.SPENT) else replace(status, next_check=now)


def unread_for_long(status: SourceStatus, now: datetime) -> bool:
    """Whether the last success lies so far back that the time since is a gap, whatever the cause."""
    if status.last_success is None:
        return False
    return now - max(status.last_success, status.content_until or status.last_success) > patience(status)


def patience(status: SourceStatus) -> timedelta:
    """How long a source may go unread before that counts as a gap."""
    return timedelta(seconds=max(GAP_INTERVALS * status.interval, GAP_SECONDS))


def leaves_gap(status: SourceStatus, error: SourceError, after: SourceStatus, now: datetime) -> bool:
    """Whether ``error`` is the beginning of a gap. To be asked to wait is not, unless the wait is long."""
    if not isinstance(error, RateLimited):
        return True
    again = after.next_check or now
    return unread_for_long(status, again) or (status.last_success is None and again - now > patience(status))


def posts_per_hour(status: SourceStatus, posts: tuple[Post, ...], now: datetime, arrived: int = 0) -> float:
    """The decaying mean after a pass; of a first one, from the times of the posts themselves."""
    if status.last_success is None:
        week = [p.published_at for p in posts if now - p.published_at < timedelta(hours=HALF_LIFE)]
        span = (now - min(week)).total_seconds() / 3600 if week else HALF_LIFE
        return (len(week) + arrived) / min(max(span, 1.0), HALF_LIFE)
    hours = max((now - status.last_success).total_seconds() / 3600, 1e-6)
    decay = hours * math.log(2) / HALF_LIFE
    return status.posts_per_hour * math.exp(-decay) + (len(posts) + arrived) * -math.expm1(-decay) / hours


def is_quiet(status: SourceStatus, now: datetime) -> bool:
    """Whether nothing came for much longer than usual."""
    if status.last_post is None or status.posts_per_hour <= 0:
        return False
    usual = timedelta(hours=min(QUIET_POSTS / status.posts_per_hour, QUIET_AT_MOST.total_seconds() / 3600))
    return now - status.last_post > max(usual, QUIET_AT_LEAST)


def _backoff(status: SourceStatus, refused: bool = False) -> float:
    """Seconds until the next try after ``failures`` in a row. ``refused``: only a person can end it, so hardly soon."""
    longest = max(LONGEST, status.interval)
    if not refused:
        longest = min(longest, max(SOON, SOON_INTERVALS * status.interval))
    return min(status.interval * FAILURE_FACTOR ** min(status.failures, 50), longest)


def _next(
    now: datetime, seconds: float, wish: datetime | None, luck: float, cap: timedelta = timedelta(seconds=LONGEST)
) -> datetime:
    """Our own time, or the site's where that is later, and a little after it."""
    ours = now + timedelta(seconds=seconds * (1 + JITTER * luck))
    if wish is None:
        return ours
    late = timedelta(seconds=min(30.0, JITTER * seconds) * luck)
    return max(ours, min(wish, now + max(cap, timedelta(seconds=seconds))) + late)


def _silence(status: SourceStatus, now: datetime) -> str:
    assert status.last_post is not None
    hours = (now - status.last_post).total_seconds() / 3600
    usual = status.posts_per_hour
    rate = f"{usual:.0f} an hour" if usual >= 1 else f"{max(usual * 24, 0.1):.1f} a day"
    silent = f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
    return f"Nothing came for {silent}, where about {rate} is usual."


def _left_out(n: int) -> str:
    return f"{n} unreadable {'entry was' if n == 1 else 'entries were'} left out at the last look." if n else ""
