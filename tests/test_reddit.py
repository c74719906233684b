"""Reddit: keys, limits, private subreddits, deletions, the feeds of an account; recorded responses.

test_sources.py and test_sources_http.py test what all sources have in common.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.errors import AuthError, BadResponse, RateLimited
from monitor.http import Http
from monitor.model import Batch, Json, Term
from monitor.sources._reddit_api import parse_thing
from monitor.sources.reddit import Options, Source
from tests.fake_server import Connection, Script, Server, http_for, serving
from tests.fakes import NOON
from tests.player import Exchange, Player, cassette, detour
from tests.sites import SECRETS, FakePost, fake_posts, send_json
from tests.sites.reddit import SDK_HOSTS, TOKEN, Site, listing, thing

ACME = (Term("acme"),)
SOON = NOON + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, SECRETS[name])
    monkeypatch.setenv("FEED_TOKEN", "made0up0feed0token")


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if anything sleeps, the SDK included."""

    def slept(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    monkeypatch.setattr(time, "sleep", slept)


@contextmanager
def connected(script: Script) -> Iterator[tuple[Http, Server]]:
    with serving(script) as server:
        http = detour(http_for(server, read_timeout=0.5, total_timeout=2.0), server, *SDK_HOSTS)
        try:
            yield http, server
        finally:
            http.close()


@contextmanager
def reading(script: Script, **options: Any) -> Iterator[tuple[Source, Server]]:
    with connected(script) as (http, server):
        yield Source(Options(name="Reddit", **options), http), server


def fetch(source: Source, cursor: Json = None, now: datetime = NOON, terms: Sequence[Term] = ACME) -> Batch:
    batch = source.fetch(terms, cursor, now)
    assert json.loads(json.dumps(batch.cursor)) == batch.cursor
    return batch


def paths(server: Server) -> list[str]:
    return [request.path.partition("?")[0] for request in server.requests]


def behind_token(script: Script) -> Script:
    """A site that issues tokens, and runs ``script`` for all other requests."""
    return lambda conn: send_json(conn, TOKEN) if conn.request.path == "/api/v1/access_token" else script(conn)


def refuses(status: int, **headers: str) -> Script:
    return lambda conn: send_json(conn, {"message": "No", "error": status}, status, **headers)


# ---- reading ------------------------------------------------------------------------------------------------------


def test_search_results_and_new_posts_of_subreddits_are_read() -> None:
    copied = "https://www.reddit.com/r/harbour/new/"
    with reading(Site(fake_posts(1, 2)), subreddits=["r/Harbour", copied]) as (source, server):
        batch = fetch(source)
        assert paths(server) == ["/api/v1/access_token", "/r/harbour/new", "/r/harbour/comments", "/search"]
    assert sorted(post.external_id for post in batch.posts) == ["t1_c1", "t1_c2", "t3_1", "t3_2"]
    assert {post.site for post in batch.posts} == {"r/harbour"}


def test_searches_can_be_limited_to_subreddits() -> None:
    with reading(Site(), search_in=["harbour", "boats"]) as (source, server):
        fetch(source, terms=(Term("acme"), Term("harbour bikes")))
        path, _, query = server.requests[-1].path.partition("?")
    assert path == "/r/harbour+boats/search"
    assert "restrict_sr=1" in query
    assert "q=%22acme%22+OR+%22harbour+bikes%22" in query


def test_a_subreddit_needs_no_terms() -> None:
    with reading(Site(fake_posts(1)), subreddits=["harbour"], search=False) as (source, _):
        assert len(fetch(source, terms=()).posts) == 2


def test_a_post_has_title_text_author_and_address() -> None:
    with reading(Site(fake_posts(1))) as (source, _):
        (post,) = fetch(source).posts
    assert (post.title, post.text, post.author) == ("Thread 1", "Acme is fine, says number 1.", "writer1")
    assert post.url == "https://www.reddit.com/r/harbour/comments/1/thread/"


def test_a_listing_of_a_thousand_posts_is_incomplete() -> None:
    flood = [FakePost(n, f"Acme {n}.", NOON - timedelta(seconds=n)) for n in range(1, 1_001)]
    with reading(Site(flood)) as (source, _):
        batch = fetch(source)
    assert len(batch.posts) == 1_000
    assert batch.complete_since is None


@pytest.mark.parametrize(("status", "words"), [(404, "does not exist"), (403, "is not public"), (302, "does not")])
def test_an_unavailable_subreddit_is_named_and_the_rest_is_read(status: int, words: str) -> None:
    site = Site(fake_posts(1))

    def closed(conn: Connection) -> None:
        return refuses(status)(conn) if "/r/secret/" in conn.request.path else site(conn)

    with reading(closed, subreddits=["secret"]) as (source, _):
        batch = fetch(source)
    assert len(batch.posts) == 1
    assert batch.note.count(f"r/secret {words}") == 1
    assert batch.complete_since is None


def test_posts_missed_in_a_broken_listing_are_read_later() -> None:
    late = Site([FakePost(n, f"Acme {n}.", NOON + timedelta(minutes=n)) for n in range(1, 50)])

    def broken(conn: Connection) -> None:
        return refuses(500)(conn) if "/comments" in conn.request.path else late(conn)

    with reading(Site(), subreddits=["harbour"], search=False) as (source, server):
        batch = fetch(source)
        server.script = broken
        batch = fetch(source, batch.cursor, NOON + timedelta(hours=1))
        assert len(batch.posts) == 49
        server.script = late
        batch = fetch(source, batch.cursor, NOON + timedelta(hours=2))
    assert len(batch.posts) == 49
    assert all(post.external_id.startswith("t1_") for post in batch.posts)


# ---- deletions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left",
    [
        {"selftext": "[deleted]", "author": "[deleted]"},
        {"selftext": "[removed]"},
        {"removed_by_category": "moderator"},
    ],
)
def test_an_emptied_post_is_a_deletion(left: dict[str, Any]) -> None:
    emptied = Site(fake_posts(1), alter=lambda record: {**record, "data": {**record["data"], **left}})
    with reading(Site(fake_posts(1))) as (source, server):
        batch = fetch(source)
        server.script = emptied
        again = fetch(source, batch.cursor, NOON + timedelta(hours=2))
        assert paths(server)[-1] == "/api/info"
    assert again.posts == ()
    assert again.deleted == ("t3_1",)


