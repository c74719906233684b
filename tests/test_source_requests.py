"""What people request of a source reaches its worker through the store: pause, resume, check now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.collector.source_worker import REQUEST_CACHE_SECONDS, REQUEST_CHECK_SECONDS, SourceRequests
from monitor.errors import AuthError, RateLimited
from monitor.model import Batch, Health, SourceRequest
from tests.fake_sources import CountingSource, failing
from tests.fakes import NOON
from tests.scheduler_setup import SchedulerRun

DAY = timedelta(days=1)


def test_a_worker_checks_for_requests_within_two_seconds() -> None:
    assert REQUEST_CHECK_SECONDS <= 2


def test_one_read_of_the_requests_serves_all_sources(
    scheduler_run: SchedulerRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, read = [], scheduler_run.store.source_requests
    monkeypatch.setattr(scheduler_run.store, "source_requests", lambda: [reads.append(1), read()][1])
    requests = SourceRequests(scheduler_run.store, scheduler_run.clock)
    scheduler_run.store.request_check("Forum", NOON)
    assert [requests.get(name) for name in ("Forum", "Other")] == [
        SourceRequest(check_requested_at=NOON),
        SourceRequest(),
    ]
    assert len(reads) == 1
    scheduler_run.store.pause_source("Other", NOON)
    scheduler_run.clock.advance(REQUEST_CACHE_SECONDS)
    assert requests.get("Other") == SourceRequest(paused_at=NOON)
    assert len(reads) == 2


def test_check_now_polls_once_at_the_next_check(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    scheduler_run.store.request_check("Forum", scheduler_run.clock.now())
    scheduler_run.advance(REQUEST_CHECK_SECONDS)
    assert source.passes == 2
    scheduler_run.advance(300)
    assert source.passes == 2


def test_repeated_requests_do_not_hammer_a_site(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    for _ in range(9):
        scheduler_run.store.request_check("Forum", scheduler_run.clock.now())
        scheduler_run.advance(1)
    assert source.passes <= 2


def test_a_paused_source_is_not_polled_until_it_is_resumed(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    assert scheduler_run.store.pause_source("Forum", scheduler_run.clock.now())
    scheduler_run.advance(7200)
    assert (source.passes, scheduler_run.status().health) == (1, Health.PAUSED)
    assert not scheduler_run.store.request_check("Forum", scheduler_run.clock.now())
    assert scheduler_run.store.resume_source("Forum", scheduler_run.clock.now())
    scheduler_run.advance(REQUEST_CHECK_SECONDS)
    assert (source.passes, scheduler_run.status().health) == (2, Health.WORKING)
    (gap,) = scheduler_run.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until, gap.reason) == (NOON, scheduler_run.clock.now(), "It was paused manually.")


def test_a_pause_outlives_a_restart(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    scheduler_run.store.pause_source("Forum", scheduler_run.clock.now())
    scheduler_run.advance(REQUEST_CHECK_SECONDS)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(7200)
    assert source.passes == 1
    (gap,) = scheduler_run.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, None)


def test_neither_resume_nor_check_now_overrides_a_wait_that_the_site_asked_for(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(failing(RateLimited("Wait.", NOON + timedelta(hours=2))))
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    scheduler_run.store.request_check("Forum", scheduler_run.clock.now())
    scheduler_run.advance(60)
    scheduler_run.store.pause_source("Forum", scheduler_run.clock.now())
    scheduler_run.advance(60)
    scheduler_run.store.resume_source("Forum", scheduler_run.clock.now())
    scheduler_run.advance(3600)
    assert (source.passes, scheduler_run.status().health) == (1, Health.LIMITED)
    scheduler_run.advance(3600)
    assert source.passes == 2


def test_check_now_retries_a_source_that_a_person_had_to_fix(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(lambda n: Batch() if n > 1 else failing(AuthError("The key is missing."))(n))
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(3600)
    assert (source.passes, scheduler_run.status().health) == (1, Health.NEEDS_KEY)
    scheduler_run.store.request_check("Forum", scheduler_run.clock.now())
    scheduler_run.advance(REQUEST_CHECK_SECONDS)
    assert (source.passes, scheduler_run.status().health) == (2, Health.WORKING)


def test_the_gap_of_a_source_that_was_removed_from_the_config_ends(scheduler_run: SchedulerRun) -> None:
    scheduler_run.start({"Forum": CountingSource(failing(AuthError("The key is missing.")))})
    scheduler_run.advance(60)
    scheduler_run.stop()
    scheduler_run.start({"Other": CountingSource()})
    (gap,) = scheduler_run.store.gaps(NOON - DAY, NOON + DAY)
    assert gap.until == scheduler_run.clock.now()


def test_time_unread_before_a_change_of_kind_is_a_gap(scheduler_run: SchedulerRun) -> None:
    scheduler_run.start({"Forum": CountingSource()})
    scheduler_run.advance(1)
    scheduler_run.stop()
    scheduler_run.clock.advance(7200)
    scheduler_run.start(
        {"Forum": CountingSource(lambda _: Batch(complete_since=NOON + timedelta(hours=1)))}, kind="sample"
    )
    scheduler_run.advance(1)
    (gap,) = scheduler_run.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(hours=1))
