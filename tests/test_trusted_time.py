"""Which time is believed when the machine's clock is set while the program runs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.trusted_time import (
    BELIEVED_AFTER_SECONDS,
    FAR_AHEAD_BELIEVED_AFTER_SECONDS,
    MAX_CORRECTION_SECONDS,
    TrustedTime,
)

START = 1_700_000_000.0
DAY = 86_400.0


class Machine:
    """A machine whose clock the test sets."""

    def __init__(self) -> None:
        self.seconds, self.error = 0.0, 0.0
        self.time = TrustedTime(lambda: START + self.seconds + self.error, lambda: self.seconds)

    def after(self, seconds: float) -> float:
        """The error of ``now`` after that time, during which it is asked for every second."""
        for _ in range(int(seconds)):
            self.seconds += 1
            now = self.time.now()
        assert now.tzinfo is UTC
        return (now - datetime.fromtimestamp(START + self.seconds, UTC)).total_seconds()


def test_a_clock_that_is_400_days_ahead_for_15_seconds_is_never_believed(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    machine.error = 400 * DAY
    assert machine.after(15) == 0
    assert machine.time.doubted == timedelta(days=400)
    machine.error = 0
    assert machine.after(3600) == 0
    assert (machine.time.doubted, machine.time.adjusted) == (timedelta(), timedelta())
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("hours", [1, -1, -24 * 400])
def test_a_clock_that_keeps_its_new_time_is_believed_after_a_minute(hours: int) -> None:
    machine = Machine()
    machine.error = hours * 3600
    assert machine.after(BELIEVED_AFTER_SECONDS) == 0
    assert machine.after(2) == hours * 3600
    assert machine.time.adjusted == timedelta(hours=hours)


def test_a_clock_that_is_far_ahead_must_keep_its_time_for_longer() -> None:
    machine = Machine()
    machine.error = 2 * DAY
    assert machine.after(FAR_AHEAD_BELIEVED_AFTER_SECONDS) == 0
    assert machine.after(2) == 2 * DAY


def test_a_clock_that_is_set_again_and_again_is_not_believed() -> None:
    machine = Machine()
    for n in range(20):
        machine.error = (n % 3 + 1) * 3600
        assert machine.after(BELIEVED_AFTER_SECONDS - 1) == 0


def test_small_corrections_are_followed_at_once_and_are_no_adjustment() -> None:
    machine = Machine()
    for _ in range(100):  # a time server slows the clock down by 100 s in all
        machine.error -= 1
        assert machine.after(1) == machine.error
    assert machine.time.adjusted == timedelta()


@given(st.lists(st.tuples(st.floats(-1e8, 1e8), st.integers(1, 700)), max_size=8))
def test_time_is_that_of_the_start_plus_what_has_passed_and_what_is_believed(changes: list[tuple[float, int]]) -> None:
    machine = Machine()
    followed = 0.0
    for error, seconds in changes:
        before, machine.error = machine.error, error
        followed += MAX_CORRECTION_SECONDS if abs(error - before) <= MAX_CORRECTION_SECONDS else 0
        wrong = machine.after(seconds)
        assert abs(wrong - machine.time.adjusted.total_seconds()) <= followed + MAX_CORRECTION_SECONDS
        assert abs(wrong + machine.time.doubted.total_seconds() - error) <= 1e-3