def test_an_emptied_post_in_a_listing_is_a_deletion() -> None:
    left = {"selftext": "[removed]"}
    with reading(Site(fake_posts(1), alter=lambda record: {**record, "data": {**record["data"], **left}})) as (
        source,
        _,
    ):
        batch = fetch(source)
    assert (batch.posts, batch.deleted, batch.skipped) == ((), ("t3_1",), 0)


def test_a_post_of_a_deleted_account_has_no_author() -> None:
    site = Site(fake_posts(1), alter=lambda record: {**record, "data": {**record["data"], "author": "[deleted]"}})
    with reading(site) as (source, _):
        assert fetch(source).posts[0].author == ""


def test_posts_are_looked_up_a_hundred_at_a_time() -> None:
    posts = [FakePost(n, f"Acme {n}.", NOON - timedelta(minutes=n)) for n in range(1, 151)]
    with reading(Site(posts)) as (source, server):
        batch = fetch(source)
        server.script = Site([FakePost(p.n, p.text, p.at, deleted=p.n == 7) for p in posts])
        again = fetch(source, batch.cursor, NOON + timedelta(hours=2))
        assert paths(server).count("/api/info") == 2
    assert again.deleted == ("t3_7",)


# ---- keys and limits ----------------------------------------------------------------------------------------------


