"""The plan, the configs and the checks of bench/soak.py. The soak itself takes an hour: ``make soak``."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from pathlib import Path

import pytest

from bench._soak_checks import (
    Gap,
    GapHistory,
    Sample,
    compare_posts,
    is_covered,
    is_unfounded,
    lateness,
    open_too_long,
    overdue,
    recovery_time,
    slope,
    tracebacks,
    unread_span,
)
from bench._soak_config import config
from bench._soak_live import LiveConnection
from bench._soak_plan import Outage, PlannedSource, make_plan
from bench._soak_report import MAX_SLOPES, Findings, report_slopes
from bench._soak_run import REPLACEMENTS
from display.cli.dependencies import load_config

FEED = PlannedSource(101, "Feed 1", "feed", 21_000, 60, 150.0, 30)
DOWN = Outage(21_000, "down", 100.0, 1_300.0)
POLLS = [1_000.0 + 3 * n for n in range(900)]
PUBLISHED = {"q1x1": [1, 10.0, True], "q1x2": [2, 20.0, True], "q1x3": [1, 30.0, False], "q1x4": [1, 40.0, True]}


def test_every_outage_ends_long_before_the_run() -> None:
    for seed in range(20):
        plan = make_plan(seed, 3_600, 0.0)
        assert max(outage.end for outage in plan.outages) < 0.73 * plan.seconds
        assert {source.kind for source in plan.sources} >= {"feed", "x", "reddit", "bluesky", "webhook", "gdelt"}
        assert any(outage.end - outage.start > 900 for outage in plan.outages)
    assert any(outage.end - outage.start > 900 for outage in make_plan(1, 1_920, 0.0).outages)


def test_the_outages_of_a_host_do_not_overlap() -> None:
    plan = make_plan(3, 3_600, 0.0)
    for port in {outage.port for outage in plan.outages}:
        times = sorted((o.start, o.end) for o in plan.outages if o.port == port)
        assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_an_outlier_does_not_change_a_slope() -> None:
    assert slope([(n * 60.0, n + (500 if n == 7 else 0)) for n in range(30)]) == pytest.approx(60.0)
    assert slope([]) == 0.0


def test_stored_posts_are_compared_with_published_ones() -> None:
    report = {"posts": PUBLISHED, "deleted": ["q1x4"]}
    texts = ["Acme q1x2v1 it is", "Acme q1x2v1 again", "harbour q1x3v1", "Acme q1x4v1"]
    found = compare_posts(report, texts, [], 0.0)
    assert (found.lost, found.duplicates, found.unexpected, found.outdated) == (
        ("q1x1",),
        ("q1x2",),
        ("q1x3",),
        ("q1x2",),
    )
    assert (found.deleted_but_stored, found.deleted) == (1, 1)


def test_a_missing_post_within_a_gap_is_not_lost() -> None:
    report = {"posts": PUBLISHED, "deleted": []}
    gap = Gap("Feed 1", 5.0, 15.0, 15.0)
    assert compare_posts(report, ["q1x2v2", "q1x4v1"], [gap], 0.0).lost == ()
    gap.kept = False
    assert compare_posts(report, ["q1x2v2", "q1x4v1"], [gap], 0.0).lost == ("q1x1",)


def test_an_outage_needs_a_gap_until_the_source_is_read_again() -> None:
    requests = [(1_050.0, ""), (1_500.0, "down"), (2_600.0, "")]
    found = unread_span(FEED, DOWN, requests, 1_000.0)
    assert found
    assert found.needs_gap
    whole, late, short = (
        Gap("Feed 1", a, b, None) for a, b in ((1_051.0, 2_599.0), (1_400.0, 2_599.0), (1_051.0, 2_000.0))
    )
    assert is_covered(found, DOWN, [whole], 1_000.0, POLLS)
    assert not is_covered(found, DOWN, [late], 1_000.0, POLLS)
    assert not is_covered(found, DOWN, [short], 1_000.0, POLLS)
    assert is_covered(found, DOWN, [Gap("Feed 1", 1_051.0, 2_580.0, None)], 1_000.0, [2_580.0, 2_601.0]), (
        "no poll was between them"
    )


def test_a_fault_without_a_request_needs_no_gap() -> None:
    assert unread_span(FEED, Outage(21_000, "500", 100.0, 110.0), [(1_050.0, ""), (1_115.0, "")], 1_000.0) is None


def test_a_source_is_read_again_soon_after_its_site_recovers() -> None:
    found = unread_span(FEED, DOWN, [(1_050.0, ""), (1_500.0, "down"), (2_600.0, "")], 1_000.0)
    assert found
    wait, limit = recovery_time(found, FEED, DOWN, inf, 1_000.0)
    assert wait == 300.0
    assert 600.0 < limit < 1_200.0
    assert recovery_time(found, FEED, DOWN, 1_500.0, 1_000.0) == (0.0, 0.0), "the next outage starts before the limit"
    never = unread_span(FEED, DOWN, [(1_050.0, ""), (1_500.0, "down")], 1_000.0)
    assert never
    assert recovery_time(never, FEED, DOWN, inf, 1_000.0)[0] == inf


def test_a_gap_ends_when_its_source_is_read_again() -> None:
    found = unread_span(FEED, DOWN, [(1_050.0, ""), (1_500.0, "down"), (2_600.0, "")], 1_000.0)
    assert found
    closed, stays_open = Gap("Feed 1", 1_051.0, 2_599.0, 2_600.0), Gap("Feed 1", 1_051.0, 3_300.0, None)
    other, later = Gap("Feed 2", 1_051.0, 3_300.0, None), Gap("Feed 1", 2_700.0, 3_300.0, None)
    assert open_too_long(found, FEED, inf, [closed, other, later], 1_000.0) <= 0
    assert open_too_long(found, FEED, inf, [closed, stays_open], 1_000.0) > 0
    assert open_too_long(found, FEED, 1_700.0, [stays_open], 1_000.0) <= 0, "the next outage keeps it open"


def test_a_gap_without_a_fault_is_unfounded() -> None:
    assert not is_unfounded(Gap("Feed 1", 1_050.0, 1_500.0, 1_520.0), [DOWN], 1_000.0)
    assert is_unfounded(Gap("Feed 1", 1_010.0, 1_060.0, 1_070.0), [DOWN], 1_000.0)
    assert is_unfounded(Gap("Feed 1", 2_400.0, 2_460.0, None), [DOWN], 1_000.0)


def test_a_source_that_was_not_read_at_the_end_is_overdue() -> None:
    assert overdue({"last_success": "1970-01-01T01:00:00+00:00"}, FEED, 3_660.0) == 0
    assert overdue({"last_success": "1970-01-01T01:00:00+00:00"}, FEED, 4_800.0) > 0
    assert overdue({}, FEED, 4_800.0) > 0


def test_lateness_starts_after_interval_and_jitter() -> None:
    assert lateness([(0.0, ""), (66.0, ""), (142.0, "")], 60.0) == pytest.approx([0.0, 10.0])


def test_equal_tracebacks_are_counted() -> None:
    one = 'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: no\n'
    assert list(tracebacks(one + one + "INFO fine\n").values()) == [2]
    assert tracebacks("INFO fine\n") == {}


def test_a_gap_with_the_id_of_a_deleted_gap_is_a_new_one() -> None:
    gaps = GapHistory()
    gaps.add_poll([(1, "Feed 1", 10.0, None)], 12.0)
    gaps.add_poll([(1, "Feed 2", 13.0, None), (2, "Feed 3", 13.0, None)], 14.0)
    gaps.add_poll([(1, "Feed 2", 13.0, 15.0), (2, "Feed 3", 16.0, None)], 16.0)
    assert [(gap.source, gap.since, gap.last_open, gap.until, gap.kept) for gap in gaps.all] == [
        ("Feed 1", 10.0, 12.0, None, False),
        ("Feed 2", 13.0, 14.0, 15.0, True),
        ("Feed 3", 13.0, 14.0, None, False),
        ("Feed 3", 16.0, 16.0, None, True),
    ]


def test_the_replaced_attributes_exist() -> None:
    assert [(module.__name__, name) for module, name, _ in REPLACEMENTS if not hasattr(module, name)] == []


@pytest.mark.parametrize("changed", [False, True])
def test_both_configs_are_valid(tmp_path: Path, changed: bool) -> None:
    file = tmp_path / "config.toml"
    file.write_text(config(make_plan(1, 3_600, 0.0), changed=changed))
    loaded = load_config(file)
    assert {"desk", "lobby"} <= {wall.name for wall in loaded.walls}
    assert {source.name for source in loaded.sources} >= {"Archive", "Feed 199", "The webhook"}


def sample(at: float, **figures: float) -> Sample:
    zero = dict.fromkeys(Sample._fields, 0)
    return Sample(**{**zero, "healthy": True, "at": at, **figures})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in MAX_SLOPES if name != "beyond SQLite"])
def test_what_grows_is_a_problem_and_what_only_varies_is_none(name: str) -> None:
    plan, per_hour = make_plan(1, 3_600, 0.0), 3 * MAX_SLOPES[name]
    for grows in (True, False):
        findings = Findings()
        figures = [(at, at / 3_600 * per_hour if grows else at % 2 * per_hour) for at in range(0, 3_600, 15)]
        report_slopes([sample(float(at), **{name: figure}) for at, figure in figures], plan, findings)
        assert [problem.partition(" grows")[0] for problem in findings.problems] == ([name] if grows else [])


def test_a_change_that_is_not_sent_or_sent_twice_is_noticed() -> None:
    live = LiveConnection(room="pages")
    live.follow("heartbeat", {"last_id": 10})
    live.follow("changes", {"changes": [{"id": 11}, {"id": 12}], "omitted": 0, "last_id": 12})
    assert (live.lost, live.doubled) == (0, [])
    live.follow("changes", {"changes": [{"id": 12}, {"id": 14}], "omitted": 0, "last_id": 14})
    assert (live.lost, live.doubled) == (1, [12])
    live.follow("changes", {"changes": [{"id": 30}], "omitted": 15, "last_id": 30})
    assert (live.lost, live.doubled) == (1, [12])
