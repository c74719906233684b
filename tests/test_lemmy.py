"""Lemmy: posts and comments, its errors, and what was taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import BadResponse, RateLimited
from monitor.model import Term
from tests.fakes import NOON
from tests.sites import said, send
from tests.sites.lemmy import Site, view
from tests.test_sources_http import passes, posts_of, reading


def test_a_post_and_a_comment_become_posts() -> None:
    with reading("lemmy", Site(said(1, 2))) as (source, _):
        post, comment = posts_of(passes(source))
    assert (post.title, post.text, post.external_id) == ("Acme is fine, says number 1.", "", "p1")
    assert (comment.title, comment.text, comment.external_id) == ("", "Acme is fine, says number 2.", "c2")
    assert comment.url == "https://lemmy.example/comment/2"
    assert comment.author == "writer2"
    assert comment.site == "harbour"


def test_the_search_is_asked_newest_first_for_posts_and_comments_of_everywhere() -> None:
    site = Site()
    with reading("lemmy", site) as (source, _):
        source.fetch([Term("Acme Corp"), Term("@acme"), Term("x")], None, NOON)
    assert [asked["q"] for asked in site.asked] == ["Acme Corp", "acme"]
    (first, _) = site.asked
    assert (first["type_"], first["sort"], first["listing_type"]) == ("All", "New", "All")


def test_the_names_of_version_one_are_understood() -> None:
    def renamed(record: dict[str, Any]) -> dict[str, Any]:
        (kind,) = set(record) & {"post", "comment"}
        return {**record, kind: {**record[kind], "published": None, "published_at": record[kind]["published"]}}

    with reading("lemmy", Site(said(1, 2), mend=renamed)) as (source, _):
        assert len(posts_of(passes(source))) == 2


def test_a_rate_limit_that_comes_as_400_is_one() -> None:
    with (
        reading("lemmy", lambda line: send(line, {"error": "rate_limit_error"}, 400)) as (source, _),
        pytest.raises(RateLimited) as caught,
    ):
        source.fetch([Term("acme")], None, NOON)
    assert caught.value.not_before == NOON + timedelta(minutes=10)


def test_another_400_says_what_the_instance_says() -> None:
    with (
        reading("lemmy", lambda line: send(line, {"error": "instance_is_private"}, 400)) as (source, _),
        pytest.raises(BadResponse, match="instance_is_private"),
    ):
        source.fetch([Term("acme")], None, NOON)


@pytest.mark.parametrize(
    ("status", "body", "gone"),
    [
        (400, {"error": "couldnt_find_post"}, True),
        (404, {"error": "not_found"}, True),
        (404, {"error": "unknown"}, False),
        (404, "<html>", False),
        (200, {"post_view": {}}, False),
        (200, {"post_view": {"post": {"id": 1, "published": "2026-03-04T08:00:00Z", "removed": True}}}, True),
    ],
)
def test_what_counts_as_gone(status: int, body: Any, gone: bool) -> None:
    with reading("lemmy", Site(said(1))) as (source, server):
        (batch,) = passes(source)
        nothing = {"posts": [], "comments": []}
        server.script = lambda line: send(line, nothing) if "/search" in line.request.path else send(line, body, status)
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert later.deleted == (("p1",) if gone else ())


def test_a_removed_post_is_left_out_and_not_counted_as_unreadable() -> None:
    def removed(record: dict[str, Any]) -> dict[str, Any]:
        return view(said(1)[0], "post") | {"post": {**record["post"], "removed": True}}

    with reading("lemmy", Site(said(1), mend=removed)) as (source, _):
        (batch,) = passes(source)
    assert (batch.posts, batch.set_aside) == ((), 0)