def test_a_token_is_used_for_many_passes() -> None:
    with reading(Site(fake_posts(1))) as (source, server):
        batch = fetch(source)
        fetch(source, batch.cursor, SOON)
        assert paths(server).count("/api/v1/access_token") == 1
        request = server.requests[0]
        assert request.method == "POST"
        assert request.body == b"grant_type=client_credentials"
        login = base64.b64decode(request.headers["authorization"].removeprefix("Basic "))
        assert login == b"made-up-client-id:made-up-client-secret"
        assert server.requests[1].headers["authorization"] == "bearer made-up-token"
        assert server.requests[1].headers["user-agent"].startswith("Wallflower/")


def test_a_revoked_token_is_replaced_once() -> None:
    site, refused = Site(fake_posts(1)), []

    def forgetful(conn: Connection) -> None:
        if "token" not in conn.request.path and len(refused) < 1:
            refused.append(1)
            return refuses(401)(conn)
        return site(conn)

    with reading(site) as (source, server):
        batch = fetch(source)
        server.script = forgetful
        fetch(source, batch.cursor, SOON)
        assert paths(server).count("/api/v1/access_token") == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_key_is_reported_with_help(status: int) -> None:
    with reading(refuses(status)) as (source, server), pytest.raises(AuthError, match="prefs/apps") as caught:
        fetch(source)
    assert "made-up" not in str(caught.value)
    assert len(server.requests) == 1


def test_a_refusal_with_status_200_is_recognised() -> None:
    with reading(lambda conn: send_json(conn, {"error": "invalid_grant"})) as (source, _), pytest.raises(AuthError):
        fetch(source)


def test_a_missing_key_is_reported_before_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDDIT_CLIENT_SECRET")
    with reading(Site()) as (source, server):
        with pytest.raises(AuthError, match="REDDIT_CLIENT_SECRET"):
            fetch(source)
        assert server.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_ratelimit_reset": "42", "x_ratelimit_remaining": "0", "x_ratelimit_used": "100"}, 42),
        ({"retry_after": "7"}, 7),
        ({"retry_after": "Wed, 04 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry_after": "soon"}, 300),
        ({"x_ratelimit_reset": "nan", "x_ratelimit_remaining": "-1", "x_ratelimit_used": "x"}, 300),
        ({}, 300),
    ],
)
def test_every_form_of_429_becomes_a_time(headers: dict[str, str], seconds: int) -> None:
    with reading(behind_token(refuses(429, **headers))) as (source, _), pytest.raises(RateLimited) as caught:
        fetch(source)
    assert caught.value.not_before == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("reset", ["4.5", "x", "", "-3"])
def test_invalid_headers_are_ignored(reset: str) -> None:
    site = Site(fake_posts(1))

    def odd(conn: Connection) -> None:
        if "token" in conn.request.path:
            return site(conn)
        return send_json(conn, listing([thing(fake_posts(1)[0])]), x_ratelimit_remaining="9x", x_ratelimit_reset=reset)

    with reading(odd) as (source, _):
        assert len(fetch(source).posts) == 1


def test_all_sources_of_a_key_share_its_rate_limit() -> None:
    def scarce(conn: Connection) -> None:
        page = [thing(one) for one in fake_posts(1)]
        send_json(conn, listing(page), x_ratelimit_remaining="1.0", x_ratelimit_used="99", x_ratelimit_reset="30")

    with connected(behind_token(scarce)) as (http, server):
        one, other = (Source(Options(name=name), http) for name in "ab")
        assert fetch(one).posts
        requests_before = len(server.requests)
        with pytest.raises(RateLimited) as caught:
            fetch(other)
        assert caught.value.not_before == NOON + timedelta(seconds=30)
        assert len(server.requests) == requests_before
        assert fetch(other, now=NOON + timedelta(seconds=30)).posts


def test_another_key_has_its_own_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_ID", "another-made-up-id")
    limits = {"x_ratelimit_remaining": "0", "x_ratelimit_used": "100", "x_ratelimit_reset": "30"}
    with connected(behind_token(lambda conn: send_json(conn, listing([]), **limits))) as (http, _):
        fetch(Source(Options(name="a"), http))
        fetch(Source(Options(name="b", client_id="OTHER_ID"), http))


