"""The histogram: bins in whole units of the reader's clock, bar heights, and hatched gaps with words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.axis import LABEL_DISTANCE_PX, LETTER_WIDTH_PX, NARROW_PX, WIDE_PX, TextLabel
from display.pages.mentions.chart_range import Period
from display.pages.mentions.histogram import (
    LABEL_HEIGHT_PX,
    PLOT_HEIGHT_PX,
    Histogram,
    bin_edges,
    bin_width,
    build_histogram,
)
from display.pages.mentions.usual import usual_of
from monitor.model import Bin, Gap, RuleChange
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(2014, 5, 20, 12, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")


def bins(counts: list[tuple[int, int]], width: timedelta = timedelta(hours=1)) -> list[Bin]:
    start = NOON - width * len(counts)
    return [Bin(start + width * i, start + width * (i + 1), n, bad) for i, (n, bad) in enumerate(counts)]


def chart_of(found: list[Bin], gaps: Sequence[Gap] = ()) -> Histogram:
    chart = build_histogram(found, [Period(found[0].start, found[-1].end)], gaps, NOON, LONDON)
    assert chart is not None
    return chart


def chart_over(*periods: Period) -> Histogram:
    """A chart with one mention in each of its bins."""
    found = [Bin(a, b, 1, 0) for a, b in pairwise(bin_edges(periods, LONDON))]
    chart = build_histogram(found, periods, [], NOON, LONDON)
    assert chart is not None
    return chart


@pytest.mark.parametrize(
    ("days", "name"), [(1, "15 min"), (7, "hour"), (30, "6 hours"), (100, "day"), (1000, "week"), (4000, "month")]
)
def test_bins_grow_with_the_span_and_stay_below_220(days: int, name: str) -> None:
    since = NOON - timedelta(days=days)
    assert bin_width(NOON - since)[1] == name
    assert len(bin_edges([Period(since, NOON)], LONDON)) <= 220


times = st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(times, st.integers(1, 5 * 365 * 24 * 60), st.sampled_from([LONDON, KOLKATA, ZoneInfo("America/St_Johns")]))
def test_edges_increase_from_since_to_until(since: datetime, minutes: int, zone: ZoneInfo) -> None:
    until = since + timedelta(minutes=minutes)
    found = bin_edges([Period(since, until)], zone)
    assert (found[0], found[-1]) == (since, until)
    assert all(a < b for a, b in pairwise(found))


def test_inner_edges_are_whole_units_of_the_clock_across_a_clock_change() -> None:
    across_the_change = Period(datetime(2026, 3, 20, 7, 30, tzinfo=UTC), datetime(2026, 4, 10, 7, 30, tzinfo=UTC))
    inner = [at.astimezone(LONDON) for at in bin_edges([across_the_change], LONDON)[1:-1]]
    assert {(at.hour % 6, at.minute) for at in inner} == {(0, 0)}


def test_heights_follow_the_counts_and_the_negative_part_stands_on_the_axis() -> None:
    chart = chart_of(bins([(0, 0), (10, 0), (20, 5), (1000, 1000)]))
    empty, plain, mixed, full = chart.bars
    assert (chart.peak, chart.total, chart.unit) == (1000, 1030, "15 min")
    assert (empty.rest[1], empty.negative[1]) == (0, 0)
    assert plain.rest[1] >= 1
    assert mixed.negative[0] + mixed.negative[1] == LABEL_HEIGHT_PX + PLOT_HEIGHT_PX
    assert (full.negative, full.rest[1]) == ((LABEL_HEIGHT_PX, PLOT_HEIGHT_PX), 0)
    assert build_histogram([], [], [], NOON, LONDON) is None


def test_open_and_closed_gaps_are_hatched_and_labelled() -> None:
    gaps = [
        Gap("Reddit", NOON - timedelta(hours=5), None, "asks us to wait"),
        Gap("X", NOON - timedelta(hours=90), NOON - timedelta(hours=83), "down"),
        Gap("Old", NOON - timedelta(days=40), NOON - timedelta(days=39), "long ago"),
    ]
    chart = chart_of(bins([(1, 0)] * 168), gaps)
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
    chart = chart_of(bins([(1, 0)] * 168), many + still_open)
    assert chart.gap_labels[0].text == "9 sources not read"
    middles = sorted(w.x for w in chart.gap_labels if w.anchor == "middle")
    assert all(b - a > 8 for a, b in pairwise(middles))


def test_ticks_name_days_and_leave_space_for_the_time_at_the_end() -> None:
    chart = chart_of(bins([(1, 0)] * 168))
    assert [t.text for t in chart.ticks] == ["Thu 26", "Fri 27", "Sat 28", "Sun 1", "Mon 2", "Tue 3", "Wed 4"]
    assert chart.start == "25 Feb"
    assert chart.end == "12:00"


def extents(ticks: Sequence[TextLabel], width_px: int) -> list[tuple[float, float]]:
    """Left and right end of each label, in px."""
    found = []
    for tick in ticks:
        width = len(tick.text) * LETTER_WIDTH_PX
        left = tick.x / 100 * width_px - {"start": 0, "middle": width / 2}[tick.anchor]
        found.append((left, left + width))
    return found


def assert_labels_fit(chart: Histogram) -> None:
    for ticks, width_px in ((chart.ticks, WIDE_PX), (chart.narrow_ticks, NARROW_PX)):
        found = extents(ticks, width_px)
        end = (width_px - len(chart.end) * LETTER_WIDTH_PX, float(width_px))
        assert all(a >= 0 for a, _ in found)
        assert all(b + LABEL_DISTANCE_PX <= c for (_, b), (c, _) in pairwise([*found, end]))


@given(times, st.integers(1, 40 * 365 * 24), st.sampled_from([LONDON, KOLKATA]))
def test_labels_fit_and_never_touch_each_other(since: datetime, hours: int, zone: ZoneInfo) -> None:
    periods = [Period(since, since + timedelta(hours=hours))]
    found = [Bin(a, b, 1, 0) for a, b in pairwise(bin_edges(periods, zone))]
    chart = build_histogram(found, periods, [], NOON, zone)
    assert chart
    assert_labels_fit(chart)


def test_a_chart_of_any_span_has_several_labels() -> None:
    for days in (1, 3, 7, 30, 90, 400, 2_000, 20_000):
        chart = chart_over(Period(NOON - timedelta(days=days), NOON))
        assert len(chart.ticks) >= 2, days
        assert len(chart.narrow_ticks) >= 2, days


def test_labels_of_months_are_at_regular_steps_and_name_another_year_once() -> None:
    assert [t.text for t in chart_over(Period(LONG_AGO, NOON)).ticks] == [str(year) for year in range(2015, 2026)]
    half_a_year = chart_over(Period(NOON - timedelta(days=190), NOON))
    assert [t.text for t in half_a_year.ticks] == ["Sep 2025", "Oct", "Nov", "Dec", "Jan 2026", "Feb"]
    week = chart_over(Period(LONG_AGO, LONG_AGO + timedelta(days=7)))
    assert [t.text for t in week.ticks[:2]] == ["21 May 2014", "Thu 22"]
    assert (week.start, week.end) == ("20 May 2014", "27 May 2014")


def test_years_are_named_unless_it_is_this_year() -> None:
    day = chart_over(Period(LONG_AGO, LONG_AGO + timedelta(days=1)))
    assert day.bars[0].label == "Tue 20 May 2014, 13:00 to 13:15"
    assert day.start == "Tue 20 May 2014, 13:00"
    assert chart_over(Period(NOON - timedelta(days=1), NOON)).bars[0].label == "Tue 3 Mar, 12:00 to 12:15"
    assert chart_over(Period(LONG_AGO, NOON)).bars[1].label == "Jun 2014"
    since_then = chart_of(bins([(1, 0)]), [Gap("X", LONG_AGO, None, "down")])
    assert since_then.gaps == ("no X since Tue 20 May 2014",)


def test_a_long_time_without_mentions_is_a_break_in_the_axis() -> None:
    """The two days have the same scale, and the break has a sentence."""
    old, new = Period(LONG_AGO, LONG_AGO + timedelta(days=1)), Period(NOON - timedelta(days=30), NOON)
    chart = chart_over(old, new)
    assert chart.unit == "6 hours"
    assert [b.text for b in chart.breaks] == ["none from 21 May 2014 to 2 Feb 2026"]
    (mark,) = chart.breaks
    in_old, in_new = (
        [bar for bar in chart.bars if period.start <= bar.bin.start < period.end] for period in (old, new)
    )
    assert max(bar.slot[0] + bar.slot[1] for bar in in_old) <= mark.x + 0.01
    assert min(bar.slot[0] for bar in in_new) >= mark.x + mark.width - 0.01
    assert in_old[1].slot[1] == pytest.approx(in_new[1].slot[1], abs=0.01)
    assert chart.ticks[0] == TextLabel(0.0, "20 May 2014", "start")
    assert_labels_fit(chart)


def test_a_pixel_separates_the_negative_part_from_the_rest() -> None:
    chart = chart_of(bins([(20, 5)]))
    (bar,) = chart.bars
    assert bar.rest[0] + bar.rest[1] + 1 == bar.negative[0]


def test_the_usual_line_has_steps_and_shares_the_scale_of_the_bars() -> None:
    found = bins([(4, 0)] * 6, timedelta(minutes=15))
    hours = [Bin(NOON - timedelta(hours=n + 1), NOON - timedelta(hours=n), 32, 0) for n in reversed(range(480))]
    chart = build_histogram(
        found, [Period(found[0].start, found[-1].end)], [], NOON, LONDON, usual_of(hours, [], LONDON)
    )
    assert chart is not None
    assert [bar.usual for bar in chart.bars] == [8.0] * 6
    assert chart.usual_path.startswith("M0 0H16.667V0H33.333")
    assert chart.bars[0].rest == (LABEL_HEIGHT_PX + PLOT_HEIGHT_PX / 2, PLOT_HEIGHT_PX / 2)
    assert chart.peak == 4


def test_changes_of_rules_are_flags_within_the_chart() -> None:
    found = bins([(1, 0)] * 10)
    changes = [RuleChange("Acme", 2, NOON - timedelta(hours=5)), RuleChange("Globex", 3, NOON - timedelta(days=5))]
    chart = build_histogram(found, [Period(found[0].start, found[-1].end)], [], NOON, LONDON, changes=changes)
    assert chart is not None
    (flag,) = chart.flags
    assert (flag.x, flag.brand, flag.version) == (50.0, "Acme", 2)
    assert flag.text.startswith("Rule of Acme changed ")
    assert flag.text.endswith(", 07:00")
