"""Quoted lines: recognising them, rendering those of HTML, and keeping them apart from an author's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector.judge import prepare_posts
from monitor.model import Brand, Span
from monitor.sentiment import Scorer
from monitor.text.cleaning import clean, plain_text
from monitor.text.language import LanguageDetector
from monitor.text.quotes import blank_quotes, outside_quotes, own_text, quoted_spans
from tests.fakes import NOON, post

TEXTS = st.lists(st.sampled_from(["> ", ">", ">>", "\n", "\n\n", " ", "Acme", "is bad", "good", ":(", "9", "é"])).map(
    "".join
)


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in quoted_spans(text)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("> Acme is bad\n\nNot true", ["> Acme is bad"]),
        ("Hello\n> one\n> two\nBye", ["> one\n> two"]),
        ("> one\n\n> two", ["> one", "> two"]),
        ("> one\n>\n> two\nBye", ["> one\n>\n> two"]),
        (">no space", [">no space"]),
        (">> twice\n> > thrice", [">> twice\n> > thrice"]),
        ('>"said so"', ['>"said so"']),
        (">>> import acme", [">>> import acme"]),
        (">100 people wait", []),
        (">= 2 stars", []),
        (">:( no", []),
        ("a > b\nx -> y", []),
        ("-> Acme", []),
        ("", []),
    ],
)
def test_quoted_lines_are_recognised(text: str, lines: list[str]) -> None:
    assert quoted(text) == lines


@given(TEXTS)
def test_spans_are_whole_lines_in_order(text: str) -> None:
    spans = quoted_spans(text)
    assert spans == sorted(spans)
    for start, end in spans:
        assert start == 0 or text[start - 1] == "\n"
        assert end == len(text) or text[end] == "\n"
        assert all(line.startswith(">") for line in text[start:end].split("\n"))


@given(TEXTS)
def test_blanked_quotes_keep_all_offsets(text: str) -> None:
    blanked = blank_quotes(text)
    assert len(blanked) == len(text)
    assert quoted_spans(blanked) == []
    covered = {i for start, end in quoted_spans(text) for i in range(start, end)}
    assert all(blanked[i] == (" " if i in covered else text[i]) for i in range(len(text)))


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_parts_outside_quotes_are_what_remains(text: str, pairs: list[tuple[int, int]]) -> None:
    spans = [Span(min(pair), min(max(pair), len(text))) for pair in pairs if min(pair) <= len(text)]
    quotes = quoted_spans(text)
    parts = outside_quotes(text, spans, quotes)
    covered = {i for start, end in quotes for i in range(start, end)}
    wanted = {i for start, end in spans for i in range(start, end)} - covered
    found = {i for start, end in parts for i in range(start, end)}
    assert found <= wanted
    assert all(text[i].isspace() for i in wanted - found)


def test_own_text_is_what_is_not_quoted() -> None:
    assert own_text("> Je suis\n\nI agree").strip() == "I agree"
    assert own_text("> only quoted") == "> only quoted"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<p>Hi</p><blockquote><p>Acme is bad</p><p>very</p></blockquote><p>No</p>",
            "Hi\n\n> Acme is bad\n\n> very\n\nNo",
        ),
        ("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e", "a\n> b\n> c\n> d\ne"),
        ("<BLOCKQUOTE>q</BLOCKQUOTE>r", "> q\nr"),
        ("<custom-tag><blockquote>q</blockquote></custom-tag>r", "> q\nr"),
        ("<blockquote>q<br>r", "> q\n> r"),
        ("a</blockquote>b", "a\nb"),
        ("a<blockquote>&nbsp;</blockquote><blockquote>b<p>&ensp;</p></blockquote>", "a\n\n> b"),
        ("<p>&gt; quoted<p>own", "> quoted\nown"),
        ("<aside>note</aside>own", "note\nown"),
        (
            '<aside class="quote no-group" data-username="ana"><div class="title"><img src="x"> ana:</div>'
            "<blockquote><p>It broke</p></blockquote></aside><p>Works here</p>",
            "> ana:\n\n> It broke\n\nWorks here",
        ),
        (
            '<p>See</p><aside class="onebox allowlistedgeneric"><h3>Acme is bad</h3></aside><p>Nonsense</p>',
            "See\n\n> Acme is bad\n\nNonsense",
        ),
        ("x\x02y<b>z</b>\x03<blockquote>q</blockquote>", "xyz\n> q"),
    ],
)
def test_quotes_in_html_become_quoted_lines(markup: str, text: str) -> None:
    assert plain_text(markup) == text
    assert plain_text(text) == text
    if "custom-tag" not in markup:  # an unknown element counts as text there
        assert clean(post(markup), NOON).text == text


@given(st.lists(st.sampled_from(["<blockquote>", "</blockquote>", "<aside class=quote>", "</aside>", "<b>", "a", "\x02",
                                 "\x03", "&#2;", "&gt;", "<p>", "<script>", "</script>", "<!--", "-->", '<a title="',
                                 '">', "\n"])).map("".join))  # fmt: skip
def test_hostile_markup_leaves_no_marks_and_cleans_only_once(markup: str) -> None:
    text = plain_text(markup)
    assert "\x02" not in text
    assert "\x03" not in text
    assert "<" not in text
    assert plain_text(text) == text


SCORER = Scorer([Brand("Acme", "acme"), Brand("Globex", "globex")])


def test_quoted_words_do_not_count() -> None:
    body = "> Acme is terrible\n\nThanks, it works, I love it."
    score = SCORER.score(body, ["Acme"], "en", {"Acme": [Span(2, 6)]})["Acme"]
    assert score.value is not None
    assert score.value > 0.15
    assert all(word.start >= body.index("Thanks") for word in score.evidence.words)
    assert [body[start:end] for start, end in score.evidence.clauses] == ["Thanks,", "I love it."]


def test_a_text_that_only_quotes_is_not_scored() -> None:
    score = SCORER.score("> Acme is terrible", ["Acme"], "en", {"Acme": [Span(2, 6)]})["Acme"]
    assert score.value is None
    assert score.evidence.reason == "nothing to judge"


def test_evidence_has_its_place_in_the_whole_text() -> None:
    body = "I love Acme\n> I hate Acme, awful\nand Globex is awful"
    scores = SCORER.score(body, ["Acme", "Globex"], "en")
    acme, globex = scores["Acme"], scores["Globex"]
    assert [body[w.start : w.end] for w in acme.evidence.words] == ["love"]
    assert [body[w.start : w.end] for w in globex.evidence.words] == ["awful"]
    assert all("hate" not in body[start:end] for start, end in acme.evidence.clauses)


def test_quotes_in_a_long_text_do_not_count_either() -> None:
    body = "> Acme is terrible and awful\n\n" + "Word after word. " * 200 + "\nAcme is great."
    score = SCORER.score(body, ["Acme"], "en")["Acme"]
    assert score.value is not None
    assert score.value > 0.15


@given(TEXTS)
def test_a_text_scores_as_its_own_words_alone(text: str) -> None:
    whole = SCORER.score(text, ["Acme"], "en")["Acme"]
    assert whole.value == SCORER.score(blank_quotes(text), ["Acme"], "en")["Acme"].value
    assert all(not blank_quotes(text)[w.start : w.end].isspace() for w in whole.evidence.words)


def test_the_language_is_that_of_the_own_words() -> None:
    text = (
        "> Der Service von Acme ist leider eine Katastrophe und niemand antwortet\n\nThat's what I thought, thank you"
    )
    (prepared,) = prepare_posts([post(text)], NOON, LanguageDetector())
    assert prepared.lang == "en"