def test_a_praw_ini_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "somebody")
    Path("praw.ini").write_text(
        "[DEFAULT]\noauth_url=http://evil.example\nreddit_url=http://evil.example\ncheck_for_updates=True\n"
        "password=x\nrefresh_token=x\nuser_agent=x\nwindow_size=1\n",
        encoding="utf-8",
    )
    assert os.getcwd() == str(tmp_path)
    with reading(Site(fake_posts(1))) as (source, server):
        assert len(fetch(source).posts) == 1
        assert {request.headers["host"] for request in server.requests} == {server.host}


def test_keys_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), reading(Site(fake_posts(1))) as (source, _):
        fetch(source)
    assert "Fetching: GET" in caplog.text
    for secret in ("made-up-token", "made-up-client-id", "made-up-client-secret"):
        assert secret not in caplog.text


def test_invalid_options_are_rejected() -> None:
    for wrong in (
        {"search": False},
        {"feed_user": "somebody"},
        {"feed_token": "FEED_TOKEN"},
        {"subreddits": ["no such name"]},
        {"client_id": "aBcD-123"},
    ):
        with pytest.raises(ValidationError):
            Options(name="Reddit", **wrong)  # type: ignore[arg-type]


# ---- the feeds of an account --------------------------------------------------------------------------------------


def atom(*posts: FakePost, comments: bool = False) -> bytes:
    """A feed like Reddit's."""
    entries = []
    for post in sorted(posts, key=lambda post: post.at, reverse=True):
        name = f"t1_c{post.n:x}" if comments else f"t3_{post.n:x}"
        head = f"/u/writer{post.n} on Thread" if comments else f"Thread {post.n}"
        tail = f'submitted by <a href="/user/writer{post.n}">/u/writer{post.n}</a> <a href="#">[link]</a> <a href="#">[comments]</a>'  # noqa: E501
        html = f'<div class="md"><p>{post.text}</p></div>{"" if comments else tail}'
        text = html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        entries.append(
            f"<entry><author><name>/u/writer{post.n}</name></author><category term='harbour' label='r/harbour'/>"
            f"<content type='html'>{text}</content><id>{name}</id><title>{head}</title>"
            f"<link href='https://www.reddit.com/r/harbour/comments/{post.n:x}/thread/'/>"
            f"<updated>{post.at.isoformat()}</updated><published>{post.at.isoformat()}</published></entry>"
        )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>harbour</title>{''.join(entries)}</feed>".encode()


FEEDS = {"feed_user": "somebody", "feed_token": "FEED_TOKEN"}


def feeds(*posts: FakePost) -> Script:
    def answer(conn: Connection) -> None:
        path = conn.request.path
        body = atom() if "after=" in path else atom(*posts, comments="/comments.rss" in path)
        conn.answer(200, body, content_type="application/atom+xml")

    return answer


def test_the_private_feeds_of_an_account_are_read() -> None:
    with reading(feeds(*fake_posts(1, 2)), subreddits=["harbour"], **FEEDS) as (source, server):
        batch = fetch(source)
        assert sorted(set(paths(server))) == ["/r/harbour/comments.rss", "/r/harbour/new.rss", "/search.rss"]
        assert all("feed=made0up0feed0token&user=somebody" in request.path for request in server.requests)
        assert fetch(source, batch.cursor, SOON).posts == ()
    assert sorted(post.external_id for post in batch.posts) == ["t1_c1", "t1_c2", "t3_1", "t3_2"]
    first = next(post for post in batch.posts if post.external_id == "t3_1")
    assert (first.title, first.text) == ("Thread 1", "Acme is fine, says number 1.")
    assert (first.author, first.site) == ("writer1", "r/harbour")
    comment = next(post for post in batch.posts if post.external_id == "t1_c1")
    assert comment.title == ""


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_error_messages_do_not_contain_the_feed_token(status: int) -> None:
    with (
        reading(lambda conn: conn.answer(status), **FEEDS) as (source, _),
        pytest.raises((AuthError, BadResponse)) as caught,
    ):
        fetch(source)
    assert "made0up0feed0token" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_rate_limited_feed_is_recognised() -> None:
    with reading(lambda conn: conn.answer(429), **FEEDS) as (source, _), pytest.raises(RateLimited):
        fetch(source)


