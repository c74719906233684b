"""YouTube: the quota of searches, comments and their videos, and errors in Google's forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited
from monitor.model import Json, Term
from monitor.sources._youtube import next_quota_reset, quota_day
from monitor.sources.youtube import Options, Source
from tests.fake_server import Connection, http_for, serving
from tests.fakes import NOON
from tests.sites import FakePost, fake_posts, send_json
from tests.sites.youtube import Site
from tests.test_sources_http import LATER, passes, posts_of, reading

TERMS = [Term("acme")]
NAMED = ("namedvideo1",)
MIDNIGHT = datetime(2026, 3, 5, 8, tzinfo=UTC)
"""Midnight in California, in winter."""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_KEY", "site-up-youtube-key")


def new_site(*numbers: int, comments: tuple[int, ...] = (), **changes: Any) -> Site:
    site = Site(fake_posts(*numbers))
    site.comments = tuple(fake_posts(*comments, text="Acme, say I, {n}."))
    for name, value in changes.items():
        setattr(site, name, value)
    return site


def searches(site: Site) -> list[dict[str, str]]:
    return [request for request in site.requests if request["path"].endswith("/search")]


def test_a_video_becomes_a_post_with_its_full_description() -> None:
    def cut(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "snippet": {**record["snippet"], "description": "Acme is ..."}}

    with reading("youtube", Site(fake_posts(1), alter=cut)) as (source, server):
        (video,) = posts_of(passes(source))
        assert {request.headers["x-goog-api-key"] for request in server.requests} == {"site-up-youtube-key"}
        assert not [request for request in server.requests if "site-up" in request.path]
    assert (video.title, video.text) == ("Film 1", "Acme is fine, says number 1.")
    assert video.url == "https://www.youtube.com/watch?v=video000001"
    assert video.author == "Harbour films"


def test_several_terms_share_one_search() -> None:
    site = new_site()
    with reading("youtube", site) as (source, _):
        source.fetch([Term("acme"), Term("Acme Corp"), Term("#globex")], None, NOON)
    (request,) = searches(site)
    assert request["q"] == 'acme|"Acme Corp"|globex'
    assert (request["order"], request["type"]) == ("date", "video")


def test_comments_on_found_and_named_videos_are_read_once() -> None:
    site = new_site(1, comments=(5, 6))
    with reading("youtube", site, videos=NAMED) as (source, _):
        (batch,) = passes(source)
        again = passes(source, batch.cursor, LATER)
    read = [request["videoId"] for request in site.requests if "videoId" in request]
    assert read == ["namedvideo1", "video000001"] * 2
    comments = [post for post in batch.posts if post.external_id.startswith("comment/")]
    assert {post.external_id for post in comments} == {"comment/Ug5", "comment/Ug6"}
    assert comments[0].text == "Acme, say I, 5."
    assert comments[0].author == "writer5"
    assert comments[0].url.endswith("&lc=Ug5")
    assert posts_of(again) == []


def test_named_videos_need_no_terms_and_no_search() -> None:
    site = new_site(1, comments=(5,))
    with reading("youtube", site, videos=NAMED) as (source, _):
        batch = source.fetch((), None, NOON)
    assert [post.external_id for post in batch.posts] == ["comment/Ug5"]
    assert searches(site) == []


def test_replies_in_a_thread_are_read_too() -> None:
    reply = {"id": "Ug9.a", "snippet": {"textDisplay": "Acme indeed", "publishedAt": "2026-03-04T09:00:00Z"}}

    def answered(conn: Connection) -> None:
        if "commentThreads" not in conn.request.path:
            return send_json(conn, {"items": []})
        thread = {"snippet": {"topLevelComment": {}}, "replies": {"comments": [reply, None]}}
        return send_json(conn, {"items": [thread]})

    with reading("youtube", answered, videos=NAMED) as (source, _):
        batch = source.fetch((), None, NOON)
    assert [post.text for post in batch.posts] == ["Acme indeed"]
    assert batch.skipped == 1


def test_disabled_comments_are_not_an_error() -> None:
    with reading("youtube", new_site(1, comments_disabled=True)) as (source, _):
        (batch,) = passes(source)
    assert len(batch.posts) == 1
    assert batch.complete_since is not None


def test_searches_are_spread_over_the_day() -> None:
    site = new_site(1)
    with reading("youtube", site, searches_a_day=48) as (source, _):
        cursor: Json = None
        for minutes, expected in ((0, 1), (15, 1), (29, 1), (30, 2), (59, 2), (60, 3)):
            cursor = source.fetch(TERMS, cursor, NOON + timedelta(minutes=minutes)).cursor
            assert len(searches(site)) == expected


def test_used_up_searches_resume_at_midnight_in_california() -> None:
    site = new_site(1, comments=(5,))
    with reading("youtube", site, videos=NAMED, searches_a_day=2) as (source, _):
        cursor: Json = None
        for hours in (0, 12, 13):
            batch = source.fetch(TERMS, cursor, NOON + timedelta(hours=hours))
            cursor = batch.cursor
        assert len(searches(site)) == 2
        assert "used up" in batch.note
        assert batch.complete_since is None
        assert [request for request in site.requests if "videoId" in request]
        source.fetch(TERMS, cursor, MIDNIGHT - timedelta(minutes=1))
        assert len(searches(site)) == 2
        source.fetch(TERMS, cursor, MIDNIGHT)
        assert len(searches(site)) == 3


def test_a_pass_makes_no_more_searches_than_remain() -> None:
    site = new_site(*range(1, 200))
    with reading("youtube", site, searches_a_day=3, comments=False) as (source, _):
        batches = passes(source)
    assert len(searches(site)) == 3
    assert batches[-1].complete_since is None


def spent_after(site: Site, searches_left: int) -> Callable[[Connection], None]:
    """``site``, whose key has so many searches left today. Other requests have a quota of their own."""

    def answer(conn: Connection) -> None:
        if "/search?" in conn.request.path and len(searches(site)) >= searches_left:
            return send_json(conn, _old("quotaExceeded"), 403)
        return site(conn)

    return answer


@pytest.mark.parametrize("searches_left", [0, 1])
def test_comments_are_read_when_others_have_used_up_the_searches(searches_left: int) -> None:
    site = new_site(*range(1, 80), comments=(5,))
    with reading("youtube", spent_after(site, searches_left), videos=NAMED) as (source, server):
        first = passes(source)
        batch = first[-1]
        assert "comment/Ug5" in {post.external_id for post in posts_of(first)}
        assert batch.note == "Today's searches are used up; comments are still read."
        assert (batch.not_before, batch.complete_since) == (None, None)
        requests_before = len(server.requests)
        source.fetch(TERMS, batch.cursor, LATER)
        assert not [request for request in server.requests[requests_before:] if "/search?" in request.path]
        server.script = site
        found = {post.external_id for post in posts_of([*first, *passes(source, batch.cursor, MIDNIGHT)])}
    assert {id_ for id_ in found if "video/" in id_} == {f"video/video{n:06}" for n in range(1, 80)}


def test_a_long_time_without_searches_is_reported_as_unread() -> None:
    site = new_site(1, comments=(5,))
    with reading("youtube", spent_after(site, 1), videos=NAMED, searches_a_day=24) as (source, server):
        cursor: Json = None
        unread_since = []
        for hours in (0, 1, 2, 3):
            batch = source.fetch(TERMS, cursor, NOON + timedelta(hours=hours))
            cursor = batch.cursor
            unread_since.append(batch.unread_since)
        assert unread_since == [None, None, None, NOON]
        server.script = site
        batch = source.fetch(TERMS, cursor, MIDNIGHT)
        assert batch.unread_since is None
        assert batch.complete_since is not None
        assert batch.complete_since <= NOON


def test_a_used_up_quota_applies_to_all_sources_with_the_key() -> None:
    with serving(lambda conn: send_json(conn, _old("quotaExceeded"), 403)) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        for source in (one, two):
            with pytest.raises(QuotaSpent):
                source.fetch(TERMS, None, NOON)
        assert len(server.requests) == 1
        http.close()


def test_the_quota_is_reset_at_midnight_in_california() -> None:
    assert next_quota_reset(NOON) == MIDNIGHT
    assert next_quota_reset(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(2026, 7, 2, 7, tzinfo=UTC)
    assert quota_day(MIDNIGHT - timedelta(seconds=1)) == "2026-03-04"
    assert quota_day(MIDNIGHT) == "2026-03-05"


def _old(reason: str) -> dict[str, Any]:
    return {"error": {"code": 403, "message": "x", "errors": [{"domain": "youtube.quota", "reason": reason}]}}


def _new(reason: str) -> dict[str, Any]:
    return {"error": {"code": 400, "status": "INVALID_ARGUMENT", "errors": [], "details": [{"reason": reason}]}}


@pytest.mark.parametrize(
    ("status", "body", "expected", "until"),
    [
        (403, _old("quotaExceeded"), QuotaSpent, MIDNIGHT),
        (403, _old("dailyLimitExceeded"), QuotaSpent, MIDNIGHT),
        (429, _old("rateLimitExceeded"), RateLimited, NOON + timedelta(minutes=5)),
        (403, _old("userRateLimitExceeded"), RateLimited, NOON + timedelta(minutes=5)),
        (429, {}, RateLimited, NOON + timedelta(minutes=5)),
        (400, _old("keyInvalid"), AuthError, None),
        (400, _new("API_KEY_INVALID"), AuthError, None),
        (403, _old("accessNotConfigured"), AuthError, None),
        (403, _old("ipRefererBlocked"), AuthError, None),
        (401, {}, AuthError, None),
        (403, {}, BadResponse, None),
        (400, _old("invalidSearchFilter"), BadResponse, None),
        (403, {"error": {"errors": [None, 5], "details": "x"}}, BadResponse, None),
    ],
)
def test_errors_in_every_format_are_recognised(
    status: int, body: Any, expected: type[Exception], until: datetime | None
) -> None:
    with (
        reading("youtube", lambda conn: send_json(conn, body, status)) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    if until is not None:
        assert caught.value.not_before == until  # type: ignore[attr-defined]
    if expected is AuthError:
        assert "YOUTUBE_KEY" in str(caught.value)
        assert "console.cloud.google.com" in str(caught.value)
        assert "site-up" not in str(caught.value)


def test_a_missing_key_is_reported_before_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YOUTUBE_KEY")
    with reading("youtube", Site()) as (source, server), pytest.raises(AuthError, match="YOUTUBE_KEY"):
        source.fetch(TERMS, None, NOON)
    assert not server.requests


def test_an_expired_page_token_ends_the_search_as_incomplete() -> None:
    whole = new_site(*range(1, 121))

    def forgetful(conn: Connection) -> None:
        send_json(conn, _old("invalidPageToken"), 400) if "pageToken" in conn.request.path else whole(conn)

    with reading("youtube", forgetful, comments=False) as (source, _):
        (batch,) = passes(source)
    assert len(batch.posts) == 50
    assert batch.complete_since is None


def test_deleted_comments_are_reported() -> None:
    site = new_site(comments=(5, 6))
    with reading("youtube", site, videos=NAMED) as (source, _):
        (batch,) = passes(source)
        site.comments = tuple(FakePost(p.n, p.text, p.at, deleted=p.n == 5) for p in site.comments)
        later = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert [id_ for b in later for id_ in b.deleted] == ["comment/Ug5"]


def test_comment_pages_are_limited_and_continue_in_the_next_pass() -> None:
    site = new_site(*range(1, 31), comments=(5,))
    with reading("youtube", site) as (source, _):
        first = source.fetch(TERMS, None, NOON)
        assert len([request for request in site.requests if "videoId" in request]) == 20
        assert first.more
        passes(source, first.cursor, NOON)
    assert len({request["videoId"] for request in site.requests if "videoId" in request}) == 30


def test_a_pass_that_continues_with_comments_does_not_search_again() -> None:
    site = new_site(*range(1, 31), comments=(5,))
    with reading("youtube", site) as (source, _):
        batches = passes(source)
    assert len(batches) == 2
    assert len(searches(site)) == 1
    assert batches[-1].complete_since == NOON - timedelta(days=7)


def test_a_video_must_be_an_id() -> None:
    with pytest.raises(ValueError, match="videos"):
        Options(name="Here", videos=("https://youtu.be/namedvideo1",))
