"""Which mention of a list one is, compared with the list itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from display.pages.mentions.filters import MentionsView
from display.pages.mentions.place import place_in_list
from monitor.model import MentionFilter, Order
from monitor.store import Store, open_store
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.fake_store import World, run_random_operations
from tests.fakes import NOON


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    yield store
    store.close()


@pytest.mark.parametrize("seed", [3, 4])
def test_the_place_is_that_in_the_list(store: Store, seed: int) -> None:
    world = World(seed)
    run_random_operations(store, world, 60)
    stored = list(store.export(MentionFilter().counted))
    for _ in range(12):
        f = replace(world.filter(stored), order=world.random.choice((Order.NEW, Order.OLD)))
        upto = world.random.choice((None, stored[len(stored) // 2].id))
        listed = store.page(f.counted, upto=upto, limit=10_000)
        view = MentionsView(f, "", upto)
        for number in {0, len(listed) // 2, len(listed) - 1} if listed else ():
            place = place_in_list(store, view, listed[number])
            assert place is not None, f
            assert (place.number, place.total.n) == (number + 1, len(listed)), f
        others = [mention for mention in stored if mention not in listed][:3]
        assert [place_in_list(store, view, other) for other in others] == [None] * len(others), f


def test_the_drawer_shows_it(tmp_path: Path) -> None:
    site = Site(config(tmp_path))
    site.store.save("Forum", [judged(f"acme {n}", external_id=str(n)) for n in range(3)], now=NOON)
    client = site.signed_in("dana")
    numbers = [client.get(f"/mentions/{n}/drawer?range=all").text for n in (3, 2, 1)]
    assert [f'list, with those that are hidden">{n} of 3</span>' in text for n, text in enumerate(numbers, 1)] == [
        True
    ] * 3
    assert " of 3</span>" not in client.get("/mentions/1/drawer?range=all&brand=Globex").text
    assert " of 3</span>" not in client.get("/mentions/1/drawer?range=all&order=negative").text
    site.close()
