"""The prefilter passes everything that a rule matches, and little else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Brand, Post, Term
from monitor.query import Document, parse
from monitor.query.matcher import Matcher
from monitor.query.prefilter import Prefilter
from tests.fakes import NOON

RULES = (
    "acme",
    '"acme corp"',
    "refund*",
    "@acme",
    "#acme",
    "@acme_help",
    "=Acme",
    "AT&T",
    "C++",
    "Yahoo!",
    "新車",
    "新車 acme",
    "acme NEAR/3 refund",
    "(acme OR globex) refund",
    "acme -jobs",
    "café",
    "#acme新車",
    '"acme refu"*',
    "ben&jerry",
    "$acme",
    "acme lang:en",
    '"coca cola"',
    "jetblue",
    "e.on",
    ".NET",
    "الراجحي",
    '"טבע acme"',
)
PIECES = (
    "acme Acme ACME acme's acmé corp Corp. refund refunds refu @acme @acme_help #acme #acme新車 AT&T at t C++ c+ c "
    "Yahoo! yahoo 新車 新 車 globex jobs café cafe pineacme acmes ben&jerry ben jerry $acme the "
    "\uff41\uff43\uff4d\uff45 #BoycottAcme #AcmeFail #cocacola #CocaCola2026 #JetBlueFail #acme_refund "
    "e.on .net E.ON's وللراجحي الراجحي وבטבע בטבע"
)


@given(
    st.sampled_from(RULES),
    st.lists(st.sampled_from(PIECES.split()), max_size=8),
    st.sampled_from([" ", ", ", "-", ""]),
)
def test_prefilter_passes_what_a_rule_matches(rule: str, pieces: list[str], separator: str) -> None:
    body = separator.join(pieces)
    query = parse(rule)
    if query.matches(Document(body, lang="en")):
        assert Prefilter(query.terms()).passes(body)


@given(st.lists(st.sampled_from(RULES), min_size=1, max_size=4), st.text(max_size=60))
def test_prefilter_passes_what_any_rule_matches(rules: list[str], text: str) -> None:
    matcher = Matcher([Brand(f"Brand {n}", rule) for n, rule in enumerate(rules)])
    post = Post("Here", "1", f"{text} Acme {text}", NOON, lang="en")
    if matcher.match([post])[0]:
        assert Prefilter(matcher.terms()).passes(post.body)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Term("acme"), "Pineacme and acmes are other words."),
        (Term("acme corp"), "Acme alone, and a company."),
        (Term("refund", prefix=True), "They refused."),
        (Term("新車"), "車です"),
        (Term("acme corp", prefix=True), "Only a corporation."),
    ],
)
def test_text_without_a_term_is_rejected(term: Term, text: str) -> None:
    assert not Prefilter([term]).passes(text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Term("refund", prefix=True), "Is it refundable?"),
        (Term("acme corp", prefix=True), "Acme Corporation"),
        (Term("acme corp"), "a corp named Acme"),
    ],
)
def test_text_with_the_words_of_a_term_passes(term: Term, text: str) -> None:
    assert Prefilter([term]).passes(text)


@pytest.mark.parametrize("invisible", ["\u200b", "\xad", "\x01", "\ue000", "\u2060", "\ufeff"])
def test_invisible_character_does_not_hide_a_word(invisible: str) -> None:
    assert Prefilter([Term("acme")]).passes(f"Ac{invisible}me is fine.")


@pytest.mark.parametrize("terms", [(), (Term("+++"),), (Term(""),)])
def test_everything_passes_without_searchable_terms(terms: tuple[Term, ...]) -> None:
    assert Prefilter(terms).passes("Anything")