# ---- recorded responses -------------------------------------------------------------------------------------------


@pytest.fixture
def recordings(shared_data: Path) -> Path:
    return shared_data / "recordings"


def newest(exchange: Exchange) -> datetime:
    """A time just after the newest post of a recorded listing."""
    children = json.loads(exchange.body)["data"]["children"]
    return datetime.fromtimestamp(max(c["data"]["created_utc"] for c in children) + 60, UTC)


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("TestSubredditListings.test_new", {"subreddits": ["askreddit"]}, "t3_"),
        ("TestSubredditListings.test_comments", {"subreddits": ["askreddit"]}, "t1_"),
        ("TestSubreddit.test_search", {"search": True, "search_in": ["redditdev"]}, "t3_"),
    ],
)
def test_recorded_listings(recordings: Path, name: str, options: dict[str, Any], kind: str) -> None:
    recorded = cassette(recordings / "reddit" / f"{name}.json")
    # the page after the recorded one was not recorded, so each path has that page and an empty one
    page = next(e for e in recorded if e.method == "GET" and "Listing" in e.body[:40].decode())
    path = {"t3_": "/r/askreddit/new", "t1_": "/r/askreddit/comments"}[kind]
    path = "/r/redditdev/search" if "search" in options else path
    others = {"/r/askreddit/new", "/r/askreddit/comments", "/r/redditdev/search"} - {path}
    body = json.dumps(listing([])).encode()
    empty = [Exchange("GET", f"https://oauth.reddit.com{other}", 200, {}, body) for other in others]
    player = Player(
        [
            *(e for e in recorded if e.method == "POST"),
            Exchange("GET", f"https://oauth.reddit.com{path}", 200, page.headers, page.body),
            *empty,
        ]
    )
    with reading(player, days_back=365, **{"search": False, **options}) as (source, _):
        batch = fetch(source, now=newest(page))
    assert player.unrecorded == []
    assert batch.skipped == 0
    assert all(post.external_id.startswith(kind) and post.author and post.site for post in batch.posts)
    year = newest(page).timestamp() - 365 * 86_400
    young = [c for c in json.loads(page.body)["data"]["children"] if c["data"]["created_utc"] >= year]
    assert len(young) - 5 <= len(batch.posts) + len(batch.deleted) <= len(young)


def test_a_recorded_deleted_comment_is_recognised(recordings: Path) -> None:
    deleted = cassette(recordings / "reddit" / "TestComment.test_refresh__deleted_comment.json")[1]
    removed = cassette(recordings / "reddit" / "TestComment.test_refresh__removed_comment.json")[1]
    (gone,) = json.loads(deleted.body)["data"]["children"]
    (not_gone,) = json.loads(removed.body)["data"]["children"]
    assert parse_thing(gone, "Reddit", NOON) == "t1_d7ltvl0"
    post = parse_thing(not_gone, "Reddit", NOON)
    assert post is not None
    assert not isinstance(post, str)
    assert post.url == "https://www.reddit.com/r/AskReddit/comments/6wmniq/_/dma3mi5"


@pytest.mark.parametrize("name", ["with_retry_headers", "without_retry_headers"])
def test_recorded_429s(recordings: Path, name: str) -> None:
    recorded = cassette(recordings / "reddit-core" / f"TestSession.test_request__too__many_requests__{name}.json")
    limited = next(e for e in recorded if e.status == 429)
    token = [e for e in recorded if e.method == "POST" and e.status == 200]
    search = Exchange(limited.method, "https://x/search", 429, limited.headers, limited.body)
    player = Player([*token, search if limited.method == "GET" else limited])
    with reading(player) as (source, _), pytest.raises(RateLimited) as caught:
        fetch(source)
    assert caught.value.not_before == NOON + timedelta(seconds=4 if name == "with_retry_headers" else 300)
