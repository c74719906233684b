"""A fault is logged once, and once more when it is over."""

from __future__ import annotations

import logging

import pytest

from monitor.logs import MAX_CAUSES, FaultLog, bug
from tests.fakes import FakeClock

log = logging.getLogger("wallflower.test")
NOT_UPDATED, UPDATED = "Walls are not updated", "Walls are updated again"


@pytest.fixture(autouse=True)
def info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wallflower.test")


def test_a_fault_is_logged_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    faults = FaultLog(log, clock.monotonic)
    for _ in range(740):
        faults.report(NOT_UPDATED, "the disk is full")
        clock.advance(1.0)
    assert faults.ongoing() == (NOT_UPDATED,)
    assert faults.clear(NOT_UPDATED, UPDATED)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "Walls are not updated: the disk is full"),
        ("INFO", "Walls are updated again, after 12 min (740 failures)"),
    ]
    assert not faults.clear(NOT_UPDATED, UPDATED)
    assert faults.report(NOT_UPDATED, "the disk is full"), "a new fault with the same cause is logged again"


def test_each_of_two_alternating_causes_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    faults = FaultLog(log)
    logged = [faults.report("Forum", cause) for cause in ("timeout", "refused") * 50]
    assert logged.count(True) == 2
    assert len(caplog.records) == 2


def test_causes_that_always_differ_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    faults = FaultLog(log)
    for number in range(1000):
        faults.report("Forum", f"bad answer {number}")
    assert len(caplog.records) == MAX_CAUSES


def test_faults_are_independent(caplog: pytest.LogCaptureFixture) -> None:
    faults = FaultLog(log)
    faults.report("Forum", "timeout")
    faults.report("Blog", "timeout")
    faults.clear("Forum", "Forum is read again")
    assert faults.ongoing() == ("Blog",)
    assert caplog.records[-1].getMessage() == "Forum is read again, after 0 s (1 failure)"


def test_a_fault_that_comes_and_goes_is_over_after_a_quiet_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    faults = FaultLog(log, clock.monotonic)
    for _ in range(10):
        faults.report(NOT_UPDATED, "bug")
        clock.advance(50.0)
        assert not faults.clear(NOT_UPDATED, UPDATED, after_seconds=60)
    clock.advance(10.0)
    assert faults.clear(NOT_UPDATED, UPDATED, after_seconds=60)
    assert [record.getMessage() for record in caplog.records] == [
        f"{NOT_UPDATED}: bug",
        f"{UPDATED}, after 8 min (10 failures)",
    ]


def test_the_traceback_of_a_bug_that_hits_many_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    faults = FaultLog(log)
    for name in ("Forum", "Blog"):
        try:
            raise RuntimeError("a bug")
        except RuntimeError as error:
            faults.report(name, bug(error), example=f"first: post 7 of {name}", exc_info=error)
    first, second = caplog.records
    assert (bool(first.exc_info), bool(second.exc_info)) == (True, False)
    assert first.getMessage().startswith("Forum: RuntimeError in test_fault_log.py, line ")
    assert second.getMessage().endswith(" (first: post 7 of Blog)")
