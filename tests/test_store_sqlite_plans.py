"""The query plans of the hot queries. The planner sometimes picks a wrong index, so the plans are pinned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Choice, Count, MentionFilter, Order
from monitor.store.options import OpenOptions
from monitor.store.sql import (
    brand_figures,
    candidates,
    facets,
    prefixes,
    queries,
    sample_index,
    samples,
    time_order,
    top_values,
)
from monitor.store.sql.connection import Connection
from monitor.store.sql.cubes import Segment, segments
from monitor.store.sql.plan import Plan, plan
from monitor.store.sql.units import DAY_MS, from_ms, month_of, month_start, to_ms
from monitor.store.sqlite import SqliteStore
from tests.fake_store import ALL, BRANDS, SOURCES, World, judged
from tests.fakes import NOON

ROUTES = {
    "index": r"SCAN mention_fts VIRTUAL TABLE INDEX \d+:(?=.*M)",
    "rows": r"SEARCH mention USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)",
    "time": r"SEARCH mention USING COVERING INDEX mention_time \(brand=\? AND published_at>\? AND published_at<\?",
    "story": r"SEARCH mention USING INDEX mention_story \(story=\?",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    store = SqliteStore.open(tmp_path_factory.mktemp("plans") / "wallflower.db", OpenOptions(lock_timeout=1.0))
    store.register_brands(BRANDS, NOON)
    world = World(1)
    for _ in range(20):
        store.save("Forum", world.batch("Forum", 40), now=world.later())
    yield store
    store.close()


@pytest.fixture(autouse=True)
def no_samples(store: SqliteStore) -> None:
    """No test finds a sample of another one."""
    store._samples = samples.Samples()


def query_plan(store: SqliteStore, sql: str, params: tuple[object, ...]) -> str:
    return "\n".join(
        row[3] for row in store._read(lambda db: db.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall())
    )


def page_plan(store: SqliteStore, f: MentionFilter, limit: str = "ORDER BY {id} DESC LIMIT 50") -> str:
    """The plan that finds the ids of a page."""
    select = store._read(lambda db: candidates.Candidates.within(db, plan(db, f)).select())
    return query_plan(store, f"{select.sql} {limit.format(id=select.id)}", select.params)


def plans_of(store: SqliteStore, query: Callable[[], object]) -> list[str]:
    """The plan of every SELECT that ``query`` runs."""
    return [query_plan(store, sql, ()) for sql in statements(store, query) if sql.lstrip().startswith("SELECT")]


def statements(store: SqliteStore, query: Callable[[], object]) -> list[str]:
    """Every statement that ``query`` runs, with its parameters."""
    seen: list[str] = []
    store._read(lambda db: db.set_trace_callback(seen.append))
    query()
    store._read(lambda db: db.set_trace_callback(None))
    return seen


HOUR_LAST_WEEK = {"since": NOON - timedelta(days=9), "until": NOON - timedelta(days=9) + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("f", "route"),
    [
        (MentionFilter(), "rows"),
        (MentionFilter(since=NOON - timedelta(days=7)), "rows"),
        (MentionFilter(lang=Choice(exclude=("en",))), "rows"),
        (MentionFilter(brand=Choice(("Acme",))), "index"),
        (MentionFilter(source=Choice(exclude=("Forum",))), "index"),
        (MentionFilter(q="delay", since=NOON - timedelta(days=7)), "index"),
        (MentionFilter(author=Choice(("bob",)), state=Choice(("hidden",))), "index"),
        (MentionFilter(q="delay", story=3), "index"),
        (MentionFilter(**HOUR_LAST_WEEK), "time"),
        (MentionFilter(lang=Choice(("en",)), **HOUR_LAST_WEEK), "time"),
        (MentionFilter(story=3), "story"),
    ],
)
def test_a_page_takes_its_route(store: SqliteStore, f: MentionFilter, route: str) -> None:
    found = page_plan(store, f)
    assert re.search(ROUTES[route], found), found
    assert ("TEMP B-TREE" in found) == (route in ("time", "story")), found


def test_a_page_by_index_needs_no_sort(store: SqliteStore) -> None:
    for order in (Order.NEW, Order.OLD):
        f = MentionFilter(q="delay OR the", brand=Choice(("Acme",)), since=NOON, order=order)
        direction = "ORDER BY {id} DESC" if order is Order.NEW else "ORDER BY {id}"
        assert "TEMP B-TREE" not in page_plan(store, f, f"{direction} LIMIT 50")


BY_TIME = r"SEARCH mention USING (COVERING )?INDEX mention_published \(published_at>\? AND published_at<\?\)"


@pytest.mark.parametrize("order", [Order.NEW, Order.OLD])
@pytest.mark.parametrize(
    ("f", "few_streamed", "route", "sorted_"),
    [
        (MentionFilter(), False, BY_TIME, False),
        (MentionFilter(since=NOON - timedelta(days=7)), False, BY_TIME, False),
        (MentionFilter(**HOUR_LAST_WEEK), False, ROUTES["time"], True),
        (MentionFilter(lang=Choice(exclude=("en",))), False, BY_TIME, False),
        (MentionFilter(brand=Choice(("Acme",))), False, ROUTES["index"], False),
        (MentionFilter(brand=Choice(("Acme",))), True, BY_TIME, False),
        (MentionFilter(q="the OR delay OR bad"), False, ROUTES["index"], False),
        (MentionFilter(q="the OR delay OR bad"), True, BY_TIME, False),
        (MentionFilter(lang=Choice(("en",)), **HOUR_LAST_WEEK), False, ROUTES["time"], True),
        (MentionFilter(story=3), False, ROUTES["story"], True),
    ],
)
def test_a_page_by_time_takes_its_route(
    store: SqliteStore,
    monkeypatch: pytest.MonkeyPatch,
    f: MentionFilter,
    few_streamed: bool,
    route: str,
    sorted_: bool,
    order: Order,
) -> None:
    if few_streamed:
        monkeypatch.setattr(time_order, "MAX_STREAMED", 1)
        monkeypatch.setattr(time_order, "MAX_SORTED", 1)
    ordered = replace(f, order=order)
    select = r"SELECT mention.published_at, mention.id.* FROM (mention|json_each|mention_fts)"
    sent = [sql for sql in statements(store, lambda: store.page(ordered, limit=3)) if re.match(select, sql)]
    plans = [query_plan(store, sql, ()) for sql in sent]
    assert re.search(route, plans[-1]), plans
    assert all(("TEMP B-TREE" in found) == sorted_ for found in plans), plans


def test_the_wall_reads_only_the_covering_index(store: SqliteStore) -> None:
    since, until = NOON - timedelta(hours=1), NOON
    for found in plans_of(store, lambda: store.tallies(since, until)):
        assert (
            "COVERING INDEX mention_time (brand=? AND published_at>? AND published_at<?)" in found
            or "brand" in found
            or found == "SCAN opinion_state"
        )
        assert not re.search(r"(SCAN|SEARCH) mention (?!USING COVERING INDEX mention_time)", found), found
    edges = [NOON - timedelta(minutes=15) * i for i in range(96, -1, -1)]
    for found in plans_of(store, lambda: store.brand_histogram("Acme", edges)):
        assert "SCAN mention" not in found, found


def test_counts_facets_and_days_without_words_come_from_cubes(store: SqliteStore) -> None:
    days = [NOON.replace(hour=0) - timedelta(days=i) for i in range(200, -1, -1)]
    f = MentionFilter(source=Choice(SOURCES), sentiment=Choice(("negative",)))
    for query in (lambda: store.count(f), lambda: store.facets(f), lambda: store.histogram(f, days)):
        for found in plans_of(store, query):
            assert not re.search(r"(SCAN|SEARCH) mention USING (?!COVERING INDEX)", found), found


def test_loose_ends_of_a_time_come_from_the_covering_index(store: SqliteStore) -> None:
    f = MentionFilter(since=NOON - timedelta(days=3), until=NOON - timedelta(hours=1), lang=Choice(("en",)))
    found = [s for s in plans_of(store, lambda: store.count(f)) if "mention_time" in s]
    assert len(found) == 2
    assert all("COVERING INDEX mention_time (brand=? AND published_at>? AND published_at<?)" in s for s in found)


def test_many_matches_are_estimated_and_marked_inexact(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    f = MentionFilter(q="the OR delay OR phone", since=NOON - timedelta(days=900))
    exact = store.facets(f)
    edges = [NOON - timedelta(days=900), NOON + timedelta(days=900)]
    n, exactly = store.histogram(f, edges)[0].n, store.count(f)
    assert exactly.exact
    assert exactly.n == n > 300

    monkeypatch.setattr(samples, "MAX_EXACT_MATCHES", 150)
    monkeypatch.setattr(samples, "SAMPLE_SIZE", 150)
    assert (store.count(f).n, store.count(f).exact) == (n, True), "few enough to be counted, if not to be read"
    assert store.histogram(f, edges)[0].n == pytest.approx(n, rel=0.3)
    shares = {v.value: v.n / n for v in exact["brand"]}
    estimated = store.facets(f)["brand"]
    assert {v.value: v.n / n for v in estimated} == {k: pytest.approx(v, abs=0.12) for k, v in shares.items()}


@pytest.mark.parametrize("size", [10_000, 12])
def test_a_list_that_is_too_long_to_count_is_estimated_from_the_sample_index(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(queries, "MAX_COUNTED_MENTIONS", 0)
    for f in (
        MentionFilter(q="the OR delay OR phone OR bad OR great"),
        MentionFilter(q="the OR delay OR phone", since=NOON - timedelta(days=900)),
        MentionFilter(brand=Choice(("Acme",))),
    ):
        with monkeypatch.context() as patch:
            matching = [mention.id for mention in store.export(f)]
            assert store.count(f) == Count(len(matching))
            patch.setattr(samples, "MIN_SAMPLED", 1)
            patch.setattr(samples, "MAX_EXACT_MATCHES", 10)
            patch.setattr(samples, "SAMPLE_SIZE", size)
            planned = store._read(lambda db, f=f: plan(db, f))  # type: ignore[misc]
            drawn = store._read(lambda db, planned=planned: samples.draw(db, planned, 2**40))  # type: ignore[misc]
            indexed = sorted(id_ for id_ in matching if sample_index.place(id_) < sample_index.INDEXED_SHARE)
            assert set(drawn.ids) <= set(indexed), f
            if size > len(indexed):
                assert drawn.ids == indexed, f
            assert store.count(f).exact == planned.by_cube, f
            assert store.count(f).n == pytest.approx(len(matching), rel=0.5), f


def test_the_sample_index_finds_what_the_whole_one_finds_of_its_mentions(store: SqliteStore) -> None:
    everything = list(store.export(ALL))
    world, upto = World(77), everything[len(everything) // 3].id
    for _ in range(60):
        f = world.filter(everything)
        planned = store._read(lambda db, f=f: plan(db, f))  # type: ignore[misc]
        if planned.match is None or planned.check is not None:
            continue
        matching = [mention.id for mention in store.export(f, upto)]
        indexed = sorted(id_ for id_ in matching if sample_index.place(id_) < sample_index.INDEXED_SHARE)

        def read(db: Connection, planned: Plan = planned) -> list[int]:
            within = replace(candidates.Candidates.within(db, planned, upto), sampled=True)
            return within.in_share(sample_index.INDEXED_SHARE)

        assert store._read(read) == indexed, f


def test_parts_of_a_page_share_a_sample_for_a_minute(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MAX_EXACT_MATCHES", 10)
    monkeypatch.setattr(samples, "SAMPLE_SIZE", 50)
    now = [0.0]
    store._samples = samples.Samples(lambda: now[0])
    f = MentionFilter(q="the OR delay OR phone", sentiment=Choice(("negative",)))
    edges = [NOON - timedelta(days=900), NOON + timedelta(days=900)]

    def sent() -> int:
        def work() -> None:
            store.facets(f)
            store.histogram(f, edges)
            store.count_stories(f)

        return sum("MATCH" in sql for sql in statements(store, work))

    first, again = sent(), sent()
    assert again < first / 2
    now[0] += samples.KEPT_SECONDS + 1
    assert sent() == first
    now[0] += samples.KEPT_SECONDS + 1
    store.save("Forum", [judged("the new one")], now=NOON)
    assert sent() >= first


@pytest.mark.parametrize("q", ["", "the OR delay OR phone OR bad OR great"])
def test_values_found_in_a_sample_are_counted_exactly(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    f = MentionFilter(q=q)
    exact = {facet: {v.value: v.n for v in store.top_values(f, facet)} for facet in ("author", "site")}
    stories = store.count_stories(f)
    monkeypatch.setattr(samples, "MAX_EXACT_MATCHES", 190)
    monkeypatch.setattr(samples, "SAMPLE_SIZE", 190)
    monkeypatch.setattr(top_values, "SAMPLE_SIZE", 150)
    monkeypatch.setattr(top_values, "MIN_SCALED", 10**6)
    estimate = store.count_stories(f)
    assert (stories.exact, estimate.exact) == (True, False)
    assert estimate.n == pytest.approx(stories.n, rel=0.25)
    for facet, counts in exact.items():
        sampled = store.top_values(f, facet)
        assert len(sampled) >= min(len(counts), 5)
        assert {v.value: v.n for v in sampled}.items() <= counts.items()
    monkeypatch.setattr(top_values, "MIN_SCALED", 30)
    for facet, counts in exact.items():
        for found in store.top_values(f, facet):
            assert found.n == pytest.approx(counts[found.value], rel=0.4)


def test_texts_are_checked_until_the_page_is_full(store: SqliteStore) -> None:
    rare = judged("Phone and Rarely so", external_id="rare", published_at=NOON - timedelta(days=1))
    store.save("Import", [judged("rarely a word", external_id="no"), rare], now=NOON)
    store.save("Import", [judged(f"rarely, {i}", external_id=str(i)) for i in range(700)], now=NOON)
    found = store.page(MentionFilter(q="=Rarely"), limit=1)
    assert [m.post.external_id for m in found] == ["rare"]
    assert store.count(MentionFilter(q="=Rarely")).n == 1


def test_a_sample_by_windows_is_representative(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    n = store.count(MentionFilter()).n
    monkeypatch.setattr(samples, "MAX_EXACT_MATCHES", 200)
    monkeypatch.setattr(samples, "SAMPLE_SIZE", 200)
    drawn = store._read(lambda db: samples.draw(db, plan(db, MentionFilter()), store.last_mention_id()))
    assert 100 < len(drawn.ids) < 320
    assert len(set(drawn.ids)) == len(drawn.ids)
    assert drawn.n == n


@pytest.mark.parametrize("q", ["del*", "del* OR pho*", '"the del*"', "-del* phone", "del* NEAR/3 the", "zyz*"])
def test_prefixes_find_the_same_as_the_words_that_they_are_replaced_by(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    words = ["delay", "delayed", "Delays!", "#delaying", "#DelayAgain", "delete phone", "phones", "the delta"]
    store.save("Import", [judged(f"the {word} {n}", external_id=f"{n}") for n, word in enumerate(words)], now=NOON)
    found = [mention.id for mention in store.export(MentionFilter(q=q))]
    monkeypatch.setattr(prefixes, "MAX_WORDS", -1)
    assert [mention.id for mention in store.export(MentionFilter(q=q))] == found
    assert bool(found) == (q != "zyz*")


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, [Segment("cube_all", 0, 0)]),
        (5 * DAY_MS, 7 * DAY_MS, [Segment("cube_day", 5, 7)]),
        (5 * DAY_MS + 9, 5 * DAY_MS + 20, [Segment("mention", 5 * DAY_MS + 9, 5 * DAY_MS + 20)]),
        (
            5 * DAY_MS - 9,
            7 * DAY_MS - 9,
            [
                Segment("mention", 5 * DAY_MS - 9, 5 * DAY_MS),
                Segment("mention", 7 * DAY_MS - 9, 7 * DAY_MS, -1),
                Segment("cube_day", 5, 7),
            ],
        ),
        (
            5 * DAY_MS + 9,
            7 * DAY_MS + 9,
            [
                Segment("mention", 5 * DAY_MS, 5 * DAY_MS + 9, -1),
                Segment("mention", 7 * DAY_MS, 7 * DAY_MS + 9),
                Segment("cube_day", 5, 7),
            ],
        ),
    ],
)
def test_a_time_is_split_into_segments(since: int | None, until: int | None, expected: list[Segment]) -> None:
    assert segments(since, until) == expected


def test_a_long_time_is_read_by_whole_months() -> None:
    start, end = to_ms(NOON) // DAY_MS, to_ms(NOON) // DAY_MS + 400
    days, months, rest = segments(start * DAY_MS, end * DAY_MS)
    assert (days.table, months.table, rest.table) == ("cube_day", "cube_month", "cube_day")
    assert days.low == start
    assert days.high * DAY_MS == month_start(months.low)
    assert rest.low * DAY_MS == month_start(months.high)
    assert rest.high == end
    assert month_of(month_start(months.low) - 1) == months.low - 1


def test_the_first_id_added_since_a_time_is_found(store: SqliteStore) -> None:
    mentions = sorted(store.export(MentionFilter()), key=lambda m: m.id)
    for at in (mentions[0].added_at, mentions[40].added_at, mentions[-1].added_at):
        for shift in (-1, 0, 1):
            since = to_ms(at) + shift
            later = [m.id for m in mentions if to_ms(m.added_at) >= since]
            first = store._read(lambda db, since=since: candidates.first_id_added(db, since))
            assert first <= (later[0] if later else mentions[-1].id + 1)
            assert all(m.added_at < from_ms(since) for m in mentions if m.id < first)


def test_every_facet_is_counted(store: SqliteStore) -> None:
    assert tuple(store.facets(MentionFilter())) == facets.FACETS
    assert brand_figures.MAX_ROW_RANGE_MS == 31 * DAY_MS
