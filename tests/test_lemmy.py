"""Lemmy: posts and comments, both versions of the API, errors and removed posts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import BadResponse, RateLimited
from monitor.model import Term
from monitor.sources.lemmy import Options, Source
from tests.fake_server import http_for, serving
from tests.fakes import NOON
from tests.sites import fake_posts, send_json
from tests.sites.lemmy import Site, view
from tests.test_sources_http import passes, posts_of, reading


def test_a_post_and_a_comment_become_posts() -> None:
    with reading("lemmy", Site(fake_posts(1, 2))) as (source, _):
        post, comment = posts_of(passes(source))
    assert (post.title, post.text, post.external_id) == ("Acme is fine, says number 1.", "", "p1")
    assert (comment.title, comment.text, comment.external_id) == ("", "Acme is fine, says number 2.", "c2")
    assert comment.url == "https://lemmy.example/comment/2"
    assert comment.author == "writer2"
    assert comment.site == "harbour"


def test_searches_cover_posts_and_comments_of_all_servers() -> None:
    site = Site()
    with reading("lemmy", site) as (source, _):
        source.fetch([Term("Acme Corp"), Term("@acme"), Term("x")], None, NOON)
    first, second = (request for request in site.requests if request["path"] == "/api/v3/search")
    assert (first["q"], second["q"]) == ("Acme Corp", "acme")
    assert (first["type_"], first["sort"], first["listing_type"]) == ("All", "New", "All")


def version_1(*numbers: int) -> Site:
    site = Site(fake_posts(*numbers))
    site.is_version_1 = True
    return site


def test_an_instance_of_version_1_is_read_to_the_end() -> None:
    with reading("lemmy", site := version_1(*range(1, 239))) as (source, _):
        found = posts_of(passes(source))
    assert {post.external_id for post in found} == {f"{'p' if n % 2 else 'c'}{n}" for n in range(1, 239)}
    assert len(found) == 238
    assert {request["path"] for request in site.requests} == {"/api/v4/search"}
    assert site.requests[0]["time_range_seconds"] == str(7 * 86_400 + 60)


def test_deletions_are_found_on_an_instance_of_version_1() -> None:
    with reading("lemmy", version_1(1, 2)) as (source, server):
        (batch,) = passes(source)
        server.script = version_1(1)
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert later.deleted == ("c2",)


def test_the_version_of_an_instance_is_checked_once_a_day() -> None:
    site = Site(fake_posts(1))
    with reading("lemmy", site) as (source, server):
        cursor: Any = None
        for hours in range(25):
            cursor = json.loads(json.dumps(source.fetch([Term("acme")], cursor, NOON + timedelta(hours=hours)).cursor))
        assert len([request for request in site.requests if request["path"] == "/api/v4/search"]) == 1
        server.script = newer = version_1(1)
        cursor = source.fetch([Term("acme")], cursor, NOON + timedelta(hours=26)).cursor
        source.fetch([Term("acme")], cursor, NOON + timedelta(hours=27))
    assert {request["path"].rpartition("/")[0] for request in newer.requests} == {"/api/v4"}


@pytest.mark.parametrize("kept", [None, [], ["v4"], ["v9", 5], ["v3", "x"], "v4", {"api": 3}])
def test_an_invalid_stored_version_is_ignored(kept: Any) -> None:
    with reading("lemmy", Site(fake_posts(1))) as (source, _):
        assert posts_of(passes(source, {"api": kept}))


def test_a_rate_limit_applies_to_all_sources_of_an_instance() -> None:
    with serving(lambda conn: send_json(conn, {"error": "rate_limit_error"}, 400)) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, url=server.url), http) for name in ("One", "Two"))
        for source in (one, two):
            with pytest.raises(RateLimited):
                source.fetch([Term("acme")], None, NOON)
        assert len(server.requests) == 1
        http.close()


def test_a_rate_limit_with_status_400_is_recognised() -> None:
    with (
        reading("lemmy", lambda conn: send_json(conn, {"error": "rate_limit_error"}, 400)) as (source, _),
        pytest.raises(RateLimited) as caught,
    ):
        source.fetch([Term("acme")], None, NOON)
    assert caught.value.not_before == NOON + timedelta(minutes=10)


def test_another_400_reports_the_error_of_the_instance() -> None:
    with (
        reading("lemmy", lambda conn: send_json(conn, {"error": "instance_is_private"}, 400)) as (source, _),
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
def test_only_clear_responses_are_deletions(status: int, body: Any, gone: bool) -> None:
    with reading("lemmy", Site(fake_posts(1))) as (source, server):
        (batch,) = passes(source)
        nothing = {"posts": [], "comments": []}
        server.script = lambda conn: (
            send_json(conn, nothing) if "/search" in conn.request.path else send_json(conn, body, status)
        )
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert later.deleted == (("p1",) if gone else ())


def test_a_removed_post_is_left_out_but_not_counted_as_skipped() -> None:
    def removed(record: dict[str, Any]) -> dict[str, Any]:
        return view(fake_posts(1)[0], "post") | {"post": {**record["post"], "removed": True}}

    with reading("lemmy", Site(fake_posts(1), alter=removed)) as (source, _):
        (batch,) = passes(source)
    assert (batch.posts, batch.skipped) == ((), 0)


@pytest.mark.parametrize("copied", ["", "/", "/c/phones", "/post/5?scroll=1"])
def test_the_address_of_any_page_is_accepted(copied: str) -> None:
    assert Options(name="Here", url=f"https://lemmy.example{copied}").url == "https://lemmy.example"
