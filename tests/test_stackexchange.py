"""Stack Exchange: backoff, the quota in every form, keys, and complete posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited
from monitor.model import Term
from monitor.sources.stackexchange import Options, Source
from tests.fake_server import http_for, serving
from tests.fakes import NOON
from tests.sites import fake_posts, send_json
from tests.sites.stackexchange import Site
from tests.test_sources_http import LATER, passes, posts_of, reading

TERMS = [Term("acme")]
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)


def new_site(*numbers: int, **wrapper: Any) -> Site:
    site = Site(fake_posts(*numbers))
    site.wrapper = wrapper
    return site


def test_posts_have_their_full_text_and_author() -> None:
    with reading("stackexchange", Site(fake_posts(1, 2))) as (source, _):
        question, answer = posts_of(passes(source))
    assert (question.title, question.text) == ("Acme is fine, says number 1.", "Acme is fine, says number 1.")
    assert (answer.title, answer.author) == ("", "writer2")
    assert answer.url == "https://stackoverflow.com/a/2"
    assert answer.site == "stackoverflow"


def test_a_new_post_costs_one_more_request_and_a_known_one_none() -> None:
    site = Site(fake_posts(238, 239))
    with reading("stackexchange", site) as (source, _):
        (batch,) = passes(source)
        assert [request["path"] for request in site.requests] == ["/2.3/search/excerpts", "/2.3/posts/238;239"]
        site.requests.clear()
        passes(source, batch.cursor, NOON + timedelta(minutes=5))
        assert [request["path"] for request in site.requests] == ["/2.3/search/excerpts"]


def test_a_backoff_is_observed_and_ends_the_pass() -> None:
    site = new_site(*range(1, 230), backoff=30, quota_remaining=9_900)
    with reading("stackexchange", site) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert len([request for request in site.requests if "search" in request["path"]]) == 1
    assert len(batch.posts) == 100
    assert batch.not_before == NOON + timedelta(seconds=30)
    assert not batch.more


def test_after_a_backoff_the_rest_is_read_without_repeating_posts() -> None:
    with reading("stackexchange", new_site(*range(1, 230), backoff=30)) as (source, server):
        batch = source.fetch(TERMS, None, NOON)
        server.script = Site(fake_posts(*range(1, 230)))
        rest = posts_of(passes(source, batch.cursor, LATER))
    ids = [post.external_id for post in (*batch.posts, *rest)]
    assert len(ids) == len(set(ids)) == 229


def test_a_used_up_quota_waits_for_midnight() -> None:
    with reading("stackexchange", new_site(1, quota_remaining=0)) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert len(batch.posts) == 1
    assert batch.not_before == MIDNIGHT
    assert "used up" in batch.note
    assert "free key" in batch.note


def test_many_terms_are_searched_less_often_so_that_the_quota_lasts() -> None:
    terms = [Term(f"acme {n}") for n in range(30)]
    searched: dict[str, int] = {}
    with reading("stackexchange", new_site(1)) as (source, server):
        now, cursor, left = NOON - timedelta(hours=12), None, 300
        while now < NOON + timedelta(hours=12):
            requests_before = len(server.requests)
            server.script = new_site(1, quota_remaining=left)
            batch = source.fetch(terms, cursor, now)
            cursor, left = batch.cursor, left - (len(server.requests) - requests_before)
            now = max(now + timedelta(hours=1), batch.not_before or now) if not batch.more else now
            assert batch.note == ""
        for request in server.requests:
            name = request.path.partition("?q=")[2].partition("&")[0]
            searched[name] = searched.get(name, 0) + 1
    assert left > 0
    assert min(searched[name] for name in searched if name) >= 7


def test_a_large_quota_delays_no_round() -> None:
    with reading("stackexchange", new_site(1, quota_remaining=9_900)) as (source, _):
        batch = source.fetch([Term(f"acme {n}") for n in range(30)], None, NOON)
    assert batch.more
    assert batch.not_before is None


def test_the_remaining_quota_is_spread_over_the_day() -> None:
    with reading("stackexchange", new_site(1, quota_remaining=48)) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert batch.not_before == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(("wrapper", "kind"), [({"backoff": 30}, RateLimited), ({"quota_remaining": 0}, QuotaSpent)])
def test_limits_apply_to_all_sources_with_the_same_key(wrapper: dict[str, int], kind: type[Exception]) -> None:
    with serving(new_site(1, **wrapper)) as server:
        http = http_for(server)
        one, two = (
            Source(Options(name=name, api=f"{server.url}/2.3", site=name), http) for name in ("superuser", "unix")
        )
        one.fetch(TERMS, None, NOON)
        requests_before = len(server.requests)
        with pytest.raises(kind):
            two.fetch(TERMS, None, NOON + timedelta(seconds=29))
        assert len(server.requests) == requests_before
        server.script = new_site(1)
        two.fetch(TERMS, None, MIDNIGHT)
        http.close()


@pytest.mark.parametrize(
    ("error", "expected", "until"),
    [
        ((502, "too many requests from this IP, more requests available in 17524 seconds"), QuotaSpent, 17524),
        ((502, "Violation of backoff parameter"), RateLimited, 600),
        ((503, "temporarily unavailable"), BadResponse, None),
        ((500, "internal error"), BadResponse, None),
        ((400, "site is required"), BadResponse, None),
        ((402, "invalid access token"), AuthError, None),
        ((405, "key required"), AuthError, None),
    ],
)
def test_each_error_number_is_recognised(error: tuple[int, str], expected: type[Exception], until: int | None) -> None:
    body = {"error_id": error[0], "error_message": error[1], "error_name": "x"}
    with (
        reading("stackexchange", lambda conn: send_json(conn, body, 400)) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    if until is not None:
        assert caught.value.not_before == NOON + timedelta(seconds=until)  # type: ignore[attr-defined]


def test_a_key_is_sent_and_a_wrong_one_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SE_KEY", "site-up-and-secret((")
    site = Site(fake_posts(1))
    with reading("stackexchange", site, key="SE_KEY") as (source, server):
        source.fetch(TERMS, None, NOON)
        assert {request["key"] for request in site.requests} == {"site-up-and-secret(("}
        body = {
            "error_id": 400,
            "error_message": "`key` doesn't match a known application",
            "error_name": "bad_parameter",
        }
        server.script = lambda conn: send_json(conn, body, 400)
        with pytest.raises(AuthError, match="SE_KEY") as caught:
            source.fetch(TERMS, None, NOON)
    assert "site-up" not in str(caught.value)
    assert "stackapps.com" in str(caught.value)


def test_a_missing_key_is_reported_at_the_first_pass() -> None:
    with reading("stackexchange", Site(), key="SE_KEY") as (source, server), pytest.raises(AuthError, match="SE_KEY"):
        source.fetch(TERMS, None, NOON)
    assert not server.requests


def test_a_question_without_its_title_does_not_look_edited() -> None:
    with reading("stackexchange", Site(fake_posts(1, 2))) as (source, _):
        (batch,) = passes(source)
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert later.posts == ()


def test_an_invalid_site_is_rejected() -> None:
    with pytest.raises(ValueError, match="site"):
        Options(name="Here", site="https://stackoverflow.com")
