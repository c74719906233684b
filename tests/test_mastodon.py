"""Mastodon: several instances, tokens, limits and late posts; recorded responses of real instances.

test_sources.py and test_sources_http.py test what all sources have in common.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.errors import AuthError, RateLimited, SourceError
from monitor.model import Batch, Json, Post, Term
from monitor.sources.mastodon import Options, Source
from tests.fake_server import Connection, Script, Server, http_for, serving
from tests.fakes import NOON
from tests.player import Player, cassette, detour
from tests.sites import fake_posts, send_json
from tests.sites.mastodon import Site, id_of, status

ONE, TWO = "https://one.example", "https://two.example"
ACME = (Term("acme"),)
SOON = NOON + timedelta(minutes=10)


@contextmanager
def instances(scripts: dict[str, Script], **options: Any) -> Iterator[tuple[Source, dict[str, Server]]]:
    """A source that reads these instances, each with its own server."""
    with ExitStack() as stack:
        servers = {site: stack.enter_context(serving(script)) for site, script in scripts.items()}
        http = http_for(*servers.values(), read_timeout=0.5, total_timeout=2.0)
        stack.callback(http.close)
        for site, server in servers.items():
            detour(http, server, site)
        yield Source(Options(name="Fediverse", **{"instances": tuple(scripts), **options}), http), servers


def fetch(source: Source, cursor: Json = None, now: Any = NOON, terms: Sequence[Term] = ACME) -> Batch:
    batch = source.fetch(terms, cursor, now)
    assert json.loads(json.dumps(batch.cursor)) == batch.cursor
    return batch


def responds(code: int, error: str = "", **headers: str) -> Script:
    return lambda conn: send_json(conn, {"error": error}, code, **headers)


def paths(server: Server) -> list[str]:
    return [request.path.partition("?")[0] for request in server.requests]


def test_a_post_on_several_instances_is_one_post() -> None:
    here, there = Site(fake_posts(1, 2)), Site(fake_posts(2, 3))
    with instances({ONE: here, TWO: there}) as (source, _):
        batch = fetch(source)
    assert len(batch.posts) == 3
    assert {post.external_id for post in batch.posts} == {status(one)["uri"] for one in fake_posts(1, 2, 3)}


def test_a_post_with_different_markup_on_two_instances_is_returned_once() -> None:
    other = Site(
        fake_posts(1, 2), alter=lambda record: {**record, "content": record["content"].replace("<p>", "<p><i>")}
    )
    with instances({ONE: Site(fake_posts(1, 2)), TWO: other}) as (source, _):
        batch = fetch(source)
        assert fetch(source, batch.cursor, SOON).posts == ()
    assert len(batch.posts) == 2


def test_a_post_has_plain_text_author_language_and_address() -> None:
    site = Site(fake_posts(1, text="I <3 Acme &amp; co."))
    with instances({ONE: site}) as (source, _):
        (post,) = fetch(source).posts
    assert post.text == "I <3 Acme & co. #acme"
    assert post.author == "writer1@one.example"
    assert (post.lang, post.site) == ("en", "harbour.example")
    assert post.url.startswith("https://harbour.example/@writer1/")


def test_a_content_warning_is_the_title() -> None:
    site = Site(fake_posts(1), alter=lambda record: {**record, "spoiler_text": "A rant"})
    with instances({ONE: site}) as (source, _):
        assert fetch(source).posts[0].title == "A rant"


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_private_posts_are_left_out(visibility: str) -> None:
    site = Site(fake_posts(1), alter=lambda record: {**record, "visibility": visibility})
    with instances({ONE: site}) as (source, _):
        assert fetch(source).posts == ()


def test_hashtags_come_from_the_terms_or_the_config() -> None:
    terms = (Term("Harbour Bikes"), Term("#acme"), Term("@acmehelp"), Term("2026"), Term("acme"))
    with instances({ONE: Site()}) as (source, servers):
        fetch(source, terms=terms)
        tags = [path.rpartition("/")[2] for path in paths(servers[ONE]) if "/tag/" in path]
    assert tags == ["harbourbikes", "acme", "acmehelp"]
    with instances({ONE: Site()}, hashtags=["#Acme"]) as (source, servers):
        fetch(source, terms=terms)
        assert paths(servers[ONE])[-1].endswith("/tag/acme")


def test_a_late_post_from_another_instance_is_found() -> None:
    early, late, newest = fake_posts(100, 105, 110)
    with instances({ONE: Site([early, newest])}) as (source, servers):
        batch = fetch(source)
        servers[ONE].script = Site([early, late, newest])
        (found,) = fetch(source, batch.cursor, SOON).posts
    assert found.external_id == status(late)["uri"]


def test_a_broken_instance_is_named_and_does_not_stop_the_others() -> None:
    with instances({ONE: responds(503), TWO: Site(fake_posts(1, 2))}) as (source, _):
        batch = fetch(source)
    assert len(batch.posts) == 2
    assert "one.example" in batch.note or "127.0.0.1" in batch.note
    assert batch.complete_since is None


def test_posts_missed_during_an_outage_are_read_later() -> None:
    with instances({ONE: Site(fake_posts(1)), TWO: Site(fake_posts(2))}) as (source, servers):
        batch = fetch(source)
        servers[ONE].script = responds(500)
        batch = fetch(source, batch.cursor, SOON)
        assert batch.posts == ()
        servers[ONE].script = Site(fake_posts(1, 3))
        batch = fetch(source, batch.cursor, SOON + timedelta(minutes=5))
    assert len(batch.posts) == 1
    assert batch.complete_since == NOON


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, "The access token is invalid"),
        (422, "This method requires an authenticated user"),
        (403, "This API requires an authenticated user"),
    ],
)
def test_a_timeline_that_needs_a_login_is_reported(code: int, error: str) -> None:
    with instances({ONE: responds(code, error)}) as (source, _), pytest.raises(AuthError, match="without a login"):
        fetch(source)


def test_a_disabled_timeline_is_not_requested() -> None:
    def closed(conn: Connection) -> None:
        access = {"hashtag_feeds": {"local": "disabled", "remote": "disabled"}}
        send_json(conn, {"configuration": {"timelines_access": access}})

    with instances({ONE: closed, TWO: Site(fake_posts(1))}) as (source, servers):
        batch = fetch(source)
        assert paths(servers[ONE]) == ["/api/v2/instance/"]
    assert len(batch.posts) == 1
    assert "without a login" in batch.note


def test_a_rate_limit_lasts_until_its_reset_time() -> None:
    reset = (NOON + timedelta(minutes=3)).isoformat().replace("+00:00", "Z")
    with instances({ONE: responds(429, "Too many requests", x_ratelimit_reset=reset)}) as (source, servers):
        with pytest.raises(RateLimited) as caught:
            fetch(source)
        assert caught.value.not_before == NOON + timedelta(minutes=3)
        servers[ONE].script = Site(fake_posts(1))
        requests_before = len(servers[ONE].requests)
        with pytest.raises(RateLimited):
            fetch(source, now=NOON + timedelta(minutes=2))
        assert len(servers[ONE].requests) == requests_before
        assert fetch(source, now=NOON + timedelta(minutes=3)).posts


@pytest.mark.parametrize("reset", ["soon", "", "99999999999999999999", "-5", "nan"])
def test_a_rate_limit_without_a_valid_time_is_recognised(reset: str) -> None:
    with instances({ONE: responds(429, x_ratelimit_reset=reset)}) as (source, _), pytest.raises(RateLimited) as caught:
        fetch(source)
    assert NOON <= caught.value.not_before <= NOON + timedelta(days=1)


def test_the_last_remaining_request_is_the_last_one() -> None:
    site = Site(fake_posts(*range(1, 200)))

    def scarce(conn: Connection) -> None:
        left = str(max(0, 3 - len(site.requests)))
        page = [status(one) for one in fake_posts(*range(1, 200))][-40:]
        site.requests.append({})
        send_json(conn, page, x_ratelimit_remaining=left, x_ratelimit_reset="2026-03-04T12:05:00.0Z")

    with instances({ONE: scarce, TWO: Site(fake_posts(1))}, hashtags=list("abcdef")) as (source, servers):
        batch = fetch(source)
        assert len(servers[ONE].requests) == 4
    assert "allows no more requests" in batch.note


def test_the_token_is_sent_to_the_first_instance_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", "site-up-token")
    with instances({ONE: Site(fake_posts(1)), TWO: Site(fake_posts(1))}, token="OUR_TOKEN") as (source, servers):
        fetch(source)
        assert {request.headers.get("authorization") for request in servers[ONE].requests} == {"Bearer site-up-token"}
        assert {request.headers.get("authorization") for request in servers[TWO].requests} == {None}


def test_a_rejected_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", "site-up-token")
    refused = responds(401, "The access token was revoked")
    with instances({ONE: refused}, token="OUR_TOKEN") as (source, _), pytest.raises(AuthError) as caught:
        fetch(source)
    assert "/settings/applications" in str(caught.value)
    assert "site-up-token" not in str(caught.value)


def test_a_missing_token_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUR_TOKEN", raising=False)
    with instances({ONE: Site()}, token="OUR_TOKEN") as (source, servers):
        with pytest.raises(AuthError, match="OUR_TOKEN"):
            fetch(source)
        assert servers[ONE].requests == []


def test_a_search_reads_back_to_its_last_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", "site-up-token")
    posts = fake_posts(*range(1, 4))

    def searched(conn: Connection) -> None:
        path, _, query = conn.request.path.partition("?")
        if "instance" in path:
            return send_json(conn, {"version": "4.6.0", "api_versions": {"mastodon": 11}})
        params = dict(pair.split("=") for pair in query.split("&") if "=" in pair)
        if path != "/api/v2/search":
            return send_json(conn, [])
        found = [p for p in posts if int(params.get("min_id", 0)) < int(id_of(p)) < int(params.get("max_id", 1e20))]
        page = sorted(found, key=id_of, reverse=True)[: int(params["limit"])]
        return send_json(conn, {"accounts": [], "hashtags": [], "statuses": [status(p) for p in page]})

    with instances({ONE: searched}, token="OUR_TOKEN", search=True) as (source, _):
        first = fetch(source)
        posts = fake_posts(*range(1, 104))
        second = fetch(source, first.cursor, SOON)
    assert [len(first.posts), len(second.posts)] == [3, 100]


def test_invalid_options_are_rejected() -> None:
    for wrong in (
        {"search": True},
        {"instances": "http://one.example", "token": "OUR_TOKEN"},
        {"instances": []},
        {"instances": ["https://one.example/about"]},
        {"hashtags": ["###"]},
        {"token": "aHR0cHM6Ly9leGFtcGxl"},
    ):
        with pytest.raises(ValidationError):
            Options(name="Fediverse", **wrong)  # type: ignore[arg-type]
    assert Options(name="Fediverse", instances="one.example").instances == (ONE,)  # type: ignore[arg-type]


def test_a_silent_host_times_out_only_once() -> None:
    with instances({ONE: Connection.hang, TWO: Site(fake_posts(1))}, hashtags=["a", "b", "c"]) as (source, servers):
        assert fetch(source).posts
        assert len(servers[ONE].requests) == 1


# ---- recorded responses -------------------------------------------------------------------------------------------


@pytest.fixture
def recordings(shared_data: Path) -> Path:
    return shared_data / "recordings" / "mastodon"


def recorded(player: Player, name: str, **options: Any) -> tuple[list[Post], Batch]:
    """(posts, last batch) of passes over ``player`` until there is no more. It was recorded in August 2026."""
    with instances({name: player}, **options) as (source, _):
        now = NOON.replace(month=8, day=3)
        batch = fetch(source, now=now)
        posts = [*batch.posts]
        while batch.more:
            batch = fetch(source, batch.cursor, now)
            posts += batch.posts
    return posts, batch


def test_a_recorded_hashtag_timeline(recordings: Path) -> None:
    player = Player(cassette(recordings / "cassettes" / "test_hashtag_tl.yaml"))
    (post,), batch = recorded(player, ONE, hashtags=["hoot"])
    assert post.text == "#hoot (hashtag toot)"
    assert post.lang == "ja"
    assert post.published_at.isoformat() == "2026-08-01T13:55:55.867000+00:00"
    assert batch.skipped == 0


def test_recorded_pages_end_and_contain_each_post_once(recordings: Path) -> None:
    """Each recorded page has ten posts and is returned for any parameters. Forward paging must still end."""
    exchanges = cassette(recordings / "cassettes" / "test_pagination_iterator.yaml")
    tag = next(e.path for e in exchanges if "/timelines/tag/" in e.path).rpartition("/")[2]
    posts, batch = recorded(Player(exchanges), ONE, hashtags=[tag])
    assert len(posts) == len({post.external_id for post in posts}) == 10
    assert batch.skipped == 0


def test_a_recorded_public_timeline(recordings: Path) -> None:
    exchanges = cassette(recordings / "cassettes" / "test_timeline_disabled.yaml")
    player = Player([e for e in exchanges if e.url.startswith("http://localhost")])
    posts, batch = recorded(player, ONE, hashtags=["none"], public=True)
    assert len(posts) >= 15
    assert all(post.author.count("@") == 1 for post in posts)
    assert batch.skipped == 0
    assert "(404)" in batch.note


def test_a_recorded_instance_with_a_disabled_public_timeline(recordings: Path) -> None:
    exchanges = cassette(recordings / "cassettes" / "test_timeline_disabled.yaml")
    player = Player([e for e in exchanges if e.url == "https://mastodon.social/api/v2/instance/"])
    with instances({ONE: player}, public=True) as (source, _), pytest.raises(SourceError) as caught:
        fetch(source, terms=())
    assert "without a login" in str(caught.value)
    assert player.unrecorded == []
