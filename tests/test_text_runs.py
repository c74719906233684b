"""How a text is cut into runs of equal style, and which excerpt a row shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.text_runs import (
    EXCERPT_CHARS,
    MATCH_WITHIN_CHARS,
    TextRun,
    excerpt,
    outside,
    rule_runs,
    text_runs,
)
from monitor.model import Mention, Score, Span
from tests.fakes import NOON, post


def test_overlapping_styles_cut_the_text_where_each_begins_and_ends() -> None:
    assert text_runs("abcdef", {"hit": [(1, 4)], "neg": [(3, 5)]}) == [
        TextRun("a"),
        TextRun("bc", ("hit",)),
        TextRun("d", ("hit", "neg")),
        TextRun("e", ("neg",)),
        TextRun("f"),
    ]


spans = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=8)


@given(st.text(max_size=50), spans, spans)
def test_no_character_is_lost_or_duplicated(
    text: str, hits: list[tuple[int, int]], words: list[tuple[int, int]]
) -> None:
    runs = text_runs(text, {"hit": hits, "neg": words})
    assert "".join(run.text for run in runs) == text
    inside = {i for a, b in hits for i in range(max(0, a), min(b, len(text)))}
    assert sum(len(run.text) for run in runs if "hit" in run.styles) == len(inside)


@given(st.text("ab é新\n", max_size=1500), st.integers(0, 1500), st.integers(1, 80))
def test_an_excerpt_begins_shortly_before_the_first_match(text: str, start: int, length: int) -> None:
    end = min(len(text), start + length)
    first, last = excerpt(text, [(start, end)] if start < end else [])
    assert 0 <= first <= last <= len(text)
    assert last - first <= EXCERPT_CHARS
    if start < end:
        assert first <= start
        assert start - first <= MATCH_WITHIN_CHARS


def test_an_excerpt_fills_the_lines_of_a_row() -> None:
    """At the widest, three lines hold about 400 characters."""
    text = "word " * 300
    assert excerpt(text, []) == (0, 420)
    start, end = excerpt(text, [(700, 704)])
    assert end - start == 420
    assert excerpt("short", [(0, 5)]) == (0, 5)


def test_an_excerpt_keeps_the_beginning_if_the_first_match_is_in_it() -> None:
    text = "word " * 100
    assert excerpt(text, [(115, 119)])[0] == 0
    assert excerpt(text, [(120, 124)])[0] == 60


def test_an_excerpt_begins_at_a_word() -> None:
    text = "word " * 100 + "Acme"
    start, _ = excerpt(text, [(500, 504)])
    assert text[start - 1 : start + 4] == " word"


@pytest.mark.parametrize("shift", range(20))
def test_an_excerpt_never_begins_within_a_word(shift: int) -> None:
    text = "x" * shift + " " + "honest and quick, " * 9 + "Globex could learn a thing or two."
    match = text.index("Globex")
    start, _ = excerpt(text, [(match, match + 6)])
    assert start > 0
    assert text[start - 1] == " "


def test_outside_is_what_no_span_covers() -> None:
    assert outside([(2, 4), (6, 8)], 10) == [(0, 2), (4, 6), (8, 10)]
    assert outside([(6, 8), (2, 7)], 10) == [(0, 2), (8, 10)]
    assert outside([(0, 10)], 10) == []


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        ("globex OR acme", ["acme"]),
        ('acme OR "acme corp"', ["acme"]),
        ("acm* -jobs", ["acm*"]),
        ("site:example.com", []),
    ],
)
def test_the_parts_of_the_rule_that_matched_are_marked(rule: str, hits: list[str]) -> None:
    mention = Mention(1, post("Acme is awful."), "Acme", rule, 1, Score(-0.5), NOON, spans=(Span(0, 4),))
    assert [run.text for run in rule_runs(mention) if run.styles] == hits


def test_an_excerpt_begins_at_a_sentence_if_there_is_one_before_the_match() -> None:
    text = "I waited a very long time for this, as you may know. Then I called. Then my shop flooded. Thank you. " * 2
    first = text.rindex("Thank")
    assert text[excerpt(text, [(first, first + 5)])[0] :].startswith("Then I called.")
