"""What is an incident and what is not: synthetic histories with the result that people expect, and real ones."""

from __future__ import annotations

import csv
import statistics
from array import array
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import incidents as bench
from monitor.analysis.incidents import RECENT_BINS, Detector
from monitor.analysis.incidents.driving_sources import driving_sources
from monitor.model import Incident, Trend, VolumeSeries
from tests.synthetic_counts import BERLIN, DAY, HOUR, MINUTE, MONDAY, STEP, CheckLog, SyntheticCounts, run_checks

START = MONDAY + 28 * DAY
"""A Monday after four weeks of history."""
AT = START + DAY + 10 * HOUR
"""Tuesday at 10:00."""


def multiples(log: CheckLog) -> list[float]:
    """The peak multiple of each incident."""
    return [round(one.peak, 1) for one in log.incidents]


@pytest.mark.parametrize("seed", range(2))
def test_a_brand_with_two_mentions_a_day_has_no_false_alarm_in_a_month(seed: int) -> None:
    assert (
        multiples(
            run_checks(SyntheticCounts({"a": 1 / 24, "b": 1 / 24}, 56, seed), START, START + 28 * DAY, 10 * MINUTE)
        )
        == []
    )


def test_five_mentions_are_no_incident_for_a_quiet_brand_but_forty_are() -> None:
    days = SyntheticCounts({"a": 2 / 24})
    days.add("a", AT, 10 * MINUTE, 30)
    days.add("a", AT + 6 * HOUR, HOUR, 40)
    assert [one.since > AT + 5 * HOUR for one in run_checks(days, AT - HOUR, AT + 12 * HOUR).incidents] == [True]


@pytest.mark.parametrize(("hourly", "clumps"), [(5, 0), (60, 1)])
def test_daily_rhythm_and_noise_cause_at_most_one_false_alarm(hourly: float, clumps: float) -> None:
    days = SyntheticCounts({"a": hourly * 0.7, "b": hourly * 0.3}, 56, seed=4, clumps=clumps)
    assert len(run_checks(days, START, START + 28 * DAY, 10 * MINUTE).incidents) <= 1


def delays(hourly: float, seeds: int) -> list[float]:
    """Minutes from a change to six times the baseline until it is detected, one value per seed."""
    found = []
    for seed in range(seeds):
        days = SyntheticCounts({"a": hourly}, seed=seed)
        at = AT + 23 * MINUTE
        days.add("a", at, HOUR, 5 * days.usual_hour(at))
        seen = run_checks(days, at - 5 * MINUTE, at + HOUR, MINUTE).incidents
        found.append((seen[0].seen_at - at) / MINUTE if seen else 999)
    return found


@pytest.mark.parametrize("hourly", [60, 300])
def test_six_times_the_baseline_is_detected_within_five_minutes(hourly: float) -> None:
    found = delays(hourly, 24)
    assert min(found) > 0
    assert statistics.median(found) <= 4
    assert max(found) <= 5


def test_five_busy_minutes_after_silence_are_enough() -> None:
    days = SyntheticCounts({"a": 60})
    end = round((AT - MONDAY) / MINUTE)
    days.n["a"][end - 15 : end] = [0] * 10 + [5] * 5
    seen = run_checks(days, AT - 5 * MINUTE, AT + MINUTE, MINUTE).incidents
    assert len(seen) == 1, "25 mentions are calm for 15 minutes, but not for five"


@pytest.mark.parametrize(("hourly", "within"), [(20, 10), (8, 20)])
def test_with_few_mentions_six_times_the_baseline_is_detected_later(hourly: float, within: float) -> None:
    assert statistics.median(delays(hourly, 7)) <= within


def test_an_incident_is_detected_days_after_another_one() -> None:
    days = SyntheticCounts({"a": 60})
    days.add("a", AT - 3 * DAY, 5 * HOUR, 900)
    days.add("a", AT, HOUR, 5 * days.usual_hour(AT))
    seen = run_checks(days, AT - 5 * MINUTE, AT + HOUR, MINUTE)
    assert seen.incidents[0].seen_at <= AT + 10 * MINUTE


