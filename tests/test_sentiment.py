"""Sentiment towards a brand: the table of sentences, what may never happen, and what the evidence owes."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench.sentiment import macro_f1
from monitor.model import NEUTRAL_BELOW, Brand, Score, Span
from monitor.sentiment import BrandScorers, Scorer, score_of
from monitor.sentiment import vocabulary as vocabularies
from monitor.sentiment.reading import Reading
from monitor.sentiment.scorer import NAMINGS, NOTHING, UNKNOWN, WHOLE
from monitor.sentiment.vocabulary import Vocabulary

ACME = Brand("Acme", "acme", ours=True, aliases=("@acmehelp", "Acme Corp"))
GLOBEX = Brand("Globex", "globex")
INITECH = Brand("Initech", "initech", aliases=("トヨタ", "AT&T"))

SCORER = Scorer((ACME, GLOBEX, INITECH))
PLAIN = Vocabulary({}, {}, {})
VADER = SentimentIntensityAnalyzer()

SIGNS = [
    # text, brand, expected: + clearly positive, - clearly negative, 0 neutral
    ("Acme is great.", "Acme", "+"),
    ("acme's support desk was rude", "Acme", "-"),
    ("Acme opens an office in Leeds on Monday.", "Acme", "0"),
    ("I hate Acme.", "Acme", "-"),
    ("ACME!!! love it", "Acme", "+"),
    ("Really enjoying my #acme headphones", "Acme", "+"),
    # the sentence of the issue
    ("Switched from Globex to Acme - Globex was terrible, Acme is fantastic!", "Globex", "-"),
    ("Switched from Globex to Acme - Globex was terrible, Acme is fantastic!", "Acme", "+"),
    # another brand's clause belongs to that brand
    ("Globex was a disaster, but Acme answered within a minute and was lovely.", "Acme", "+"),
    ("Globex was a disaster, but Acme answered within a minute and was lovely.", "Globex", "-"),
    ("Acme is reliable while Globex crashed twice today.", "Acme", "+"),
    ("Acme is reliable while Globex crashed twice today.", "Globex", "-"),
    ("Acme and Globex both have shops here. Initech is awful.", "Acme", "0"),
    ("Acme and Globex both have shops here. Initech is awful.", "Initech", "-"),
    # negation
    ("Acme is not good.", "Acme", "-"),
    ("Acme's new phone isn't reliable at all", "Acme", "-"),
    ("Never had a problem with Acme, never fails.", "Acme", "+"),
    ("Acme doesnt work", "Acme", "-"),
    ("Not bad at all, Acme.", "Acme", "+"),
    # comparisons
    ("Globex is better than Acme.", "Acme", "-"),
    ("Globex is better than Acme.", "Globex", "+"),
    ("Acme is faster than Globex", "Acme", "+"),
    ("Acme is faster than Globex", "Globex", "-"),
    ("Globex is worse than Acme", "Acme", "+"),
    ("Acme is not better than Globex", "Acme", "-"),
    ("Acme is more reliable than Globex", "Globex", "-"),
    ("Acme beats Globex every time", "Acme", "+"),
    ("Acme beats Globex every time", "Globex", "-"),
    ("I'd choose Acme over Globex", "Acme", "0+"),
    ("I'd choose Acme over Globex", "Globex", "-"),
    # moves
    ("We moved from Acme to Globex last spring", "Acme", "-"),
    ("We moved from Acme to Globex last spring", "Globex", "+"),
    ("Time to ditch Acme", "Acme", "-"),
    ("I am never leaving Acme", "Acme", "+"),
    ("Unlike Acme, Globex answers the phone", "Acme", "-"),
    ("Bought a Globex instead of the Acme", "Acme", "-"),
    # thanks, and thanks for nothing
    ("Thanks Acme", "Acme", "+"),
    ("@acmehelp thanks for nothing", "Acme", "-"),
    # the customer's own words
    ("Been on hold with Acme for 3 hours and still no refund", "Acme", "-"),
    ("Acme overcharged me twice", "Acme", "-"),
    ("My Acme kettle stopped working", "Acme", "-"),
    ("Acme app is down again, another outage", "Acme", "-"),
    ("I can recommend Acme", "Acme", "+"),
    ("@acmehelp it arrived. Box open. What a mess.", "Acme", "-"),
    # words that mislead
    ("@acmehelp please help, I want to share a free code", "Acme", "0"),
    ("Acme: please like and share to win!", "Acme", "0"),
    # headlines
    ("Acme shares plunge after recall", "Acme", "-"),
    ("Acme profit soars", "Acme", "+"),
    # how people type
    ("acme sooooo goooood", "Acme", "+"),
    ("Acme service...terrible", "Acme", "-"),
    ("Acme don\u2019t work", "Acme", "-"),
    ("Acme 😍", "Acme", "+"),
    ("Acme :(", "Acme", "-"),
    ("#Acme is\nhorrible", "Acme", "0-"),
    # names
    ("Acme Corp is a joy", "Acme", "+"),
    ("AT&T is a joy", "Initech", "+"),
    ("the new トヨタ is a joy", "Initech", "+"),
    ("Acme-made tools are a joy", "Acme", "+"),
    # a quote
    ('"Acme is a wonderful place to work", says a nurse', "Acme", "+"),
]  # fmt: skip


def towards(text: str, brand: str = "Acme", lang: str | None = "en") -> Score:
    return SCORER.score(text, [brand], lang)[brand]


def sign(score: Score) -> str:
    assert score.value is not None
    return "0" if abs(score.value) < NEUTRAL_BELOW else "+" if score.value > 0 else "-"


@pytest.mark.parametrize(("text", "brand", "expected"), SIGNS)
def test_sign(text: str, brand: str, expected: str) -> None:
    score = towards(text, brand)
    assert sign(score) in expected, score


def test_clearly_apart_in_one_call() -> None:
    text = "Switched from Globex to Acme - Globex was terrible, Acme is fantastic!"
    scores = SCORER.score(text, ["Acme", "Globex"], "en")
    assert scores["Acme"].value > 0.5
    assert scores["Globex"].value < -0.5


def test_bad_weighs_more_than_good() -> None:
    assert towards("Acme is great and Acme is terrible").value < 0


def test_a_question_and_a_link_say_less() -> None:
    said = towards("Acme is slow.").value
    assert said < towards("Is Acme slow?").value <= 0
    assert said < towards("Acme is slow. https://example.org/x").value < 0


def test_only_the_sentence_that_asks_is_a_question() -> None:
    assert towards("Acme is slow. Right?").value == towards("Acme is slow. Right.").value


def test_behind_the_brand_counts_more_than_before() -> None:
    assert towards("Acme terrible").value < towards("terrible weather at Acme").value < 0


def test_what_speaks_to_the_brand_is_all_about_it() -> None:
    elsewhere = "I came home. It rained. The box was open. It was horrible."
    assert towards(f"@acmehelp {elsewhere}").value < -0.3
    assert towards(f"Acme opened. {elsewhere}").value == 0.0


def test_the_rule_finds_the_brand_where_no_name_does() -> None:
    text = "Globex is horrible, the roadrunner people are lovely"
    start = text.index("roadrunner")
    spans = {"Acme": [Span(start, start + len("roadrunner"))]}
    assert SCORER.score(text, ["Acme"], "en", spans)["Acme"].value > 0.3


@pytest.mark.parametrize(
    ("text", "lang", "reason"),
    [
        ("Le service est nul, je déteste Acme", "fr", "French"),
        ("Acme ist furchtbar", "de-AT", "German"),
        ("Acme horrible", None, UNKNOWN),
        ("Acme horrible", "und", UNKNOWN),
        ("Acme", "en", NOTHING),
        ("Acme", None, NOTHING),
        ("@acmehelp https://example.org/a 24/7 !!!", "en", NOTHING),
        ("", "en", NOTHING),
        ("Acme Corp Globex", "en", NOTHING),
        ("Acme xyzzy", "qq", "language qq"),
    ],
)
def test_unscored_says_why(text: str, lang: str | None, reason: str) -> None:
    score = towards(text, lang=lang)
    assert score.value is None
    assert score.evidence.reason == reason


def test_emoji_alone_are_judged_in_any_unknown_language() -> None:
    assert towards("Acme 😍😍", lang=None).value > 0.3
    assert towards("@acmehelp 😡", lang=None).value < -0.15


def test_regional_english_is_english() -> None:
    assert towards("Acme is great", lang="en-GB").value == towards("Acme is great").value


def test_no_word_that_weighs_is_neutral_and_shows_what_was_read() -> None:
    score = towards("Acme sits between two rivers")
    assert score.value == 0.0
    assert score.evidence.judged
    assert score.evidence.words == ()


def test_evidence_names_the_words_that_counted() -> None:
    text = "Globex was awful, Acme is (wonderful)!"
    evidence = towards(text).evidence
    assert [text[w.start : w.end] for w in evidence.words] == ["wonderful"]
    assert [text[s.start : s.end] for s in evidence.judged] == ["Acme is (wonderful)!"]


HOSTILE = [
    "Acme", "Globex", "acme's", "@acmehelp", "is", "was", "not", "never", "no", "great", "terrible", "better",
    "worse", "than", "from", "to", "over", "but", "and", ",", ".", "?", "!", "...", "-", "😍", ":(",
    "https://x.example", "kind", "of", "least", "bad", "ass", "soooo", "n't", "don\u2019t", "THE", "HORRIBLE", "3",
    "hours", "on", "hold", "\n", "slow...rude", "a/b", "\u3000", "\u202e", "İstanbul", "ß", "\x00",
]  # fmt: skip
PLAIN_WORDS = [
    "the", "food", "service", "was", "very", "good", "GOOD", "bad", "not", "never", "so", "this", "without", "doubt",
    "great", "horrible", "kind", "of", "no", "least", "at", "really", "hardly", "extremely", "isn't", "smart",
    "funny", "problem", "shit", "bomb", "ass", "yeah", "right", "and", "hate", "LOVE", "okay",
]  # fmt: skip

TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(HOSTILE),
        max_size=60,
    ).map(" ".join),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["en", None, "fr"]))
@example("\n", "en")
@example("Acme" * 3000, "en")
@example("Acme " * 3000, "en")
@example("İ" * 300 + " Acme horrible", "en")
def test_any_text_is_scored_or_says_why(text: str, lang: str | None) -> None:
    for score in SCORER.score(text, ["Acme", "Globex"], lang).values():
        if score.value is None:
            assert score.evidence.reason
            continue
        assert -1 <= score.value <= 1
        assert score.value == score_of([word.weight for word in score.evidence.words])
        for start, end in (*score.evidence.judged, *((w.start, w.end) for w in score.evidence.words)):
            assert 0 <= start <= end <= len(text)
        assert all(word.start < word.end for word in score.evidence.words)


@settings(max_examples=100, deadline=None)
@given(TEXTS.filter(lambda text: len(text) < WHOLE), st.integers(0, 60))
def test_rule_spans_anywhere_never_raise(text: str, start: int) -> None:
    SCORER.score(text, ["Hooli", "Acme"], "en", {"Hooli": [Span(start, start + 4)], "Acme": [Span(start, start + 1)]})


@pytest.mark.parametrize("words", [2_000, 16_000, 30_000])
def test_a_long_text_is_read_around_the_brand_only(words: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = Reading.__init__

    def counting(self: Reading, *args: object, **more: object) -> None:
        original(self, *args, **more)  # type: ignore[arg-type]
        read.append(len(self.tokens))

    monkeypatch.setattr(Reading, "__init__", counting)
    filler = "the horrible weather of this terrible place goes on. " * (words // 9)
    score = SCORER.score(
        f"{filler} Acme is wonderful. So it is. So be it. {filler} Acme. Now. Then. " + "Acme, " * 50, ["Acme"], "en"
    )
    assert score["Acme"].value > 0
    assert sum(read) <= NAMINGS * 1000


def test_offsets_in_a_long_text_count_from_its_start() -> None:
    text = "nothing here " * 400 + "but Acme is wonderful."
    (word,) = towards(text).evidence.words
    assert text[word.start : word.end] == "wonderful"


def test_a_long_text_that_never_names_the_brand_is_judged_by_its_beginning() -> None:
    text = "This is horrible. " + "and so on " * 1000 + " wonderful"
    assert towards(text).value < 0


def test_tokens_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabularies, "REMEMBERED", 50)
    vocabulary = Vocabulary({}, {}, {})
    for n in range(1000):
        assert vocabulary[f"token{n}"].word == f"token{n}"
    assert len(vocabulary) <= 50


def test_texts_that_bring_their_own_brand() -> None:
    scorers = BrandScorers()
    assert scorers.score("Hooli is horrible", "Hooli", (), "en").value < 0
    assert scorers.score("gizmo is lovely, Hooli", "Hooli", ("gizmo",), "en").value > 0


def vader_compound(text: str) -> float:
    """What the package would answer, from our reading: its "but" rule and its marks added as it adds them."""
    reading = Reading(text, 0, PLAIN)
    words = [entry.word for entry in reading.entries]
    but = words.index("but") if "but" in words else None
    total = sum(v * (1 if but is None or i == but else 0.5 if i < but else 1.5) for i, _, v in reading.weighed)
    asks = text.count("?")
    marks = min(text.count("!"), 4) * 0.292 + (0.96 if asks > 3 else asks * 0.18 if asks > 1 else 0)
    total += math.copysign(marks, total) if total else 0
    return total / math.sqrt(total * total + 15)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(PLAIN_WORDS),
        min_size=1,
        max_size=14,
    ).map(" ".join)
)
def test_words_weigh_what_vader_says(text: str) -> None:
    assert vader_compound(text) == pytest.approx(VADER.polarity_scores(text)["compound"], abs=1e-3)


def test_real_tweets_weigh_what_vader_says(shared_data: Path) -> None:
    """All but those where we read on purpose what VADER cannot: "slow...rude", "no,", sooo, two emoji in a row.

    Handles are taken out: to us a name weighs nothing, to VADER "@united" is praise.
    """
    with (shared_data / "airline" / "tweets.csv").open(newline="", encoding="utf-8") as file:
        texts = [
            re.sub(r"@\w+", "@someone", row["text"]) for row, _ in zip(csv.DictReader(file), range(2000), strict=False)
        ]
    apart = [abs(vader_compound(text) - VADER.polarity_scores(text)["compound"]) for text in texts]
    assert sum(a < 0.001 for a in apart) > 0.85 * len(apart)
    assert sum(apart) / len(apart) < 0.03


def test_macro_f1_of_a_known_table() -> None:
    truth = ["negative", "negative", "neutral", "positive"]
    assert macro_f1(truth, truth) == 1.0
    assert macro_f1(truth, ["negative", "neutral", "neutral", "negative"]) == pytest.approx((0.5 + 2 / 3 + 0) / 3)
