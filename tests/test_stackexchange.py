"""Stack Exchange: backing off, the quota in each of its forms, keys, and posts in full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited
from monitor.model import Term
from monitor.sources.stackexchange import Options, Source
from tests.fake_server import http_for, serving
from tests.fakes import NOON
from tests.sites import said, send
from tests.sites.stackexchange import Site
from tests.test_sources_http import LATER, passes, posts_of, reading

TERMS = [Term("acme")]
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)


def site(*numbers: int, **wrap: Any) -> Site:
    made = Site(said(*numbers))
    made.wrap = wrap
    return made


def test_posts_come_in_full_with_their_author() -> None:
    with reading("stackexchange", Site(said(1, 2))) as (source, _):
        question, answer = posts_of(passes(source))
    assert (question.title, question.text) == ("Acme is fine, says number 1.", "Acme is fine, says number 1.")
    assert (answer.title, answer.author) == ("", "writer2")
    assert answer.url == "https://stackoverflow.com/a/2"
    assert answer.site == "stackoverflow"


def test_a_new_post_costs_one_more_request_and_a_known_one_none() -> None:
    made = Site(said(238, 239))
    with reading("stackexchange", made) as (source, _):
        (batch,) = passes(source)
        assert [asked["path"] for asked in made.asked] == ["/2.3/search/excerpts", "/2.3/posts/238;239"]
        made.asked.clear()
        passes(source, batch.cursor, NOON + timedelta(minutes=5))
        assert [asked["path"] for asked in made.asked] == ["/2.3/search/excerpts"]


def test_backing_off_is_kept_to_and_ends_the_pass() -> None:
    made = site(*range(1, 230), backoff=30, quota_remaining=9_900)
    with reading("stackexchange", made) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert len([asked for asked in made.asked if "search" in asked["path"]]) == 1
    assert len(batch.posts) == 100
    assert batch.not_before == NOON + timedelta(seconds=30)
    assert not batch.more


def test_after_backing_off_the_rest_comes_without_doubles() -> None:
    with reading("stackexchange", site(*range(1, 230), backoff=30)) as (source, server):
        batch = source.fetch(TERMS, None, NOON)
        server.script = Site(said(*range(1, 230)))
        rest = posts_of(passes(source, batch.cursor, LATER))
    ids = [post.external_id for post in (*batch.posts, *rest)]
    assert len(ids) == len(set(ids)) == 229


def test_the_last_request_of_the_day_waits_for_midnight() -> None:
    with reading("stackexchange", site(1, quota_remaining=0)) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert len(batch.posts) == 1
    assert batch.not_before == MIDNIGHT
    assert "used up" in batch.note
    assert "free key" in batch.note


def test_many_terms_are_searched_less_often_rather_than_until_the_quota_is_gone() -> None:
    terms = [Term(f"acme {n}") for n in range(30)]
    searched: dict[str, int] = {}
    with reading("stackexchange", site(1)) as (source, server):
        now, cursor, left = NOON - timedelta(hours=12), None, 300
        while now < NOON + timedelta(hours=12):
            asked = len(server.requests)
            server.script = site(1, quota_remaining=left)
            batch = source.fetch(terms, cursor, now)
            cursor, left = batch.cursor, left - (len(server.requests) - asked)
            now = max(now + timedelta(hours=1), batch.not_before or now) if not batch.more else now
            assert batch.note == ""
        for request in server.requests:
            name = request.path.partition("?q=")[2].partition("&")[0]
            searched[name] = searched.get(name, 0) + 1
    assert left > 0
    assert min(searched[name] for name in searched if name) >= 7


def test_a_quota_that_lasts_keeps_no_round_waiting() -> None:
    with reading("stackexchange", site(1, quota_remaining=9_900)) as (source, _):
        batch = source.fetch([Term(f"acme {n}") for n in range(30)], None, NOON)
    assert batch.more
    assert batch.not_before is None


def test_what_is_left_of_the_quota_is_spread_over_the_rest_of_the_day() -> None:
    with reading("stackexchange", site(1, quota_remaining=48)) as (source, _):
        batch = source.fetch(TERMS, None, NOON)
    assert batch.not_before == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(("wrap", "kind"), [({"backoff": 30}, RateLimited), ({"quota_remaining": 0}, QuotaSpent)])
def test_what_one_source_is_told_all_with_its_key_keep_to(wrap: dict[str, int], kind: type[Exception]) -> None:
    with serving(site(1, **wrap)) as server:
        http = http_for(server)
        one, two = (
            Source(Options(name=name, api=f"{server.url}/2.3", site=name), http) for name in ("superuser", "unix")
        )
        one.fetch(TERMS, None, NOON)
        asked = len(server.requests)
        with pytest.raises(kind):
            two.fetch(TERMS, None, NOON + timedelta(seconds=29))
        assert len(server.requests) == asked
        server.script = site(1)
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
def test_each_error_of_its_own_numbering(error: tuple[int, str], expected: type[Exception], until: int | None) -> None:
    body = {"error_id": error[0], "error_message": error[1], "error_name": "x"}
    with (
        reading("stackexchange", lambda line: send(line, body, 400)) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    if until is not None:
        assert caught.value.not_before == NOON + timedelta(seconds=until)  # type: ignore[attr-defined]


def test_a_key_is_sent_and_a_wrong_one_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SE_KEY", "made-up-and-secret((")
    made = Site(said(1))
    with reading("stackexchange", made, key="SE_KEY") as (source, server):
        source.fetch(TERMS, None, NOON)
        assert {asked["key"] for asked in made.asked} == {"made-up-and-secret(("}
        body = {
            "error_id": 400,
            "error_message": "`key` doesn't match a known application",
            "error_name": "bad_parameter",
        }
        server.script = lambda line: send(line, body, 400)
        with pytest.raises(AuthError, match="SE_KEY") as caught:
            source.fetch(TERMS, None, NOON)
    assert "made-up" not in str(caught.value)
    assert "stackapps.com" in str(caught.value)


def test_a_missing_key_is_told_at_the_pass_and_not_before() -> None:
    with reading("stackexchange", Site(), key="SE_KEY") as (source, server), pytest.raises(AuthError, match="SE_KEY"):
        source.fetch(TERMS, None, NOON)
    assert not server.requests


def test_a_question_that_comes_without_its_title_does_not_look_edited() -> None:
    with reading("stackexchange", Site(said(1, 2))) as (source, _):
        (batch,) = passes(source)
        (later,) = passes(source, batch.cursor, NOON + timedelta(hours=6))
    assert later.posts == ()


def test_a_site_is_a_name_of_the_api() -> None:
    with pytest.raises(ValueError, match="site"):
        Options(name="Here", site="https://stackoverflow.com")
