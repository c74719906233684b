"""When a source is polled next, and what state it is in: pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector import PollingPolicy, timing
from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http.error_messages import status_error
from monitor.model import Batch, Health, SourceStatus
from tests.fakes import NOON, post
from tests.pass_setup import POLLING, new_status

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def status_of(**changes: Any) -> SourceStatus:
    """Polled successfully an hour ago, and tried again now."""
    return replace(new_status(), last_try=NOON, last_success=NOON - HOUR, **changes)


def test_the_estimated_interval_follows_the_posts_within_its_bounds() -> None:
    assert POLLING.interval(0) == 600
    assert POLLING.interval(2) == 1800
    assert POLLING.interval(1000) == 300
    assert POLLING.interval(0.001) == 86_400


def test_every_in_the_config_replaces_the_estimate() -> None:
    assert PollingPolicy(2 * MINUTE, 10 * MINUTE).interval(1000) == 120
    assert PollingPolicy(7 * DAY, 10 * MINUTE).interval(1000) == 7 * 86_400


def test_a_kind_designed_for_frequent_polls_keeps_its_interval() -> None:
    assert PollingPolicy(None, timedelta(seconds=2)).interval(0.01) == 2


def test_a_later_time_that_the_site_asks_for_wins_over_the_config() -> None:
    polling = PollingPolicy(2 * MINUTE, 10 * MINUTE)
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON + HOUR), polling, NOON, 0.0)
    assert after.next_check == NOON + HOUR
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON), polling, NOON, 0.0)
    assert after.next_check == NOON + 2 * MINUTE


def test_a_requested_wait_of_a_year_is_limited() -> None:
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON + 365 * DAY), POLLING, NOON, 0.0)
    assert after.next_check == NOON + DAY
    after = timing.pass_failed(status_of(), RateLimited("", NOON + 365 * DAY), NOON, 0.0)
    assert after.next_check == NOON + timing.MAX_REQUESTED_WAIT


def test_a_pass_with_more_to_read_continues_at_once() -> None:
    assert timing.pass_succeeded(status_of(), Batch(more=True), POLLING, NOON, 1.0).next_check == NOON


@pytest.mark.parametrize(
    ("interval", "longest"), [(5, HOUR), (600, HOUR), (1800, 3 * HOUR), (6 * 3600, DAY), (7 * 86_400, 7 * DAY)]
)
def test_a_failing_site_is_retried_before_it_drops_what_we_missed(interval: int, longest: timedelta) -> None:
    status = status_of(interval=float(interval))
    for _ in range(40):
        status = timing.pass_failed(status, BadResponse("No."), NOON, 0.0)
    assert status.next_check == NOON + longest
    assert timing.pass_started(status, NOON).next_check == NOON + longest
    assert timing.pass_crashed(status, NOON, 0.0).next_check == NOON + longest


def test_a_bug_is_retried_after_a_minute_at_the_earliest() -> None:
    streaming = status_of(interval=2.0)
    assert timing.pass_crashed(streaming, NOON, 0.0).next_check == NOON + MINUTE
    assert timing.pass_failed(streaming, BadResponse("No."), NOON, 0.0).next_check == NOON + timedelta(seconds=3)


def test_jitter_spreads_the_polls_by_a_tenth_of_the_interval() -> None:
    def delay(batch: Batch, jitter: float) -> timedelta:
        next_check = timing.pass_succeeded(status_of(), batch, PollingPolicy(HOUR, HOUR), NOON, jitter).next_check
        assert next_check is not None
        return next_check - NOON

    assert [delay(Batch(), jitter) for jitter in (0.0, 0.5, 1.0)] == [HOUR, 63 * MINUTE, 66 * MINUTE]
    requested = Batch(not_before=NOON + 3 * HOUR)
    assert [delay(requested, jitter) - 3 * HOUR for jitter in (0.0, 1.0)] == [timedelta(), timedelta(seconds=30)]


@pytest.mark.parametrize("failures", [2_000, 1_000_000])
def test_the_delay_stays_bounded_however_often_a_source_fails(failures: int) -> None:
    status = status_of(failures=failures)
    assert timing.pass_started(status, NOON).next_check == NOON + HOUR
    assert timing.pass_failed(status, BadResponse("No."), NOON, 0.0).next_check == NOON + HOUR
    assert timing.pass_failed(status, Refused("No."), NOON, 0.0).next_check == NOON + DAY
    assert timing.pass_crashed(status, NOON, 0.0).next_check == NOON + HOUR


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refused), (404, Refused), (422, Refused), (408, BadResponse), (503, BadResponse)]
)
def test_only_answers_that_a_person_must_fix_are_refusals(status: int, kind: type[BadResponse]) -> None:
    assert type(status_error(status, "forum.example")) is kind


def test_refusals_lengthen_the_interval_up_to_a_day() -> None:
    status, delays = status_of(), []
    for _ in range(40):
        status = timing.pass_failed(status, Refused("No."), NOON, 0.0)
        assert status.next_check is not None
        delays.append(status.next_check - NOON)
    assert delays[:3] == [15 * MINUTE, 22.5 * MINUTE, 33.75 * MINUTE]
    assert delays == sorted(delays)
    assert delays[-1] == DAY
    assert timing.pass_succeeded(status, Batch(), POLLING, NOON, 0.0).failures == 0


def test_a_first_pass_estimates_the_rate_from_publication_times() -> None:
    posts = tuple(post(published_at=NOON - n * HOUR) for n in range(1, 13))
    old = tuple(post(published_at=NOON - 300 * DAY) for _ in range(50))
    assert timing.posts_per_hour(new_status(), (*posts, *old), NOON) == pytest.approx(1.0)


def test_later_passes_measure_the_rate() -> None:
    status, now = replace(new_status(), last_success=NOON, posts_per_hour=0.0), NOON
    for _ in range(24 * 60):
        now += HOUR
        rate = timing.posts_per_hour(status, (post(), post()), now)
        status = replace(status, last_success=now, posts_per_hour=rate)
    assert status.posts_per_hour == pytest.approx(2.0, rel=0.05)


def test_a_quiet_source_is_not_broken() -> None:
    busy = status_of(posts_per_hour=2.0, last_post=NOON - 13 * HOUR)
    after = timing.pass_succeeded(busy, Batch(), POLLING, NOON, 0.0)
    assert after.health is Health.QUIET
    assert after.reason.startswith("No posts for 13 hours; usually there are about ")
    back = timing.pass_succeeded(after, Batch(posts=(post(),)), POLLING, NOON + HOUR, 0.0)
    assert (back.health, back.reason, back.last_post) == (Health.WORKING, "", NOON + HOUR)


@pytest.mark.parametrize(("hours", "quiet"), [(11, False), (12, False), (12.5, True)])
def test_a_busy_source_is_quiet_after_half_a_day_and_not_earlier(hours: float, quiet: bool) -> None:
    busy = status_of(posts_per_hour=60.0, last_post=NOON - hours * HOUR)
    assert timing.is_quiet(busy, NOON) is quiet


@pytest.mark.parametrize(("days", "quiet"), [(20, False), (22, True)])
def test_a_rare_source_is_quiet_after_three_weeks(days: int, quiet: bool) -> None:
    rare = status_of(posts_per_hour=1 / (90 * 24), last_post=NOON - days * DAY)
    assert timing.is_quiet(rare, NOON) is quiet


def test_a_slow_source_is_given_more_time() -> None:
    slow = status_of(posts_per_hour=1 / 24, last_post=NOON - 5 * DAY)
    assert timing.pass_succeeded(slow, Batch(), POLLING, NOON, 0.0).health is Health.WORKING
    assert not timing.is_quiet(new_status(), NOON + 100 * DAY)


def test_skipped_entries_are_counted_and_reported() -> None:
    after = timing.pass_succeeded(status_of(skipped=2), Batch(skipped=3), POLLING, NOON, 0.0)
    assert after.skipped == 5
    assert after.reason == "The last poll skipped 3 unreadable entries."
    assert timing.pass_succeeded(status_of(), Batch(note="It has moved."), POLLING, NOON, 0.0).reason == "It has moved."


def test_a_restart_keeps_the_stored_next_check() -> None:
    status = status_of(next_check=NOON + 5 * HOUR, health=Health.WORKING)
    assert timing.restarted(status, "feed", POLLING, NOON, sample=False).next_check == NOON + 5 * HOUR


def test_a_shorter_every_counts_from_the_last_try() -> None:
    estimated = status_of(interval=86_400.0, next_check=NOON + DAY, health=Health.WORKING)
    restarted = timing.restarted(estimated, "feed", PollingPolicy(10 * MINUTE, HOUR), NOON + HOUR, sample=False)
    assert restarted.next_check == NOON + 10 * MINUTE
    failing = replace(estimated, failures=3)
    assert timing.restarted(failing, "feed", PollingPolicy(MINUTE, HOUR), NOON, sample=False).next_check == NOON + DAY


def test_a_source_that_had_stopped_is_tried_at_a_restart() -> None:
    stopped = timing.pass_failed(status_of(), AuthError("No key."), NOON, 0.0)
    assert timing.restarted(stopped, "feed", POLLING, NOON, sample=False).next_check is None


@pytest.mark.parametrize("health", [Health.WORKING, Health.LIMITED])
def test_a_clock_that_was_set_back_does_not_lengthen_a_wait(health: Health) -> None:
    tried = replace(status_of(), last_try=NOON + DAY, next_check=NOON + DAY + 10 * MINUTE, health=health)
    assert timing.restarted(tried, "feed", POLLING, NOON, sample=False).next_check == NOON + 10 * MINUTE


def test_a_person_can_request_a_poll_after_the_clock_was_set_back() -> None:
    tried = replace(status_of(), last_try=NOON + HOUR, health=Health.WORKING)
    assert timing.requested_check(tried, NOON, NOON) == NOON


def test_a_clock_that_was_wrong_does_not_silence_a_source() -> None:
    far = status_of(next_check=NOON + 900 * DAY, health=Health.WORKING)
    assert timing.restarted(far, "feed", POLLING, NOON, sample=False).next_check == NOON + DAY


RESULTS = st.sampled_from(
    [
        BadResponse("x"),
        RateLimited("x", NOON + DAY),
        QuotaSpent("x", NOON - DAY),
        SourceError("x"),
        Batch(),
        Batch(more=True),
    ]
)


@given(st.lists(RESULTS, max_size=30), st.floats(0, 1), st.integers(0, 100_000))
def test_the_next_check_is_always_in_a_bounded_future(results: list[Any], jitter: float, every: int) -> None:
    polling = PollingPolicy(timedelta(seconds=every) if every else None, 10 * MINUTE)
    status = new_status(polling)
    for result in results:
        status = timing.pass_started(status, NOON)
        if isinstance(result, Batch):
            status = timing.pass_succeeded(status, result, polling, NOON, jitter)
        else:
            status = timing.pass_failed(status, result, NOON, jitter)
        assert status.next_check is not None
        least = timedelta() if result == Batch(more=True) else timedelta(seconds=status.interval)
        assert NOON + least <= status.next_check <= NOON + timing.MAX_REQUESTED_WAIT + 2 * DAY
