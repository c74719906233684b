"""Hacker News: its requests, stories and comments, and how deletions are found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import RateLimited
from monitor.model import Term
from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import FakePost, fake_posts, send_json
from tests.sites.hackernews import Site
from tests.test_sources_http import LATER, passes, posts_of, reading


def test_a_story_and_a_comment_become_posts() -> None:
    with reading("hackernews", Site(fake_posts(1, 2))) as (source, _):
        story, comment = posts_of(passes(source))
    assert (story.title, story.text) == ("Acme is fine, says number 1.", "")
    assert (comment.title, comment.text) == ("", "Acme is fine, says number 2.")
    assert story.url == "https://news.ycombinator.com/item?id=1"
    assert story.author == "writer1"
    assert comment.published_at == NOON - timedelta(hours=4) + timedelta(minutes=2)


def test_each_term_is_searched_for_and_phrases_are_quoted() -> None:
    site = Site()
    with reading("hackernews", site) as (source, _):
        source.fetch([Term("acme"), Term("ACME"), Term("Acme Corp"), Term("@acmehelp"), Term("#acme")], None, NOON)
    assert [request["query"] for request in site.requests] == ["acme", '"Acme Corp"', "acmehelp"]
    assert {request["tags"] for request in site.requests} == {"(story,comment,poll,job)"}


def test_a_post_that_the_search_lists_late_is_found() -> None:
    with reading("hackernews", Site(fake_posts(1))) as (source, server):
        first = passes(source)
        server.script = Site([*fake_posts(1), FakePost(9, "Acme, listed late.", NOON - timedelta(hours=2))])
        (late,) = posts_of(passes(source, first[-1].cursor, LATER))
    assert late.external_id == "9"


def test_a_new_term_has_its_own_history() -> None:
    """A term that is added later is searched for back in time; the old one is not."""
    site = Site(fake_posts(1))
    with reading("hackernews", site) as (source, _):
        first = source.fetch([Term("acme")], None, NOON)
        site.requests.clear()
        source.fetch([Term("acme"), Term("globex")], first.cursor, LATER)
    since = {
        request["query"]: int(request["numericFilters"].split(",")[0].split("=")[1]) for request in site.requests[:2]
    }
    assert since["acme"] == int((NOON - timedelta(hours=3)).timestamp())
    assert since["globex"] == int((LATER - timedelta(days=7)).timestamp())


@pytest.mark.parametrize("item", [{"id": 1, "deleted": True}, {"id": 1, "dead": True, "title": "Acme"}])
def test_deleted_and_dead_items_are_deletions(item: dict[str, Any]) -> None:
    with reading("hackernews", Site(fake_posts(1))) as (source, server):
        first = passes(source)
        server.script = lambda conn: send_json(conn, item if "/item/" in conn.request.path else {"hits": []})
        assert passes(source, first[-1].cursor, NOON + timedelta(hours=6))[0].deleted == ("1",)


@pytest.mark.parametrize("item", [None, [], {}, {"id": 2, "deleted": True}, {"id": 1}, {"id": 1, "time": "x"}, "gone"])
def test_an_unclear_item_is_not_a_deletion(item: Any) -> None:
    with reading("hackernews", Site(fake_posts(1))) as (source, server):
        first = passes(source)
        server.script = lambda conn: send_json(conn, item if "/item/" in conn.request.path else {"hits": []})
        (batch,) = passes(source, first[-1].cursor, NOON + timedelta(hours=6))
    assert batch.deleted == ()
    assert batch.posts == ()


def test_searches_work_while_lookups_fail() -> None:
    def half_down(conn: Connection) -> None:
        conn.answer(500) if "/item/" in conn.request.path else Site(fake_posts(1, 2))(conn)

    with reading("hackernews", Site(fake_posts(1))) as (source, server):
        first = passes(source)
        server.script = half_down
        (batch,) = passes(source, first[-1].cursor, LATER)
        assert [post.external_id for post in batch.posts] == []
        (batch,) = passes(source, first[-1].cursor, NOON + timedelta(hours=6))
    assert "could not be checked" in batch.note


def test_a_rate_limit_in_the_middle_keeps_the_posts() -> None:
    site = Site(fake_posts(*range(1, 240)))

    def limited(conn: Connection) -> None:
        site(conn) if len(site.requests) < 1 else conn.answer(429, retry_after="600")

    with reading("hackernews", limited) as (source, _):
        batch = source.fetch([Term("acme")], None, NOON)
        assert len(batch.posts) == 200
        assert batch.not_before is not None
        assert not batch.more
        assert batch.complete_since is None
    with reading("hackernews", Site(fake_posts(*range(1, 240)))) as (source, _):
        rest = posts_of(passes(source, batch.cursor, LATER))
    assert {p.external_id for p in batch.posts} & {p.external_id for p in rest} == set()
    assert len(batch.posts) + len(rest) == 239


def test_a_rate_limit_at_the_first_request_is_raised() -> None:
    with (
        reading("hackernews", lambda conn: conn.answer(429, retry_after="60")) as (source, _),
        pytest.raises(RateLimited),
    ):
        source.fetch([Term("acme")], None, NOON)
