"""The sparkline of a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from display.pages.sources.rows import SPARK_BINS
from display.pages.sources.sparkline import sparkline
from monitor.model import Gap, Health
from tests.fakes import NOON
from tests.test_source_rows import row

HOUR = timedelta(hours=1)


def test_each_three_hours_are_a_bar_and_unread_times_are_hatched() -> None:
    gap = Gap("Forum", NOON - 6 * HOUR, NOON - 3 * HOUR, "")
    drawn = sparkline(row((gap,), tuple(range(SPARK_BINS))))
    assert len(drawn.bars) == SPARK_BINS - 1
    assert max(height for _, _, height in drawn.bars) == 25
    assert drawn.hatches == ((162.0, 3.0),)
    assert drawn.description == "1,540 mentions in 7 days, at most 55 in 3 hours. Not read: 3 h on Wed 4."


def test_a_source_that_was_never_read_is_hatched_from_end_to_end() -> None:
    broken = row((Gap("Forum", NOON - HOUR, None, ""),), health=Health.NEEDS_KEY, last_success=None, next_check=None)
    assert sparkline(broken).hatches == ((0.0, 168.0),)
    assert sparkline(replace(broken, status=replace(broken.status, health=Health.WAITING), gaps=())).hatches == ()


def test_small_counts_and_short_gaps_stay_visible() -> None:
    short = Gap("Forum", NOON - HOUR / 60, NOON, "")
    drawn = sparkline(row((short,), (1, 1000) + (0,) * (SPARK_BINS - 2)))
    assert [height for _, _, height in drawn.bars] == [1.0, 25.0]
    assert drawn.hatches == ((166.5, 1.5),)
