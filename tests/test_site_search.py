"""What a plain search for a query's words covers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Brand
from monitor.query import parse
from monitor.query.matcher import Matcher
from tests.query_setup import parse_or_error

WORDS = st.sampled_from(["acme", "=Acme", '"acme air"', "@acme", "fin*", "lang:en", "-jobs", "acme NEAR/3 late", "x"])
RULES = st.recursive(
    WORDS,
    lambda rule: st.builds(lambda a, separator, b: f"({a}{separator}{b})", rule, st.sampled_from([" ", " OR "]), rule),
)


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("acme", ()),
        ('acme OR "acme air"', ()),
        ("=Acme", ("=Acme",)),
        ("@acme", ("@acme",)),
        ("acme -jobs lang:en", ("-jobs", "lang:en")),
        ('pedalo (bike OR "e bike" OR cycling)', ('(bike OR "e bike" OR cycling)',)),
        ("acme NEAR/5 (late OR delayed)", ("acme NEAR/5 (late OR delayed)",)),
        ("globex OR (acme -jobs) OR (acme -jobs)", ("-jobs",)),
        ('acme site:"a b" -source:"Acme forum"', ('site:"a b"', '-source:"acme forum"')),
        ("acme refund*", ("acme",)),
        ("(acme OR author:ann) acme", ("(acme OR author:ann)",)),
        ("=Acme OR author:ann", ("=Acme",)),
    ],
)
def test_unsearched_parts(rule: str, parts: tuple[str, ...]) -> None:
    found = parse(rule).unsearched_parts(supports_handles=False)
    assert [part.casefold() for part in found] == [part.casefold() for part in parts]


def test_search_that_supports_handles_checks_them() -> None:
    assert parse("@acme").unsearched_parts(supports_handles=True) == ()
    assert parse("=Acme").unsearched_parts(supports_handles=True) == ("=Acme",)


@given(RULES)
def test_unsearched_parts_are_valid_rule_text(rule: str) -> None:
    found = parse_or_error(rule)
    if isinstance(found, QueryError):
        return
    for part in found.unsearched_parts(supports_handles=False):
        parse(f"word {part}")


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("acme", ()),
        ("acme OR author:ann", ("author:ann",)),
        ("acme OR (site:a.example lang:en) OR (foo OR author:ann)", ("site:a.example lang:en", "author:ann")),
        ("author:ann", ("author:ann",)),
        ("(acme OR author:ann) lang:en", ("author:ann lang:en",)),
        ("lang:en (acme OR author:ann OR site:b.example)", ("lang:en author:ann", "lang:en site:b.example")),
        ("(acme OR author:ann) (site:a.example OR lang:en)", ("author:ann (site:a.example OR lang:en)",)),
    ],
)
def test_unsearchable_alternatives(rule: str, parts: tuple[str, ...]) -> None:
    assert parse(rule).unsearchable_alternatives() == parts


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        ("acme OR author:ann", ["acme"]),
        ("(acme OR globex) OR site:a.example", ["acme", "globex"]),
        ("author:ann", []),
        ("(acme OR author:ann) lang:en", ["acme"]),
        ("lang:en (acme OR author:ann) -jobs (globexcorp OR site:b.example)", ["globexcorp"]),
        ("(acme OR author:ann) acme", ["acme"]),
        ("lang:en (author:ann OR -jobs)", []),
        ("acme lang:en", ["acme"]),
    ],
)
def test_searchable_terms(rule: str, terms: list[str]) -> None:
    assert [term.text for term in parse(rule).searchable_terms()] == terms
    assert [term.text for term in Matcher([Brand("Acme", rule)]).terms()] == terms


@given(RULES)
def test_unsearchable_alternatives_have_no_terms(rule: str) -> None:
    found = parse_or_error(rule)
    if isinstance(found, QueryError):
        return
    assert bool(found.unsearchable_alternatives()) == (not found.terms())
    for part in found.unsearchable_alternatives():
        assert not parse(f"x OR {part}").terms()
