"""Why a post matched: the matched parts of a rule, excerpts and highlights."""

from __future__ import annotations

import pytest

from display.cli.match_explanation import CHARS_BEFORE_MATCH, EXCERPT_CHARS, excerpt, highlight, matched_rule_parts
from monitor.model import Span
from tests.fakes import post


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("acme", ["acme"]),
        ("acme OR globex", ["acme"]),
        ('"is fine" OR =Acme OR globex', ['"is fine"', "=Acme"]),
        ("fin* -jobs", ["fin*"]),
        ("\ufeffglobex OR \u201cis\u200b fine\u201d \u2013jobs", ["\u201cis\u200b fine\u201d"]),
        ("acme NEAR/3 fine", ["acme", "fine"]),
        ("@ann OR #acme OR author:ann", ["author:ann"]),
        ('site:"harbour.example" (acme OR x)', ['site:"harbour.example"', "acme"]),
    ],
)
def test_matched_parts_of_a_rule(rule: str, parts: list[str]) -> None:
    item = post("Acme is fine", author="ann", site="harbour.example")
    assert [rule[start:end] for start, end in matched_rule_parts(rule, item)] == parts


def test_an_excerpt_surrounds_the_first_match() -> None:
    body = "x " * 200 + "acme is here" + " y" * 200
    text, (span,) = excerpt(body, [Span(400, 404)])
    assert text[span.start : span.end] == "acme"
    assert text.startswith("…")
    assert text.endswith("…")
    assert (text.index("acme"), len(text)) == (1 + CHARS_BEFORE_MATCH, 2 + EXCERPT_CHARS)
    assert excerpt("acme", [Span(0, 4)]) == ("acme", [Span(0, 4)])


def test_an_excerpt_shows_some_words_before_the_first_match() -> None:
    body = "It took two calls and a letter, but now acme is fine." + " More." * 100
    start = body.index("acme")
    text, _ = excerpt(body, [Span(start, start + 4)])
    assert text.startswith("It took two calls")


def test_highlights_do_not_overlap() -> None:
    assert highlight("acme air", [Span(0, 4), Span(0, 8), Span(5, 8)], plain=True).plain == "«acme» «air»"


def test_an_excerpt_is_long_enough_to_judge_a_post() -> None:
    """Matches up to 150 characters after the first one stay in view."""
    body = "acme " + "very " * 30 + "fine"
    assert len(body) < EXCERPT_CHARS
    assert excerpt(body, [Span(0, 4), Span(155, 159)]) == (body, [Span(0, 4), Span(155, 159)])
