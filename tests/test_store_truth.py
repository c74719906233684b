"""After random operations, each query of the store returns what a plain implementation computes from all mentions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest

from monitor.model import Choice, Mention, MentionFilter, Sentiment, SentimentCounts, State, StoryCount, Tally
from monitor.store import Store, open_store
from tests.fake_store import ALL, Truth, World, in_order, run_random_operations


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    yield store
    store.close()


@pytest.mark.parametrize("seed", [5, 6])
def test_ids_grow_with_added_at_and_no_mention_is_published_after_it(store: Store, seed: int) -> None:
    run_random_operations(store, World(seed), 60)

    mentions = sorted(store.export(ALL), key=lambda m: m.id)
    assert [m.added_at for m in mentions] == sorted(m.added_at for m in mentions)
    assert all(m.post.published_at <= m.added_at for m in mentions)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_query_returns_the_true_result(store: Store, seed: int) -> None:
    world = World(seed)
    run_random_operations(store, world, 120)
    truth = Truth(list(store.export(ALL)))
    upto = truth.mentions[len(truth.mentions) // 5].id

    for _ in range(50):
        f = world.filter(truth.mentions)
        check_lists(store, truth, f, None)
        check_lists(store, truth, f, upto)
        check_figures(store, truth, f, world.random.choice((None, upto)))


def check_lists(store: Store, truth: Truth, f: MentionFilter, upto: int | None) -> None:
    matching = truth.matching(f, upto)
    assert pages(store, f, upto) == in_order(matching, f.order), f
    count = store.count(f, upto)
    assert (count.n, count.exact) == (len(matching), True), f
    stories = {m.story or (m.post.source, m.post.external_id) for m in matching}
    assert store.count_stories(f, upto) == StoryCount(len(stories)), f
    if upto is not None:
        later = [mention for mention in truth.matching(f) if mention.id > upto]
        assert store.count_new(f, upto) == len(later), f
        new_stories = len({m.story or (m.post.source, m.post.external_id) for m in later})
        assert store.views.count_new_stories([(f, upto)]) == [new_stories], f
        newest_first = sorted(later, key=lambda mention: (mention.post.published_at, mention.id), reverse=True)
        assert store.new_mentions(f, upto, 2**40) == newest_first, f


def pages(store: Store, f: MentionFilter, upto: int | None) -> list[int]:
    """The ids of all pages."""
    ids: list[int] = []
    while page := store.page(f, before=ids[-1] if ids else None, upto=upto, limit=17):
        ids += [m.id for m in page]
    return ids


def check_figures(store: Store, truth: Truth, f: MentionFilter, upto: int | None) -> None:
    matching = truth.matching(f, upto)
    end = max((m.post.published_at for m in matching), default=World(0).now)
    for width, n in ((timedelta(hours=1), 5), (timedelta(days=1), 40), (timedelta(days=37, minutes=5), 9)):
        edges = [end + timedelta(minutes=30) - width * i for i in range(n, -1, -1)]
        for found in store.histogram(f, edges, upto):
            words = [m.score.sentiment.value for m in matching if found.start <= m.post.published_at < found.end]
            expected = (len(words), words.count("negative"), words.count("positive"))
            assert (found.n, found.negative, found.positive) == expected, (f, found)
    for facet, values in store.facets(f, upto).items():
        assert {v.value: v.n for v in values if v.n} == truth.facet(f, facet, upto), (f, facet)
    for facet, stories in store.facet_stories(f, upto).items():
        assert stories == truth.facet_stories(f, facet, upto), (f, facet)
    counted = {v.value: v.n for v in store.named_topics.counts(f, upto) if v.n}
    assert counted == truth.facet(f, "named_topic", upto), f
    for facet in ("author", "site"):
        for one in store.top_values(f, facet, upto):
            chosen: dict[str, Choice] = {facet: Choice((one.value,))}
            alone = replace(f, **chosen)  # type: ignore[arg-type]
            assert one.n == len(truth.matching(alone, upto)), (alone, one)


@pytest.mark.parametrize("seed", [10, 11])
def test_tallies_are_the_true_figures(store: Store, seed: int) -> None:
    world = World(seed)
    run_random_operations(store, world, 120)
    mentions = [m for m in store.export(ALL) if m.state in (State.UNCLAIMED, State.CLAIMED)]
    for days in (3, 30, 300):
        since = world.now - timedelta(days=days, hours=5)
        for tally in store.tallies(since, world.now):
            mine = [m for m in mentions if m.brand == tally.brand and since <= m.post.published_at < world.now]
            words = [m.score.sentiment.value for m in mine]
            assert tally.n == len(mine)
            assert tally.hidden == sum(m.hidden for m in mine)
            assert tally.set_aside == sum(m.set_aside for m in mine)
            figures = (tally.negative, tally.neutral, tally.positive, tally.unscored)
            assert figures == tuple(words.count(w) for w in ("negative", "neutral", "positive", "unscored"))
            check_stories(tally, mine, by_story=days < 31)


def check_stories(tally: Tally, mine: list[Mention], by_story: bool) -> None:
    grouped: dict[object, list[float]] = {}
    for m in mine:
        if m.score.value is not None:
            grouped.setdefault(m.story if by_story and m.story else f"alone {m.id}", []).append(m.score.value)
    words = [Sentiment.of(fmean(values)).value for values in grouped.values()]
    assert tally.stories == SentimentCounts(*(words.count(w) for w in ("negative", "neutral", "positive")))