def test_an_incident_has_correct_figures_and_ends_by_itself() -> None:
    days = SyntheticCounts({"a": 60})
    days.add("a", AT, 40 * MINUTE, 8 * 60)
    seen = run_checks(days, AT - HOUR, AT + 6 * HOUR, MINUTE)
    (last,) = seen.incidents
    assert abs(last.since - AT) <= 5 * MINUTE
    assert last.until is not None
    assert 30 * MINUTE <= last.until - (AT + 40 * MINUTE) <= 50 * MINUTE
    assert 5 < last.peak < 10
    trends = [one.trend for one in seen.log]
    assert trends[0] is Trend.RISING
    assert Trend.STEADY in trends
    assert trends[-20] is Trend.FALLING
    for one in seen.log:
        assert 5 * MINUTE <= one.window <= HOUR
        assert one.peak >= one.multiple
        assert (one.since, one.seen_at) == (last.since, last.seen_at)


def test_an_incident_lasts_at_least_ten_minutes() -> None:
    days = SyntheticCounts({"a": 2 / 24})
    calm = days.volumes(AT, RECENT_BINS)
    running = Incident("Acme", AT - 50 * MINUTE, AT - 9 * MINUTE, AT - MINUTE, 30, 1.0, HOUR, 30.0)
    checked = Detector().check(days.volumes(AT, 8064), calm, {"a": ()}, running, AT)
    later = Detector().check(days.volumes(AT, 8064), calm, {"a": ()}, running, AT + MINUTE)
    assert checked is not None
    assert later is not None
    assert (checked.until, later.until) == (None, AT + MINUTE)


def test_an_incident_begins_when_the_counts_left_the_baseline() -> None:
    days = SyntheticCounts({"a": 200})
    days.add("a", AT, 3 * HOUR, 1.7 * days.usual_hour(AT))
    (one,) = run_checks(days, AT - HOUR, AT + 4 * HOUR).incidents
    assert one.seen_at - AT >= 20 * MINUTE, "an increase this small is detected late"
    assert abs(one.since - AT) <= 10 * MINUTE


def test_flapping_is_one_incident() -> None:
    days = SyntheticCounts({"a": 60})
    for n in range(5):
        days.add("a", AT + n * 70 * MINUTE, 10 * MINUTE, 12 * 60)
    seen = run_checks(days, AT - HOUR, AT + 9 * HOUR)
    assert len(seen.incidents) == 1
    assert sum(one.until is not None for one in seen.log) > 1, "it ended and resumed"


def test_a_spike_hours_later_is_another_incident() -> None:
    days = SyntheticCounts({"a": 60})
    for ago in (0, 5):
        days.add("a", AT + ago * HOUR, 30 * MINUTE, 12 * 60)
    assert len(run_checks(days, AT - HOUR, AT + 9 * HOUR).incidents) == 2


