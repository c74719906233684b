"""What the bars of the histogram usually are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from display.pages.mentions.chart_range import Period
from display.pages.mentions.usual import HOUR, hour_edges, usual_number, usual_of
from monitor.model import Bin
from tests.fakes import NOON

KOLKATA = ZoneInfo("Asia/Kolkata")
DAY = timedelta(days=1)


def hours(days: int, n: int = 4, busy_hour: int = 9) -> list[Bin]:
    """``n`` mentions an hour, and three times as many at one hour of each day."""
    start = NOON - days * DAY
    times = [start + i * HOUR for i in range(days * 24)]
    return [Bin(at, at + HOUR, n * (3 if at.hour == busy_hour else 1), 0) for at in times]


def test_a_bar_is_compared_with_the_same_clock_hour() -> None:
    usual = usual_of(hours(20), [], UTC)
    assert usual is not None
    nine = NOON.replace(hour=9)
    assert usual.of(nine, nine + HOUR) == 12
    assert usual.of(nine + HOUR, nine + 2 * HOUR) == 4
    assert usual.of(nine + HOUR / 4, nine + HOUR / 2) == pytest.approx(3)
    assert usual.of(nine - HOUR, nine + 5 * HOUR) == 12 + 5 * 4


def test_hours_before_the_first_mention_and_those_left_out_do_not_count() -> None:
    silent = [Bin(b.start - 10 * DAY, b.end - 10 * DAY, 0, 0) for b in hours(10)]
    assert usual_of([*silent, *hours(10)], [], UTC) == usual_of(hours(10), [], UTC)
    storm = [Bin(b.start, b.end, 500, 500) if b.start >= NOON - 14 * DAY else b for b in hours(24)]
    with_storm, without = usual_of(storm, [], UTC), usual_of(storm, [Period(NOON - 14 * DAY, NOON)], UTC)
    assert with_storm is not None
    assert without is not None
    assert without.of(NOON, NOON + HOUR) == 4 < (with_storm.of(NOON, NOON + HOUR) or 0)


def test_after_a_change_of_a_rule_the_reason_for_no_usual_count_is_known() -> None:
    everything = [Period(NOON - 30 * DAY, NOON)]
    unknown = usual_of(hours(20), [], UTC, everything)
    assert unknown is not None
    assert unknown.rule_changed
    assert unknown.of(NOON - HOUR, NOON) is None
    known = usual_of(hours(20), [], UTC, [Period(NOON - 30 * DAY, NOON - 12 * DAY)])
    assert known is not None
    assert not known.rule_changed
    assert usual_of(hours(3), [], UTC, everything) is None, "too short without it, too"


def test_too_few_days_have_no_usual_count() -> None:
    assert usual_of(hours(3), [], UTC) is None
    assert usual_of([], [], UTC) is None


def test_the_edges_are_full_hours_of_the_clock() -> None:
    edges = hour_edges(NOON + timedelta(minutes=7), KOLKATA)
    assert {edge.astimezone(KOLKATA).minute for edge in edges} == {0}
    assert edges == sorted(edges)
    assert (len(edges), edges[-1]) == (672, datetime(NOON.year, NOON.month, NOON.day, 11, 30, tzinfo=UTC))


@pytest.mark.parametrize(("n", "text"), [(0, "0"), (0.3, "under 1"), (1.4, "1"), (1234.5, "1,234")])
def test_a_usual_count_in_words(n: float, text: str) -> None:
    assert usual_number(n) == text
