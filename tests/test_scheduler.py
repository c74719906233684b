"""One worker per source: when it reads, what it survives, and how it stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import ConfiguredSource, Judge, Pace, PassContext
from monitor.collector.scheduler import HANGS_AFTER, HEARTBEAT, STORE_RETRY, Scheduler, Worker
from monitor.errors import AuthError, Gone, RateLimited, SourceError, StoreError
from monitor.model import Batch, Brand, Health, Json, MentionFilter, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store
from tests.fake_time import PATIENCE, SteppedClock
from tests.fakes import NOON, post

BRANDS = (Brand("Acme", "acme", ours=True),)
TEN = Pace(timedelta(minutes=10), timedelta(minutes=10))


class Counting:
    """A source that counts its passes and does in each what the test says; nothing by default."""

    def __init__(self, act: Callable[[int], Batch] = lambda n: Batch()) -> None:
        self.act, self.passes = act, 0
        self.cursors: list[Json] = []

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.passes += 1
        self.cursors.append(cursor)
        return self.act(self.passes)


class Blocking(Counting):
    """A source that hangs until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.reached.set()
        assert self.let_go.wait(PATIENCE)
        return super().fetch(terms, cursor, now)


def failing(error: BaseException) -> Callable[[int], Batch]:
    def act(_: int) -> Batch:
        raise error

    return act


