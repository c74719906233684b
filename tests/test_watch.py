"""The watch: a loop that nothing ends but the program, and the incidents of every brand, across stops and trouble."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import Incidents, Memory, Watch, share_arenas
from monitor.analysis.jobs.history import SPAN, History
from monitor.analysis.staleness import Span, unread_spans
from monitor.errors import StoreError
from monitor.model import Gap, Health, Incident, Judged, Pulses, SourceStatus
from monitor.store import open_store
from tests.fake_store import BRANDS, finding
from tests.fake_time import SteppedClock
from tests.fakes import NOON, FakeClock, post

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = 5 * MINUTE


class Counting:
    """A duty that notes its turns, and raises what it is told to."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.turns: list[datetime] = []
        self.raises: BaseException | None = None

    def turn(self, now: datetime) -> None:
        self.turns.append(now)
        if self.raises:
            raise self.raises


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "wallflower.watch")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "wallflower.watch"]


def test_every_duty_has_its_turn_every_quarter_of_a_minute_until_the_stop() -> None:
    clock, duty = SteppedClock(), Counting()
    watch = Watch([duty], clock)
    assert not watch.alive()
    watch.start()
    clock.settle(1)
    assert watch.alive()
    clock.advance(14)
    clock.settle(1)
    clock.advance(1)
    clock.settle(1)
    assert duty.turns == [NOON, NOON + 15 * SECOND]
    watch.stop()
    assert not watch.alive()


def test_a_replay_has_its_turns_by_its_own_time() -> None:
    class Fast(SteppedClock):
        pace = 10.0

    clock, duty = Fast(), Counting()
    watch = Watch([duty], clock)
    watch.start()
    clock.settle(1)
    clock.advance(3)
    clock.settle(1)
    assert len(duty.turns) == 2
    watch.stop()


@pytest.mark.parametrize("trouble", [StoreError("locked"), ValueError("odd"), SystemExit(1)])
def test_a_duty_that_raises_stops_neither_the_others_nor_the_loop(trouble: BaseException) -> None:
    bad, good = Counting("bad"), Counting("good")
    bad.raises = trouble
    watch = Watch([bad, good], FakeClock())
    watch.turn()
    watch.turn()
    assert (len(bad.turns), len(good.turns)) == (2, 2)


def test_the_same_trouble_is_told_once_and_its_end_too(said: Callable[[], list[str]]) -> None:
    duty = Counting()
    watch = Watch([duty], FakeClock())
    for trouble in (StoreError("It is locked."), StoreError("It is locked."), ValueError("odd"), None, None):
        duty.raises = trouble
        watch.turn()
    assert said() == [
        "counting: cannot go on: It is locked.",
        "counting: failed because of a bug: ValueError: odd",
        "counting: it goes on",
    ]


def test_what_a_stop_breaks_off_is_no_trouble(said: Callable[[], list[str]]) -> None:
    class Stopping(Counting):
        def turn(self, now: datetime) -> None:
            super().turn(now)
            clock.stop()
            raise StoreError("It was closed.")

    clock, first, second = FakeClock(), Stopping(), Counting("second")
    Watch([first, second], clock).turn()
    assert (said(), second.turns) == ([], [])


def test_a_turn_that_hangs_is_no_life(said: Callable[[], list[str]]) -> None:
    go_on, clock = threading.Event(), FakeClock()

    class Hanging(Counting):
        def turn(self, now: datetime) -> None:
            hung.set()
            go_on.wait(20)

    hung = threading.Event()
    watch = Watch([Hanging()], clock)
    watch.start()
    assert hung.wait(20)
    assert watch.alive()
    clock.advance(301)
    assert not watch.alive()
    watch.stop(0.0)
    assert said() == ["still watching; left behind"]
    go_on.set()


