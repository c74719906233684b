"""How a mention is cut into runs, and how its figures and times read."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.cards import (
    EXCERPT,
    FIRST_MATCH_WITHIN,
    Cards,
    Run,
    excerpt,
    outside,
    rule_runs,
    runs,
    weights,
)
from monitor.model import Brand, Evidence, Mention, Score, Span, Word
from tests.fakes import NOON, post

LONDON = ZoneInfo("Europe/London")
MINUS = "\N{MINUS SIGN}"


def mention(text: str = "Acme is awful.", **changes: object) -> Mention:
    fields = {"score": Score(-0.5), "spans": (Span(0, 4),), "rule": "acme", "added_at": NOON, **changes}
    return Mention(id=1, post=post(text), brand="Acme", rule_version=1, **fields)  # type: ignore[arg-type]


def test_overlapping_looks_cut_the_text_where_each_begins_and_ends() -> None:
    assert runs("abcdef", {"hit": [(1, 4)], "neg": [(3, 5)]}) == [
        Run("a"),
        Run("bc", ("hit",)),
        Run("d", ("hit", "neg")),
        Run("e", ("neg",)),
        Run("f"),
    ]


spans = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=8)


@given(st.text(max_size=50), spans, spans)
def test_no_character_is_lost_or_doubled_whatever_the_spans(
    body: str, hits: list[tuple[int, int]], words: list[tuple[int, int]]
) -> None:
    cut = runs(body, {"hit": hits, "neg": words})
    assert "".join(run.text for run in cut) == body
    inside = {i for a, b in hits for i in range(max(0, a), min(b, len(body)))}
    assert sum(len(run.text) for run in cut if "hit" in run.looks) == len(inside)


@given(st.text("ab é新\n", max_size=1500), st.integers(0, 1500), st.integers(1, 80))
def test_the_first_match_stands_in_what_a_row_shows(body: str, start: int, length: int) -> None:
    end = min(len(body), start + length)
    first, last = excerpt(body, [(start, end)] if start < end else [])
    assert 0 <= first <= last <= len(body)
    assert last - first <= EXCERPT
    if start < end:
        assert first <= start
        assert start - first <= FIRST_MATCH_WITHIN


def test_an_excerpt_begins_at_a_word() -> None:
    body = "word " * 100 + "Acme"
    start, _ = excerpt(body, [(500, 504)])
    assert body[start - 1 : start + 4] == " word"


def test_unscored_says_why_and_is_never_neutral() -> None:
    cards = Cards([Brand("Acme", "acme", ours=True)], LONDON)
    unscored = mention(score=Score(None, Evidence(reason="too long")))
    assert (cards.row(unscored, NOON).word, cards.row(unscored, NOON).figure) == ("Unscored", "too long")
    corrected = cards.row(mention(score=Score(0.0), corrected=True), NOON)
    assert corrected.word == "Neutral, corrected"


def test_late_is_said_from_an_hour_on() -> None:
    cards = Cards([], LONDON)
    assert cards.row(mention(added_at=NOON + timedelta(minutes=59)), NOON).late == ""
    assert cards.row(mention(added_at=NOON + timedelta(hours=3)), NOON).late == "read 3 h late"


def test_what_was_not_judged_is_what_lies_outside() -> None:
    assert outside([(2, 4), (6, 8)], 10) == [(0, 2), (4, 6), (8, 10)]
    assert outside([(0, 10)], 10) == []


def test_the_heaviest_word_comes_first_and_sets_the_scale() -> None:
    one = mention("Acme is awful and bad.", score=Score(-0.5, Evidence((), (Word(18, 21, -1.5), Word(8, 13, -3.0)))))
    assert [(w.text, w.figure, w.part) for w in weights(one)] == [
        ("awful", f"{MINUS}3.0", -1.0),
        ("bad", f"{MINUS}1.5", -0.5),
    ]


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ("globex OR acme", ["acme"]),
        ('acme OR "acme corp"', ["acme"]),
        ("acm* -jobs", ["acm*"]),
        ("site:example.com", []),
    ],
)
def test_the_parts_of_the_rule_that_matched_are_tinted(rule: str, hit: list[str]) -> None:
    assert [run.text for run in rule_runs(mention(rule=rule)) if run.looks] == hit


def test_a_row_that_is_cut_begins_with_a_whole_word() -> None:
    body = "honest and quick, " * 9 + "Globex could learn a thing or two."
    at = body.index("Globex")
    for shift in range(20):
        moved = "x" * shift + " " + body
        start, _ = excerpt(moved, [(at + shift + 1, at + shift + 7)])
        assert start > 0
        assert moved[start - 1] == " "
