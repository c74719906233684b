"""What sites say is left of what they allow, in each of the forms in use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from monitor.http.allowance import Allowance, allowance
from tests.fakes import NOON

NAMES = [f"{name}-{part}" for name in ("X-RateLimit", "ratelimit") for part in ("Remaining", "Limit", "Reset")]


@pytest.mark.parametrize(
    ("reset", "until"),
    [
        ("1772625600", NOON),
        ("598", NOON + timedelta(seconds=598)),
        ("2026-03-04T13:00:00+01:00", NOON),
        ("2026-03-04T12:00:00.000Z", NOON),
        ("", None),
        ("soon", None),
    ],
)
def test_the_moment_of_a_new_count_is_understood_in_every_form(reset: str, until: datetime | None) -> None:
    headers = CaseInsensitiveDict({"X-RateLimit-Remaining": "96.0", "X-RateLimit-Reset": reset})
    assert allowance(headers, NOON) == Allowance(96, None, until)


def test_it_is_said_in_words() -> None:
    assert str(Allowance(9_900, 10_000)) == "9,900 of 10,000"
    assert str(Allowance(5)) == "5"


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.floats().map(str) | st.integers().map(str)))
def test_no_header_is_a_fault(headers: dict[str, str]) -> None:
    found = allowance(CaseInsensitiveDict(headers), NOON)
    assert found is None or found.left >= 0