CALM: dict[str, Callable[[], SyntheticCounts]] = {
    "growth of 10 % a week": lambda: SyntheticCounts({"a": 60}, 42, shape=lambda h: 1.1 ** (h / 168)),
    "a quiet holiday": lambda: SyntheticCounts({"a": 60}, 42, shape=lambda h: np.where(h // 24 == 29, 0.3, 1.0)),
    "the clocks change": lambda: SyntheticCounts({"a": 60}, 91, rhythm=0.9, zone=BERLIN),
}


@pytest.mark.parametrize("name", CALM)
def test_normal_changes_are_no_incident(name: str) -> None:
    days = CALM[name]()
    since = MONDAY + (days.days - 14) * DAY
    assert multiples(run_checks(days, since, since + 14 * DAY, 10 * MINUTE)) == []


def test_a_slow_rise_is_detected_and_ends() -> None:
    begins = 28 * 24 + 6
    days = SyntheticCounts(
        {"a": 60}, shape=lambda h: np.where(h < begins + 14, 2 ** np.clip((h - begins) / 6, 0, 2), 1.0)
    )
    (burn,) = run_checks(days, START, START + 36 * HOUR).incidents
    assert START + 8 * HOUR < burn.seen_at < START + 15 * HOUR
    assert burn.until is not None
    assert burn.until < START + 23 * HOUR


@pytest.mark.parametrize(("more", "expected"), [(60, 0), (1_500, 1)])
def test_a_spike_in_one_of_ten_sources_counts_if_the_total_spikes(more: float, expected: int) -> None:
    days = SyntheticCounts({f"source {n}": 20 for n in range(10)})
    days.add("source 3", AT, 2 * HOUR, more)
    assert len(run_checks(days, AT - HOUR, AT + 5 * HOUR).incidents) == expected


def test_sources_with_far_more_than_their_usual_share_are_named() -> None:
    days = SyntheticCounts({"Reddit": 60, "X": 30, "Forum": 4, "Blog": 0})
    days.add("Forum", AT, HOUR, 200)
    days.add("Blog", AT, HOUR, 100)
    days.add("X", AT, HOUR, 60)
    seen = run_checks(days, AT - HOUR, AT + 2 * HOUR).incidents
    assert [one.sources for one in seen] == [("Forum", "Blog")]


@pytest.mark.parametrize(
    ("now", "usual", "expected"),
    [
        ({"a": 600, "b": 300}, {"a": 60_000, "b": 30_000}, ()),  # the same shares
        ({"a": 80, "b": 20}, {"a": 400, "b": 600}, ("a",)),  # 40 points above its share
        ({"a": 100, "b": 4}, {"a": 1_000, "b": 0}, ()),  # too few mentions
        ({"a": 40, "b": 5}, {"a": 100, "b": 1}, ("b",)),
        ({"a": 50}, {"a": 100}, ()),  # only one source
        ({"a": 0, "b": 50}, {"a": 4, "b": 0}, ()),  # too little history
        ({"d": 9, "c": 20, "b": 20, "a": 30}, {"a": 1, "b": 1, "c": 1, "d": 1, "e": 900}, ("a", "b", "c")),
        ({}, {}, ()),
    ],
)
def test_driving_sources(now: dict[str, float], usual: dict[str, float], expected: tuple[str, ...]) -> None:
    assert driving_sources(now, usual) == expected


@pytest.mark.parametrize(
    ("n", "usual", "multiple", "has_low_baseline"),
    [(252, 42.0, 6.0, False), (105, 0.0, 105.0, True), (14, 0.1, 14.0, True), (14, 1.0, 14.0, False)],
)
def test_a_baseline_below_one_has_no_multiple(n: int, usual: float, multiple: float, has_low_baseline: bool) -> None:
    one = Incident("Acme", AT, AT, AT, n, usual, HOUR, 0.0)
    assert (one.multiple, one.has_low_baseline) == (multiple, has_low_baseline)


def test_an_incident_of_a_quiet_brand_has_counts_instead_of_multiples() -> None:
    days = SyntheticCounts({"a": 2 / 24, "b": 1 / 24})
    days.add("a", AT, HOUR, 40)
    seen = run_checks(days, AT - HOUR, AT + 3 * HOUR)
    assert len(seen.incidents) == 1
    assert all(one.has_low_baseline and one.multiple == one.n for one in seen.log)
    assert seen.incidents[0].peak <= 60, "at most the mentions of one hour"


def test_a_competitors_crisis_is_not_ours() -> None:
    ours, theirs = SyntheticCounts({"a": 60}, seed=2), SyntheticCounts({"a": 60}, seed=3)
    theirs.add("a", AT, 2 * HOUR, 900, negative=0.95)
    ours.add("a", AT, 2 * HOUR, 15)
    verdicts = [len(run_checks(brand, AT - HOUR, AT + 5 * HOUR).incidents) for brand in (ours, theirs)]
    assert verdicts == [0, 1]


def test_praise_is_an_incident_but_not_a_negative_one() -> None:
    days = SyntheticCounts({"a": 60})
    days.add("a", AT, 2 * HOUR, 600, negative=0.0)
    assert [one.negative for one in run_checks(days, AT - HOUR, AT + 5 * HOUR).incidents] == [False]


def test_more_negative_mentions_are_an_incident_even_at_normal_volume() -> None:
    days = SyntheticCounts({"a": 200}, negative_share=0.05)
    days.add("a", AT, 2 * HOUR, 100, negative=1.0)
    (one,) = run_checks(days, AT - HOUR, AT + 5 * HOUR).incidents
    assert one.negative
    assert one.peak > 4
    assert one.until is not None


@pytest.mark.parametrize("gone", [2 * HOUR, 7 * DAY])
def test_a_source_that_comes_back_and_catches_up_is_no_spike(gone: timedelta) -> None:
    days, since = SyntheticCounts({"a": 40, "b": 20}, 40), AT - gone
    for name, hourly in days.hourly.items():
        days.silence(name, since, AT)
        days.add(name, AT, 10 * MINUTE, hourly * 12)  # two hours of posts, dated now
    days.add("a", AT + 4 * HOUR, HOUR, 600)
    unread = {name: [(since, AT)] for name in days.n}
    (real,) = run_checks(days, AT - HOUR, AT + 9 * HOUR, unread=unread).incidents
    assert AT + 4 * HOUR - STEP <= real.since < real.seen_at <= AT + 4 * HOUR + 10 * MINUTE


@pytest.mark.parametrize("known", [True, False])
def test_a_gap_of_a_week_causes_no_alarm_and_hides_none(known: bool) -> None:
    days, gap = SyntheticCounts({"a": 40, "b": 20}, 40), (MONDAY + 20 * DAY, MONDAY + 27 * DAY)
    for name in days.hourly:
        days.silence(name, *gap)
    days.add("a", AT + 2 * DAY, HOUR, 600)
    unread = {name: [gap] if known else () for name in days.n}
    (real,) = run_checks(days, START, AT + 2 * DAY + 5 * HOUR, 10 * MINUTE, unread=unread).incidents
    assert abs(real.since - (AT + 2 * DAY)) <= 10 * MINUTE


def test_late_posts_with_their_own_dates_are_no_spike() -> None:
    days = SyntheticCounts({"a": 40, "b": 20})
    assert multiples(run_checks(days, AT, AT + 4 * HOUR, unread={"a": [(AT - 3 * HOUR, AT)], "b": ()})) == []


def test_an_unread_source_does_not_end_an_incident() -> None:
    days, dark = SyntheticCounts({"a": 40, "b": 20}), (AT + HOUR, AT + HOUR + 40 * MINUTE)
    days.add("a", AT, 4 * HOUR, 600)
    days.silence("a", *dark)
    (one,) = run_checks(days, AT - HOUR, AT + 4 * HOUR, unread={"a": [dark], "b": ()}).incidents
    assert one.until is None


def test_an_incident_that_can_no_longer_be_observed_ends_at_its_last_check() -> None:
    days, dark = SyntheticCounts({"a": 40, "b": 20}), (AT + HOUR, AT + 9 * HOUR)
    days.add("a", AT, 4 * HOUR, 600)
    days.silence("a", *dark)
    (one,) = run_checks(days, AT - HOUR, AT + 5 * HOUR, unread={"a": [dark], "b": ()}).incidents
    assert one.until is not None
    assert abs(one.until - dark[0]) <= 15 * MINUTE


@pytest.mark.parametrize("known", [True, False])
def test_a_new_source_is_no_incident(known: bool) -> None:
    days = SyntheticCounts({"a": 5, "new": 80})
    days.silence("new", MONDAY, AT)
    unread = {"a": (), **({"new": [(MONDAY, AT)]} if known else {})}
    assert multiples(run_checks(days, AT - HOUR, AT + 3 * DAY, 10 * MINUTE, unread)) == []


def test_thresholds_double_while_the_baseline_is_learned() -> None:
    at, verdicts = MONDAY + 2 * DAY + 10 * HOUR, []
    for times in (2.5, 5, 25):
        days = SyntheticCounts({"a": 60}, 4, rhythm=0.2)
        days.add("a", at, 15 * MINUTE, 60 * (times - 1))
        verdicts.append(len(run_checks(days, MONDAY, at + 3 * HOUR).incidents))
    assert verdicts == [0, 0, 1]


def test_there_are_no_incidents_on_the_first_day() -> None:
    days = SyntheticCounts({"a": 60}, 2)
    days.add("a", MONDAY + 10 * HOUR, HOUR, 900)
    assert multiples(run_checks(days, MONDAY, MONDAY + 14 * HOUR)) == []


def test_the_default_scores_well_on_labelled_series(shared_data: Path) -> None:
    """Only the busiest rows, to save time; ``bench/incidents.py`` checks all rows and scores nearly the same."""
    every = bench.load_folder(shared_data / "volume")
    detections = [bench.detections(one, checked_rows=bench.busiest_rows(one)) for one in every]
    verdicts = [bench.judge(one.times, one.spans, rows) for one, rows in zip(every, detections, strict=True)]
    assert bench.combined(verdicts).score >= 80


def test_the_score_follows_the_numenta_benchmark() -> None:
    times = [datetime(2015, 1, 1, tzinfo=UTC) + row * STEP for row in range(1_000)]
    spans = [(times[300], times[400]), (times[600], times[700])]
    assert bench.judge(times, spans, []).score == 0
    assert bench.judge(times, spans, [300, 350, 600]).score == pytest.approx(100, abs=0.01)
    assert bench.judge(times, spans, [149, 300, 600]).score == pytest.approx(100, abs=0.01), (
        "detections in the first 15 % are not scored"
    )
    early = bench.judge(times, spans, [200])
    assert (early.total, early.false_alarms) == (pytest.approx(-2.11), 1)
    assert bench.judge(times, spans, [450]).total == pytest.approx(-2 + 0.11 * -0.8483, abs=0.001)


def test_airlines_during_a_week_with_a_storm(shared_data: Path) -> None:
    """Eight days of February 2015: snow in Dallas on the 22nd and 23rd kept American's customers on hold."""
    counts: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    with (shared_data / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.strptime(row["tweet_created"], "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
            counts[row["airline"]].append((at, row["airline_sentiment"] == "negative"))
    found = {name: _replayed(name, posts) for name, posts in counts.items()}
    assert max(len(incidents) for incidents in found.values()) <= 5
    assert len(found["Virgin America"]) <= 1, "it has 60 mentions a day"
    (american,) = found["American"]
    assert american.since.date() == datetime(2015, 2, 22).date()
    assert american.peak > 10
    for incidents in found.values():
        assert all(one.since.day >= 18 for one in incidents), "none on the first day"


def _replayed(name: str, posts: list[tuple[datetime, bool]]) -> list[Incident]:
    first = min(at for at, _ in posts).replace(minute=0, second=0)
    bins = (max(at for at, _ in posts) - first) // STEP + 1
    n, negative = array("q", bytes(8 * bins)), array("q", bytes(8 * bins))
    for at, is_negative in posts:
        n[(at - first) // STEP] += 1
        negative[(at - first) // STEP] += is_negative
    detector, before, found = Detector(), None, dict[datetime, Incident]()
    for row in range(RECENT_BINS, bins):
        history, recent = (
            VolumeSeries(name, first + low * STEP, STEP, {"x": n[low : row + 1]}, {"x": negative[low : row + 1]})
            for low in (0, row + 1 - RECENT_BINS)
        )
        if (seen := detector.check(history, recent, {"x": ()}, before, first + (row + 1) * STEP)) is not None:
            before = found[seen.seen_at] = seen
    return list(found.values())


_counts = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.lists(st.integers(0, 10**18) | st.just(0), max_size=60), max_size=4
)
_times = st.integers(-10_000, 10_000).map(lambda minutes: AT + minutes * MINUTE)
_before = st.none() | st.builds(
    Incident, st.just("Acme"), _times, _times, _times, st.integers(0, 9), st.just(0.0), st.just(HOUR), st.just(0.0),
    negative=st.booleans(), until=st.none() | _times,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 200), _counts, _counts, _counts, _counts, _before,
    st.dictionaries(st.sampled_from(["a", "b", "x"]), st.lists(st.tuples(_times, _times), max_size=4)),
)  # fmt: skip
def test_the_detector_never_raises(
    repeat: int,
    past: dict[str, list[int]],
    negative: dict[str, list[int]],
    now: dict[str, list[int]],
    negative_now: dict[str, list[int]],
    before: Incident | None,
    unread: dict[str, list[tuple[datetime, datetime]]],
) -> None:
    past = {name: counts * repeat for name, counts in past.items()}
    history = VolumeSeries("Acme", AT - 10 * DAY, STEP, past, negative)
    found = Detector(BERLIN).check(
        history, VolumeSeries("Acme", AT - 3 * HOUR, STEP, now, negative_now), unread, before, AT
    )
    assert found is None or (found.brand == "Acme" and found.n >= 0 and found.baseline >= 0)
