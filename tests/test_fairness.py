"""No source delays another: one that hangs, one that floods, and what happens when the store cannot keep up.

Lateness is counted in passes and in batches, on a clock that only the test moves.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import ConfiguredSource, Pace, PassContext, poll, timing
from monitor.collector.passes import BATCH
from monitor.collector.turns import Turns
from monitor.model import Batch, Judged, Post
from monitor.store import Store
from tests.fake_time import PATIENCE
from tests.fakes import FakeClock, post
from tests.test_scheduler import Blocking, Counting, House

TEN = Pace(timedelta(minutes=10), timedelta(minutes=10))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "wallflower.db")
    yield made
    if made.scheduler:
        made.scheduler.stop()
    made.store.close()


class Timed(Counting):
    """Notes at what second of the test's clock each of its passes began."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house, self.began = house, list[float]()

    def fetch(self, *asked: Any) -> Batch:
        self.began.append(self.house.clock.monotonic())
        return super().fetch(*asked)


def test_a_source_that_hangs_makes_no_other_late(house: House) -> None:
    others = {f"Feed {n}": Timed(house) for n in range(4)}
    stuck = Blocking()
    house.start({"stuck": stuck, **others})
    assert stuck.reached.wait(PATIENCE)
    house.loops -= 1
    for _ in range(3700):
        house.clock.settle(house.loops)
        house.clock.advance(1)
    house.clock.settle(house.loops)
    for place, other in enumerate(others.values(), start=1):
        assert other.began == [place + 600 * n for n in range(7)]
    assert stuck.passes == 0
    stuck.let_go.set()


class Flood(Counting):
    """A source that never ends: each pass brings thousands, and there is always more."""

    def __init__(self) -> None:
        super().__init__(lambda n: Batch(tuple(post(f"acme {n} {i}") for i in range(3 * BATCH)), more=True))


def test_a_source_that_floods_makes_no_other_miss_a_pass(house: House) -> None:
    other, flood = Counting(), Flood()
    house.start({"flood": flood, "other": other})
    house.loops -= 1
    for passes in range(1, 4):
        house.clock.advance(1)
        house.clock.settle(house.loops)
        assert other.passes == passes
        house.pass_time(601)
    assert flood.passes
    assert house.scheduler
    house.scheduler.stop()


def test_between_two_batches_of_a_flood_everybody_who_waits_has_a_turn() -> None:
    turns, order = Turns(), list[str]()
    inside, let_go = threading.Event(), threading.Event()

    def flood() -> None:
        for _ in range(3):
            with turns:
                order.append("flood")
                inside.set()
                assert let_go.wait(PATIENCE)

    def other(name: str) -> None:
        with turns:
            order.append(name)

    threads = [threading.Thread(target=flood)]
    threads[0].start()
    assert inside.wait(PATIENCE)
    for waiting, name in enumerate(("a", "b", "c"), start=1):
        threads.append(threading.Thread(target=other, args=(name,)))
        threads[-1].start()
        _wait_for(turns, waiting)
    let_go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["flood", "a", "b", "c", "flood", "flood"]


def _wait_for(turns: Turns, waiting: int) -> None:
    """Let other threads work until so many wait for their turn."""
    for _ in range(2_000_000):
        if len(turns._waiting) == waiting:
            return
        threading.Event().wait(0)
    raise AssertionError("they never came")


def test_turns_are_given_back_when_something_fails() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        pass


class Sizes:
    """Judges nothing and notes how many posts it is given at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def judge(self, posts: Sequence[Post], now: datetime) -> list[Judged]:
        self.sizes.append(len(posts))
        return [Judged(one) for one in posts]


def test_a_burst_is_judged_and_stored_in_bounded_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, judge, saved = Store.open(tmp_path / "wallflower.db"), Sizes(), list[int]()
    save = store.save

    def counted(source: str, judged: Sequence[Judged], **rest: Any) -> Any:
        saved.append(len(judged))
        return save(source, judged, **rest)

    monkeypatch.setattr(store, "save", counted)
    burst = Counting(lambda _: Batch(tuple(post(f"acme {n}") for n in range(10 * BATCH + 1))))
    watched = ConfiguredSource("Forum", "feed", burst, TEN)
    poll(
        watched,
        timing.initial_status("Forum", "feed", TEN, sample=False),
        PassContext(judge, store, (), FakeClock().now),
    )
    store.close()
    assert judge.sizes == saved == [BATCH] * 10 + [1]


def test_overload_makes_sources_wait(house: House) -> None:
    """While the store is busy with one write no source reads on beyond what it holds, whatever its clock says."""
    begun = threading.Semaphore(0)

    def act(n: int) -> Batch:
        begun.release()
        return Batch(posts=(post(f"acme {n}"),))

    sources = {f"Feed {n}": Counting(act) for n in range(3)}
    house.start(sources)
    house.pass_time(5)
    assert [source.passes for source in sources.values()] == [1, 1, 1]
    busy, let_go = threading.Event(), threading.Event()

    def hold(_: Any) -> None:
        busy.set()
        assert let_go.wait(PATIENCE)

    holder = threading.Thread(target=house.store._write, args=(hold,))
    holder.start()
    assert busy.wait(PATIENCE)
    house.clock.advance(3600)
    assert all(begun.acquire(timeout=PATIENCE) for _ in range(2 * len(sources)))
    for _ in range(3):
        house.clock.settle(1)
        assert [source.passes for source in sources.values()] == [2, 2, 2]
        house.clock.advance(90)
    let_go.set()
    holder.join(PATIENCE)
    house.pass_time(600)
    assert [source.passes for source in sources.values()] == [3, 3, 3]
