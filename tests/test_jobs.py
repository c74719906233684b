"""The job loop, which only ends with the program, and incidents across restarts and errors."""

from __future__ import annotations

import logging
import shutil
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, JobRunner
from monitor.analysis.jobs.count_history import HISTORY_SPAN, CountHistory
from monitor.analysis.staleness import TimeSpan, unread_spans
from monitor.errors import StoreError
from monitor.model import Gap, Health, Incident, JudgedPost, SourceStatus, VolumeSeries
from monitor.store import open_store
from tests.fake_store import BRANDS, finding
from tests.fake_time import SteppedClock
from tests.fakes import NOON, FakeClock, post

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = 5 * MINUTE


class CountingJob:
    """A job that records its runs and raises ``raises``."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.runs: list[datetime] = []
        self.raises: BaseException | None = None

    def run(self, now: datetime) -> None:
        self.runs.append(now)
        if self.raises:
            raise self.raises


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "wallflower.jobs")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "wallflower.jobs"]


def test_every_job_runs_every_15_seconds_until_the_program_stops() -> None:
    clock, job = SteppedClock(), CountingJob()
    runner = JobRunner([job], clock)
    assert not runner.alive()
    runner.start()
    clock.settle(1)
    assert runner.alive()
    clock.advance(14)
    clock.settle(1)
    clock.advance(1)
    clock.settle(1)
    assert job.runs == [NOON, NOON + 15 * SECOND]
    runner.stop()
    assert not runner.alive()


def test_a_replay_runs_jobs_in_its_own_time() -> None:
    class Fast(SteppedClock):
        speed = 10.0

    clock, job = Fast(), CountingJob()
    runner = JobRunner([job], clock)
    runner.start()
    clock.settle(1)
    clock.advance(3)
    clock.settle(1)
    assert len(job.runs) == 2
    runner.stop()


@pytest.mark.parametrize("error", [StoreError("locked"), ValueError("odd"), SystemExit(1)])
def test_a_job_that_raises_stops_neither_the_others_nor_the_loop(error: BaseException) -> None:
    bad, good = CountingJob("bad"), CountingJob("good")
    bad.raises = error
    runner = JobRunner([bad, good], FakeClock())
    runner.run_all()
    runner.run_all()
    assert (len(bad.runs), len(good.runs)) == (2, 2)


def test_a_repeated_error_is_logged_once_and_so_is_its_end(logged: Callable[[], list[str]]) -> None:
    job = CountingJob()
    runner = JobRunner([job], FakeClock())
    for error in (StoreError("It is locked."), StoreError("It is locked."), ValueError("odd"), None, None):
        job.raises = error
        runner.run_all()
    assert logged() == [
        "The job counting failed: It is locked.",
        "The job counting failed: a bug in Wallflower: ValueError('odd')",
        "The job counting works again, after 0 s (3 failures)",
    ]


def test_a_job_interrupted_by_the_stop_logs_no_error(logged: Callable[[], list[str]]) -> None:
    class Stopping(CountingJob):
        def run(self, now: datetime) -> None:
            super().run(now)
            clock.stop()
            raise StoreError("It was closed.")

    clock, first, second = FakeClock(), Stopping(), CountingJob("second")
    JobRunner([first, second], clock).run_all()
    assert (logged(), second.runs) == ([], [])


def test_a_hanging_job_is_not_alive(logged: Callable[[], list[str]]) -> None:
    go_on, clock = threading.Event(), FakeClock()

    class Hanging(CountingJob):
        def run(self, now: datetime) -> None:
            hung.set()
            go_on.wait(20)

    hung = threading.Event()
    runner = JobRunner([Hanging()], clock)
    runner.start()
    assert hung.wait(20)
    assert runner.alive()
    clock.advance(301)
    assert not runner.alive()
    runner.stop(0.0)
    assert logged() == ["A job is still running; stopping without it"]
    go_on.set()


# Unread spans

WELL = SourceStatus("Forum", "feed", Health.WORKING, last_success=NOON, interval=600)


@pytest.mark.parametrize(
    ("status", "gaps", "begun", "expected"),
    [
        (WELL, [], -9 * DAY, []),
        (WELL, [], -DAY, [(-2 * DAY, -DAY)]),
        (WELL, [], None, [(-2 * DAY, DAY * 0)]),
        (replace(WELL, sample=True), [], None, []),
        (WELL, [(-9 * DAY, -DAY), (-3 * HOUR, -HOUR)], -9 * DAY, [(-2 * DAY, -DAY), (-3 * HOUR, -HOUR)]),
        (WELL, [(-HOUR, None)], -9 * DAY, [(-HOUR, DAY * 0)]),
        (replace(WELL, last_success=NOON - 29 * MINUTE), [], -9 * DAY, []),
        (replace(WELL, last_success=NOON - 31 * MINUTE), [], -9 * DAY, [(-31 * MINUTE, DAY * 0)]),
        (replace(WELL, last_success=NOON - HOUR), [(-HOUR, None)], -9 * DAY, [(-HOUR, DAY * 0)]),
    ],
)
def test_unread_spans_are_those_before_the_first_poll_gaps_and_staleness(
    status: SourceStatus,
    gaps: list[tuple[timedelta, timedelta | None]],
    begun: timedelta | None,
    expected: list[tuple[timedelta, timedelta]],
) -> None:
    stored = [Gap("Forum", NOON + a, None if b is None else NOON + b, "") for a, b in gaps]
    found = unread_spans([status], stored, {} if begun is None else {"Forum": NOON + begun}, NOON - 2 * DAY, NOON)
    assert found == {"Forum": tuple((NOON + a, NOON + b) for a, b in expected)}


def test_a_source_was_not_unread_while_its_own_imported_posts_were_published() -> None:
    imported = {"Forum": (NOON - 9 * DAY, NOON - HOUR), "history.csv": (NOON - 9 * DAY, NOON)}
    found = unread_spans([WELL], [], {"Forum": NOON - MINUTE}, NOON - 20 * DAY, NOON, imported)
    assert found == {"Forum": ((NOON - 20 * DAY, NOON - 9 * DAY), (NOON - HOUR, NOON - MINUTE))}


# The job

CALM, SPIKE = 4, 60
"""Mentions in 10 minutes without a spike, and in 5 minutes of one."""


class FakeDetector:
    """Answers with ``result``, and records its arguments."""

    def __init__(self) -> None:
        self.result: Callable[[str, Incident | None, datetime], Incident | None] = lambda _brand, _before, _now: None
        self.calls: list[tuple[VolumeSeries, VolumeSeries, dict[str, Sequence[TimeSpan]], Incident | None]] = []

    def check(
        self, history: VolumeSeries, recent: VolumeSeries, unread: Any, before: Any, now: datetime
    ) -> Incident | None:
        self.calls.append((history, recent, dict(unread), before))
        return self.result(history.brand, before, now)


class Setup:
    """A store with one source, a clock, and a job that ``restart`` creates again."""

    def __init__(self, path: Path) -> None:
        self.clock, self.store, self.detector = FakeClock(NOON), open_store(f"sqlite:///{path}"), FakeDetector()
        self.store.register_brands(BRANDS, NOON)
        self.number = 0
        self.record_success(NOON - 12 * DAY)
        self.restart()

    def restart(self, detector: Any = None) -> None:
        self.job = IncidentsJob(self.store, ["Acme"], ["Forum"], detector or self.detector)

    def record_success(self, at: datetime) -> None:
        """Record that the source was read."""
        self.store.save_status(replace(WELL, last_success=at), at)

    def run_job(self, after: timedelta = timedelta()) -> None:
        self.clock.advance(after.total_seconds())
        self.job.run(self.clock.now())

    def save_mentions(self, n: int, at: datetime, brand: str = "Acme", score: float = 0.5) -> None:
        """Save ``n`` mentions published at ``at``."""
        judged = []
        for _ in range(n):
            self.number += 1
            one = post(f"{brand} {self.number}", external_id=str(self.number), published_at=at)
            judged.append(JudgedPost(one, (finding(brand, one, score),), b""))
        self.store.save("Forum", judged, now=max(at, self.clock.now()))

    def save_steady_mentions(self, start: datetime, end: datetime, n: int = CALM) -> None:
        """Save about ``n`` mentions in each 10 minutes."""
        judged = []
        for step in range((end - start) // (2 * STEP)):
            for _ in range(n + step % 3 - 1):
                self.number += 1
                one = post(f"Acme {self.number}", external_id=str(self.number), published_at=start + 2 * step * STEP)
                judged.append(JudgedPost(one, (finding("Acme", one, 0.5),), b""))
        self.store.save("Forum", judged, now=end)

    def incidents(self) -> list[Incident]:
        return self.store.incidents(NOON - 99 * DAY, NOON + 99 * DAY)


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    made = Setup(tmp_path / "wallflower.db")
    yield made
    made.store.close()


def begins(brand: str, before: Incident | None, now: datetime) -> Incident:
    """A detector result: the incident continues and grows."""
    if before is None:
        return Incident(brand, now - STEP, now, now, 1, 0.5, STEP, 2.0)
    return replace(before, checked_at=now, n=before.n + 1)


def ends(_brand: str, before: Incident | None, now: datetime) -> Incident | None:
    return before and replace(before, until=before.until or now)


def test_a_check_receives_four_weeks_the_last_hours_and_the_unread_spans(setup: Setup) -> None:
    setup.save_mentions(2, NOON - DAY)
    setup.save_mentions(3, NOON - MINUTE, score=-0.9)
    setup.record_success(NOON)
    setup.store.open_gap("Forum", NOON - 5 * HOUR, "down", NOON)
    setup.store.close_gaps("Forum", NOON - 4 * HOUR, NOON)
    setup.run_job()
    ((history, recent, unread, before),) = setup.detector.calls
    assert (history.start, len(history.n["Forum"]), sum(history.n["Forum"])) == (NOON - HISTORY_SPAN, 28 * 288, 5)
    assert history.n["Forum"][27 * 288] == 2
    assert (recent.start, list(recent.n["Forum"])[-2:], recent.negative["Forum"][-1]) == (NOON - 5 * HOUR, [0, 3], 3)
    expected = ((NOON - HISTORY_SPAN, NOON - 12 * DAY), (NOON - 5 * HOUR, NOON - 4 * HOUR))
    assert (unread, before) == ({"Forum": expected}, None)


def test_the_beginning_progress_and_end_are_stored(setup: Setup) -> None:
    setup.detector.result = begins
    setup.run_job()
    (begun,) = setup.incidents()
    assert (begun.brand, begun.since, begun.until) == ("Acme", NOON - STEP, None)
    setup.run_job(30 * SECOND)
    assert setup.incidents() == [begun], "figures are stored at most once a minute"
    setup.run_job(30 * SECOND)
    (later,) = setup.incidents()
    assert (later.id, later.n, later.checked_at) == (begun.id, 3, NOON + MINUTE)
    setup.detector.result = ends
    setup.run_job(30 * SECOND)
    (over,) = setup.incidents()
    assert (over.id, over.until) == (begun.id, NOON + 90 * SECOND)
    setup.detector.result = lambda *_: None
    setup.run_job(HOUR)
    assert setup.incidents() == [over]
    assert setup.detector.calls[-1][3] == over


def test_a_topic_stored_by_another_job_is_kept(setup: Setup) -> None:
    setup.detector.result = begins
    setup.run_job()
    setup.store.save_incident(replace(setup.incidents()[0], topic="delays"))
    for _ in range(4):
        setup.run_job(30 * SECOND)
    (found,) = setup.incidents()
    assert (found.topic, found.n) == ("delays", 5)


def test_the_next_run_stores_what_failed_to_be_stored(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_incident: Incident) -> Incident:
        raise StoreError("The disk is full.")

    setup.detector.result = begins
    with monkeypatch.context() as patched:
        patched.setattr(setup.store, "save_incident", fails)
        with pytest.raises(StoreError):
            setup.run_job()
    assert setup.incidents() == []
    setup.run_job(30 * SECOND)
    (found,) = setup.incidents()
    assert (found.seen_at, found.n) == (NOON, 2), "it is the incident that was detected first"


def test_an_end_that_could_not_be_saved_is_saved_later(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_incident: Incident) -> Incident:
        raise StoreError("The disk is full.")

    setup.detector.result = begins
    setup.run_job()
    setup.detector.result = ends
    with monkeypatch.context() as patched:
        patched.setattr(setup.store, "save_incident", fails)
        with pytest.raises(StoreError):
            setup.run_job(30 * SECOND)
    setup.run_job(30 * SECOND)
    (over,) = setup.incidents()
    assert over.until == NOON + 30 * SECOND


def test_a_restart_continues_the_stored_incident(setup: Setup) -> None:
    setup.detector.result = begins
    setup.run_job()
    setup.restart()
    setup.run_job(30 * SECOND)
    (found,) = setup.incidents()
    assert (found.since, found.seen_at, found.n) == (NOON - STEP, NOON, 2)


# With the real detector


@pytest.fixture(scope="module")
def twelve_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with twelve days of about 24 mentions an hour, up to NOON."""
    setup = Setup(tmp_path_factory.mktemp("steady") / "wallflower.db")
    setup.save_steady_mentions(NOON - 12 * DAY, NOON)
    setup.store.close()
    return setup.store.path


