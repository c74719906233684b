"""Matching batches of posts against the rules of all brands."""

from __future__ import annotations

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.errors import QueryError
from monitor.model import Brand, Match, Post, Span, Term
from monitor.query import Document, parse, word_index
from monitor.query.matcher import Matcher
from tests.fakes import NOON, post

ACME = Brand("Acme", "acme OR @acmehelp", ours=True)
GLOBEX = Brand("Globex", "globex lang:en")
INITECH = Brand("Initech", "=Initech -printer")


def test_each_post_gets_its_matches_in_the_order_of_the_brands() -> None:
    posts = [
        post("Initech or Globex or ACME?", lang="en"),
        post("nothing here"),
        post("Globex ist gut", lang="de"),
        post("hi @AcmeHelp"),
        post("initech"),
    ]
    assert Matcher([ACME, GLOBEX, INITECH]).match(posts) == [
        (
            Match("Acme", ACME.rule, (Span(21, 25),)),
            Match("Globex", GLOBEX.rule, (Span(11, 17),)),
            Match("Initech", INITECH.rule, (Span(0, 7),)),
        ),
        (),
        (),
        (Match("Acme", ACME.rule, (Span(3, 12),)),),
        (),
    ]


def test_words_of_title_and_text_match() -> None:
    item = post("and it broke", title="My Acme")
    (match,) = Matcher([Brand("Acme", "acme broke")]).match([item])[0]
    assert [item.body[start:end] for start, end in match.spans] == ["Acme", "broke"]


def test_rule_of_fields_only_matches_without_spans() -> None:
    posts = [post("one", author="@Bob"), post("two", author="ann")]
    assert Matcher([Brand("B", "author:bob")]).match(posts) == [(Match("B", "author:bob"),), ()]


def test_no_posts_or_no_brands() -> None:
    assert Matcher([ACME]).match([]) == []
    assert Matcher([]).match([post()]) == [()]


@pytest.mark.parametrize(
    "text", ["", "\x00acme", "acme\ud800", "acme\x00", "\ue001acme acme", "e\u0301 " * 50_000 + "acme"]
)
def test_any_text_can_be_matched(text: str) -> None:
    (matches,) = Matcher([ACME]).match([post("x", title="x"), Post("s", "1", text, NOON)])[1:]
    assert [text[start:end] for match in matches for start, end in match.spans] == ["acme"] * text.count("acme")


def test_a_post_matches_alone_as_it_does_among_many() -> None:
    rules = [
        *("acme OR @acmehelp", "=Acme -jobs"),
        *('acme NEAR/3 (late OR "money back")', '"acme corp*"', "#acmecorp lang:de"),
        *("acme (late OR -jobs)", "author:ann -late", "e.on", "site:a.example", "-acme late"),
    ]
    texts = ["", "acme", "Acme jobs", "@AcmeHelp is late", "#AcmeCorp money, no", "E.ON and e on", "money back, Acme"]
    posts = [
        post(text + " " * padding, title=title, author=author, lang="de")
        for text in texts
        for title in ("", "Acme is late")
        for author in ("ann", "ben")
        for padding in (0, 2_500)
    ]
    matcher = Matcher([Brand(f"B{n}", rule) for n, rule in enumerate(rules)])
    together = matcher.match(posts)
    assert [found for one in posts for found in matcher.match([one])] == together
    assert {match.brand for found in together for match in found} == {f"B{n}" for n in range(len(rules)) if n != 8}


def test_threads_can_share_a_matcher() -> None:
    matcher = Matcher([ACME, GLOBEX])
    batches = [[post(f"{'acme' if (i + j) % 2 else 'globex'} {i}", lang="en") for i in range(50)] for j in range(40)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(matcher.match, batches)) == [Matcher([ACME, GLOBEX]).match(b) for b in batches]


def test_invalid_rule_is_reported_at_once() -> None:
    with pytest.raises(QueryError, match="Column 6: OR needs a word after it"):
        Matcher([ACME, Brand("Bad", "acme OR")])


def test_the_index_leaves_out_no_rule_that_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_index, "MAX_WORDS", 3)  # so that words are forgotten and looked up again
    rules = [
        "acme* late",
        "@acme_help",
        '"acme corp*"',
        "AT&T",
        "\u65e5\u672c",
        "\u0645\u0635\u0631\u0641",
        "lang:de",
        "-acme late",
    ]
    texts = [
        *(
            "#AcmeIsLate",
            "hi @Acme_Help",
            "#AcmeCorporation",
            "my at&t bill",
            "\u6771\u65e5\u672c",
            "\u0648\u0627\u0644\u0645\u0635\u0631\u0641",
        ),
        *("#acme_late", "nothing", "late", "Acmes, late", "acme corps"),
    ]
    posts = [post(text, lang=lang, title=title) for text in texts for lang in ("en", "de") for title in ("", "ACME!")]
    found = Matcher([Brand(rule, rule) for rule in rules]).match(posts)
    expected = [{rule for rule in rules if parse(rule).matches(Document.of(one))} for one in posts]
    assert [{match.brand for match in matches} for matches in found] == expected
    assert set.union(*expected) == set(rules)


def test_terms_of_all_rules_are_distinct() -> None:
    brands = [ACME, Brand("Acme too", "acme refund"), Brand("Bob", "author:bob")]
    assert Matcher(brands).terms() == (Term("acme"), Term("@acmehelp"), Term("refund"))


IN_HASHTAG = r"#(?:\w*?[a-z0-9_])?"


@pytest.mark.parametrize(
    ("rule", "expression"),
    [
        ("@united", r"(?<![a-z0-9_])@united(?![a-z0-9_])"),
        ("@southwestair OR @jetblue", r"(?<![a-z0-9_])@(southwestair|jetblue)(?![a-z0-9_])"),
        ("@usairways", r"(?<![a-z0-9_])@usairways(?![a-z0-9_])"),
        ("#fail", r"(?<![a-z0-9_&])#fail(?![a-z0-9_])"),
        ("refund*", r"(?<![a-z0-9])refund"),
        (
            '"customer service"',
            rf"(?<![a-z0-9])customer[^a-z0-9]+service(?![a-z0-9])"
            rf"|{IN_HASHTAG}(?-i:Customer[Ss]ervice(?![a-z])|(?<=#)customerservice(?![a-z]))",
        ),
        ("wifi OR wi-fi", rf"(?<![a-z0-9])wi[^a-z0-9]*fi(?![a-z0-9])|{IN_HASHTAG}(?-i:Wi[Ff]i(?![a-z]))"),
        ("fail", rf"(?<![a-z0-9])fail(?![a-z0-9])|{IN_HASHTAG}(?-i:(?<![A-Z])Fail(?![a-z])|(?<=[a-z])FAIL(?![a-z]))"),
    ],
)
def test_real_tweets_match_like_a_regular_expression(shared_data: Path, rule: str, expression: str) -> None:
    with (shared_data / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    expected = {i for i, text in enumerate(texts) if re.search(expression, text, re.IGNORECASE | re.ASCII)}
    matched = Matcher([Brand("B", rule)]).match([Post("tweets", str(i), text, NOON) for i, text in enumerate(texts)])
    assert len(expected) > 10
    assert {i for i, found in enumerate(matched) if found} == expected
    for text, found in zip(texts, matched, strict=True):
        for start, end in found[0].spans if found else ():
            assert re.search(expression, f"#{text[start:end]}", re.IGNORECASE | re.ASCII)
