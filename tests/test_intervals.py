"""Merging intervals."""

from __future__ import annotations

from datetime import timedelta

from display.intervals import merge_intervals
from tests.fakes import NOON

HOUR = timedelta(hours=1)


def test_intervals_that_touch_or_overlap_become_one() -> None:
    assert merge_intervals([(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR)]) == [(NOON, NOON + 2 * HOUR)]
    assert merge_intervals([(0.0, 3.0), (1.0, 2.0)]) == [(0.0, 3.0)]


def test_separate_intervals_stay_separate_and_are_sorted() -> None:
    assert merge_intervals([(4.0, 5.0), (0.0, 1.0), (0.5, 2.0)]) == [(0.0, 2.0), (4.0, 5.0)]
