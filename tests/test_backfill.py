"""Backfill, Recheck and search terms by themselves: nothing is lost and nothing is returned twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import RateLimited, SourceError
from monitor.model import Batch, Json, Post, Term
from monitor.sources._backfill import MAX_SEEN_POSTS, Backfill, ListedPost, Page, Window
from monitor.sources._recheck import RECHECK_FOR, Recheck, content_digest, may_match
from monitor.sources._terms import pack_queries, quote_phrase, search_texts
from tests.fakes import NOON, post

HOUR = timedelta(hours=1)


def at(minute: int) -> Post:
    return post(f"Acme {minute}", external_id=str(minute), published_at=NOON + timedelta(minutes=minute))


class Site:
    """Lists of posts, newest first. Pages of ``size`` posts are counted from the newest post of the moment."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.lists: dict[str, list[Post]] = {}
        self.requests = 0

    def read(self, window: Window) -> Page:
        self.requests += 1
        start = window.cursor if isinstance(window.cursor, int) else 0
        posts = sorted(self.lists.get(window.query, []), key=lambda p: p.published_at, reverse=True)
        page = posts[start : start + self.size]
        past = any(p.published_at < window.since for p in page)
        on = None if past or start + self.size >= len(posts) else start + self.size
        return Page(tuple(ListedPost(p, p.published_at) for p in page), on)


def backfill(kept: Json, now: datetime) -> Backfill:
    return Backfill(kept, now, history=24 * HOUR, overlap=HOUR)


@settings(max_examples=150, deadline=None)
@given(
    arrivals=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 55)), max_size=9), max_size=7),
    size=st.integers(1, 5),
    requests=st.integers(2, 4),
)
def test_every_post_is_returned_once(arrivals: list[list[tuple[str, int]]], size: int, requests: int) -> None:
    """Posts arrive between passes, up to 55 minutes late. Passes are interrupted, and their state is stored as JSON."""
    site, kept, returned, expected, rounds = Site(size), None, [], set(), 0
    for turn, new in enumerate([*arrivals, *([[]] * 300)]):
        for n, (query, late) in enumerate(new):
            one = replace(at(10 * turn - late), external_id=f"{turn}.{n}")
            site.lists.setdefault(query, []).append(one)
            expected.add(one.external_id)
        now = NOON + timedelta(minutes=10 * min(turn, len(arrivals)))
        state = backfill(kept, now)
        batch = state.run("abc", site.read, requests)
        kept = json.loads(json.dumps(state.to_json()))
        returned += [p.external_id for p in batch.posts]
        # the first round may have started before the last arrival, the next one has not
        rounds += turn >= len(arrivals) and not batch.more
        if rounds == 2:
            break
    assert sorted(returned) == sorted(expected)


def run(kept: Json, now: datetime, site: Site, queries: str = "a", requests: int = 5) -> tuple[Batch, Json]:
    state = backfill(kept, now)
    return state.run(queries, site.read, requests), json.loads(json.dumps(state.to_json()))


@pytest.mark.parametrize("keeps_its_place", [True, False])
def test_an_interrupted_first_round_keeps_its_start(keeps_its_place: bool) -> None:
    site = Site(2)
    site.lists = {"a": [at(-minute) for minute in range(0, 1440, 120)]}
    first = backfill(None, NOON)
    returned = list(first.run(["a"], site.read, 2).posts)
    kept = json.loads(json.dumps(first.to_json()))
    if not keeps_its_place:
        kept["under_way"] = {}
    later = backfill(kept, NOON + 72 * HOUR)
    batch = later.run(["a"], site.read, 99)
    assert {post.external_id for post in (*returned, *batch.posts)} == {post.external_id for post in site.lists["a"]}
    assert batch.complete_since == NOON - 24 * HOUR


