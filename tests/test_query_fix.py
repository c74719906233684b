"""Searches put right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.query_fix import readable, repaired
from monitor.errors import QueryError
from monitor.query import parse


def problem(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("globex AND (pickup OR NEAR late)", "globex AND (pickup NEAR/5 late)"),
        ("(acme refund", "(acme refund)"),
        ("acme ((refund", "acme ((refund))"),
        ('acme "money back', 'acme "money back"'),
        ("acme)", "acme"),
        ("acme OR", "acme"),
        ("acme OR OR globex", "acme OR globex"),
        ("AND acme", "acme"),
        ("OR", None),
    ],
)
def test_the_smallest_change_that_helps(text: str, better: str | None) -> None:
    assert repaired(problem(text)) == better


@given(st.text('acme OR()"NEAR/5- *@', max_size=30))
def test_what_is_offered_can_be_read(text: str) -> None:
    if not readable(text):
        offered = repaired(problem(text))
        assert offered is None or readable(offered)