# What was not read

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
def test_unread_is_what_lies_before_the_first_reading_in_gaps_and_in_blindness(
    status: SourceStatus,
    gaps: list[tuple[timedelta, timedelta | None]],
    begun: timedelta | None,
    expected: list[tuple[timedelta, timedelta]],
) -> None:
    stored = [Gap("Forum", NOON + a, None if b is None else NOON + b, "") for a, b in gaps]
    found = unread_spans([status], stored, {} if begun is None else {"Forum": NOON + begun}, NOON - 2 * DAY, NOON)
    assert found == {"Forum": tuple((NOON + a, NOON + b) for a, b in expected)}


# The duty

CALM, LOUD = 4, 60
"""Mentions in 10 and in 5 minutes."""


class Checks:
    """Stands for the detector: says what it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: Callable[[str, Incident | None, datetime], Incident | None] = lambda _brand, _before, _now: None
        self.asked: list[tuple[Pulses, Pulses, dict[str, Sequence[Span]], Incident | None]] = []

    def check(self, history: Pulses, recent: Pulses, unread: Any, before: Any, now: datetime) -> Incident | None:
        self.asked.append((history, recent, dict(unread), before))
        return self.says(history.brand, before, now)


class House:
    """A store with one source, a clock, and a duty that may be made anew as by a restart."""

    def __init__(self, path: Path) -> None:
        self.clock, self.store, self.checks = FakeClock(NOON), open_store(f"sqlite:///{path}"), Checks()
        self.store.register_brands(BRANDS, NOON)
        self.made, self.number = 0, 0
        self.read(NOON - 12 * DAY)
        self.restart()

    def restart(self, detector: Any = None) -> None:
        self.duty = Incidents(self.store, ["Acme"], ["Forum"], detector or self.checks)

    def read(self, at: datetime) -> None:
        """The source was read without trouble."""
        self.store.save_status(replace(WELL, last_success=at), at)

    def turn(self, after: timedelta = timedelta()) -> None:
        self.clock.advance(after.total_seconds())
        self.duty.turn(self.clock.now())

    def mentions(self, n: int, at: datetime, brand: str = "Acme", score: float = 0.5) -> None:
        """So many mentions at about that time."""
        judged = []
        for _ in range(n):
            self.number += 1
            one = post(f"{brand} {self.number}", external_id=str(self.number), published_at=at)
            judged.append(Judged(one, (finding(brand, one, score),), b""))
        self.store.save("Forum", judged, now=max(at, self.clock.now()))

    def days(self, start: datetime, end: datetime, n: int = CALM) -> None:
        """``n`` mentions in each 10 minutes, a bit more or less."""
        judged = []
        for step in range((end - start) // (2 * STEP)):
            for _ in range(n + step % 3 - 1):
                self.number += 1
                one = post(f"Acme {self.number}", external_id=str(self.number), published_at=start + 2 * step * STEP)
                judged.append(Judged(one, (finding("Acme", one, 0.5),), b""))
        self.store.save("Forum", judged, now=end)

    def incidents(self) -> list[Incident]:
        return self.store.incidents(NOON - 99 * DAY, NOON + 99 * DAY)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "wallflower.db")
    yield made
    made.store.close()


def begins(brand: str, before: Incident | None, now: datetime) -> Incident:
    """A detector's word: it goes on, and gets larger."""
    if before is None:
        return Incident(brand, now - STEP, now, now, 1, 0.5, STEP, 2.0)
    return replace(before, checked_at=now, n=before.n + 1)


def ends(_brand: str, before: Incident | None, now: datetime) -> Incident | None:
    return before and replace(before, until=before.until or now)


