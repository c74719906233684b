"""Lists by time of publication: every mention once and in order, however late it was read, on every route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import UNDATED, JudgedPost, Mention, MentionFilter, Order, Position
from monitor.store import Store, open_store
from monitor.store.sql import time_order
from tests.fake_store import ALL, BRANDS, SOURCES, Truth, World, in_order, judged, run_random_operations
from tests.fakes import NOON

DAY = timedelta(days=1)
SMALL = {
    "stream": {},
    "months": {"MAX_STREAMED": 1},
    "walk": {"MAX_STREAMED": 1, "MAX_SORTED": 2, "WALKED_AT_ONCE": 5, "MAX_ID_GAP": 2},
}
"""Route -> the limits with which it is taken."""


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


@pytest.fixture(params=SMALL)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in SMALL[request.param].items():
        monkeypatch.setattr(time_order, name, value)
    return str(request.param)


def old_rows(world: World, n: int) -> list[JudgedPost]:
    """Rows of a file: years of history, many without a time of day, some without a date."""
    rows = world.batch("old.csv", n)
    pick = world.random.choice
    dates = [NOON.replace(hour=0) - pick((1, 2, 3, 40, 41, 400, 1500)) * DAY for _ in rows]
    return [
        replace(one, post=replace(one.post, published_at=pick((at, at, at, UNDATED)), url=""))
        for one, at in zip(rows, dates, strict=True)
    ]


def fill(store: Store, world: World) -> None:
    run_random_operations(store, world, 60)
    store.save("old.csv", old_rows(world, 150), now=world.later(), imported=True)
    run_random_operations(store, world, 30)


def all_pages(store: Store, f: MentionFilter, upto: int | None = None, size: int = 7) -> list[int]:
    ids: list[int] = []
    before: Position | None = None
    while page := store.page(f, before=before, upto=upto, limit=size):
        ids += [m.id for m in page]
        before = page[-1].position
    return ids


@pytest.mark.parametrize("seed", [1, 2])
def test_pages_are_in_order_and_complete_on_every_route(store: Store, route: str, seed: int) -> None:
    world = World(seed)
    fill(store, world)
    truth = Truth(list(store.export(ALL)))
    upto = truth.mentions[len(truth.mentions) // 3].id
    for _ in range(40):
        f = replace(world.filter(truth.mentions), order=world.random.choice((Order.NEW, Order.OLD)))
        for until in (None, upto):
            assert all_pages(store, f, until) == in_order(truth.matching(f, until), f.order), (route, f)


@pytest.mark.parametrize("order", [Order.NEW, Order.OLD])
def test_paging_goes_on_while_posts_are_imported_and_deleted(store: Store, route: str, order: Order) -> None:
    world = World(3)
    fill(store, world)
    f = MentionFilter(q="the OR delay OR bad", order=order)
    upto = store.last_mention_id()
    expected = in_order(Truth(list(store.export(ALL))).matching(f), order)
    seen: list[int] = []
    deleted: set[int] = set()
    before: Position | None = None
    while page := store.page(f, before=before, upto=upto, limit=7):
        seen += [m.id for m in page]
        before = page[-1].position
        store.save("old.csv", old_rows(world, 9), now=world.later(), imported=True)
        store.save(SOURCES[0], world.batch(SOURCES[0], 5), now=world.now)
        deleted.update(delete(store, page[-1]))
    assert len(seen) == len(set(seen)) > 60
    unseen = set(expected) - set(seen)
    assert unseen <= deleted
    assert seen == [id_ for id_ in expected if id_ not in unseen]
    assert store.count_new(MentionFilter(), upto) > 0


def delete(store: Store, mention: Mention) -> list[int]:
    """Delete the post of a mention; return the ids of all its mentions."""
    ids = store.mention_ids_of_post(mention.id)
    assert store.delete_posts(mention.post.source, [mention.post.external_id], NOON) == 1
    return ids


def test_an_imported_old_post_is_neither_the_newest_nor_in_the_way(store: Store) -> None:
    store.save("Forum", [judged(f"Acme {n}", published_at=NOON - n * DAY) for n in range(3)], now=NOON)
    old = judged("Acme in 2014", published_at=NOON - 4000 * DAY)
    store.save("old.csv", [old], now=NOON + DAY, imported=True)
    for f in (MentionFilter(), MentionFilter(q="acme"), MentionFilter(order=Order.OLD)):
        shown = [m.post.text for m in store.page(f)]
        expected = ["Acme 0", "Acme 1", "Acme 2", "Acme in 2014"]
        assert shown == (expected[::-1] if f.order is Order.OLD else expected)
    assert [m.post.text for m in store.latest_mentions("Acme", 1)] == ["Acme 0"]
    assert [m.post.text for m in store.export(ALL)][-1] == "Acme in 2014"


def test_a_page_continues_after_an_id_alone(store: Store) -> None:
    """As in the URLs of earlier versions."""
    store.save("Forum", [judged(f"Acme {n}", published_at=NOON - n * DAY) for n in range(5)], now=NOON)
    third = store.page(MentionFilter())[2]
    assert [m.post.text for m in store.page(MentionFilter(), before=third.id)] == ["Acme 3", "Acme 4"]
    store.delete_posts("Forum", [third.post.external_id], NOON)
    assert [m.post.text for m in store.page(MentionFilter(), before=third.position)] == ["Acme 3", "Acme 4"]
    assert store.page(MentionFilter(), before=third.id)


def test_the_lowest_ids_are_read_only_as_far_as_needed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of what was read in time needs no months."""
    store.save("Forum", [judged(f"Acme {n}", published_at=NOON - n * DAY) for n in range(300)][::-1], now=NOON)
    for n in range(60):
        at = NOON + (n + 1) * DAY
        store.save("Forum", [judged(f"Acme new {n}", published_at=at)], now=at)
    monkeypatch.setattr(time_order, "MAX_STREAMED", 1)
    monkeypatch.setattr(time_order._Page, "read_months", lambda *_: pytest.fail("read by months"))
    assert store.page(MentionFilter(q="acme"), limit=20)[0].post.text == "Acme new 59"
