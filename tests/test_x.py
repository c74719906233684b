"""X: spending and its budget, both meanings of 429, edits and deletions; recorded responses.

test_sources.py and test_sources_http.py test what all sources have in common.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited, SourceError
from monitor.model import Batch, Json, Spend, Term
from monitor.sources._budget import MonthlyBudget
from monitor.sources._limits import KeyLimits
from monitor.sources._x import min_id_at, time_of_id
from monitor.sources.x import MAX_QUERY_CHARS, Options, Source
from tests.fake_server import Connection, Script, Server, http_for, serving
from tests.fakes import NOON
from tests.player import Player, cassette, detour
from tests.sites import FakePost, fake_posts, send_json
from tests.sites.x import SDK_HOSTS, Site, history_of, tweet

ACME = (Term("acme"),)
SOON = NOON + timedelta(minutes=15)
MONTH = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "site-up-bearer-token")


@contextmanager
def reading(script: Script, **options: Any) -> Iterator[tuple[Source, Server]]:
    with serving(script) as server:
        http = detour(http_for(server, read_timeout=0.5, total_timeout=2.0), server, *SDK_HOSTS)
        try:
            yield Source(Options(name="X", **{"budget": "1000 USD / month", **options}), http), server
        finally:
            http.close()


def fetch(source: Source, cursor: Json = None, now: datetime = NOON, terms: Sequence[Term] = ACME) -> Batch:
    batch = source.fetch(terms, cursor, now)
    assert json.loads(json.dumps(batch.cursor)) == batch.cursor
    return batch


def fetch_all(source: Source, cursor: Json = None, now: datetime = NOON) -> list[Batch]:
    batches = [fetch(source, cursor, now)]
    while batches[-1].more:
        batches.append(fetch(source, batches[-1].cursor, now))
    return batches


def sent_values(server: Server, name: str) -> list[str]:
    """The values of a parameter, in the order of the requests."""
    queries = [parse_qs(urlsplit(request.path).query) for request in server.requests]
    return [query[name][0] for query in queries if name in query]


def spent(batch: Batch) -> int:
    """What was spent, in micro-dollars."""
    assert isinstance(batch.cursor, dict)
    found: int = batch.cursor["spent"]["micro"]
    return found


def refuses(status: int, body: dict[str, Any] | None = None, **headers: str) -> Script:
    return lambda conn: send_json(conn, body or {}, status, **headers)


# ---- requests -----------------------------------------------------------------------------------------------------


def test_terms_are_packed_into_few_queries_of_512_characters() -> None:
    terms = [Term(f"harbour bikes number {n}") for n in range(60)] + [Term("#acme"), Term("@acmehelp"), Term("or")]
    with reading(Site()) as (source, server):
        fetch(source, terms=terms)
        queries = sent_values(server, "query")
    assert all(len(query) <= MAX_QUERY_CHARS for query in queries)
    assert len(queries) == 4
    assert all(query.startswith("(") and query.endswith(") -is:retweet") for query in queries)
    together = " ".join(queries)
    assert all(f'"harbour bikes number {n}"' in together for n in range(60))
    assert '"or"' in together
    assert "@acmehelp" in together


def test_retweets_can_be_included() -> None:
    with reading(Site(), retweets=True) as (source, server):
        fetch(source)
        assert sent_values(server, "query") == ["(acme)"]


def test_posts_have_authors_and_languages() -> None:
    with reading(Site(fake_posts(1))) as (source, server):
        (post,) = fetch(source).posts
        assert sent_values(server, "expansions") == ["author_id"]
    assert (post.author, post.lang) == ("writer1", "en")
    assert post.url == f"https://x.com/writer1/status/{post.external_id}"


def test_a_long_post_has_its_full_text() -> None:
    site = Site(
        fake_posts(1), alter=lambda record: {**record, "text": "Cut…", "note_tweet": {"text": "All of it, Acme."}}
    )
    with reading(site) as (source, _):
        assert fetch(source).posts[0].text == "All of it, Acme."


def test_a_search_continues_after_the_newest_post() -> None:
    with reading(Site(fake_posts(1, 2, 3))) as (source, server):
        batch = fetch(source)
        fetch(source, batch.cursor, SOON)
        newest = max((post.external_id for post in batch.posts), key=int)
        assert sent_values(server, "since_id") == [min_id_at(NOON - timedelta(days=1)), newest]


def test_after_an_outage_it_catches_up_as_far_as_x_can_be_searched() -> None:
    back = NOON + timedelta(days=10)
    with reading(Site(fake_posts(1))) as (source, server):
        batch = fetch(source)
        during = [FakePost(n, "Acme again.", NOON + timedelta(days=n)) for n in range(1, 10)]
        server.script = Site([*fake_posts(1), *during])
        late = fetch_all(source, batch.cursor, back)
    assert [post.published_at for batch in late for post in batch.posts] == [p.at for p in during[3:]]
    assert late[-1].complete_since is not None
    assert back - timedelta(days=7) <= late[-1].complete_since <= back - timedelta(days=6, hours=23)


def test_a_first_round_that_the_budget_delays_for_weeks_reports_lost_posts() -> None:
    with reading(Site(fake_posts(*range(1, 239))), budget="1 USD / month") as (source, _):
        cursor: Json = None
        now, batches = NOON, list[Batch]()
        for _ in range(9):
            with contextlib.suppress(RateLimited):
                batches.append(batch := source.fetch(ACME, cursor, now))
                cursor = json.loads(json.dumps(batch.cursor))
            now += timedelta(days=3)
    got = {post.external_id for batch in batches for post in batch.posts}
    lost = [post for post in fake_posts(*range(1, 239)) if history_of(post)[0] not in got]
    assert lost
    complete_since = [batch.complete_since for batch in batches if batch.complete_since is not None]
    assert complete_since
    assert all(since > max(post.at for post in lost) for since in complete_since)


def test_a_changed_rule_does_not_pay_for_the_history_again() -> None:
    with reading(Site(fake_posts(1, 2, 3))) as (source, server):
        batch = fetch(source)
        again = fetch(source, batch.cursor, SOON, (Term("acme"), Term("globex")))
        assert time_of_id(sent_values(server, "since_id")[-1]) >= NOON - timedelta(minutes=1)
    assert again.posts == ()
    assert spent(again) == spent(batch)


# ---- money --------------------------------------------------------------------------------------------------------


def test_spending_is_counted_reported_and_stored() -> None:
    with reading(Site(fake_posts(*range(1, 11)))) as (source, server):
        first = fetch(source)
        server.script = Site(fake_posts(*range(1, 21), start=NOON - timedelta(minutes=11)))
        second = fetch(source, first.cursor, SOON)
    assert spent(first) == 10 * (5_000 + 10_000)
    assert first.spend == Spend("2026-03", 0.15, 1000.0)
    assert first.note == ""
    assert spent(second) == spent(first) + len(second.posts) * 15_000


def test_prices_can_be_configured() -> None:
    with reading(Site(fake_posts(1, 2)), post_price=0.01, author_price=0) as (source, _):
        assert spent(fetch(source)) == 20_000


def test_spending_never_exceeds_the_budget() -> None:
    last_day = datetime(2026, 3, 31, 20, tzinfo=UTC)
    posts = [FakePost(n, "Acme.", last_day - timedelta(minutes=n)) for n in range(1, 600)]
    with reading(Site(posts), budget="2 USD / month") as (source, _):
        batch = fetch(source, now=last_day)
        assert 1_850_000 < spent(batch) <= 2_000_000
        assert not batch.more
        assert batch.not_before == MONTH
        with pytest.raises(QuotaSpent, match="used up") as caught:
            fetch(source, batch.cursor, last_day + timedelta(hours=1))
        assert caught.value.not_before == MONTH
        on = fetch(source, batch.cursor, MONTH + timedelta(hours=1))
    assert {post.external_id for post in on.posts}.isdisjoint({post.external_id for post in batch.posts})
    assert on.posts
    assert spent(on) <= 300_000


def test_reading_slows_down_so_that_the_budget_lasts_the_month() -> None:
    posts = [FakePost(n, "Acme.", NOON - timedelta(minutes=n)) for n in range(1, 900)]
    with reading(Site(posts), budget="20 USD / month") as (source, _):
        batch = fetch(source)
        # a tenth of the month has passed, and a twentieth may be spent in advance
        assert 3_000_000 < spent(batch) < 5_000_000
        assert batch.not_before is not None
        assert NOON < batch.not_before < NOON + timedelta(days=3)
        assert "To make the budget last" in batch.note
        with pytest.raises(RateLimited):
            fetch(source, batch.cursor, NOON + timedelta(minutes=1))
        later = fetch(source, batch.cursor, batch.not_before)
    assert {post.external_id for post in later.posts}.isdisjoint({post.external_id for post in batch.posts})


def test_paid_posts_are_kept_when_the_next_page_fails() -> None:
    site = Site([FakePost(n, "Acme.", NOON - timedelta(minutes=n)) for n in range(1, 300)])

    def falters(conn: Connection) -> None:
        return site(conn) if len(site.requests) < 2 else refuses(503)(conn)

    with reading(falters) as (source, server):
        batch = fetch(source)
        assert len(batch.posts) == 200
        assert spent(batch) == 200 * 15_000
        assert "(503)" in batch.note
        assert batch.not_before
        with pytest.raises(BadResponse):
            fetch(source, batch.cursor, batch.not_before)
        server.script = site
        rest = fetch(source, batch.cursor, SOON)
    assert len(rest.posts) == 99


@given(st.integers(0, 40_000_000), st.floats(0, 1), st.integers(1, 1_000_000))
def test_a_budget_allows_only_what_it_can_pay(micro: int, share: float, needed: int) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC) + share * timedelta(days=31) - timedelta(seconds=share)
    budget = MonthlyBudget("20 USD / month", {"month": "2026-03", "micro": micro}, now)
    limit = _limit(budget, needed)
    assert isinstance(limit, QuotaSpent) == (micro + needed > 20_000_000)
    assert budget.available_now <= budget.remaining
    if isinstance(limit, QuotaSpent):
        assert limit.not_before == MONTH
    elif limit is not None:
        assert now < limit.not_before <= MONTH
        then = limit.not_before + timedelta(seconds=1)
        assert _limit(MonthlyBudget("20 USD / month", budget.to_json(), then), needed) is None


def _limit(budget: MonthlyBudget, needed: int) -> QuotaSpent | RateLimited | None:
    try:
        budget.check(needed)
    except (QuotaSpent, RateLimited) as limit:
        return limit
    return None


@pytest.mark.parametrize("kept", [None, {}, [], {"month": 3, "micro": "x"}, {"month": "2026-03", "micro": -5}])
def test_an_invalid_budget_state_counts_as_nothing_spent(kept: Json) -> None:
    assert MonthlyBudget("20 USD / month", kept, NOON).spent == 0


def test_a_new_month_resets_the_budget_but_a_clock_set_back_does_not() -> None:
    kept: Json = {"month": "2026-03", "micro": 7}
    assert MonthlyBudget("1 USD / month", kept, MONTH).spent == 0
    assert MonthlyBudget("1 USD / month", kept, NOON - timedelta(days=60)).spent == 7


@pytest.mark.parametrize("budget", ["", "20", "20 EUR / month", "0 USD / month", "-1 USD / month", "20 USD / year"])
def test_an_invalid_budget_is_rejected(budget: str) -> None:
    with pytest.raises(ValidationError, match="dollars a month"):
        Options(name="X", budget=budget)


@pytest.mark.parametrize("budget", ["20 USD / month", "20.50 usd/month", "$20 a month", "20$ per month"])
def test_a_budget_may_be_written_in_several_ways(budget: str) -> None:
    assert Options(name="X", budget=budget).budget == budget


def test_a_budget_that_buys_no_page_is_rejected() -> None:
    with pytest.raises(ValidationError, match=r"\$0.15 a month or more: X sends at least 10 posts"):
        Options(name="X", budget="0.14 USD / month")
    assert Options(name="X", budget="0.15 USD / month").budget
    assert Options(name="X", budget="0.01 USD / month", post_price=0.001, author_price=0).budget


def test_the_budget_is_required() -> None:
    with pytest.raises(ValidationError, match="budget"):
        Options(name="X")  # type: ignore[call-arg]


# ---- refusals -----------------------------------------------------------------------------------------------------


def test_a_rate_limit_lasts_until_its_reset_for_all_sources_of_a_key() -> None:
    reset = str(int((NOON + timedelta(minutes=9)).timestamp()))
    problem = {"title": "Too Many Requests", "type": "about:blank", "status": 429}
    with serving(refuses(429, problem, x_rate_limit_reset=reset)) as server:
        http = detour(http_for(server), server, *SDK_HOSTS)
        one, other = (Source(Options(name=name, budget="5 USD / month"), http) for name in "ab")
        for source in (one, other):
            with pytest.raises(RateLimited) as caught:
                fetch(source)
            assert caught.value.not_before == NOON + timedelta(minutes=9)
        assert len(server.requests) == 1
        http.close()


def test_two_sources_with_one_key_have_separate_budgets_and_one_rate_limit() -> None:
    remaining = {
        "x_rate_limit_remaining": "0",
        "x_rate_limit_reset": str(int((NOON + timedelta(minutes=9)).timestamp())),
    }
    site = Site(fake_posts(*range(1, 11)))
    with serving(site) as server:
        http = detour(http_for(server), server, *SDK_HOSTS)
        rich, poor = (Source(Options(name=name, budget=f"{name} USD / month"), http) for name in ("1000", "2"))
        first, second = fetch(rich), fetch(poor)
        assert first.note == ""
        assert (
            second.note == "1000 searches for the same words with the same key, so each post is paid for twice. "
            "Remove one of the two sources."
        )
        assert first.spend == Spend("2026-03", 0.15, 1000.0)
        assert second.spend == Spend("2026-03", 0.15, 2.0)
        # the spending of one does not slow down the other
        server.script = Site(fake_posts(*range(11, 21), start=NOON - timedelta(minutes=20)))
        assert spent(fetch(rich, first.cursor, SOON)) == 300_000
        assert spent(fetch(poor, second.cursor, SOON)) > 150_000
        server.script = lambda conn: send_json(conn, {"meta": {"result_count": 0}}, **remaining)
        fetch(rich, first.cursor)
        requests_before = len(server.requests)
        with pytest.raises(RateLimited, match="no more requests"):
            fetch(poor, second.cursor)
        assert len(server.requests) == requests_before
        http.close()


@pytest.mark.parametrize("minutes", [(9, 3), (3, 9)])
def test_the_longest_limit_of_a_key_counts(minutes: tuple[int, int]) -> None:
    limits = KeyLimits()
    for each in minutes:
        limits.record("x", RateLimited("Wait.", NOON + timedelta(minutes=each)))
    with pytest.raises(RateLimited) as caught:
        limits.check("x", NOON)
    assert caught.value.not_before == NOON + timedelta(minutes=9)
    limits.check("x", NOON + timedelta(minutes=9))


def test_the_usage_cap_is_not_a_rate_limit() -> None:
    problem = {
        "title": "UsageCapExceeded",
        "detail": "Usage cap exceeded: Monthly product cap",
        "type": "https://api.twitter.com/2/problems/usage-capped",
        "period": "Monthly",
        "scope": "Product",
    }
    with reading(refuses(429, problem)) as (source, _), pytest.raises(QuotaSpent, match="usage cap") as caught:
        fetch(source)
    assert caught.value.not_before == NOON + timedelta(days=1)


def test_missing_credit_is_a_spent_quota() -> None:
    problem = {"title": "CreditsDepleted", "type": "https://api.twitter.com/2/problems/credits", "status": 402}
    with reading(refuses(402, problem)) as (source, _), pytest.raises(QuotaSpent, match="Buy more"):
        fetch(source)


@pytest.mark.parametrize(("status", "body"), [(401, {}), (403, {"reason": "client-not-enrolled"})])
def test_a_wrong_key_is_named_with_help(status: int, body: dict[str, Any]) -> None:
    with reading(refuses(status, body)) as (source, _), pytest.raises(AuthError, match="X_BEARER_TOKEN") as caught:
        fetch(source)
    assert "developer console" in str(caught.value)
    assert "site-up-bearer" not in str(caught.value)


def test_a_missing_key_is_reported_before_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X_BEARER_TOKEN")
    with reading(Site()) as (source, server):
        with pytest.raises(AuthError, match="X_BEARER_TOKEN"):
            fetch(source)
        assert server.requests == []


def test_a_rejected_search_reports_the_reason() -> None:
    body = {"errors": [{"message": "Reference to invalid operator 'is:retweet'."}], "title": "Invalid Request"}
    with reading(refuses(400, body)) as (source, _), pytest.raises(BadResponse, match="invalid operator"):
        fetch(source)


def test_the_key_is_sent_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), reading(Site(fake_posts(1))) as (source, server):
        fetch(source)
        assert server.requests[0].headers["authorization"] == "Bearer site-up-bearer-token"
    assert "Making API request" in caplog.text
    assert "site-up-bearer" not in caplog.text


# ---- deletions and edits ------------------------------------------------------------------------------------------


def test_a_deletion_is_found_within_a_day_with_one_lookup() -> None:
    with reading(Site(fake_posts(1, 2, 3))) as (source, server):
        first = fetch(source)
        gone = [FakePost(p.n, p.text, p.at, deleted=p.n == 2) for p in fake_posts(1, 2, 3)]
        server.script = Site(gone)
        early = fetch(source, first.cursor, NOON + timedelta(hours=22))
        assert early.deleted == ()
        day = fetch(source, early.cursor, NOON + timedelta(hours=23))
        assert day.deleted == (next(p.external_id for p in first.posts if "2" in p.text),)
        lookups = len(sent_values(server, "ids"))
        after = fetch(source, day.cursor, NOON + timedelta(hours=47))
        assert len(sent_values(server, "ids")) == lookups == 1
    assert spent(day) == spent(early) + 2 * 5_000
    assert after.deleted == ()


def test_posts_that_cannot_match_are_not_looked_up() -> None:
    site = Site([*fake_posts(1), *fake_posts(2, text="Look at this: https://t.example/{n}")])
    with reading(site) as (source, _):
        first = fetch(source)
        day = fetch(source, first.cursor, NOON + timedelta(hours=23))
    assert len(first.posts) == 2
    assert spent(day) == spent(first) + 5_000


def test_posts_are_rechecked_for_the_configured_number_of_days() -> None:
    with reading(Site(fake_posts(1)), follow_days=3) as (source, server):
        batch = fetch(source)
        for day in range(1, 6):
            batch = fetch(source, batch.cursor, NOON + timedelta(days=day))
        assert len(sent_values(server, "ids")) == 3


def test_lookups_are_batched() -> None:
    posts = fake_posts(*range(1, 151))
    with reading(Site(posts)) as (source, server):
        cursor = fetch_all(source)[-1].cursor
        fetch(source, cursor, NOON + timedelta(days=1))
        assert [len(ids.split(",")) for ids in sent_values(server, "ids")] == [100, 50]


def test_an_edit_found_by_a_lookup_is_the_same_post() -> None:
    edited = fake_posts(2, text="Acme after all.")[0]
    now_there = Site([*fake_posts(1), edited])

    def unlisted(conn: Connection) -> None:
        searched = "/search/" in conn.request.path
        return send_json(conn, {"meta": {"result_count": 0}}) if searched else now_there(conn)

    with reading(Site(fake_posts(1, 2))) as (source, server):
        first = fetch(source)
        server.script = unlisted
        (post,) = fetch(source, first.cursor, NOON + timedelta(days=1)).posts
    before = next(p for p in first.posts if "2" in p.text)
    assert post.text == "Acme after all."
    assert (post.external_id, post.author, post.published_at) == (before.external_id, "writer2", before.published_at)


def test_an_edit_found_by_the_search_is_the_same_post() -> None:
    first, edited = fake_posts(230), fake_posts(230, text="Acme after all.")
    with reading(Site(first)) as (source, server):
        batch = fetch(source)
        server.script = Site(edited)
        (post,) = fetch(source, batch.cursor, SOON).posts
    assert post.external_id == batch.posts[0].external_id
    assert post.published_at == batch.posts[0].published_at


def test_a_failed_lookup_is_noted_and_repeated() -> None:
    site = Site(fake_posts(1))

    def falters(conn: Connection) -> None:
        return site(conn) if "/search/" in conn.request.path else refuses(500)(conn)

    with reading(site) as (source, server):
        batch = fetch(source)
        server.script = falters
        batch = fetch(source, batch.cursor, NOON + timedelta(days=1))
        assert "Deletions could not be checked" in batch.note
        server.script = Site([FakePost(p.n, p.text, p.at, deleted=True) for p in fake_posts(1)])
        assert len(fetch(source, batch.cursor, NOON + timedelta(days=1, minutes=5)).deleted) == 1


def test_a_response_without_a_post_does_not_delete_it() -> None:
    def silent(conn: Connection) -> None:
        send_json(conn, {"meta": {"result_count": 0}} if "/search/" in conn.request.path else {"data": []})

    with reading(Site(fake_posts(1))) as (source, server):
        batch = fetch(source)
        server.script = silent
        assert fetch(source, batch.cursor, NOON + timedelta(days=1)).deleted == ()


# ---- recorded responses -------------------------------------------------------------------------------------------


@pytest.fixture
def recordings(shared_data: Path) -> Path:
    return shared_data / "recordings" / "x"


def test_a_recorded_search(recordings: Path) -> None:
    """The recorded posts have no author, language or time; the time is in the id."""
    player = Player(cassette(recordings / "test_client_search_recent_tweets.yaml"))
    now = datetime(2022, 10, 8, tzinfo=UTC)
    with reading(player) as (source, _):
        batches = fetch_all(source, now=now)
    posts = batches[0].posts
    assert len(posts) == 10
    assert player.unrecorded == []
    assert sum(batch.skipped for batch in batches) == 0
    # the recorded texts contain the time when they were written
    for post in posts:
        if post.text.endswith(" tweepy"):
            assert abs(post.published_at - datetime.fromisoformat(post.text[:26] + "+00:00")) < timedelta(seconds=5)


def test_recorded_posts_that_are_looked_up_are_not_deleted(recordings: Path) -> None:
    recorded = cassette(recordings / "test_client_get_tweets.yaml")
    ids = [record["id"] for record in json.loads(recorded[0].body)["data"]]
    day = time_of_id(ids[0]) + timedelta(hours=2)
    terms = [Term(record["text"].split()[0]) for record in json.loads(recorded[0].body)["data"]]

    def listed(conn: Connection) -> None:
        send_json(conn, {"data": json.loads(recorded[0].body)["data"], "meta": {"result_count": 2}})

    with reading(listed) as (source, server):
        batch = fetch(source, now=day, terms=terms)
        assert {post.external_id for post in batch.posts} == set(ids)
        server.script = Player([*recorded, *cassette(recordings / "test_client_search_recent_tweets.yaml")])
        again = fetch(source, batch.cursor, day + timedelta(days=1), terms)
        assert sent_values(server, "ids") == [",".join(sorted(ids))]
    assert again.deleted == ()
    assert not {post.external_id for post in again.posts} & set(ids)


def test_the_secret_can_have_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_KEY", "another-site-up-token")
    with reading(Site(), token="OTHER_KEY") as (source, server):
        fetch(source)
        assert server.requests[0].headers["authorization"] == "Bearer another-site-up-token"


def test_a_silent_site_times_out() -> None:
    with reading(Connection.hang) as (source, _), pytest.raises(SourceError, match=r"time|within"):
        fetch(source)


def test_fake_posts_have_the_fields_of_recorded_ones(recordings: Path) -> None:
    """Otherwise the tests with fake posts would prove nothing."""
    recorded = json.loads(cassette(recordings / "test_client_search_recent_tweets.yaml")[0].body)["data"][0]
    assert recorded.keys() <= tweet(fake_posts(1)[0]).keys()
