"""GitHub: its requests, rate limits in every form, and what needs a token."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from monitor.errors import AuthError, BadResponse, RateLimited
from monitor.model import Term
from monitor.sources.github import MAX_RECHECKS_WITHOUT_TOKEN, Options, Source
from tests.fake_server import Connection, http_for, serving
from tests.fakes import NOON
from tests.sites import FakePost, fake_posts, send_json
from tests.sites.github import Site
from tests.test_sources_http import LATER, passes, posts_of, reading

TERMS = [Term("acme")]
HOURS_LATER = NOON + timedelta(hours=3)
RESET = str(int((NOON + timedelta(minutes=3)).timestamp()))


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GITHUB_TOKEN", "made-up-token-1234")
    return "GITHUB_TOKEN"


def test_an_issue_becomes_a_post() -> None:
    with reading("github", Site(fake_posts(1))) as (source, server):
        (post,) = posts_of(passes(source))
        assert "authorization" not in server.requests[0].headers
    assert (post.title, post.text) == ("Number 1", "Acme is fine, says number 1.")
    assert (post.author, post.site, post.external_id) == ("writer1", "harbour/boats", "I_1")
    assert post.url == "https://github.com/harbour/boats/issues/1"


def test_a_search_for_issues_has_six_terms() -> None:
    site = Site()
    with reading("github", site, qualifiers="-org:acme") as (source, _):
        source.fetch([Term(f"acme {n}") for n in range(8)], None, NOON)
    first, second = (request["q"] for request in site.requests)
    assert first.count(" OR ") == 5
    assert first.startswith('("acme 0" OR "acme 1"')
    assert '"acme 6" OR "acme 7"' in second
    for q in (first, second):
        assert "is:issue in:title,body updated:2026-02-25T12:00:00Z..2026-03-04T12:00:00Z -org:acme" in q


def test_pull_requests_are_searched_if_configured() -> None:
    site = Site()
    with reading("github", site, pull_requests=True) as (source, _):
        source.fetch(TERMS, None, NOON)
    assert [request["q"].split()[1] for request in site.requests] == ["is:issue", "is:pull-request"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": RESET}, {"message": "API rate limit exceeded"}, 180),
        (429, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": RESET}, {}, 180),
        (403, {"retry_after": "90"}, {"message": "You have exceeded a secondary rate limit"}, 90),
        (403, {}, {"message": "You have exceeded a secondary rate limit. Please wait a few minutes"}, 60),
        (429, {}, {}, 60),
        (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "soon"}, {}, 60),
        (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "99999999999"}, {}, 86_400),
    ],
)
def test_rate_limits_in_every_form_are_recognised(
    status: int, headers: dict[str, str], body: dict[str, str], wait: int
) -> None:
    with (
        reading("github", lambda conn: send_json(conn, body, status, **headers)) as (source, _),
        pytest.raises(RateLimited) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    assert caught.value.not_before == NOON + timedelta(seconds=wait)


def test_a_rate_limit_applies_to_all_sources_with_the_same_token() -> None:
    refusal = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": RESET}
    with serving(lambda conn: send_json(conn, {}, 403, **refusal)) as server:
        http = http_for(server)
        one, two = (Source(Options(name=name, api=server.url), http) for name in ("One", "Two"))
        for source in (one, two):
            with pytest.raises(RateLimited) as caught:
                source.fetch(TERMS, None, NOON)
            assert caught.value.not_before == NOON + timedelta(minutes=3)
        assert len(server.requests) == 1
        server.script = Site(fake_posts(1))
        assert two.fetch(TERMS, None, NOON + timedelta(minutes=3)).posts
        http.close()


def test_the_last_remaining_request_ends_the_pass() -> None:
    last = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": RESET}
    with reading("github", lambda conn: send_json(conn, {"items": []}, **last)) as (source, server):
        batch = source.fetch([Term(f"acme {n}") for n in range(8)], None, NOON)
        assert len(server.requests) == 1
    assert batch.not_before == NOON + timedelta(minutes=3)
    assert "asks us to wait" in batch.note


def test_another_403_is_a_refusal() -> None:
    with (
        reading("github", lambda conn: send_json(conn, {"message": "Forbidden"}, 403)) as (source, _),
        pytest.raises(BadResponse),
    ):
        source.fetch(TERMS, None, NOON)


def test_a_rejected_search_reports_the_reason() -> None:
    with (
        reading("github", lambda conn: send_json(conn, {"message": "Validation Failed"}, 422)) as (source, _),
        pytest.raises(BadResponse, match="Validation Failed"),
    ):
        source.fetch(TERMS, None, NOON)


def test_incomplete_results_are_reported_as_incomplete() -> None:
    def hasty(conn: Connection) -> None:
        send_json(conn, {"total_count": 0, "incomplete_results": True, "items": []})

    with reading("github", hasty) as (source, _):
        assert source.fetch(TERMS, None, NOON).complete_since is None


def test_an_old_issue_that_changes_keeps_its_date() -> None:
    old = FakePost(7, "Acme, long ago.", NOON)

    def aged(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "created_at": "2019-05-06T07:08:09Z"}

    with reading("github", Site([old], alter=aged)) as (source, _):
        (post,) = posts_of(passes(source, now=LATER))
    assert post.published_at.year == 2019


def test_a_token_adds_discussions(token: str) -> None:
    site = Site(fake_posts(1))
    with reading("github", site, token=token) as (source, server):
        posts = posts_of(passes(source))
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer made-up-token-1234"}
        (body,) = [json.loads(request.body) for request in server.requests if request.method == "POST"]
    assert {post.external_id for post in posts} == {"I_1", "D_1"}
    assert body["variables"]["q"].startswith('"acme" updated:')


def test_many_discussions_are_paged_by_time(token: str) -> None:
    with reading("github", Site(fake_posts(*range(1, 131))), token=token) as (source, _):
        posts = posts_of(passes(source))
    assert len([post for post in posts if post.external_id.startswith("D")]) == 130


def test_with_a_token_deletions_and_edits_are_found(token: str) -> None:
    first, second, third = fake_posts(1, 2, 3)
    with reading("github", Site([first, second, third]), token=token) as (source, server):
        (batch,) = passes(source)
        server.script = Site(
            [first, FakePost(2, "", second.at, deleted=True), FakePost(3, "Acme, edited in silence.", third.at)]
        )
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert set(later.deleted) == {"I_2", "D_2"}
    assert {post.text for post in later.posts} == {"Acme, edited in silence."}


def _graphql(body: Any) -> Any:
    """A site without issues that responds to GraphQL with ``body``."""
    nothing = {"total_count": 0, "incomplete_results": False, "items": []}
    return lambda conn: send_json(conn, body if conn.request.path == "/graphql" else nothing)


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "Your token has not"}], "data": None},
        {"data": {"search": None}},
        {"data": {"nodes": []}},
        [],
    ],
)
def test_errors_in_graphql_responses_are_recognised(token: str, answer: Any) -> None:
    with reading("github", _graphql(answer), token=token) as (source, _), pytest.raises(BadResponse):
        source.fetch(TERMS, None, NOON)


def test_a_rate_limit_of_graphql_ends_the_pass(token: str) -> None:
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    with reading("github", _graphql(limited), token=token) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert batch.not_before == NOON + timedelta(minutes=1)
    assert batch.complete_since is None


def test_without_a_token_posts_are_looked_up_one_by_one() -> None:
    site = Site(fake_posts(*range(1, 8)))
    with reading("github", site) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
        assert len(batch.posts) == 7
        site.posts = [replace(post, deleted=post.n == 1) for post in fake_posts(*range(1, 8))]
        site.requests.clear()
        batch = source.fetch(TERMS, json.loads(json.dumps(batch.cursor)), HOURS_LATER)
        lookups = [request["path"] for request in site.requests if request["path"].startswith("/repos/")]
        assert len(lookups) == MAX_RECHECKS_WITHOUT_TOKEN
        batches = [batch, source.fetch(TERMS, batch.cursor, HOURS_LATER + timedelta(minutes=15))]
    assert [id_ for batch in batches for id_ in batch.deleted] == ["I_1"]
    assert set(cast("dict[str, Any]", batches[-1].cursor)["places"]) == {f"I_{n}" for n in range(2, 8)}


@pytest.mark.parametrize(
    "places", [None, [], {"I_1": 7}, {"I_1": "../../user"}, {"I_1": "a/b/issues/x"}, {"I_1": "a/b/c/issues/1"}]
)
def test_an_invalid_path_is_not_requested(places: Any) -> None:
    site = Site(fake_posts(1))
    with reading("github", site) as (source, _):
        cursor = cast("dict[str, Any]", source.fetch(TERMS, None, NOON).cursor)
        site.posts, site.requests = [], []
        batch = source.fetch(TERMS, {**cursor, "places": places}, HOURS_LATER)
    assert [request["path"] for request in site.requests] == ["/search/issues"]
    assert batch.deleted == ()


def test_a_wrong_token_is_named_but_not_shown(token: str) -> None:
    with (
        reading("github", lambda conn: send_json(conn, {"message": "Bad credentials"}, 401), token=token) as (
            source,
            _,
        ),
        pytest.raises(AuthError, match="GITHUB_TOKEN") as caught,
    ):
        source.fetch(TERMS, None, NOON)
    assert "made-up" not in str(caught.value)
    assert "github.com/settings/tokens" in str(caught.value)


def test_a_missing_token_is_named() -> None:
    with (
        reading("github", Site(), token="NO_SUCH_TOKEN") as (source, _),
        pytest.raises(AuthError, match="NO_SUCH_TOKEN"),
    ):
        source.fetch(TERMS, None, NOON)


def test_invalid_qualifiers_are_rejected() -> None:
    with pytest.raises(ValueError, match="qualifiers"):
        Options(name="Here", qualifiers="a\nb")