def test_a_check_is_told_four_weeks_the_last_hours_and_what_was_not_read(house: House) -> None:
    house.mentions(2, NOON - DAY)
    house.mentions(3, NOON - MINUTE, score=-0.9)
    house.read(NOON)
    house.store.open_gap("Forum", NOON - 5 * HOUR, "down", NOON)
    house.store.close_gaps("Forum", NOON - 4 * HOUR, NOON)
    house.turn()
    ((history, recent, blind, before),) = house.checks.asked
    assert (history.start, len(history.n["Forum"]), sum(history.n["Forum"])) == (NOON - SPAN, 28 * 288, 5)
    assert history.n["Forum"][27 * 288] == 2
    assert (recent.start, list(recent.n["Forum"])[-2:], recent.negative["Forum"][-1]) == (NOON - 3 * HOUR, [0, 3], 3)
    unheard = ((NOON - SPAN, NOON - 12 * DAY), (NOON - 5 * HOUR, NOON - 4 * HOUR))
    assert (blind, before) == ({"Forum": unheard}, None)


def test_what_begins_goes_on_and_ends_is_stored(house: House) -> None:
    house.checks.says = begins
    house.turn()
    (begun,) = house.incidents()
    assert (begun.brand, begun.since, begun.until) == ("Acme", NOON - STEP, None)
    house.turn(30 * SECOND)
    assert house.incidents() == [begun], "figures are not written more often than once a minute"
    house.turn(30 * SECOND)
    (later,) = house.incidents()
    assert (later.id, later.n, later.checked_at) == (begun.id, 3, NOON + MINUTE)
    house.checks.says = ends
    house.turn(30 * SECOND)
    (over,) = house.incidents()
    assert (over.id, over.until) == (begun.id, NOON + 90 * SECOND)
    house.checks.says = lambda *_: None
    house.turn(HOUR)
    assert house.incidents() == [over]
    assert house.checks.asked[-1][3] == over


def test_a_topic_that_somebody_found_is_kept(house: House) -> None:
    house.checks.says = begins
    house.turn()
    house.store.save_incident(replace(house.incidents()[0], topic="delays"))
    for _ in range(4):
        house.turn(30 * SECOND)
    (found,) = house.incidents()
    assert (found.topic, found.n) == ("delays", 5)


def test_a_save_that_fails_is_made_good_by_the_next_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_incident: Incident) -> Incident:
        raise StoreError("The disk is full.")

    house.checks.says = begins
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "save_incident", fails)
        with pytest.raises(StoreError):
            house.turn()
    assert house.incidents() == []
    house.turn(30 * SECOND)
    (found,) = house.incidents()
    assert (found.seen_at, found.n) == (NOON, 2), "it is the one that was seen first"


def test_an_end_that_could_not_be_saved_is_saved_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_incident: Incident) -> Incident:
        raise StoreError("The disk is full.")

    house.checks.says = begins
    house.turn()
    house.checks.says = ends
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "save_incident", fails)
        with pytest.raises(StoreError):
            house.turn(30 * SECOND)
    house.turn(30 * SECOND)
    (over,) = house.incidents()
    assert over.until == NOON + 30 * SECOND


def test_a_restart_goes_on_with_the_incident_that_is_stored(house: House) -> None:
    house.checks.says = begins
    house.turn()
    house.restart()
    house.turn(30 * SECOND)
    (found,) = house.incidents()
    assert (found.since, found.seen_at, found.n) == (NOON - STEP, NOON, 2)


# With the real detector