@pytest.fixture
def settled(twelve_days: Path, tmp_path: Path) -> Iterator[Setup]:
    """The twelve days, with the real detector."""
    made = Setup(Path(shutil.copy(twelve_days, tmp_path / "settled.db")))
    made.number = 1_000_000
    made.restart(Detector())
    yield made
    made.store.close()


@pytest.fixture
def spiking(settled: Setup) -> Setup:
    """A spike of an hour from NOON, and its incident half an hour later."""
    setup = settled
    for minute in range(0, 60, 5):
        setup.save_mentions(SPIKE, NOON + minute * MINUTE)
    for _ in range(30):
        setup.clock.advance(60)
        setup.record_success(setup.clock.now())
        setup.run_job()
    (running,) = setup.incidents()
    assert running.until is None
    return setup


def test_a_spike_becomes_an_incident_within_minutes_and_ends_by_itself(spiking: Setup) -> None:
    (running,) = spiking.incidents()
    assert NOON - 4 * STEP <= running.since <= NOON + STEP
    assert running.seen_at <= NOON + STEP
    spiking.save_steady_mentions(NOON + HOUR, NOON + 4 * HOUR)
    for _ in range(120):
        spiking.clock.advance(60)
        spiking.record_success(spiking.clock.now())
        spiking.run_job()
    (over,) = spiking.incidents()
    assert over.until
    assert NOON + HOUR + 20 * MINUTE <= over.until <= NOON + 2 * HOUR


