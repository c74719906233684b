"""The line that the log gets each minute, and less often while nothing happens."""

from __future__ import annotations

from dataclasses import replace

from display.server.summaries import IDLE_SUMMARIES, Snapshot, Summary
from monitor.activity import Activity, Counts, PassResult, total

START = Snapshot(Counts({PassResult.OK: 100, PassResult.BROKEN: 7}, posts=1000, mentions=50), walls=3, queue=0)


def after(before: Snapshot, *, passes: int = 0, broken: int = 0, **figures: int) -> Snapshot:
    """The snapshot after so many more passes, posts and mentions."""
    counts = before.counts
    results = {
        PassResult.OK: counts.passes[PassResult.OK] + passes - broken,
        PassResult.BROKEN: counts.passes[PassResult.BROKEN] + broken,
    }
    more = {name: getattr(counts, name) + number for name, number in figures.items()}
    return replace(before, counts=replace(counts, passes=results, **more))


def test_a_minute_with_news_has_a_line() -> None:
    line = Summary(START).line(after(START, passes=12, broken=1, posts=1034, mentions=5))
    assert line == "Last minute: 12 passes, 1,034 posts, 5 mentions, 1 error, 3 walls, queue 0"


def test_passes_that_find_nothing_are_summed_up_in_one_line() -> None:
    summary, now = Summary(START), START
    lines = []
    for _ in range(IDLE_SUMMARIES):
        now = after(now, passes=12, posts=2)
        lines.append(summary.line(now))
    assert lines[:-1] == [""] * (IDLE_SUMMARIES - 1)
    assert lines[-1] == "Last 15 minutes: 180 passes, 30 posts, 0 mentions, 0 errors, 3 walls, queue 0"


def test_news_after_quiet_minutes_counts_those_too() -> None:
    summary = Summary(START)
    quiet = after(START, passes=2)
    assert summary.line(quiet) == ""
    now = after(quiet, passes=1, mentions=1)
    assert summary.line(now) == "Last 2 minutes: 3 passes, 0 posts, 1 mention, 0 errors, 3 walls, queue 0"
    assert summary.line(after(now, passes=1)) == "", "and the next line starts from there"


def test_a_wall_that_goes_dark_and_a_queue_are_news() -> None:
    assert ", 2 walls, queue 0" in Summary(START).line(replace(START, walls=2))
    assert ", 3 walls, queue 4" in Summary(START).line(replace(START, queue=4))


def test_activity_is_counted_for_each_source() -> None:
    activity = Activity()
    activity.count_pass("Forum", PassResult.OK, 0.5)
    activity.count_pass("Forum", PassResult.BUG, 1.5)
    activity.count_pass("Blog", PassResult.LIMITED, 1.0)
    activity.count_posts("Forum", posts=3, mentions=1, skipped=2)
    activity.count_posts("Shop", deliveries=1, posts=4)
    counts = activity.counts()
    assert counts["Forum"] == Counts({PassResult.OK: 1, PassResult.BUG: 1}, 2.0, posts=3, mentions=1, skipped=2)
    assert (counts["Forum"].errors, counts["Blog"].errors) == (1, 0), "a limit is no error"
    assert total(counts.values()).posts == 7
    assert sum(total(counts.values()).passes.values()) == 3
