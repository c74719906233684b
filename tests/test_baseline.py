"""The baseline: its days, local hours, kinds of day, and robustness against exceptional days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.baseline import MIN_VALID_DAYS, HourCount, baseline_of
from monitor.analysis.incidents.counts import Series
from monitor.analysis.incidents.expected import ExpectedCounts

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(days: int, start: datetime = MONDAY, **changed: int) -> list[HourCount]:
    """10 per hour on workdays and 4 at weekends; ``h5=99`` sets hour 5 to 99."""
    times = [start + h * HOUR for h in range(24 * days)]
    return [HourCount(at, changed.get(f"h{h}", 4 if at.weekday() > 4 else 10)) for h, at in enumerate(times)]


def test_there_is_no_baseline_with_fewer_than_five_days() -> None:
    for days in range(MIN_VALID_DAYS):
        known = baseline_of(hours(days), UTC)
        assert (known.days, known.at(MONDAY)) == (days, None)
    known = baseline_of(hours(MIN_VALID_DAYS), UTC)
    assert known.days == MIN_VALID_DAYS
    assert known.at(MONDAY + timedelta(days=7)) is not None


def test_a_day_with_too_few_valid_hours_does_not_count() -> None:
    some = [HourCount(hour.start, hour.n, hour.start.hour < 11) for hour in hours(20)]
    assert baseline_of(some, UTC).days == 0


def test_working_days_and_weekends_are_separate_once_there_are_enough() -> None:
    friday, saturday = MONDAY + timedelta(days=32), MONDAY + timedelta(days=33)
    early, late = baseline_of(hours(7), UTC).at(saturday), baseline_of(hours(28), UTC).at(saturday)
    workday = baseline_of(hours(28), UTC).at(friday)
    assert early is not None
    assert late is not None
    assert workday is not None
    assert (early.median, late.median, workday.median) == (10, 4, 10), "one weekend is not enough"


def test_an_exceptional_day_barely_changes_the_baseline_and_a_gap_not_at_all() -> None:
    loud = baseline_of(hours(28, h9=5_000), UTC).at(MONDAY + 9 * HOUR)
    assert loud is not None
    assert (loud.low, loud.median, loud.high) == (10, 10, 10)
    empty = [HourCount(hour.start, 0, valid=False) if hour.start.day % 2 else hour for hour in hours(28)]
    calm = baseline_of(empty, UTC).at(MONDAY + 9 * HOUR)
    assert calm is not None
    assert calm.median == 10


def test_the_range_is_from_the_10th_to_the_90th_percentile() -> None:
    workdays = [MONDAY + timedelta(days=7 * week + day) for week in range(4) for day in range(5)]
    hours = [HourCount(day + h * HOUR, n) for n, day in enumerate(workdays) for h in range(24)]
    known = baseline_of(hours, UTC).at(MONDAY)
    assert known is not None
    assert (known.low, known.median, known.high) == pytest.approx((1.9, 9.5, 17.1))


def test_hours_are_local_hours() -> None:
    start = datetime(2026, 3, 9, tzinfo=BERLIN).astimezone(UTC)  # the clocks change on the 29th
    nines = [start + h * HOUR for h in range(24 * 28)]
    known = baseline_of([HourCount(at, 100 if at.astimezone(BERLIN).hour == 9 else 1) for at in nines], BERLIN)
    nine, ten = (known.at(datetime(2026, 4, 7, hour, 30, tzinfo=BERLIN)) for hour in (9, 10))
    assert nine is not None
    assert ten is not None
    assert (nine.median, nine.low, ten.high) == (100, 100, 1)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_days_of_23_and_25_hours_count(day: datetime) -> None:
    start = (day - timedelta(days=6)).replace(tzinfo=BERLIN).astimezone(UTC)
    end = (day + timedelta(days=1)).replace(tzinfo=BERLIN).astimezone(UTC)
    known = baseline_of([HourCount(start + h * HOUR, 5) for h in range((end - start) // HOUR)], BERLIN)
    assert (end - start) // HOUR % 24 in {1, 23}
    assert known.days == 7
    assert {found.median for found in known.ranges.values()} == {5}


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 10**12), st.booleans()), max_size=200))
def test_the_order_of_hours_does_not_matter(some: list[tuple[int, int, bool]]) -> None:
    given_hours = [HourCount(MONDAY + h * HOUR, n, whole) for h, n, whole in some]
    assert baseline_of(given_hours, BERLIN) == baseline_of(given_hours[::-1], BERLIN)


@pytest.mark.parametrize(("zone", "ahead"), [(UTC, 0), (BERLIN, 77), (ZoneInfo("Asia/Kolkata"), 0)])
def test_incidents_and_the_wall_use_the_same_baseline(zone: ZoneInfo, ahead: int) -> None:
    """The expected counts of incident detection are the medians of the baseline, also across a clock change."""
    start = (MONDAY + timedelta(days=ahead)).replace(tzinfo=zone).astimezone(UTC)
    counts = np.random.default_rng(5).poisson(7, 28 * 288).astype(np.float64)
    sums = counts.reshape(-1, 12).sum(axis=1)
    end = start + timedelta(days=28)
    series = Series(counts, np.zeros(len(counts), np.bool_), start, np.zeros(36), end - 3 * HOUR)
    known = baseline_of([HourCount(start + h * HOUR, int(n)) for h, n in enumerate(sums)], zone)
    for row, rate in enumerate(ExpectedCounts(series, zone, None).recent):
        found = known.at(end - 3 * HOUR + row * timedelta(minutes=5))
        assert found is not None
        assert rate * 12 == pytest.approx(found.median)
    assert median(sums) > 0
