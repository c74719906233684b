"""What people want of a source reaches its worker through the store: pause, resume, check now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.collector.scheduler import FRESH, LOOK, Wishes
from monitor.errors import AuthError, RateLimited
from monitor.model import Batch, Health, Wish
from tests.fakes import NOON
from tests.test_scheduler import Counting, House, failing

DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "wallflower.db")
    yield made
    if made.scheduler:
        made.scheduler.stop()
    made.store.close()


def test_a_worker_looks_within_two_seconds() -> None:
    assert LOOK <= 2


def test_one_look_at_what_people_want_serves_all_sources(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, read = [], house.store.wishes
    monkeypatch.setattr(house.store, "wishes", lambda: [looks.append(1), read()][1])
    wishes = Wishes(house.store, house.clock)
    house.store.ask_for("Forum", NOON)
    assert [wishes.of(name) for name in ("Forum", "Other")] == [Wish(asked=NOON), Wish()]
    assert len(looks) == 1
    house.store.pause("Other", NOON)
    house.clock.advance(FRESH)
    assert wishes.of("Other") == Wish(paused=NOON)
    assert len(looks) == 2


def test_check_now_reads_at_the_next_look_and_once(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(60)
    house.store.ask_for("Forum", house.clock.now())
    house.pass_time(LOOK)
    assert source.passes == 2
    house.pass_time(300)
    assert source.passes == 2


def test_impatience_does_not_hammer_a_site(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(1)
    for _ in range(9):
        house.store.ask_for("Forum", house.clock.now())
        house.pass_time(1)
    assert source.passes <= 2


def test_a_paused_source_is_left_alone_until_it_is_resumed(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(60)
    assert house.store.pause("Forum", house.clock.now())
    house.pass_time(7200)
    assert (source.passes, house.status().health) == (1, Health.PAUSED)
    assert not house.store.ask_for("Forum", house.clock.now())
    assert house.store.resume("Forum", house.clock.now())
    house.pass_time(LOOK)
    assert (source.passes, house.status().health) == (2, Health.WORKING)
    (gap,) = house.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until, gap.reason) == (NOON, house.clock.now(), "It was paused by hand.")


def test_a_pause_outlives_a_restart(house: House) -> None:
    source = Counting()
    house.start({"Forum": source})
    house.pass_time(60)
    house.store.pause("Forum", house.clock.now())
    house.pass_time(LOOK)
    house.restart()
    house.start({"Forum": source})
    house.pass_time(7200)
    assert source.passes == 1
    (gap,) = house.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, None)


def test_neither_resume_nor_check_now_overrules_the_wish_of_a_site(house: House) -> None:
    source = Counting(failing(RateLimited("Wait.", NOON + timedelta(hours=2))))
    house.start({"Forum": source})
    house.pass_time(60)
    house.store.ask_for("Forum", house.clock.now())
    house.pass_time(60)
    house.store.pause("Forum", house.clock.now())
    house.pass_time(60)
    house.store.resume("Forum", house.clock.now())
    house.pass_time(3600)
    assert (source.passes, house.status().health) == (1, Health.LIMITED)
    house.pass_time(3600)
    assert source.passes == 2


def test_check_now_tries_again_what_only_a_person_can_mend(house: House) -> None:
    source = Counting(lambda n: Batch() if n > 1 else failing(AuthError("The key is missing."))(n))
    house.start({"Forum": source})
    house.pass_time(3600)
    assert (source.passes, house.status().health) == (1, Health.NEEDS_KEY)
    house.store.ask_for("Forum", house.clock.now())
    house.pass_time(LOOK)
    assert (source.passes, house.status().health) == (2, Health.WORKING)


def test_the_gap_of_a_source_that_left_the_config_ends(house: House) -> None:
    house.start({"Forum": Counting(failing(AuthError("The key is missing.")))})
    house.pass_time(60)
    house.restart()
    house.start({"Other": Counting()})
    (gap,) = house.store.gaps(NOON - DAY, NOON + DAY)
    assert gap.until == house.clock.now()


def test_what_a_source_of_another_kind_left_unread_is_a_gap(house: House) -> None:
    house.start({"Forum": Counting()})
    house.pass_time(1)
    house.restart()
    house.clock.advance(7200)
    house.start({"Forum": Counting(lambda _: Batch(complete_since=NOON + timedelta(hours=1)))}, kind="sample")
    house.pass_time(1)
    (gap,) = house.store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(hours=1))
