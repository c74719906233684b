"""GDELT: one request a pass, going on from pass to pass, and its errors that look like answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import BadResponse, RateLimited
from monitor.model import Batch, Json, Post, Term
from monitor.sources.gdelt import Options, RateLimiter, Source
from tests.fake_server import Connection, http_for, serving
from tests.fakes import NOON
from tests.sites import Said, said
from tests.sites.gdelt import Site
from tests.test_sources_http import passes, posts_of, reading

TERMS = [Term("acme")]
MANY = said(*range(1, 701), start=NOON - timedelta(minutes=800))


def in_turns(source: Any, passes: int, cursor: Json = None) -> tuple[list[Post], Batch]:
    """The posts of so many passes, a quarter of an hour apart, and the last batch."""
    posts: list[Post] = []
    for turn in range(passes):
        batch = source.fetch(TERMS, cursor, NOON + timedelta(minutes=15 * turn))
        cursor = json.loads(json.dumps(batch.cursor))
        posts += batch.posts
    return posts, batch


def test_an_article_becomes_a_post_with_its_headline_mended() -> None:
    with reading("gdelt", Site(said(1))) as (source, _):
        (post,) = posts_of(passes(source))
    assert (post.title, post.text) == ("Acme is fine, says number 1.", "")
    assert (post.url, post.site) == ("https://news.example/1", "news.example")


def test_terms_share_one_search() -> None:
    site = Site()
    with reading("gdelt", site, operators="sourcelang:english") as (source, _):
        source.fetch([Term("acme"), Term("Acme Corp"), Term("t-mobile"), Term("o2")], None, NOON)
    (asked,) = site.asked
    assert asked["query"] == '(acme OR "Acme Corp" OR "t-mobile") sourcelang:english'
    assert (asked["startdatetime"], asked["enddatetime"]) == ("20260225120000", "20260304120000")


def test_a_single_term_stands_without_brackets_which_gdelt_would_refuse() -> None:
    site = Site()
    with reading("gdelt", site) as (source, _):
        source.fetch(TERMS, None, NOON)
    assert site.asked[0]["query"] == "acme"


def test_a_pass_is_one_request_and_the_next_goes_on() -> None:
    site = Site(MANY)
    with reading("gdelt", site) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
        assert (len(site.asked), len(batch.posts), batch.more) == (1, 250, False)
        assert batch.not_before == NOON + timedelta(seconds=5)
        assert batch.complete_since is None
        posts, last = in_turns(source, 4)
    assert len(posts) == len({post.external_id for post in posts}) == 700
    assert last.complete_since is not None


def test_more_terms_than_a_search_holds_take_turns() -> None:
    site = Site(said(1))
    terms = [Term(f"acme number {n}") for n in range(25)]
    with reading("gdelt", site) as (source, _):
        cursor: Json = None
        for turn in range(3):
            batch = source.fetch(terms, cursor, NOON + timedelta(minutes=15 * turn))
            cursor = batch.cursor
    assert len({asked["query"] for asked in site.asked}) == 3
    assert batch.complete_since == NOON - timedelta(days=7)


def test_a_moment_with_more_articles_than_an_answer_holds_is_passed_and_told() -> None:
    crowd = [Said(n, f"Acme {n}", NOON - timedelta(hours=1)) for n in range(400)]
    early = [Said(n, f"Acme {n}", NOON - timedelta(hours=2)) for n in range(400, 405)]
    with reading("gdelt", Site([*crowd, *early])) as (source, _):
        posts, _ = in_turns(source, 3)
    assert len(posts) == 255


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"Please limit requests to one every 5 seconds or contact someone for larger queries.", RateLimited),
        (429, b"Please limit requests to one every 5 seconds", RateLimited),
        (429, b"", RateLimited),
        (200, b"Your query was too short or too long.", BadResponse),
        (200, b"The specified phrase is too short.", BadResponse),
        (200, b"<html><body>Busy</body></html>", BadResponse),
        (200, b'{"articles": [{"url"', BadResponse),
        (200, b'{"articles": 5}', BadResponse),
    ],
)
def test_an_error_that_looks_like_an_answer(status: int, body: bytes, expected: type[Exception]) -> None:
    with (
        reading("gdelt", lambda line: line.answer(status, body, content_type="text/html")) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    if body.startswith(b"Your query"):
        assert "too short or too long" in str(caught.value)


def test_broken_json_is_mended() -> None:
    def broken(line: Connection) -> None:
        body = rb'{"articles": [{"url": "https://news.example/1", "title": "Acme\'s \x \\x day' + b"\t"
        body += b'", "seendate": "20260304T080000Z"}]}'
        line.answer(200, body, content_type="application/json")

    with reading("gdelt", broken) as (source, _):
        (post,) = posts_of(passes(source))
    assert post.title == r"Acme's x \x day"


def test_two_sources_are_kept_five_seconds_apart() -> None:
    with serving(Site(said(1))) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        one.fetch(TERMS, None, NOON)
        with pytest.raises(RateLimited) as caught:
            two.fetch(TERMS, None, NOON + timedelta(seconds=3))
        assert caught.value.not_before == NOON + timedelta(seconds=5)
        two.fetch(TERMS, None, NOON + timedelta(seconds=6))
        http.close()


def test_when_it_is_overloaded_no_source_asks_it() -> None:
    with serving(lambda line: line.answer(429)) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        for source, seconds in ((one, 0), (two, 30)):
            with pytest.raises(RateLimited) as caught:
                source.fetch(TERMS, None, NOON + timedelta(seconds=seconds))
            assert caught.value.not_before == NOON + timedelta(minutes=5)
        assert len(server.requests) == 1
        http.close()


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_hours() -> None:
    limiter = RateLimiter()
    limiter.acquire("One", NOON)
    limiter.acquire("Two", NOON - timedelta(hours=1))
