"""One worker per source: when it polls, what it survives, and how it stops."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.analysis.staleness import is_stale
from monitor.collector.scheduler import WATCHDOG_SECONDS
from monitor.collector.source_worker import HANG_SECONDS, NOT_STORED, STORE_RETRY_SECONDS, STORED_AGAIN, Worker
from monitor.errors import AuthError, Gone, RateLimited, SourceError, StoreError
from monitor.model import Batch, FaultKind, Health, MentionFilter
from tests.fake_sources import BlockingSource, CountingSource, failing
from tests.fake_time import TIMEOUT_SECONDS, SteppedClock
from tests.fakes import NOON, post
from tests.scheduler_setup import SchedulerRun


def test_a_source_is_polled_at_once_and_then_every_ten_minutes(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    assert source.passes == 1
    scheduler_run.advance(590)
    assert source.passes == 1
    scheduler_run.advance(20)
    assert source.passes == 2
    scheduler_run.advance(3600)
    assert source.passes == 8


def test_sources_do_not_start_in_a_burst(scheduler_run: SchedulerRun) -> None:
    sources = {f"Feed {n}": CountingSource() for n in range(5)}
    scheduler_run.start(sources)
    for polled in range(1, 6):
        scheduler_run.clock.settle(scheduler_run.loops)
        assert sum(source.passes for source in sources.values()) == polled
        scheduler_run.clock.advance(1)


def test_a_pass_with_more_to_read_continues_at_once(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(lambda n: Batch(more=n < 4))
    scheduler_run.start({"Forum": source})
    scheduler_run.clock.settle(2)
    assert source.passes == 4


def test_the_stored_next_check_counts_across_a_restart(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(300)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(280)
    assert source.passes == 1
    scheduler_run.advance(40)
    assert source.passes == 2


def test_a_wait_that_the_site_asked_for_counts_across_a_restart(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(failing(RateLimited("Wait.", NOON + timedelta(hours=2))))
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(7100)
    assert (source.passes, scheduler_run.status().health) == (1, Health.LIMITED)
    scheduler_run.advance(120)
    assert source.passes == 2


@pytest.mark.parametrize("error", [AuthError("No key."), Gone("Gone.")])
def test_an_error_that_a_person_must_fix_stops_the_source_until_a_restart(
    scheduler_run: SchedulerRun, error: SourceError
) -> None:
    source = CountingSource(failing(error))
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(3 * 86_400 / 4)
    assert (source.passes, scheduler_run.status().next_check) == (1, None)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    assert source.passes == 2


def test_a_bug_is_logged_stored_and_backed_off_and_the_worker_lives(
    scheduler_run: SchedulerRun, caplog: pytest.LogCaptureFixture
) -> None:
    source = CountingSource(lambda n: Batch(posts=(post("acme"),)) if n > 2 else 1 / 0)  # type: ignore[arg-type, return-value]
    scheduler = scheduler_run.start({"Forum": source})
    with caplog.at_level(logging.ERROR):
        scheduler_run.advance(1)
    assert "ZeroDivisionError" in caplog.text
    status = scheduler_run.status()
    assert (status.health, status.failures, status.next_check) == (Health.BROKEN, 1, NOON + timedelta(minutes=15))
    assert "ZeroDivisionError" not in status.reason
    assert scheduler.alive() == {"Forum": True, "watchdog": True}
    scheduler_run.advance(3600)
    assert (source.passes, scheduler_run.status().health) == (5, Health.WORKING)
    (gap,) = scheduler_run.store.gaps(NOON, NOON + timedelta(days=1))
    assert gap.until is not None


def test_one_bad_source_does_not_delay_the_others(scheduler_run: SchedulerRun) -> None:
    bad, good, hanging = CountingSource(failing(ValueError())), CountingSource(), BlockingSource()
    scheduler_run.start({"bad": bad, "hanging": hanging, "good": good})
    scheduler_run.loops = 3
    scheduler_run.clock.settle(4)
    scheduler_run.clock.advance(1)
    assert hanging.reached.wait(TIMEOUT_SECONDS)
    scheduler_run.advance(1800)
    assert good.passes == 3
    assert bad.passes == 2
    hanging.released.set()


def test_an_sdk_that_exits_the_program_does_not_stop_it(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(failing(SystemExit(1)))
    scheduler = scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    assert scheduler.alive()["Forum"]
    assert scheduler_run.status().health is Health.BROKEN


def test_a_worker_that_ended_is_restarted(
    scheduler_run: SchedulerRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = CountingSource()
    with monkeypatch.context() as patched:
        patched.setattr(Worker, "run", lambda self: None)
        scheduler = scheduler_run.start({"Forum": source})
        scheduler_run.clock.settle(1)
        assert scheduler.alive() == {"Forum": False, "watchdog": True}
    scheduler_run.clock.advance(WATCHDOG_SECONDS)
    scheduler_run.clock.settle(2)
    assert scheduler.alive()["Forum"]
    assert source.passes == 1
    assert "had ended and is restarted" in caplog.text


def test_a_pass_that_hangs_is_recorded_once_and_recovers(
    scheduler_run: SchedulerRun, caplog: pytest.LogCaptureFixture
) -> None:
    source = BlockingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.loops = 1
    assert source.reached.wait(TIMEOUT_SECONDS)
    scheduler_run.advance(HANG_SECONDS + WATCHDOG_SECONDS)
    assert scheduler_run.status().health is Health.BROKEN
    scheduler_run.advance(4 * WATCHDOG_SECONDS)
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1, "logged once per pass"
    assert "5 minutes" in scheduler_run.status().reason
    source.released.set()
    scheduler_run.clock.settle(2)
    assert scheduler_run.status().health is Health.WORKING


def test_a_store_that_fails_is_retried(scheduler_run: SchedulerRun, monkeypatch: pytest.MonkeyPatch) -> None:
    source = CountingSource(lambda n: Batch(posts=(post("acme"),), cursor=n))
    scheduler = scheduler_run.start({})
    scheduler.stop()
    scheduler_run.clock = SteppedClock()
    with monkeypatch.context() as full:
        scheduler_run.start({"Forum": source})
        scheduler_run.clock.settle(2)

        def commit(*_: Any) -> None:
            raise StoreError("The disk is full.")

        full.setattr(scheduler_run.store._writer, "_commit", commit)
        scheduler_run.advance(600)
        assert source.passes == 2, "while nothing can be stored, nothing is fetched"
    scheduler_run.advance(STORE_RETRY_SECONDS + WATCHDOG_SECONDS)
    assert source.passes == 3
    assert len(scheduler_run.store.page(MentionFilter())) == 1


def test_nothing_is_fetched_during_a_fault_and_what_was_missed_is_a_gap_that_says_why(
    scheduler_run: SchedulerRun, caplog: pytest.LogCaptureFixture
) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    faults = scheduler_run.store._faults  # type: ignore[attr-defined]
    faults.begin(FaultKind.DISK_FULL, "The disk is full.")
    passes = source.passes
    scheduler_run.advance(3 * 3600)
    assert source.passes == passes
    assert scheduler_run.store.gaps(NOON, NOON + timedelta(days=1)) == []
    faults.committed()
    scheduler_run.advance(60)
    assert source.passes == passes + 1
    (gap,) = scheduler_run.store.gaps(NOON, NOON + timedelta(days=1))
    assert gap.reason == "Nothing could be stored: the disk was full."
    assert gap.since == NOON
    assert gap.until is not None
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR", "CRITICAL")] == []


@pytest.mark.parametrize("hours", [1, -1, 24 * 30])
def test_setting_the_clock_causes_neither_a_burst_nor_silence_nor_a_gap(
    scheduler_run: SchedulerRun, hours: float
) -> None:
    source = CountingSource(lambda n: Batch(posts=(post(f"acme {n}", published_at=NOON),)))
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(60)
    scheduler_run.clock.set_wall_clock(hours)
    scheduler_run.advance(20)
    assert not is_stale(scheduler_run.status(), scheduler_run.clock.now(), NOON)
    scheduler_run.advance(3600)
    assert source.passes in (7, 8)
    assert not scheduler_run.store.gaps(NOON - timedelta(days=60), NOON + timedelta(days=60))
    mentions = scheduler_run.store.mentions(range(1, 100)).values()
    assert sorted(mentions, key=lambda m: m.id) == sorted(mentions, key=lambda m: (m.added_at, m.id))


def test_a_clock_that_is_set_during_a_pass_writes_no_gap(scheduler_run: SchedulerRun) -> None:
    def act(n: int) -> Batch:
        if n == 2:
            scheduler_run.clock.set_wall_clock(1)
        return Batch()

    scheduler_run.start({"Forum": CountingSource(act)})
    scheduler_run.advance(640)
    assert not scheduler_run.store.gaps(NOON - timedelta(days=1), NOON + timedelta(days=1))
    last_success = scheduler_run.status().last_success
    assert last_success is not None
    assert timedelta(seconds=600) <= last_success - NOON - timedelta(hours=1) <= timedelta(seconds=640)


def test_short_runs_get_round_to_every_source_and_those_never_read_have_a_gap(scheduler_run: SchedulerRun) -> None:
    sources = {f"Feed {n:02}": CountingSource() for n in range(12)}
    for _ in range(3):  # each reads the sources that are due in its first 4 seconds
        scheduler_run.start(sources)
        scheduler_run.advance(3.5)
        scheduler_run.stop()
    assert [source.passes for source in sources.values()] == [1] * 12
    late = scheduler_run.store.gaps(NOON, scheduler_run.clock.now() + timedelta(seconds=1), "Feed 11")
    assert [gap.since for gap in late] == [NOON], "it was missed from when the config had it"
    assert late[0].until is not None
    assert not scheduler_run.store.gaps(NOON, NOON + timedelta(days=1), "Feed 00")


def test_a_source_that_short_runs_never_read_has_an_open_gap(scheduler_run: SchedulerRun) -> None:
    sources = {f"Feed {n}": CountingSource() for n in range(3)}
    for _ in range(2):
        scheduler_run.start(sources)
        scheduler_run.clock.settle(4)
        scheduler_run.stop()
    open_gaps = scheduler_run.store.gaps(NOON, NOON + timedelta(seconds=1))
    assert [(gap.source, gap.since, gap.until) for gap in open_gaps] == [("Feed 2", NOON, None)]


def test_the_cursor_of_another_kind_is_dropped(scheduler_run: SchedulerRun) -> None:
    source = CountingSource(lambda n: Batch(cursor={"n": n}))
    scheduler_run.start({"Forum": source}, kind="feed")
    scheduler_run.advance(1)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source}, kind="sample")
    scheduler_run.advance(1)
    assert source.cursors == [None, None]
    assert scheduler_run.status().kind == "sample"


def test_a_gap_whose_end_was_lost_is_closed_at_a_restart(scheduler_run: SchedulerRun) -> None:
    source = CountingSource()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    scheduler_run.store.open_gap("Forum", NOON - timedelta(hours=1), "Down.", NOON)
    scheduler_run.stop()
    scheduler_run.start({"Forum": source})
    scheduler_run.advance(1)
    (gap,) = scheduler_run.store.gaps(NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert gap.until == NOON


def test_a_stop_ends_every_wait_and_abandons_a_hanging_pass(
    scheduler_run: SchedulerRun, caplog: pytest.LogCaptureFixture
) -> None:
    hanging = BlockingSource()
    scheduler = scheduler_run.start({"Forum": CountingSource(), "hanging": hanging})
    scheduler_run.clock.settle(3)
    scheduler_run.clock.advance(1)
    assert hanging.reached.wait(TIMEOUT_SECONDS)
    scheduler.stop(0.05)
    assert scheduler.alive() == {"Forum": False, "hanging": True, "watchdog": False}
    assert "hanging: still reading; abandoned" in caplog.text
    hanging.released.set()


def test_the_status_of_an_idle_source_reaches_the_database_within_seconds(
    scheduler_run: SchedulerRun, tmp_path: Path
) -> None:
    """Buffered statuses must be written even if no other write takes them along."""
    scheduler_run.start({"Forum": CountingSource(lambda n: Batch(cursor=n))})
    scheduler_run.advance(1300)
    assert scheduler_run.store.cursor("Forum") == 3
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while _stored_cursor(tmp_path / "wallflower.db") != 3:
        assert time.monotonic() < deadline, "the status is still buffered"
        time.sleep(0.05)


def _stored_cursor(path: Path) -> Any:
    """The cursor of "Forum", as another program reads it."""
    with closing(sqlite3.connect(path)) as db:
        (cursor,) = db.execute("SELECT cursor FROM source WHERE name = 'Forum'").fetchone()
    return json.loads(cursor)


def test_a_store_that_cannot_write_is_logged_once_for_all_sources_and_once_more_when_it_can(
    scheduler_run: SchedulerRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    caplog.set_level(logging.INFO, "wallflower.scheduler")
    scheduler_run.start({f"Forum {number}": CountingSource() for number in range(5)})
    with monkeypatch.context() as full:
        for method in ("save", "save_status", "buffer_status"):
            full.setattr(type(scheduler_run.store), method, refuse)
        scheduler_run.advance(600)
    scheduler_run.advance(60)
    messages = [record.getMessage() for record in caplog.records if record.name == "wallflower.scheduler"]
    assert [message.split(":")[0].split(",")[0] for message in messages] == [NOT_STORED, STORED_AGAIN]
