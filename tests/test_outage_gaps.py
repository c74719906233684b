"""Gaps that a run could not record any more, because it ended while nothing could be stored: the next start does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.collector import ConfiguredSource, PollingPolicy
from monitor.collector.scheduler import NOT_SENT_AGAIN
from monitor.model import FaultKind, Gap, SourceStatus, StoreFault, UncleanStop
from monitor.store import open_store
from monitor.store.sqlite import SqliteStore
from monitor.store.sqlite.run_mark import SIZE, RunMark
from tests.fake_site import working_status
from tests.fake_sources import CountingSource
from tests.fakes import NOON, FakeClock
from tests.scheduler_setup import BRANDS, SchedulerRun
from tests.test_webhook import source as webhook

MINUTE = timedelta(minutes=1)
READ_AT = {"Forum": NOON - 120 * MINUTE, "Blog": NOON - 5 * MINUTE, "Hook": NOON - 5 * MINUTE, "Gone": NOON - MINUTE}
"""Source -> its last success; three hours later it will start again."""


def statuses() -> Iterator[SourceStatus]:
    for name, at in READ_AT.items():
        yield replace(working_status(at, name), interval=600.0)


def sources() -> list[ConfiguredSource]:
    ten_minutes = PollingPolicy(10 * MINUTE, 10 * MINUTE)
    polled = [ConfiguredSource(name, "feed", CountingSource(), ten_minutes) for name in ("Forum", "Blog")]
    return [*polled, ConfiguredSource("Hook", "webhook", webhook(), ten_minutes)]


def run_that_ends(path: Path, fault: FaultKind | None, *, clean: bool) -> None:
    store = open_store(f"sqlite:///{path}", long_running=True, clock=FakeClock())
    assert isinstance(store, SqliteStore)
    store.register_brands(BRANDS, NOON)
    for status in statuses():
        store.save_status(status, NOON)
    mark = path.with_name("wallflower.db.running")
    if fault:
        store._faults.begin(fault, "It cannot be written.")
    kept = mark.read_bytes()
    store.close()
    assert mark.exists() == (fault is not None), "a stop while nothing can be stored is not clean"
    if not clean:
        mark.write_bytes(kept)


def gaps_after_start(path: Path) -> dict[str, Gap]:
    run = SchedulerRun(path)
    run.store.close()
    run.store = open_store(f"sqlite:///{path}", long_running=True)
    run.start_configured(sources())
    found = {gap.source: gap for gap in run.store.gaps(NOON - timedelta(days=1), NOON + timedelta(days=1))}
    run.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wallflower.db"


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_what_was_missed_before_the_end_of_a_run_says_why(path: Path, clean: bool) -> None:
    run_that_ends(path, FaultKind.DISK_FULL, clean=clean)
    found = gaps_after_start(path)
    reason = "Nothing could be stored: the disk was full. Then Wallflower was not running."
    assert (found["Forum"].since, found["Forum"].reason) == (READ_AT["Forum"], reason)
    assert (found["Hook"].since, found["Hook"].reason) == (READ_AT["Hook"], f"{reason} {NOT_SENT_AGAIN}")
    assert set(found) == {"Forum", "Hook"}, "a poll reads what the blog wrote in five minutes"


def test_after_a_crash_only_deliveries_may_be_missing_at_once(path: Path) -> None:
    run_that_ends(path, None, clean=False)
    found = gaps_after_start(path)
    assert found["Hook"].reason == f"Wallflower ended unexpectedly. {NOT_SENT_AGAIN}"
    assert found["Hook"].since == READ_AT["Hook"]
    assert "Blog" not in found


def test_a_clean_stop_leaves_nothing_to_record(path: Path) -> None:
    run_that_ends(path, None, clean=True)
    assert "Hook" not in gaps_after_start(path)


def test_the_mark_keeps_its_size_so_that_it_can_be_written_on_a_full_disk(path: Path) -> None:
    mark, file = RunMark(path), path.with_name("wallflower.db.running")
    assert mark.begin() is None
    assert file.stat().st_size == SIZE
    mark.note(StoreFault(FaultKind.DISK_FULL, NOON, ""))
    assert file.stat().st_size == SIZE
    assert RunMark(path).begin() == UncleanStop(FaultKind.DISK_FULL, NOON)
    mark.note(None)
    assert RunMark(path).begin() == UncleanStop()
    file.write_bytes(b"\xff{")
    assert RunMark(path).begin() == UncleanStop(), "damaged, but not a clean stop"


def test_a_fault_that_is_over_is_not_blamed_for_a_later_crash(path: Path) -> None:
    store = open_store(f"sqlite:///{path}", long_running=True, clock=Clock())
    assert isinstance(store, SqliteStore)
    store._faults.begin(FaultKind.LOCKED, "")
    store._faults.committed()
    kept = path.with_name("wallflower.db.running").read_bytes()
    store.close()
    path.with_name("wallflower.db.running").write_bytes(kept)
    assert RunMark(path).begin() == UncleanStop()
