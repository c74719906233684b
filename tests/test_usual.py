"""What is usual is told of enough days, by clock hour and kind of day, and not moved by a loud one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.baseline import FEWEST_DAYS, Hour, usual
from monitor.analysis.incidents.counts import Series
from monitor.analysis.incidents.expecting import Expected

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
H = timedelta(hours=1)


def hours(days: int, start: datetime = MONDAY, **odd: int) -> list[Hour]:
    """10 an hour on workdays, 4 at weekends; ``odd``: h5=99 brings 99 in hour 5."""
    times = [start + h * H for h in range(24 * days)]
    return [Hour(at, odd.get(f"h{h}", 4 if at.weekday() > 4 else 10)) for h, at in enumerate(times)]


def test_under_five_days_nothing_is_known() -> None:
    for days in range(FEWEST_DAYS):
        known = usual(hours(days), UTC)
        assert (known.days, known.at(MONDAY)) == (days, None)
    known = usual(hours(FEWEST_DAYS), UTC)
    assert known.days == FEWEST_DAYS
    assert known.at(MONDAY + timedelta(days=7)) is not None


def test_a_day_of_which_half_was_not_heard_is_none() -> None:
    some = [Hour(hour.start, hour.n, hour.start.hour < 11) for hour in hours(20)]
    assert usual(some, UTC).days == 0


def test_workdays_and_weekends_are_apart_once_there_are_enough() -> None:
    friday, saturday = MONDAY + timedelta(days=32), MONDAY + timedelta(days=33)
    early, late = usual(hours(7), UTC).at(saturday), usual(hours(28), UTC).at(saturday)
    workday = usual(hours(28), UTC).at(friday)
    assert early is not None
    assert late is not None
    assert workday is not None
    assert (early.median, late.median, workday.median) == (10, 4, 10), "a single weekend tells too little alone"


def test_a_loud_day_moves_little_and_a_gap_nothing() -> None:
    loud = usual(hours(28, h9=5_000), UTC).at(MONDAY + 9 * H)
    assert loud is not None
    assert (loud.low, loud.median, loud.high) == (10, 10, 10)
    empty = [Hour(hour.start, 0, whole=False) if hour.start.day % 2 else hour for hour in hours(28)]
    calm = usual(empty, UTC).at(MONDAY + 9 * H)
    assert calm is not None
    assert calm.median == 10


def test_spread_is_the_tenth_and_the_ninetieth_of_a_hundred() -> None:
    workdays = [MONDAY + timedelta(days=7 * week + day) for week in range(4) for day in range(5)]
    known = usual([Hour(day + h * H, n) for n, day in enumerate(workdays) for h in range(24)], UTC).at(MONDAY)
    assert known is not None
    assert (known.low, known.median, known.high) == pytest.approx((1.9, 9.5, 17.1))


def test_an_hour_is_that_of_the_clock_on_the_wall() -> None:
    start = datetime(2026, 3, 9, tzinfo=BERLIN).astimezone(UTC)  # the clocks change on the 29th
    nines = [start + h * H for h in range(24 * 28)]
    known = usual([Hour(at, 100 if at.astimezone(BERLIN).hour == 9 else 1) for at in nines], BERLIN)
    nine, ten = (known.at(datetime(2026, 4, 7, hour, 30, tzinfo=BERLIN)) for hour in (9, 10))
    assert nine is not None
    assert ten is not None
    assert (nine.median, nine.low, ten.high) == (100, 100, 1)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_a_day_of_23_or_25_hours_is_a_day(day: datetime) -> None:
    start = (day - timedelta(days=6)).replace(tzinfo=BERLIN).astimezone(UTC)
    end = (day + timedelta(days=1)).replace(tzinfo=BERLIN).astimezone(UTC)
    known = usual([Hour(start + h * H, 5) for h in range((end - start) // H)], BERLIN)
    assert (end - start) // H % 24 in {1, 23}
    assert known.days == 7
    assert {found.median for found in known.ranges.values()} == {5}


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 10**12), st.booleans()), max_size=200))
def test_any_hours_in_any_order(some: list[tuple[int, int, bool]]) -> None:
    given_hours = [Hour(MONDAY + h * H, n, whole) for h, n, whole in some]
    assert usual(given_hours, BERLIN) == usual(given_hours[::-1], BERLIN)


@pytest.mark.parametrize(("zone", "ahead"), [(UTC, 0), (BERLIN, 77), (ZoneInfo("Asia/Kolkata"), 0)])
def test_the_watch_and_the_wall_mean_the_same_by_usual(zone: ZoneInfo, ahead: int) -> None:
    """The arrays that incidents are told by hold the medians of ``usual``, over a change of the clocks too."""
    start = (MONDAY + timedelta(days=ahead)).replace(tzinfo=zone).astimezone(UTC)
    counts = np.random.default_rng(5).poisson(7, 28 * 288).astype(np.float64)
    sums = counts.reshape(-1, 12).sum(axis=1)
    end = start + timedelta(days=28)
    series = Series(counts, np.zeros(len(counts), np.bool_), start, np.zeros(36), end - 3 * H)
    known = usual([Hour(start + h * H, int(n)) for h, n in enumerate(sums)], zone)
    for row, rate in enumerate(Expected(series, zone, None).recent):
        found = known.at(end - 3 * H + row * timedelta(minutes=5))
        assert found is not None
        assert rate * 12 == pytest.approx(found.median)
    assert median(sums) > 0