def test_an_incident_that_began_before_the_program_has_the_peak_that_was(settled: Setup) -> None:
    for minute in range(0, 60, 5):
        settled.save_mentions(4 * SPIKE if minute < 20 else SPIKE // 2, NOON + minute * MINUTE)
    settled.clock.advance(3600)
    settled.record_success(settled.clock.now())
    settled.run_job()
    (running,) = settled.incidents()
    assert running.since <= NOON + STEP
    assert running.peak > 2 * running.multiple


def test_an_incident_begins_in_the_minute_in_which_the_counts_left_the_usual(settled: Setup) -> None:
    settled.save_mentions(1, NOON + MINUTE)
    for minute in (3, 4, 5, 6):
        settled.save_mentions(9, NOON + minute * MINUTE + 20 * SECOND)
    settled.clock.advance(7 * 60)
    settled.record_success(settled.clock.now())
    settled.run_job()
    (running,) = settled.incidents()
    assert running.since == NOON + 3 * MINUTE


def test_sample_data_of_twelve_days_has_the_baseline_of_these_days(settled: Setup) -> None:
    settled.save_mentions(60, NOON + MINUTE)
    settled.clock.advance(2 * 60)
    settled.store.save_status(replace(WELL, last_success=settled.clock.now(), sample=True), settled.clock.now())
    settled.run_job()
    (running,) = settled.incidents()
    assert running.baseline >= 1, "the days before the data do not count as empty"


def test_an_incident_that_ended_while_the_program_was_stopped_ends_when_the_counts_show(spiking: Setup) -> None:
    spiking.save_steady_mentions(NOON + HOUR, NOON + 9 * HOUR)
    spiking.restart(Detector())
    spiking.clock.advance(8 * 3600)
    spiking.record_success(spiking.clock.now())  # everything missed is stored: there is no gap
    spiking.run_job()
    (over,) = spiking.incidents()
    assert over.until
    assert NOON + HOUR + 20 * MINUTE <= over.until <= NOON + 2 * HOUR


def test_an_incident_that_continues_after_a_stop_is_the_same_one(spiking: Setup) -> None:
    before = spiking.incidents()[0]
    for minute in range(60, 400, 5):
        spiking.save_mentions(SPIKE, NOON + minute * MINUTE)
    spiking.restart(Detector())
    spiking.clock.advance(5 * 3600)
    spiking.record_success(spiking.clock.now())
    spiking.run_job()
    (found,) = spiking.incidents()
    assert (found.id, found.since, found.until) == (before.id, before.since, None)
    assert found.checked_at == spiking.clock.now()


def test_after_a_stop_the_job_waits_for_sources_before_it_replays(spiking: Setup) -> None:
    spiking.restart(Detector())
    spiking.clock.advance(8 * 3600)
    spiking.run_job()
    assert spiking.incidents()[0].until is None, "no source was read since the stop"
    spiking.save_steady_mentions(NOON + HOUR, NOON + 8 * HOUR)
    spiking.record_success(spiking.clock.now())
    spiking.run_job(30 * SECOND)
    over = spiking.incidents()[0].until
    assert over
    assert NOON + HOUR + 20 * MINUTE <= over <= NOON + 2 * HOUR


def test_without_any_source_after_a_stop_an_incident_ends_at_its_last_check(spiking: Setup) -> None:
    last_seen = spiking.incidents()[0].checked_at
    spiking.restart(Detector())
    spiking.clock.advance(8 * 3600)
    spiking.run_job()
    spiking.run_job(4 * MINUTE)
    assert spiking.incidents()[0].until == last_seen


def test_a_source_that_catches_up_is_no_spike(settled: Setup) -> None:
    setup = settled
    setup.store.open_gap("Forum", NOON, "down", NOON)
    for _ in range(12):
        setup.run_job(10 * MINUTE)
    assert setup.incidents() == [], "an unread source is no decrease either"
    now = setup.clock.now()
    setup.save_mentions(30 * CALM, now)  # all at once, like undated posts
    setup.store.close_gaps("Forum", now, now)
    for _ in range(20):
        setup.record_success(setup.clock.now())
        setup.run_job(MINUTE)
    assert setup.incidents() == []


def test_history_that_arrives_late_is_no_spike(setup: Setup) -> None:
    setup.restart(Detector())
    setup.record_success(NOON)
    setup.run_job()
    setup.clock.advance(60)
    setup.save_steady_mentions(NOON - 12 * DAY, NOON)
    for _ in range(5):
        setup.record_success(setup.clock.now())
        setup.run_job(MINUTE)
    assert setup.incidents() == []


# Count history


@pytest.mark.parametrize("minutes", [0, 1, 4, 7, 61, 700])
def test_cached_history_equals_stored_history(setup: Setup, minutes: int) -> None:
    setup.save_steady_mentions(NOON - 2 * DAY, NOON)
    history = CountHistory(setup.store, "Acme")
    history.until(NOON)
    now = NOON + minutes * MINUTE
    for back in (HOUR, 2 * MINUTE):
        setup.save_mentions(5, max(now - back, NOON - HOUR))
    kept, read = history.until(now), setup.store.volume_series("Acme", now - HISTORY_SPAN, now)
    shift = (read.start - kept.start) // STEP
    for mine, theirs in ((kept.n, read.n), (kept.negative, read.negative)):
        assert {source: list(of[shift:]) for source, of in mine.items()} == {s: list(of) for s, of in theirs.items()}


def test_late_posts_enter_the_history_within_an_hour_or_when_gaps_change(setup: Setup) -> None:
    setup.save_steady_mentions(NOON - DAY, NOON)
    history = CountHistory(setup.store, "Acme")
    before = sum(history.until(NOON, "gaps").n["Forum"])
    setup.save_mentions(7, NOON - 9 * HOUR)
    assert sum(history.until(NOON, "gaps").n["Forum"]) == before
    assert sum(history.until(NOON, "other gaps").n["Forum"]) == before + 7
    setup.save_mentions(1, NOON - 9 * HOUR)
    assert sum(history.until(NOON + 59 * MINUTE, "other gaps").n["Forum"]) == before + 7
    assert sum(history.until(NOON + HOUR, "other gaps").n["Forum"]) == before + 8


def test_a_count_takes_four_bytes(setup: Setup) -> None:
    setup.save_steady_mentions(NOON - DAY, NOON)
    history = CountHistory(setup.store, "Acme")
    for now in (NOON, NOON + HOUR / 2):
        kept = history.until(now)
        assert {of.itemsize for of in (*kept.n.values(), *kept.negative.values()) if isinstance(of, array)} == {4}


def test_a_clock_that_goes_back_reloads_the_history(setup: Setup) -> None:
    setup.save_steady_mentions(NOON - DAY, NOON)
    history = CountHistory(setup.store, "Acme")
    history.until(NOON)
    earlier = history.until(NOON - DAY / 2)
    assert (earlier.start, sum(earlier.n["Forum"]) > 0) == (NOON - DAY / 2 - HISTORY_SPAN, True)
    assert len(earlier.n["Forum"]) == 28 * 288


def test_an_empty_history_accepts_new_mentions(setup: Setup) -> None:
    history = CountHistory(setup.store, "Acme")
    assert history.until(NOON).n == {}
    setup.save_mentions(2, NOON + MINUTE)
    assert list(history.until(NOON + 2 * STEP).n["Forum"]) == [0] * 28 * 288 + [2, 0]