class House:
    """A scheduler over a real store, with a clock that the test moves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = SteppedClock()
        self.store = Store.open(path)
        self.store.register(BRANDS, NOON)
        self.scheduler: Scheduler | None = None
        self.loops = 0

    def start(self, sources: dict[str, Any], pace: Pace = TEN, kind: str = "feed") -> Scheduler:
        """Start over ``sources``."""
        return self.take([ConfiguredSource(name, kind, source, pace) for name, source in sources.items()])

    def take(self, watched: Sequence[ConfiguredSource]) -> Scheduler:
        """Start over what is ``watched``."""
        matcher = Matcher(BRANDS)
        desk = PassContext(Judge(matcher, Scorer(BRANDS)), self.store, matcher.terms(), self.clock.now, lambda: 0.0)
        self.scheduler = Scheduler(watched, desk, self.clock)
        self.scheduler.start()
        self.loops = len(watched) + 1
        return self.scheduler

    def pass_time(self, seconds: float) -> None:
        """Move the clock by so much, as the heart beats, letting every loop have its turns."""
        while seconds > 0:
            self.clock.settle(self.loops)
            self.clock.advance(min(seconds, HEARTBEAT))
            seconds -= HEARTBEAT
        self.clock.settle(self.loops)

    def restart(self) -> None:
        """Stop, and let the same time go on with a new scheduler."""
        assert self.scheduler
        self.scheduler.stop()
        now = self.clock.now()
        self.clock = SteppedClock(now)

    def status(self, name: str = "Forum") -> SourceStatus:
        return next(status for status in self.store.statuses() if status.source == name)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "wallflower.db")
    yield made
    if made.scheduler:
        made.scheduler.stop()
    made.store.close()


def test_a_source_is_read_at_once_and_then_every_ten_minutes(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(1)
    assert source.passes == 1
    house.pass_time(590)
    assert source.passes == 1
    house.pass_time(20)
    assert source.passes == 2
    house.pass_time(3600)
    assert source.passes == 8


def test_sources_do_not_start_in_a_burst(house: House) -> None:
    sources = {f"Feed {n}": Counting() for n in range(5)}
    house.start(sources)
    for read in range(1, 6):
        house.clock.settle(house.loops)
        assert sum(source.passes for source in sources.values()) == read
        house.clock.advance(1)


def test_a_pass_that_was_cut_goes_on_at_once(house: House) -> None:
    source = Counting(lambda n: Batch(more=n < 4))
    house.start({"Forum": source})
    house.clock.settle(2)
    assert source.passes == 4


def test_the_stored_next_check_counts_across_a_restart(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(300)
    house.restart()
    house.start({"Forum": source})
    house.pass_time(280)
    assert source.passes == 1
    house.pass_time(40)
    assert source.passes == 2


def test_a_wish_of_the_site_counts_across_a_restart(house: House) -> None:
    source = Counting(failing(RateLimited("Wait.", NOON + timedelta(hours=2))))
    house.start({"Forum": source})
    house.pass_time(1)
    house.restart()
    house.start({"Forum": source})
    house.pass_time(7100)
    assert (source.passes, house.status().health) == (1, Health.LIMITED)
    house.pass_time(120)
    assert source.passes == 2


@pytest.mark.parametrize("error", [AuthError("No key."), Gone("Gone.")])
def test_what_only_a_person_can_mend_stops_until_a_start(house: House, error: SourceError) -> None:
    source = Counting(failing(error))
    house.start({"Forum": source})
    house.pass_time(3 * 86_400 / 4)
    assert (source.passes, house.status().next_check) == (1, None)
    house.restart()
    house.start({"Forum": source})
    house.pass_time(1)
    assert source.passes == 2


def test_a_bug_is_logged_stored_and_backed_off_and_the_worker_lives(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    source = Counting(lambda n: Batch(posts=(post("acme"),)) if n > 2 else 1 / 0)  # type: ignore[arg-type, return-value]
    scheduler = house.start({"Forum": source})
    with caplog.at_level(logging.ERROR):
        house.pass_time(1)
    assert "ZeroDivisionError" in caplog.text
    status = house.status()
    assert (status.health, status.failures, status.next_check) == (Health.BROKEN, 1, NOON + timedelta(minutes=15))
    assert "ZeroDivisionError" not in status.reason
    assert scheduler.alive() == {"Forum": True, "watchdog": True}
    house.pass_time(3600)
    assert (source.passes, house.status().health) == (5, Health.WORKING)
    (gap,) = house.store.gaps(NOON, NOON + timedelta(days=1))
    assert gap.until is not None


def test_one_bad_source_does_not_hold_up_the_others(house: House) -> None:
    bad, good, stuck = Counting(failing(ValueError())), Counting(), Blocking()
    house.start({"bad": bad, "stuck": stuck, "good": good})
    house.loops = 3
    house.clock.settle(4)
    house.clock.advance(1)
    assert stuck.reached.wait(PATIENCE)
    house.pass_time(1800)
    assert good.passes == 3
    assert bad.passes == 2
    stuck.let_go.set()


def test_a_program_that_an_sdk_tries_to_end_goes_on(house: House) -> None:
    source = Counting(failing(SystemExit(1)))
    scheduler = house.start({"Forum": source})
    house.pass_time(1)
    assert scheduler.alive()["Forum"]
    assert house.status().health is Health.BROKEN


def test_a_worker_that_ended_is_noticed_and_started_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Counting()
    with monkeypatch.context() as patched:
        patched.setattr(Worker, "run", lambda self: None)
        scheduler = house.start({"Forum": source})
        house.clock.settle(1)
        assert scheduler.alive() == {"Forum": False, "watchdog": True}
    house.clock.advance(HEARTBEAT)
    house.clock.settle(2)
    assert scheduler.alive()["Forum"]
    assert source.passes == 1
    assert "started again" in caplog.text


def test_a_pass_that_hangs_is_noted_and_recovers(house: House) -> None:
    source = Blocking()
    house.start({"Forum": source})
    house.loops = 1
    assert source.reached.wait(PATIENCE)
    house.pass_time(HANGS_AFTER + HEARTBEAT)
    assert house.status().health is Health.BROKEN
    assert "5 minutes" in house.status().reason
    source.let_go.set()
    house.clock.settle(2)
    assert house.status().health is Health.WORKING


def test_a_store_that_fails_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Counting(lambda n: Batch(posts=(post("acme"),), cursor=n))
    scheduler = house.start({})
    scheduler.stop()
    house.clock = SteppedClock()
    with monkeypatch.context() as full:
        house.start({"Forum": source})
        house.clock.settle(2)

        def commit(*_: Any) -> None:
            raise StoreError("The disk is full.")

        full.setattr(house.store._writer, "_commit", commit)
        house.pass_time(600)
        assert source.passes == 2, "once it is known that nothing can be stored, nothing is read"
    house.pass_time(STORE_RETRY + HEARTBEAT)
    assert source.passes == 3
    assert len(house.store.page(MentionFilter())) == 1


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_brings_neither_storm_nor_silence(house: House, hours: float) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(60)
    house.clock.set(hours)
    house.pass_time(3600)
    assert source.passes in (7, 8)


def test_a_cursor_of_another_kind_is_dropped(house: House) -> None:
    source = Counting(lambda n: Batch(cursor={"n": n}))
    house.start({"Forum": source}, kind="feed")
    house.pass_time(1)
    house.restart()
    house.start({"Forum": source}, kind="sample")
    house.pass_time(1)
    assert source.cursors == [None, None]
    assert house.status().kind == "sample"


def test_a_gap_whose_end_was_lost_is_closed_at_a_start(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(1)
    house.store.open_gap("Forum", NOON - timedelta(hours=1), "Down.", NOON)
    house.restart()
    house.start({"Forum": source})
    house.pass_time(1)
    (gap,) = house.store.gaps(NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert gap.until == NOON


def test_a_stop_ends_every_wait_and_leaves_what_hangs(house: House, caplog: pytest.LogCaptureFixture) -> None:
    stuck = Blocking()
    scheduler = house.start({"Forum": Counting(), "stuck": stuck})
    house.clock.settle(3)
    house.clock.advance(1)
    assert stuck.reached.wait(PATIENCE)
    scheduler.stop(0.05)
    assert scheduler.alive() == {"Forum": False, "stuck": True, "watchdog": False}
    assert "stuck: still reading; left behind" in caplog.text
    stuck.let_go.set()
