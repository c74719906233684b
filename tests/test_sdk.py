"""The session for SDKs: what it passes on, what it hides, and limits that apply to a key."""

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
from tests.sites import send_json


def nothing(answer: SdkResponse) -> None:
    """Find no error that is specific to the platform."""


@contextmanager
def session(script: Script, **options: Any) -> Iterator[tuple[SdkSession, Server]]:
    with serving(script) as server:
        http = http_for(server, read_timeout=0.3, total_timeout=1.0)
        sdk_session = SdkSession(http, nothing, **options)
        sdk_session.begin(NOON)
        yield sdk_session, server
        http.close()


def good(conn: Connection) -> None:
    send_json(conn, {"well": True}, x_ratelimit_remaining="x", x_other="1")


def test_a_good_response_is_returned_and_kept() -> None:
    with session(good) as (sdk_session, server):
        assert sdk_session.request("GET", f"{server.url}/a", params={"b": 1}).json() == {"well": True}
        assert sdk_session.last_json == {"well": True}
        assert server.requests[0].path == "/a?b=1"


def test_the_session_adds_keys_and_the_user_agent() -> None:
    with session(good) as (sdk_session, server):
        sdk_session.headers["User-Agent"] = "an SDK"
        sdk_session.key_headers = {"Authorization": "Bearer right"}
        sdk_session.request("GET", server.url, headers={"Authorization": "Bearer wrong", "user-agent": "an SDK"})
        assert server.requests[0].headers["authorization"] == "Bearer right"
        assert server.requests[0].headers["user-agent"].startswith("Wallflower/")


def test_a_key_is_not_sent_to_a_redirect() -> None:
    with (
        serving(good) as elsewhere,
        session(lambda conn: conn.answer(302, location=elsewhere.url)) as (sdk_session, server),
    ):
        sdk_session.key_headers = {"Authorization": "Bearer right"}
        with pytest.raises(BadResponse, match="another address"):
            sdk_session.request("GET", server.url)
        assert elsewhere.requests == []


def test_rate_limit_headers_are_hidden_from_the_sdk() -> None:
    with session(good, hidden_prefix="x-ratelimit") as (sdk_session, server):
        headers = sdk_session.request("GET", server.url).headers
    assert "X-Ratelimit-Remaining" not in headers
    assert headers["X-Other"] == "1"


def test_a_failed_request_is_not_repeated_within_a_pass() -> None:
    with session(lambda conn: conn.answer(500)) as (sdk_session, server):
        for _ in range(3):
            with pytest.raises(BadResponse):
                sdk_session.request("GET", f"{server.url}/a")
        assert len(server.requests) == 1
        sdk_session.begin(NOON)
        server.script = good
        assert sdk_session.request("GET", f"{server.url}/a").status_code == 200


def test_an_unreachable_site_gets_no_more_requests_in_the_pass() -> None:
    with session(Connection.hang) as (sdk_session, server):
        for path in "abc":
            with pytest.raises(SourceError):
                sdk_session.request("GET", f"{server.url}/{path}")
        assert len(server.requests) == 1


def test_closing_it_keeps_the_shared_session_open() -> None:
    with session(good) as (sdk_session, server):
        sdk_session.close()
        assert sdk_session.request("GET", server.url).status_code == 200


def test_errors_wrapped_by_an_sdk_are_unwrapped() -> None:
    class Wrapped(Exception):
        original_exception = AuthError("No.")

    with pytest.raises(AuthError, match="No"), as_source_errors("site.example", Wrapped):
        raise Wrapped
    with pytest.raises(RateLimited), as_source_errors("site.example", Wrapped):
        raise KeyError("x") from RateLimited("Wait.", NOON)
    with pytest.raises(BadResponse, match=r"site\.example"), as_source_errors("site.example"):
        raise AttributeError("x")


def test_other_errors_are_not_caught() -> None:
    with pytest.raises(ZeroDivisionError), as_source_errors("site.example"):
        raise ZeroDivisionError


def test_a_limit_of_a_key_applies_to_all_threads() -> None:
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
def test_any_reset_header_is_a_time_within_a_day_or_none(value: str | None) -> None:
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
def test_reset_headers_in_both_formats(value: str, minutes: int) -> None:
    found = reset_time(value, NOON)
    assert found is not None
    assert found.replace(microsecond=0) == NOON + timedelta(minutes=minutes)
