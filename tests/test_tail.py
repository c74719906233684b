"""Tail returns every change once, in order, and waits no longer than it has to."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from monitor.clock import Clock
from monitor.model import ChangeKind
from monitor.store import Store, open_store
from monitor.store.tail import READ_LIMIT, Tail
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    yield store
    store.close()


def save(store: Store, *texts: str) -> None:
    store.save("Forum", [judged(text) for text in texts], now=NOON)


def test_it_starts_after_the_newest_change(store: Store, clock: FakeClock) -> None:
    save(store, "before")
    tail = Tail(store, clock)
    assert tail.wait(1) == []
    save(store, "one", "two")
    assert [(c.id, c.mention) for c in tail.wait(1)] == [(2, 2), (3, 3)]
    assert tail.wait(1) == []
    store.set_hidden(1, True, NOON)
    assert [c.kind for c in tail.wait(1)] == [ChangeKind.HIDDEN]


def test_it_can_start_further_back(store: Store, clock: FakeClock) -> None:
    save(store, "one", "two")
    assert [c.id for c in Tail(store, clock, after=1).wait(1)] == [2]
    assert [c.id for c in Tail(store, clock).read(0)] == [1, 2]


def test_it_waits_the_given_time_only_if_nothing_changes(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    assert tail.wait(2) == []
    assert clock.elapsed == pytest.approx(2)
    save(store, "one")
    tail.wait(2)
    assert clock.elapsed == pytest.approx(2)


def test_a_change_during_the_wait_is_returned_at_once(store: Store) -> None:
    class SavingClock(FakeClock):
        def wait(self, seconds: float) -> bool:
            if self.elapsed == 0:
                save(store, "one")
            return super().wait(seconds)

    clock = SavingClock()
    assert [c.id for c in Tail(store, clock).wait(60)] == [1]
    assert clock.elapsed < 0.2


def test_a_change_by_another_process_is_returned(store: Store, store_url: str) -> None:
    other, found = open_store(store_url), list[int]()
    tail = Tail(store, Clock())
    thread = threading.Thread(target=lambda: found.extend(c.id for c in tail.wait(30)))
    thread.start()
    save(other, "one")
    thread.join(30)
    other.close()
    assert found == [1]


def test_a_write_that_changes_no_mention_is_no_change(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    store.save("Forum", [], now=NOON, cursor="new")
    assert tail.wait(1) == []


def test_many_changes_are_returned_in_several_reads_without_waiting(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    save(store, *(f"text {i}" for i in range(2 * READ_LIMIT + 1)))
    assert [len(tail.wait(1)) for _ in range(4)] == [READ_LIMIT, READ_LIMIT, 1, 0]
    assert clock.elapsed == pytest.approx(1)


def test_stopping_the_clock_ends_the_wait(store: Store, clock: FakeClock) -> None:
    clock.stop()
    assert Tail(store, clock).wait(1000) == []
    assert clock.elapsed < 1
