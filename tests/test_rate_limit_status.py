"""The rate-limit headers of sites, in each form in use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from monitor.http.rate_limit_status import RateLimitStatus, parse_rate_limit
from tests.fakes import NOON

NAMES = [f"{name}-{part}" for name in ("X-RateLimit", "ratelimit") for part in ("Remaining", "Limit", "Reset")]


@pytest.mark.parametrize(
    ("reset", "resets_at"),
    [
        ("1772625600", NOON),
        ("598", NOON + timedelta(seconds=598)),
        ("2026-03-04T13:00:00+01:00", NOON),
        ("2026-03-04T12:00:00.000Z", NOON),
        ("", None),
        ("soon", None),
    ],
)
def test_the_reset_time_is_parsed_in_every_form(reset: str, resets_at: datetime | None) -> None:
    headers = CaseInsensitiveDict({"X-RateLimit-Remaining": "96.0", "X-RateLimit-Reset": reset})
    assert parse_rate_limit(headers, NOON) == RateLimitStatus(96, None, resets_at)


def test_it_is_formatted_for_people() -> None:
    assert str(RateLimitStatus(9_900, 10_000)) == "9,900 of 10,000"
    assert str(RateLimitStatus(5)) == "5"


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.floats().map(str) | st.integers().map(str)))
def test_no_header_value_raises(headers: dict[str, str]) -> None:
    status = parse_rate_limit(CaseInsensitiveDict(headers), NOON)
    assert status is None or status.remaining >= 0
