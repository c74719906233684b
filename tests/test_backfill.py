"""Sweeps, terms and watches by themselves: whatever arrives whenever, nothing is lost and nothing comes twice."""

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
    """Lists of posts, newest first, in pages of ``size`` that count from the newest of the moment."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.lists: dict[str, list[Post]] = {}
        self.asked = 0

    def read(self, window: Window) -> Page:
        self.asked += 1
        start = window.cursor if isinstance(window.cursor, int) else 0
        stand = sorted(self.lists.get(window.query, []), key=lambda p: p.published_at, reverse=True)
        cut = stand[start : start + self.size]
        past = any(p.published_at < window.since for p in cut)
        on = None if past or start + self.size >= len(stand) else start + self.size
        return Page(tuple(ListedPost(p, p.published_at) for p in cut), on)


def sweep(kept: Json, now: datetime) -> Backfill:
    return Backfill(kept, now, history=24 * HOUR, overlap=HOUR)


@settings(max_examples=150, deadline=None)
@given(
    arrivals=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 55)), max_size=9), max_size=7),
    size=st.integers(1, 5),
    requests=st.integers(2, 4),
)
def test_whatever_arrives_comes_once(arrivals: list[list[tuple[str, int]]], size: int, requests: int) -> None:
    """Posts arrive between passes, each up to 55 minutes late; passes are cut, and their state goes through JSON."""
    site, kept, got, told, rounds = Site(size), None, [], set(), 0
    for turn, new in enumerate([*arrivals, *([[]] * 300)]):
        for n, (query, late) in enumerate(new):
            one = replace(at(10 * turn - late), external_id=f"{turn}.{n}")
            site.lists.setdefault(query, []).append(one)
            told.add(one.external_id)
        now = NOON + timedelta(minutes=10 * min(turn, len(arrivals)))
        state = sweep(kept, now)
        batch = state.run("abc", site.read, requests)
        kept = json.loads(json.dumps(state.to_json()))
        got += [p.external_id for p in batch.posts]
        # one round may have begun before the last arrival; the next has not
        rounds += turn >= len(arrivals) and not batch.more
        if rounds == 2:
            break
    assert sorted(got) == sorted(told)


def run(kept: Json, now: datetime, site: Site, queries: str = "a", requests: int = 5) -> tuple[Batch, Json]:
    state = sweep(kept, now)
    return state.run(queries, site.read, requests), json.loads(json.dumps(state.to_json()))


@pytest.mark.parametrize("keeps_its_place", [True, False])
def test_a_first_look_that_was_cut_for_days_begins_where_it_began(keeps_its_place: bool) -> None:
    site = Site(2)
    site.lists = {"a": [at(-minute) for minute in range(0, 1440, 120)]}
    first = sweep(None, NOON)
    got = list(first.run(["a"], site.read, 2).posts)
    kept = json.loads(json.dumps(first.to_json()))
    if not keeps_its_place:
        kept["under_way"] = {}
    later = sweep(kept, NOON + 72 * HOUR)
    batch = later.run(["a"], site.read, 99)
    assert {post.external_id for post in (*got, *batch.posts)} == {post.external_id for post in site.lists["a"]}
    assert batch.complete_since == NOON - 24 * HOUR


def test_a_clock_that_was_set_back_leaves_no_beginning_in_a_time_to_come() -> None:
    site = Site(5)
    site.lists = {"a": [at(-60)]}
    kept = {"todo": ["a"], "from": {"a": int((NOON + 72 * HOUR).timestamp())}, "since": 0}
    assert [post.external_id for post in sweep(kept, NOON).run(["a"], site.read, 9).posts] == ["-60"]


def test_a_round_is_complete_only_when_each_query_was_read_down() -> None:
    site = Site(1)
    site.lists = {"a": [at(-1), at(-2)], "b": [at(-3), at(-4)]}
    first, kept = run(None, NOON, site, "ab", requests=3)
    assert (first.more, first.complete_since) == (True, None)
    second, _ = run(kept, NOON + HOUR, site, "ab", requests=3)
    assert (second.more, second.complete_since) == (False, NOON - 24 * HOUR)


def test_with_more_queries_than_requests_a_round_ends_all_the_same() -> None:
    site, kept = Site(9), None
    for _ in range(5):
        batch, kept = run(kept, NOON, site, "abcdefghi", requests=2)
    assert not batch.more
    assert site.asked == 9


def test_a_query_that_nobody_asks_any_more_is_forgotten_in_the_middle() -> None:
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
def test_a_state_of_another_time_is_no_reason_to_fail(kept: Any) -> None:
    site = Site(3)
    site.lists = {"a": [at(-1)]}
    run(kept, NOON, site, "ab")


def test_a_page_that_repeats_its_cursor_is_the_last_even_when_empty() -> None:
    asked: list[Json] = []

    def read(window: Window) -> Page:
        asked.append(window.cursor)
        return Page(next_cursor="again")

    assert not sweep(None, NOON).run("a", read, 9).more
    assert asked == [None, "again"]


def test_what_is_remembered_is_bounded() -> None:
    site = Site(MAX_SEEN_POSTS + 500)
    site.lists = {"a": [replace(at(-1), external_id=str(n)) for n in range(MAX_SEEN_POSTS + 500)]}
    _, kept = run(None, NOON, site)
    assert isinstance(kept, dict)
    assert len(kept["seen"]) == MAX_SEEN_POSTS


def test_a_limit_in_the_middle_is_a_wish_and_at_once_an_error() -> None:
    site = Site(1)
    site.lists = {"a": [at(-1), at(-2), at(-3)]}

    def limited(window: Window) -> Page:
        if site.asked >= 2:
            raise RateLimited("Wait.", NOON + HOUR)
        return site.read(window)

    batch = sweep(None, NOON).run("a", limited, 5)
    assert (len(batch.posts), batch.not_before, batch.more, batch.note) == (2, NOON + HOUR, False, "Wait.")
    with pytest.raises(RateLimited):
        sweep(None, NOON).run("a", limited, 5)


def test_watches_look_at_the_young_often_and_at_the_old_once_a_day() -> None:
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


def test_a_look_that_fails_is_a_note_and_made_again() -> None:
    recheck = Recheck(None)
    recheck.run(Batch(posts=(at(0),)), NOON, lambda ids: {}, 5)

    def down(ids: Any) -> dict[str, Post | None]:
        raise SourceError("It is down.")

    assert "It is down." in recheck.run(Batch(), NOON + 6 * HOUR, down, 5).note
    assert recheck.run(Batch(), NOON + 6 * HOUR, lambda ids: {"0": None}, 5).deleted == ("0",)


def test_an_edit_seen_when_looking_comes_once() -> None:
    recheck, edited = Recheck(None), replace(at(0), text="Acme, edited")
    recheck.run(Batch(posts=(at(0),)), NOON, lambda ids: {}, 5)
    assert recheck.run(Batch(), NOON + 6 * HOUR, lambda ids: {"0": edited}, 5).posts == (edited,)
    assert recheck.run(Batch(), NOON + 12 * HOUR, lambda ids: {"0": edited}, 5).posts == ()
    assert content_digest(edited) != content_digest(at(0))


@pytest.mark.parametrize("kept", [5, [], {"a": 5}, {"a": [1, 2]}, {"a": ["x", 1, "y"]}, {"a": [True, 1, "y"]}])
def test_a_watch_of_another_time_is_no_reason_to_fail(kept: Any) -> None:
    assert Recheck(kept).to_json(NOON) == {}


@pytest.mark.parametrize("body", ["ACME\n\ncorp", "Acmé Corp!", "the corp of acme", "acmecorp"])
def test_what_may_match_is_followed(body: str) -> None:
    assert may_match(post(body), [Term("globex"), Term("@Acme Corp")])
    assert may_match(post(body), [])
    assert not may_match(post(body), [Term("globex")])


def test_terms_are_searched_for_once_each_without_signs_that_searches_do_not_know() -> None:
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
def test_packed_queries_hold_every_part_that_fits(parts: list[str], longest: int, most: int) -> None:
    queries = pack_queries(parts, "|", longest, most)
    assert all(len(query) <= longest and len(query.split("|")) <= most for query in queries)
    assert [p for query in queries for p in query.split("|")] == [p for p in parts if len(p) <= longest]


def test_a_clock_in_utc_is_all_there_is() -> None:
    _, kept = run(None, NOON.astimezone(UTC), Site(1))
    assert isinstance(kept, dict)
    assert kept["done"] == {"a": int(NOON.timestamp())}
