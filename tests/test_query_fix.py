"""Corrections of searches that cannot be parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.query_fix import fixed_query, is_valid_query
from monitor.errors import QueryError
from monitor.query import parse


def error_of(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("globex AND (pickup OR NEAR late)", "globex AND (pickup NEAR/5 late)"),
        ("O OR NEAR R", "O NEAR/5 R"),
        ("(acme refund", "(acme refund)"),
        ("acme ((refund", "acme ((refund))"),
        ('acme "money back', 'acme "money back"'),
        ("acme)", "acme"),
        ("acme OR", "acme"),
        ("acme OR OR globex", "acme OR globex"),
        ("AND acme", "acme"),
        ("OR", None),
        ("-thanks", None),
        ("acme OR -thanks", None),
        ("acme|(globex, [initech])", "acme OR (globex OR (initech))"),
    ],
)
def test_smallest_correction(text: str, fixed: str | None) -> None:
    assert fixed_query(error_of(text)) == fixed


@given(st.text('acme OR()"NEAR/5- *@|,?~[]&;\u2013\u200b', max_size=30))
def test_fixed_query_is_valid(text: str) -> None:
    if not is_valid_query(text):
        fixed = fixed_query(error_of(text))
        assert fixed is None or is_valid_query(fixed)
