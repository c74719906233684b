"""The session that SDKs get: what it lets through, what it keeps to itself, and limits that belong to a key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import AuthError, BadResponse, RateLimited, SourceError
from monitor.sources._limits import KeyLimits
from monitor.sources._sdk import SdkResponse, SdkSession, as_source_errors, reset_time
from tests.fake_server import Connection, Script, Server, http_for, serving
from tests.fakes import NOON
from tests.sites import send


def nothing(answer: SdkResponse) -> None:
    """Finds no fault of the platform's own kind."""


@contextmanager
def session(script: Script, **options: Any) -> Iterator[tuple[SdkSession, Server]]:
    with serving(script) as server:
        http = http_for(server, read_timeout=0.3, total_timeout=1.0)
        made = SdkSession(http, nothing, **options)
        made.begin(NOON)
        yield made, server
        http.close()


def good(line: Connection) -> None:
    send(line, {"well": True}, x_ratelimit_remaining="x", x_other="1")


def test_a_good_answer_passes_and_is_heard() -> None:
    with session(good) as (made, server):
        assert made.request("GET", f"{server.url}/a", params={"b": 1}).json() == {"well": True}
        assert made.last_json == {"well": True}
        assert server.requests[0].path == "/a?b=1"


def test_keys_are_put_in_here_and_the_agent_is_ours() -> None:
    with session(good) as (made, server):
        made.headers["User-Agent"] = "an SDK"
        made.key_headers = {"Authorization": "Bearer right"}
        made.request("GET", server.url, headers={"Authorization": "Bearer wrong", "user-agent": "an SDK"})
        assert server.requests[0].headers["authorization"] == "Bearer right"
        assert server.requests[0].headers["user-agent"].startswith("Wallflower/")


def test_a_key_does_not_travel_with_a_redirect() -> None:
    with serving(good) as elsewhere, session(lambda line: line.answer(302, location=elsewhere.url)) as (made, server):
        made.key_headers = {"Authorization": "Bearer right"}
        with pytest.raises(BadResponse, match="another address"):
            made.request("GET", server.url)
        assert elsewhere.requests == []


def test_headers_that_an_sdk_would_sleep_over_are_hidden() -> None:
    with session(good, hidden_prefix="x-ratelimit") as (made, server):
        headers = made.request("GET", server.url).headers
    assert "X-Ratelimit-Remaining" not in headers
    assert headers["X-Other"] == "1"


def test_what_failed_is_not_asked_again_within_a_pass() -> None:
    with session(lambda line: line.answer(500)) as (made, server):
        for _ in range(3):
            with pytest.raises(BadResponse):
                made.request("GET", f"{server.url}/a")
        assert len(server.requests) == 1
        made.begin(NOON)
        server.script = good
        assert made.request("GET", f"{server.url}/a").status_code == 200


def test_a_site_that_is_not_reached_is_not_asked_for_anything_else() -> None:
    with session(Connection.hang) as (made, server):
        for path in "abc":
            with pytest.raises(SourceError):
                made.request("GET", f"{server.url}/{path}")
        assert len(server.requests) == 1


def test_closing_it_leaves_the_session_of_the_others_open() -> None:
    with session(good) as (made, server):
        made.close()
        assert made.request("GET", server.url).status_code == 200


def test_what_an_sdk_wrapped_is_unwrapped() -> None:
    class Wrapped(Exception):
        original_exception = AuthError("No.")

    with pytest.raises(AuthError, match="No"), as_source_errors("site.example", Wrapped):
        raise Wrapped
    with pytest.raises(RateLimited), as_source_errors("site.example", Wrapped):
        raise KeyError("x") from RateLimited("Wait.", NOON)
    with pytest.raises(BadResponse, match=r"site\.example"), as_source_errors("site.example"):
        raise AttributeError("x")


def test_an_error_of_our_own_kind_is_no_stumbling_of_an_sdk() -> None:
    with pytest.raises(ZeroDivisionError), as_source_errors("site.example"):
        raise ZeroDivisionError


def test_a_key_rests_for_all_threads_until_its_time() -> None:
    limits, refused = KeyLimits(), []
    limits.record("a", RateLimited("Wait.", NOON + timedelta(seconds=5)))

    def ask() -> None:
        try:
            limits.check("a", NOON)
        except RateLimited as error:
            refused.append(error.not_before)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [NOON + timedelta(seconds=5)] * 8
    limits.check("b", NOON)
    limits.check("a", NOON + timedelta(seconds=5))
    limits.check("a", NOON)


@given(st.text(max_size=40) | st.floats().map(str) | st.datetimes().map(str) | st.none())
def test_any_reset_is_a_time_within_a_day_or_none(value: str | None) -> None:
    found = reset_time(value, NOON)
    assert found is None or NOON <= found <= NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("2026-03-04T12:05:00.237802Z", 5),
        ("2026-03-04T13:07:00+01:00", 7),
        (str(int(datetime(2026, 3, 4, 12, 9, tzinfo=UTC).timestamp())), 9),
        ("2026-03-04T11:00:00Z", 0),
    ],
)
def test_resets_in_both_forms(value: str, minutes: int) -> None:
    found = reset_time(value, NOON)
    assert found is not None
    assert found.replace(microsecond=0) == NOON + timedelta(minutes=minutes)
