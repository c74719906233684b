"""Hacker News: what is asked, what becomes of a story and of a comment, and how deletions are followed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import RateLimited
from monitor.model import Term
from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import Said, said, send
from tests.sites.hackernews import Site
from tests.test_sources_http import LATER, passes, posts_of, reading


def test_a_story_and_a_comment_become_posts() -> None:
    with reading("hackernews", Site(said(1, 2))) as (source, _):
        story, comment = posts_of(passes(source))
    assert (story.title, story.text) == ("Acme is fine, says number 1.", "")
    assert (comment.title, comment.text) == ("", "Acme is fine, says number 2.")
    assert story.url == "https://news.ycombinator.com/item?id=1"
    assert story.author == "writer1"
    assert comment.published_at == NOON - timedelta(hours=4) + timedelta(minutes=2)


def test_each_term_is_one_search_of_its_own_and_phrases_are_quoted() -> None:
    site = Site()
    with reading("hackernews", site) as (source, _):
        source.fetch([Term("acme"), Term("ACME"), Term("Acme Corp"), Term("@acmehelp"), Term("#acme")], None, NOON)
    assert [asked["query"] for asked in site.asked] == ["acme", '"Acme Corp"', "acmehelp"]
    assert {asked["tags"] for asked in site.asked} == {"(story,comment,poll,job)"}


def test_what_the_search_lists_late_is_found_all_the_same() -> None:
    with reading("hackernews", Site(said(1))) as (source, server):
        first = passes(source)
        server.script = Site([*said(1), Said(9, "Acme, listed late.", NOON - timedelta(hours=2))])
        (late,) = posts_of(passes(source, first[-1].cursor, LATER))
    assert late.external_id == "9"


def test_a_query_of_its_own_is_kept_for_each_term() -> None:
    """A rule that is added later looks back by itself; the old one does not."""
    site = Site(said(1))
    with reading("hackernews", site) as (source, _):
        first = source.fetch([Term("acme")], None, NOON)
        site.asked.clear()
        source.fetch([Term("acme"), Term("globex")], first.cursor, LATER)
    since = {asked["query"]: int(asked["numericFilters"].split(",")[0].split("=")[1]) for asked in site.asked[:2]}
    assert since["acme"] == int((NOON - timedelta(hours=3)).timestamp())
    assert since["globex"] == int((LATER - timedelta(days=7)).timestamp())


@pytest.mark.parametrize("item", [{"id": 1, "deleted": True}, {"id": 1, "dead": True, "title": "Acme"}])
def test_what_is_deleted_or_dead_is_told(item: dict[str, Any]) -> None:
    with reading("hackernews", Site(said(1))) as (source, server):
        first = passes(source)
        server.script = lambda line: send(line, item if "/item/" in line.request.path else {"hits": []})
        assert passes(source, first[-1].cursor, NOON + timedelta(hours=6))[0].deleted == ("1",)


@pytest.mark.parametrize("item", [None, [], {}, {"id": 2, "deleted": True}, {"id": 1}, {"id": 1, "time": "x"}, "gone"])
def test_an_item_that_tells_nothing_is_no_deletion(item: Any) -> None:
    with reading("hackernews", Site(said(1))) as (source, server):
        first = passes(source)
        server.script = lambda line: send(line, item if "/item/" in line.request.path else {"hits": []})
        (batch,) = passes(source, first[-1].cursor, NOON + timedelta(hours=6))
    assert batch.deleted == ()
    assert batch.posts == ()


def test_the_search_goes_on_while_the_items_are_down() -> None:
    def half_down(line: Connection) -> None:
        line.answer(500) if "/item/" in line.request.path else Site(said(1, 2))(line)

    with reading("hackernews", Site(said(1))) as (source, server):
        first = passes(source)
        server.script = half_down
        (batch,) = passes(source, first[-1].cursor, LATER)
        assert [post.external_id for post in batch.posts] == []
        (batch,) = passes(source, first[-1].cursor, NOON + timedelta(hours=6))
    assert "could not be checked" in batch.note


def test_a_limit_in_the_middle_keeps_what_was_read() -> None:
    site = Site(said(*range(1, 240)))

    def limited(line: Connection) -> None:
        site(line) if len(site.asked) < 1 else line.answer(429, retry_after="600")

    with reading("hackernews", limited) as (source, _):
        batch = source.fetch([Term("acme")], None, NOON)
        assert len(batch.posts) == 200
        assert batch.not_before is not None
        assert not batch.more
        assert batch.complete_since is None
    with reading("hackernews", Site(said(*range(1, 240)))) as (source, _):
        rest = posts_of(passes(source, batch.cursor, LATER))
    assert {p.external_id for p in batch.posts} & {p.external_id for p in rest} == set()
    assert len(batch.posts) + len(rest) == 239


def test_a_limit_at_once_is_raised() -> None:
    with (
        reading("hackernews", lambda line: line.answer(429, retry_after="60")) as (source, _),
        pytest.raises(RateLimited),
    ):
        source.fetch([Term("acme")], None, NOON)
