"""Tail sees every change once, in order, and does not wait longer than it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.model import ChangeKind
from monitor.store import Store
from monitor.store.tail import AT_ONCE, Tail
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "wallflower.db")
    yield store
    store.close()


def save(store: Store, *texts: str) -> None:
    store.save("Forum", [judged(text) for text in texts], now=NOON)


def test_it_starts_with_what_comes_next(store: Store, clock: FakeClock) -> None:
    save(store, "before")
    tail = Tail(store, clock)
    assert tail.wait(1) == []
    save(store, "one", "two")
    assert [(c.id, c.mention) for c in tail.wait(1)] == [(2, 2), (3, 3)]
    assert tail.wait(1) == []
    store.hide(1, True, NOON)
    assert [c.kind for c in tail.wait(1)] == [ChangeKind.HIDDEN]


def test_it_can_start_further_back(store: Store, clock: FakeClock) -> None:
    save(store, "one", "two")
    assert [c.id for c in Tail(store, clock, after=1).wait(1)] == [2]
    assert [c.id for c in Tail(store, clock).read(0)] == [1, 2]


def test_it_waits_as_long_as_told_and_no_longer(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    assert tail.wait(2) == []
    assert clock.elapsed == pytest.approx(2)
    save(store, "one")
    tail.wait(2)
    assert clock.elapsed == pytest.approx(2)


def test_a_write_that_changes_no_mention_is_no_change(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    store.save("Forum", [], now=NOON, cursor="new")
    assert tail.wait(1) == []


def test_many_changes_come_in_parts_without_a_pause(store: Store, clock: FakeClock) -> None:
    tail = Tail(store, clock)
    save(store, *(f"text {i}" for i in range(2 * AT_ONCE + 1)))
    assert [len(tail.wait(1)) for _ in range(4)] == [AT_ONCE, AT_ONCE, 1, 0]
    assert clock.elapsed == pytest.approx(1)


def test_a_stop_ends_the_waiting(store: Store, clock: FakeClock) -> None:
    clock.stop()
    assert Tail(store, clock).wait(1000) == []
    assert clock.elapsed < 1