@pytest.fixture(scope="module")
def twelve_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of twelve days of a usual 24 an hour, up to NOON."""
    house = House(tmp_path_factory.mktemp("usual") / "wallflower.db")
    house.days(NOON - 12 * DAY, NOON)
    house.store.close()
    return house.store.path


@pytest.fixture
def settled(twelve_days: Path, tmp_path: Path) -> Iterator[House]:
    """A house that has lived through them, with the real detector."""
    made = House(Path(shutil.copy(twelve_days, tmp_path / "settled.db")))
    made.number = 1_000_000
    made.restart(Detector())
    yield made
    made.store.close()


@pytest.fixture
def lively(settled: House) -> House:
    """A loud hour from NOON on, and the incident of it, as of half past."""
    house = settled
    for minute in range(0, 60, 5):
        house.mentions(LOUD, NOON + minute * MINUTE)
    for _ in range(30):
        house.clock.advance(60)
        house.read(house.clock.now())
        house.turn()
    (going_on,) = house.incidents()
    assert going_on.until is None
    return house


def test_a_real_spike_is_an_incident_within_minutes_and_ends_by_itself(lively: House) -> None:
    (going_on,) = lively.incidents()
    assert NOON - 4 * STEP <= going_on.since <= NOON + STEP
    assert going_on.seen_at <= NOON + STEP
    lively.days(NOON + HOUR, NOON + 4 * HOUR)
    for _ in range(120):
        lively.clock.advance(60)
        lively.read(lively.clock.now())
        lively.turn()
    (over,) = lively.incidents()
    assert over.until
    assert NOON + HOUR + 20 * MINUTE <= over.until <= NOON + 2 * HOUR


def test_an_incident_that_ended_while_nobody_watched_ended_when_the_counts_say(lively: House) -> None:
    lively.days(NOON + HOUR, NOON + 9 * HOUR)
    lively.restart(Detector())
    lively.clock.advance(8 * 3600)
    lively.read(lively.clock.now())  # and all that was missed is stored: there is no gap
    lively.turn()
    (over,) = lively.incidents()
    assert over.until
    assert NOON + HOUR + 20 * MINUTE <= over.until <= NOON + 2 * HOUR


def test_one_that_goes_on_after_a_stop_is_the_same_one(lively: House) -> None:
    before = lively.incidents()[0]
    for minute in range(60, 400, 5):
        lively.mentions(LOUD, NOON + minute * MINUTE)
    lively.restart(Detector())
    lively.clock.advance(5 * 3600)
    lively.read(lively.clock.now())
    lively.turn()
    (found,) = lively.incidents()
    assert (found.id, found.since, found.until) == (before.id, before.since, None)
    assert found.checked_at == lively.clock.now()


def test_after_a_stop_sources_get_a_moment_to_tell_how_it_went_on(lively: House) -> None:
    lively.restart(Detector())
    lively.clock.advance(8 * 3600)
    lively.turn()
    assert lively.incidents()[0].until is None, "nothing was read since; nobody knows"
    lively.days(NOON + HOUR, NOON + 8 * HOUR)
    lively.read(lively.clock.now())
    lively.turn(30 * SECOND)
    over = lively.incidents()[0].until
    assert over
    assert NOON + HOUR + 20 * MINUTE <= over <= NOON + 2 * HOUR


def test_after_a_stop_without_any_source_it_ended_when_it_was_last_seen(lively: House) -> None:
    last_seen = lively.incidents()[0].checked_at
    lively.restart(Detector())
    lively.clock.advance(8 * 3600)
    lively.turn()
    lively.turn(4 * MINUTE)
    assert lively.incidents()[0].until == last_seen


def test_a_source_that_comes_back_and_catches_up_is_no_spike(settled: House) -> None:
    house = settled
    house.store.open_gap("Forum", NOON, "down", NOON)
    for _ in range(12):
        house.turn(10 * MINUTE)
    assert house.incidents() == [], "a source that is silent is no fall either"
    now = house.clock.now()
    house.mentions(30 * CALM, now)  # all at once, as a source brings what has no date
    house.store.close_gaps("Forum", now, now)
    for _ in range(20):
        house.read(house.clock.now())
        house.turn(MINUTE)
    assert house.incidents() == []


def test_history_that_is_read_late_is_no_spike(house: House) -> None:
    house.restart(Detector())
    house.read(NOON)
    house.turn()
    house.clock.advance(60)
    house.days(NOON - 12 * DAY, NOON)
    for _ in range(5):
        house.read(house.clock.now())
        house.turn(MINUTE)
    assert house.incidents() == []


# History


@pytest.mark.parametrize("minutes", [0, 1, 4, 7, 61, 700])
def test_history_kept_is_history_read(house: House, minutes: int) -> None:
    house.days(NOON - 2 * DAY, NOON)
    history = History(house.store, "Acme")
    history.upto(NOON)
    now = NOON + minutes * MINUTE
    for back in (HOUR, 2 * MINUTE):
        house.mentions(5, max(now - back, NOON - HOUR))
    kept, read = history.upto(now), house.store.volume_series("Acme", now - SPAN, now)
    shift = (read.start - kept.start) // STEP
    for mine, theirs in ((kept.n, read.n), (kept.negative, read.negative)):
        assert {source: list(of[shift:]) for source, of in mine.items()} == {s: list(of) for s, of in theirs.items()}


def test_what_is_caught_up_with_enters_history_within_the_hour_or_when_a_gap_changes(house: House) -> None:
    house.days(NOON - DAY, NOON)
    history = History(house.store, "Acme")
    before = sum(history.upto(NOON, "gaps").n["Forum"])
    house.mentions(7, NOON - 9 * HOUR)
    assert sum(history.upto(NOON, "gaps").n["Forum"]) == before
    assert sum(history.upto(NOON, "other gaps").n["Forum"]) == before + 7
    house.mentions(1, NOON - 9 * HOUR)
    assert sum(history.upto(NOON + 59 * MINUTE, "other gaps").n["Forum"]) == before + 7
    assert sum(history.upto(NOON + HOUR, "other gaps").n["Forum"]) == before + 8


def test_history_of_many_sources_takes_four_bytes_a_step(house: House) -> None:
    house.days(NOON - DAY, NOON)
    history = History(house.store, "Acme")
    for now in (NOON, NOON + HOUR / 2):
        kept = history.upto(now)
        assert {of.itemsize for of in (*kept.n.values(), *kept.negative.values()) if isinstance(of, array)} == {4}


def test_a_clock_that_goes_back_reads_history_anew(house: House) -> None:
    house.days(NOON - DAY, NOON)
    history = History(house.store, "Acme")
    history.upto(NOON)
    earlier = history.upto(NOON - DAY / 2)
    assert (earlier.start, sum(earlier.n["Forum"]) > 0) == (NOON - DAY / 2 - SPAN, True)
    assert len(earlier.n["Forum"]) == 28 * 288


def test_history_without_a_mention_is_empty_and_takes_what_comes(house: House) -> None:
    history = History(house.store, "Acme")
    assert history.upto(NOON).n == {}
    house.mentions(2, NOON + MINUTE)
    assert list(history.upto(NOON + 2 * STEP).n["Forum"]) == [0] * 28 * 288 + [2, 0]


# Memory


def held() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")
def test_what_was_freed_in_pieces_goes_back_to_the_system() -> None:
    memory = Memory()
    pieces = [bytearray(b"x" * 60_000) for _ in range(2_000)]
    memory.turn(NOON)
    before = held()
    del pieces[::2]
    assert before - held() < 30_000_000, "it went back by itself"
    memory.turn(NOON)
    assert before - held() > 50_000_000


THREADS = """
import ctypes, sys, threading
from monitor.analysis.jobs import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
meet = threading.Barrier(25)
def hold():
    libc.malloc(100_000)
    meet.wait()
    meet.wait()
threads = [threading.Thread(target=hold) for _ in range(24)]
for thread in threads:
    thread.start()
meet.wait()
libc.malloc_stats()
meet.wait()
"""


def arenas(how: str) -> int:
    """How many arenas 24 threads of another process have."""
    command = [sys.executable, "-c", THREADS, how]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr.count("Arena ")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_stats"), reason="the C library is not glibc")
def test_threads_share_two_arenas() -> None:
    assert arenas("apart") > 2
    assert arenas("shared") == 2


def test_a_c_library_that_cannot_do_so_is_left_alone() -> None:
    Memory(object()).turn(NOON)
    share_arenas(object())
