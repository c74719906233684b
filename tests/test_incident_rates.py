"""How often the detector is wrong and how late it is, in months of synthetic counts with fixed seeds."""

from __future__ import annotations

import statistics
from datetime import timedelta

import numpy as np
import pytest

from monitor.analysis.incidents.onset import change_point
from tests.synthetic_counts import DAY, HOUR, MINUTE, MONDAY, SyntheticCounts, run_checks

START = MONDAY + 28 * DAY
"""A Monday after four weeks of history."""
AT = START + DAY + 10 * HOUR + 23 * MINUTE
"""Tuesday at 10:23."""


@pytest.mark.parametrize(
    ("hourly", "clumps", "most"),
    [
        (2 / 24, 0, 0),
        (2 / 24, 3, 1),
        (12, 0, 0),  # a median of 1 in five minutes
        (36, 1, 1),  # a median of 3
        (5, 1, 1),
        (60, 3, 2),
    ],
)
def test_a_month_without_incidents_has_few_false_alarms(hourly: float, clumps: float, most: int) -> None:
    days = SyntheticCounts({"a": hourly}, 57, seed=7, clumps=clumps)
    assert len(run_checks(days, START, START + 28 * DAY, 20 * MINUTE).incidents) <= most


def delays(hourly: float, clumps: float, times: float, lasts: timedelta, every: timedelta = MINUTE) -> list[float]:
    """Minutes from a change to ``times`` the baseline until it is detected, one value per seed."""
    found = []
    for seed in range(7):
        days = SyntheticCounts({"a": hourly}, 30, seed=seed, clumps=clumps)
        days.add("a", AT, lasts, (times - 1) * days.usual_hour(AT))
        seen = [one.seen_at for one in run_checks(days, AT, AT + lasts, every).incidents if one.seen_at > AT]
        found.append((seen[0] - AT) / MINUTE if seen else 999)
    return found


@pytest.mark.parametrize(
    ("hourly", "clumps", "median", "worst"),
    [(60, 1, 6, 12), (60, 3, 10, 15), (36, 0, 6, 10), (12, 0, 15, 25), (5, 0, 60, 90)],
)
def test_six_times_the_usual_is_detected_in_time(hourly: float, clumps: float, median: float, worst: float) -> None:
    found = delays(hourly, clumps, 6, 2 * HOUR)
    assert statistics.median(found) <= median
    assert max(found) <= worst


@pytest.mark.parametrize(("hourly", "clumps"), [(60, 0), (60, 3), (20, 0)])
def test_twice_the_usual_for_six_hours_is_detected(hourly: float, clumps: float) -> None:
    assert max(delays(hourly, clumps, 2, 6 * HOUR, 5 * MINUTE)) <= 4 * 60


def test_four_hours_do_not_detect_an_incident_again_after_it_ended() -> None:
    days = SyntheticCounts({"a": 60}, 31)
    days.add("a", AT, 2 * HOUR, 900)
    assert len(run_checks(days, AT - HOUR, AT + 12 * HOUR).incidents) == 1


def test_an_incident_is_not_hidden_by_a_larger_one_two_weeks_before() -> None:
    days = SyntheticCounts({"a": 60}, 31)
    days.add("a", AT - 14 * DAY, 5 * HOUR, 1_500)
    days.add("a", AT, HOUR, 8 * days.usual_hour(AT))
    (seen,) = run_checks(days, AT - HOUR, AT + HOUR, MINUTE).incidents
    assert seen.seen_at <= AT + 10 * MINUTE


@pytest.mark.parametrize("times", [2, 3, 6])
def test_an_incident_is_dated_to_when_the_counts_left_the_usual_however_late_it_is_detected(times: float) -> None:
    off = []
    for seed in range(7):
        days = SyntheticCounts({"a": 200}, 30, seed=seed)
        days.add("a", AT, 2 * HOUR, (times - 1) * days.usual_hour(AT))
        seen = run_checks(days, AT, AT + 2 * HOUR, 2 * MINUTE).incidents[0]
        off.append(abs(seen.since - AT) / MINUTE)
    assert statistics.median(off) <= 5
    assert max(off) <= 15


@pytest.mark.parametrize(
    ("counts", "expected", "index"),
    [
        ([1, 2, 1, 2, 9, 8, 9], [1.5] * 7, 4),
        ([1, 2, 1, 2, 1, 2, 40], [1.5] * 7, 6),
        ([0] * 9 + [6], [0.0] * 10, 9),
        ([3, 3, 3, 3, 12, 12], [2.0] * 6, 4),  # a restless day, then the burst
        ([0, 0, 0, 2, 2, 2, 9, 9], [2.0] * 8, 6),  # a return to normal is no change
        ([5, 5, 5, 20, 20], [5, 5, 5, 20, 5], 4),  # the usual rises with the hour
        ([7], [1.0], 0),
        ([], [], 0),
    ],
)
def test_change_points(counts: list[float], expected: list[float], index: int) -> None:
    assert change_point(np.array(counts, dtype=float), np.array(expected, dtype=float)) == index
