"""Every kind that is read over plain HTTP, from a made-up site through the judge into a real store and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy, poll, timing
from monitor.model import Brand, Health, MentionFilter
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources import Source
from monitor.store import Store, open_store
from tests import sites
from tests.fake_server import http_for
from tests.fakes import NOON, FakeClock
from tests.player import detour
from tests.sites import fake_posts
from tests.test_sources import every_reading_kind, started
from tests.test_sources import reading as reading_any
from tests.test_sources_http import STREAMS, keys, reading

BRANDS = (Brand("Acme", "acme", ours=True),)
POLLING = PollingPolicy(None, timedelta(minutes=10))

KINDS = [kind for kind in sites.kinds() if kind not in STREAMS and not sites.sdk_hosts(kind)]
"""Kinds without an SDK: an SDK has its own clock, which does not move with the clock of the test."""
every_kind = pytest.mark.parametrize("kind", KINDS)

__all__ = ["keys"]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


class Reader:
    """Polls a source as the scheduler does."""

    def __init__(self, kind: str, source: Source, store: Store, clock: FakeClock) -> None:
        matcher = Matcher(BRANDS)
        self.context = PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: 0.0)
        self.configured = ConfiguredSource("Here", kind, source, POLLING)
        self.status = timing.initial_status("Here", kind, POLLING, sample=False)
        self.store, self.clock = store, clock

    def read(self) -> set[str]:
        """Poll until the next check is later than now; returns the texts of all mentions."""
        for _ in range(30):
            self.status = poll(self.configured, self.status, self.context)
            if self.status.next_check != self.clock.now():
                break
        return {mention.post.body for mention in self.store.page(MentionFilter(), limit=500)}


@every_kind
def test_mentions_are_stored_once_and_edits_and_deletions_follow(kind: str, store: Store, clock: FakeClock) -> None:
    made = sites.module(kind)
    posts = fake_posts(1, 2, 3)
    with reading(kind, made.Site(posts)) as (source, server):
        reader = Reader(kind, source, store, clock)
        first = reader.read()
        assert reader.status.health is Health.WORKING
        assert len(first) == 3
        clock.advance(1800)
        assert reader.read() == first
        server.script = made.Site([*posts, *fake_posts(5, start=NOON)])
        clock.advance(1800)
        assert len(reader.read()) == 4
        if getattr(made, "REPORTS_DELETIONS", True):
            server.script = made.Site(
                [*posts[:1], sites.FakePost(2, posts[1].text, posts[1].at, deleted=True), *posts[2:]]
            )
            for _ in range(4):
                clock.advance(6 * 3600)
                left = reader.read()
            assert not [body for body in left if "number 2" in body]
    assert store.gaps(NOON, clock.now()) == []


@every_kind
def test_a_kill_between_fetch_and_save_neither_loses_nor_duplicates_mentions(
    kind: str, store: Store, clock: FakeClock
) -> None:
    """The batch is fetched again from the previous cursor, and once more after it was saved without its cursor."""
    with reading(kind, sites.module(kind).Site(fake_posts(1, 2, 3))) as (source, _):
        reader = Reader(kind, source, store, clock)
        lost = source.fetch(reader.context.terms, store.cursor("Here"), clock.now())
        assert len(lost.posts) == 3
        first = reader.read()
        cursor: Any = store.cursor("Here")
        store.save("Here", (), now=clock.now(), cursor=None)
        assert reader.read() == first
        assert len(first) == 3
        assert store.count(MentionFilter()).n == 3
        assert cursor is not None


@every_reading_kind
def test_every_kind_survives_a_kill_at_each_step(kind: str, store: Store, clock: FakeClock) -> None:
    """Killed after the fetch, after posts were saved without their cursor, and after everything was saved."""
    with reading_any(kind) as (source, server):
        reader = Reader(kind, source, store, clock)
        lost = source.fetch(reader.context.terms, store.cursor("Here"), clock.now())
        assert lost.posts
        judged = reader.context.judge.judge(list(lost.posts), clock.now())
        store.save("Here", judged, now=clock.now())
        http = detour(http_for(server), server, *sites.sdk_hosts(kind))
        again = Reader(kind, started(kind, server, http), store, clock)
        again.read()
        assert again.status.health is Health.WORKING, again.status.reason
        whole = found(store)
        assert {one.post.external_id for one in judged if one.findings} <= {id_ for id_, _ in whole}
        store.save("Here", judged, now=clock.now())
        assert found(store) == whole
        Reader(kind, started(kind, server, http), store, clock).read()
        assert found(store) == whole
        http.close()


def found(store: Store) -> set[tuple[str, str]]:
    """(external id, brand) of all mentions; fails if one is stored twice."""
    several = [(mention.post.external_id, mention.brand) for mention in store.export(MentionFilter())]
    assert len(several) == len(set(several))
    return set(several)
