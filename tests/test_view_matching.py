"""Matching all views against a batch finds what a plain filter of each mention finds, and what the store finds."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import QueryError
from monitor.model import Choice, MentionFilter
from monitor.notifications.matching import BATCH_ARRIVALS, ViewMatcher
from monitor.store import open_store
from tests.fake_store import BRANDS, QUERIES, World, judged
from tests.fakes import NOON


@pytest.mark.parametrize("seed", range(4))
def test_views_select_what_the_store_selects(store_url: str, seed: int) -> None:
    world = World(seed)
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        for source in ("Forum", "News feed", "Import"):
            store.save(source, world.batch(source, 60), now=world.now)
        arrivals = store.notifications.arrivals(0, 5_000)
        mentions = list(store.mentions([arrival.mention for arrival in arrivals.arrivals]).values())
        assert arrivals.is_complete
        assert arrivals.last_change == store.last_change_id()
        queries = random.Random(seed).sample(QUERIES, len(QUERIES))
        filters = [replace(world.filter(mentions), q=q) for q in queries for _ in range(4)]
        selected = ViewMatcher(filters).match(arrivals.arrivals)
        for f, found in zip(filters, selected, strict=True):
            assert sorted(one.mention for one in found) == sorted(one.id for one in store.export(f)), f
        assert sum(map(len, selected)) > 50


def test_a_batch_is_split_and_keeps_its_order(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        store.save("Forum", World(1).batch("Forum", 30), now=NOON)
        arrivals = store.notifications.arrivals(0, 1_000).arrivals
    many = [replace(arrival, mention=n) for n, arrival in enumerate(arrivals * (BATCH_ARRIVALS // len(arrivals) + 2))]
    (found,) = ViewMatcher([MentionFilter(state=Choice(("unclaimed",)))]).match(many)
    assert [one.mention for one in found] == list(range(len(many)))


def test_fixed_times_and_a_story_are_respected(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        store.save("Forum", World(2).batch("Forum", 40), now=NOON)
        twice = "Acme has moved its whole support centre to the coast, as its head of service said on Monday."
        store.save("News feed", [judged(twice, external_id=n, source="News feed") for n in "ab"], now=NOON)
        arrivals = store.notifications.arrivals(0, 1_000).arrivals
        story = next(one.story for one in arrivals if one.story is not None)
        filters = [
            MentionFilter(since=NOON - timedelta(minutes=1)),
            MentionFilter(until=NOON - timedelta(minutes=1)),
            MentionFilter(story=story),
        ]
        for f, found in zip(filters, ViewMatcher(filters).match(arrivals), strict=True):
            assert sorted(one.mention for one in found) == sorted(one.id for one in store.export(f))
            assert found


def test_a_broken_search_is_refused() -> None:
    with pytest.raises(QueryError):
        ViewMatcher([MentionFilter(q="(acme")])
