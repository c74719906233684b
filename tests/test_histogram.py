"""The histogram: bins in whole units of the reader's clock, bar heights, and hatched gaps with words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.histogram import (
    LABEL_HEIGHT_PX,
    PLOT_HEIGHT_PX,
    bin_edges,
    bin_width,
    build_histogram,
)
from monitor.model import Bin, Gap
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
KOLKATA = ZoneInfo("Asia/Kolkata")


def bins(counts: list[tuple[int, int]], width: timedelta = timedelta(hours=1)) -> list[Bin]:
    start = NOON - width * len(counts)
    return [Bin(start + width * i, start + width * (i + 1), n, bad) for i, (n, bad) in enumerate(counts)]


@pytest.mark.parametrize(
    ("days", "name"), [(1, "15 min"), (7, "hour"), (30, "6 hours"), (100, "day"), (1000, "week"), (4000, "month")]
)
def test_bins_grow_with_the_span_and_stay_below_220(days: int, name: str) -> None:
    since = NOON - timedelta(days=days)
    assert bin_width(since, NOON)[1] == name
    assert len(bin_edges(since, NOON, LONDON)) <= 220


times = st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(times, st.integers(1, 5 * 365 * 24 * 60), st.sampled_from([LONDON, KOLKATA, ZoneInfo("America/St_Johns")]))
def test_edges_increase_from_since_to_until(since: datetime, minutes: int, zone: ZoneInfo) -> None:
    until = since + timedelta(minutes=minutes)
    found = bin_edges(since, until, zone)
    assert (found[0], found[-1]) == (since, until)
    assert all(a < b for a, b in pairwise(found))


def test_inner_edges_are_whole_units_of_the_clock_across_a_clock_change() -> None:
    across_the_change = datetime(2026, 3, 20, 7, 30, tzinfo=UTC), datetime(2026, 4, 10, 7, 30, tzinfo=UTC)
    inner = [at.astimezone(LONDON) for at in bin_edges(*across_the_change, LONDON)[1:-1]]
    assert {(at.hour % 6, at.minute) for at in inner} == {(0, 0)}


def test_heights_follow_the_counts_and_the_negative_part_stands_on_the_axis() -> None:
    chart = build_histogram(bins([(0, 0), (10, 0), (20, 5), (1000, 1000)]), [], NOON, LONDON)
    assert chart is not None
    empty, plain, mixed, full = chart.bars
    assert (chart.peak, chart.total, chart.unit) == (1000, 1030, "15 min")
    assert (empty.rest[1], empty.negative[1]) == (0, 0)
    assert plain.rest[1] >= 1
    assert mixed.negative[0] + mixed.negative[1] == LABEL_HEIGHT_PX + PLOT_HEIGHT_PX
    assert (full.negative, full.rest[1]) == ((LABEL_HEIGHT_PX, PLOT_HEIGHT_PX), 0)
    assert build_histogram([], [], NOON, LONDON) is None


def test_open_and_closed_gaps_are_hatched_and_labelled() -> None:
    gaps = [
        Gap("Reddit", NOON - timedelta(hours=5), None, "asks us to wait"),
        Gap("X", NOON - timedelta(hours=90), NOON - timedelta(hours=83), "down"),
        Gap("Old", NOON - timedelta(days=40), NOON - timedelta(days=39), "long ago"),
    ]
    chart = build_histogram(bins([(1, 0)] * 168), gaps, NOON, LONDON)
    assert chart is not None
    assert len(chart.hatches) == 2
    assert {(w.text, w.anchor) for w in chart.gap_labels} == {
        ("no Reddit since 07:00", "end"),
        ("no X for 7 h", "middle"),
    }
    assert chart.gaps == ("no Reddit since 07:00", "no X for 7 h")
    assert chart.unread_now == "1 source not read"
    assert sum(bar.partly_unread for bar in chart.bars) == 12


def test_gap_labels_never_overlap() -> None:
    many = [
        Gap(f"Source {i}", NOON - timedelta(hours=i + 3), NOON - timedelta(hours=i), "down") for i in range(1, 150, 2)
    ]
    still_open = [Gap(f"Broken {i}", NOON - timedelta(hours=9), None, "down") for i in range(9)]
    chart = build_histogram(bins([(1, 0)] * 168), many + still_open, NOON, LONDON)
    assert chart is not None
    assert chart.gap_labels[0].text == "9 sources not read"
    middles = sorted(w.x for w in chart.gap_labels if w.anchor == "middle")
    assert all(b - a > 8 for a, b in pairwise(middles))


def test_ticks_name_days_and_leave_space_for_the_time_at_the_end() -> None:
    chart = build_histogram(bins([(1, 0)] * 168), [], NOON, LONDON)
    assert chart is not None
    assert [t.text for t in chart.ticks] == ["Thu 26", "Fri 27", "Sat 28", "Sun 1", "Mon 2", "Tue 3", "Wed 4"]
    assert chart.end == "12:00"


def test_tick_labels_never_touch_each_other_or_the_time_at_the_end() -> None:
    for days in (1, 3, 7, 30, 90, 400, 2_000):
        since = NOON - timedelta(days=days)
        found = bin_edges(since, NOON, LONDON)
        chart = build_histogram([Bin(a, b, 1, 0) for a, b in pairwise(found)], [], NOON, LONDON)
        assert chart is not None
        positions = [tick.x for tick in chart.ticks]
        assert positions
        assert all(b - a >= 6 for a, b in pairwise(positions)), days
        assert positions[-1] <= 93.5, days


def test_a_pixel_separates_the_negative_part_from_the_rest() -> None:
    chart = build_histogram(bins([(20, 5)]), [], NOON, LONDON)
    assert chart is not None
    (bar,) = chart.bars
    assert bar.rest[0] + bar.rest[1] + 1 == bar.negative[0]