def test_a_clock_that_is_set_back_leaves_no_start_in_the_future() -> None:
    site = Site(5)
    site.lists = {"a": [at(-60)]}
    kept = {"todo": ["a"], "from": {"a": int((NOON + 72 * HOUR).timestamp())}, "since": 0}
    assert [post.external_id for post in backfill(kept, NOON).run(["a"], site.read, 9).posts] == ["-60"]


def test_a_round_is_complete_once_every_query_was_read() -> None:
    site = Site(1)
    site.lists = {"a": [at(-1), at(-2)], "b": [at(-3), at(-4)]}
    first, kept = run(None, NOON, site, "ab", requests=3)
    assert (first.more, first.complete_since) == (True, None)
    second, _ = run(kept, NOON + HOUR, site, "ab", requests=3)
    assert (second.more, second.complete_since) == (False, NOON - 24 * HOUR)


def test_a_round_with_more_queries_than_requests_ends() -> None:
    site, kept = Site(9), None
    for _ in range(5):
        batch, kept = run(kept, NOON, site, "abcdefghi", requests=2)
    assert not batch.more
    assert site.requests == 9


def test_a_removed_query_is_dropped_in_the_middle_of_a_round() -> None:
    site = Site(1)
    site.lists = {"a": [at(-n) for n in range(1, 9)]}
    first, kept = run(None, NOON, site, "ab", requests=2)
    assert first.more
    second, kept = run(kept, NOON, site, "b", requests=2)
    assert not second.more
    assert isinstance(kept, dict)
    assert kept["under_way"] == {}


@pytest.mark.parametrize(
    "kept",
    [
        {"done": 5, "under_way": [], "seen": "x", "todo": {}, "since": "x"},
        {"done": {"a": -1, "b": 1e300, "c": True}, "under_way": {"a": [1]}, "seen": {"x": [1, 2]}, "todo": [5]},
        {"done": {"a": 1 << 60}, "under_way": {"a": [1 << 60, 3], "b": [-5, None]}, "since": 1 << 60},
        {"done": {"a": 4_000_000_000}, "under_way": {"a": [4_000_000_000, 1]}, "todo": ["a"], "since": 0},
    ],
)
def test_an_invalid_state_is_accepted(kept: Any) -> None:
    site = Site(3)
    site.lists = {"a": [at(-1)]}
    run(kept, NOON, site, "ab")


def test_a_page_that_repeats_its_cursor_is_the_last_one() -> None:
    cursors: list[Json] = []

    def read(window: Window) -> Page:
        cursors.append(window.cursor)
        return Page(next_cursor="again")

    assert not backfill(None, NOON).run("a", read, 9).more
    assert cursors == [None, "again"]


def test_the_number_of_seen_posts_is_limited() -> None:
    site = Site(MAX_SEEN_POSTS + 500)
    site.lists = {"a": [replace(at(-1), external_id=str(n)) for n in range(MAX_SEEN_POSTS + 500)]}
    _, kept = run(None, NOON, site)
    assert isinstance(kept, dict)
    assert len(kept["seen"]) == MAX_SEEN_POSTS


def test_a_limit_ends_the_pass_or_is_raised_at_the_first_request() -> None:
    site = Site(1)
    site.lists = {"a": [at(-1), at(-2), at(-3)]}

    def limited(window: Window) -> Page:
        if site.requests >= 2:
            raise RateLimited("Wait.", NOON + HOUR)
        return site.read(window)

    batch = backfill(None, NOON).run("a", limited, 5)
    assert (len(batch.posts), batch.not_before, batch.more, batch.note) == (2, NOON + HOUR, False, "Wait.")
    with pytest.raises(RateLimited):
        backfill(None, NOON).run("a", limited, 5)


def test_new_posts_are_looked_up_often_and_old_ones_daily() -> None:
    looked: list[datetime] = []
    recheck = Recheck(None)
    batch = recheck.run(Batch(posts=(at(0),)), NOON, lambda ids: {}, 5)
    for hour in range(24 * 15):
        now = NOON + hour * HOUR
        recheck = Recheck(json.loads(json.dumps(recheck.to_json(now))))
        recheck.run(Batch(), now, lambda ids, now=now: looked.append(now) or {"0": at(0)}, 5)  # type: ignore[misc]
    assert looked[0] == NOON + HOUR
    gaps = [later - earlier for earlier, later in pairwise(looked)]
    assert max(gaps) <= timedelta(hours=24)
    assert len(looked) < 30
    assert looked[-1] <= NOON + RECHECK_FOR
    assert batch.posts == (at(0),)


