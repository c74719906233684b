"""GDELT: one request in a pass, continuing from pass to pass, and errors that look like responses."""

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
from tests.sites import FakePost, fake_posts
from tests.sites.gdelt import Site
from tests.test_sources_http import passes, posts_of, reading

TERMS = [Term("acme")]
MANY = fake_posts(*range(1, 701), start=NOON - timedelta(minutes=800))


def passes_apart(source: Any, passes: int, cursor: Json = None) -> tuple[list[Post], Batch]:
    """(posts, last batch) of so many passes, a quarter of an hour apart."""
    posts: list[Post] = []
    for number in range(passes):
        batch = source.fetch(TERMS, cursor, NOON + timedelta(minutes=15 * number))
        cursor = json.loads(json.dumps(batch.cursor))
        posts += batch.posts
    return posts, batch


def test_an_article_becomes_a_post_with_a_cleaned_headline() -> None:
    with reading("gdelt", Site(fake_posts(1))) as (source, _):
        (post,) = posts_of(passes(source))
    assert (post.title, post.text) == ("Acme is fine, says number 1.", "")
    assert (post.url, post.site) == ("https://news.example/1", "news.example")


def test_several_terms_share_one_search() -> None:
    site = Site()
    with reading("gdelt", site, operators="sourcelang:english") as (source, _):
        source.fetch([Term("acme"), Term("Acme Corp"), Term("t-mobile"), Term("o2")], None, NOON)
    (request,) = site.requests
    assert request["query"] == '(acme OR "Acme Corp" OR "t-mobile") sourcelang:english'
    assert (request["startdatetime"], request["enddatetime"]) == ("20260225120000", "20260304120000")


def test_a_single_term_has_no_brackets() -> None:
    site = Site()
    with reading("gdelt", site) as (source, _):
        source.fetch(TERMS, None, NOON)
    assert site.requests[0]["query"] == "acme"


def test_a_pass_makes_one_request_and_the_next_one_continues() -> None:
    site = Site(MANY)
    with reading("gdelt", site) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
        assert (len(site.requests), len(batch.posts), batch.more) == (1, 250, False)
        assert batch.not_before == NOON + timedelta(seconds=5)
        assert batch.complete_since is None
        posts, last = passes_apart(source, 4)
    assert len(posts) == len({post.external_id for post in posts}) == 700
    assert last.complete_since is not None


def test_many_terms_are_searched_in_several_passes() -> None:
    site = Site(fake_posts(1))
    terms = [Term(f"acme number {n}") for n in range(25)]
    with reading("gdelt", site) as (source, _):
        cursor: Json = None
        for number in range(3):
            batch = source.fetch(terms, cursor, NOON + timedelta(minutes=15 * number))
            cursor = batch.cursor
    assert len({request["query"] for request in site.requests}) == 3
    assert batch.complete_since == NOON - timedelta(days=7)


def test_a_second_with_more_articles_than_a_page_is_skipped_as_incomplete() -> None:
    crowd = [FakePost(n, f"Acme {n}", NOON - timedelta(hours=1)) for n in range(400)]
    early = [FakePost(n, f"Acme {n}", NOON - timedelta(hours=2)) for n in range(400, 405)]
    with reading("gdelt", Site([*crowd, *early])) as (source, _):
        posts, _ = passes_apart(source, 3)
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
def test_errors_that_look_like_responses_are_recognised(status: int, body: bytes, expected: type[Exception]) -> None:
    with (
        reading("gdelt", lambda conn: conn.answer(status, body, content_type="text/html")) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    if body.startswith(b"Your query"):
        assert "too short or too long" in str(caught.value)


def test_broken_json_is_repaired() -> None:
    def broken(conn: Connection) -> None:
        body = rb'{"articles": [{"url": "https://news.example/1", "title": "Acme\'s \x \\x day' + b"\t"
        body += b'", "seendate": "20260304T080000Z"}]}'
        conn.answer(200, body, content_type="application/json")

    with reading("gdelt", broken) as (source, _):
        (post,) = posts_of(passes(source))
    assert post.title == r"Acme's x \x day"


def test_two_sources_are_five_seconds_apart() -> None:
    with serving(Site(fake_posts(1))) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        one.fetch(TERMS, None, NOON)
        with pytest.raises(RateLimited) as caught:
            two.fetch(TERMS, None, NOON + timedelta(seconds=3))
        assert caught.value.not_before == NOON + timedelta(seconds=5)
        two.fetch(TERMS, None, NOON + timedelta(seconds=6))
        http.close()


def test_an_overload_applies_to_all_sources() -> None:
    with serving(lambda conn: conn.answer(429)) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        for source, seconds in ((one, 0), (two, 30)):
            with pytest.raises(RateLimited) as caught:
                source.fetch(TERMS, None, NOON + timedelta(seconds=seconds))
            assert caught.value.not_before == NOON + timedelta(minutes=5)
        assert len(server.requests) == 1
        http.close()


def test_a_clock_that_is_set_back_blocks_no_source() -> None:
    limiter = RateLimiter()
    limiter.acquire("One", NOON)
    limiter.acquire("Two", NOON - timedelta(hours=1))