def test_a_failed_lookup_is_noted_and_repeated() -> None:
    recheck = Recheck(None)
    recheck.run(Batch(posts=(at(0),)), NOON, lambda ids: {}, 5)

    def down(ids: Any) -> dict[str, Post | None]:
        raise SourceError("It is down.")

    assert "It is down." in recheck.run(Batch(), NOON + 6 * HOUR, down, 5).note
    assert recheck.run(Batch(), NOON + 6 * HOUR, lambda ids: {"0": None}, 5).deleted == ("0",)


def test_an_edit_found_by_a_lookup_is_returned_once() -> None:
    recheck, edited = Recheck(None), replace(at(0), text="Acme, edited")
    recheck.run(Batch(posts=(at(0),)), NOON, lambda ids: {}, 5)
    assert recheck.run(Batch(), NOON + 6 * HOUR, lambda ids: {"0": edited}, 5).posts == (edited,)
    assert recheck.run(Batch(), NOON + 12 * HOUR, lambda ids: {"0": edited}, 5).posts == ()
    assert content_digest(edited) != content_digest(at(0))


@pytest.mark.parametrize("kept", [5, [], {"a": 5}, {"a": [1, 2]}, {"a": ["x", 1, "y"]}, {"a": [True, 1, "y"]}])
def test_an_invalid_recheck_state_is_accepted(kept: Any) -> None:
    assert Recheck(kept).to_json(NOON) == {}


@pytest.mark.parametrize("body", ["ACME\n\ncorp", "Acmé Corp!", "the corp of acme", "acmecorp"])
def test_posts_that_may_match_are_recognised(body: str) -> None:
    assert may_match(post(body), [Term("globex"), Term("@Acme Corp")])
    assert may_match(post(body), [])
    assert not may_match(post(body), [Term("globex")])


@pytest.mark.parametrize(
    ("body", "term"),
    [
        ("KIZILAY geldi", "k\u0131z\u0131lay"),
        ("k\u0131z\u0131lay geldi", "kizilay"),
        ("شكرا للنجم", "النجم"),
        ("شكرا للنجم", "نجم"),
    ],
)
def test_names_that_rules_find_behind_a_proclitic_or_with_a_dotless_i_may_match(body: str, term: str) -> None:
    assert may_match(post(body), [Term(term)])


def test_terms_become_distinct_search_texts() -> None:
    terms = [Term("acme"), Term("ACME"), Term("#acme"), Term('say "acme"'), Term("x"), Term("\ud800")]
    assert search_texts(terms, min_chars=2) == ["acme", "say acme"]
    assert search_texts([Term("#acme")], keep_signs=True) == ["#acme"]
    assert [quote_phrase(text) for text in ("acme", "新車", "acme corp", "t-mobile")] == [
        "acme",
        "新車",
        '"acme corp"',
        '"t-mobile"',
    ]


@given(st.lists(st.text("abc", min_size=1, max_size=30)), st.integers(5, 60), st.integers(1, 4))
def test_packed_queries_contain_every_part_that_fits(parts: list[str], longest: int, most: int) -> None:
    queries = pack_queries(parts, "|", longest, most)
    assert all(len(query) <= longest and len(query.split("|")) <= most for query in queries)
    assert [p for query in queries for p in query.split("|")] == [p for p in parts if len(p) <= longest]


def test_state_times_are_in_utc() -> None:
    _, kept = run(None, NOON.astimezone(UTC), Site(1))
    assert isinstance(kept, dict)
    assert kept["done"] == {"a": int(NOON.timestamp())}
