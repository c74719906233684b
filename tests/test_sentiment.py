"""Sentiment towards a brand: a table of sentences, invariants of scores, and their evidence."""

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
from monitor.sentiment import BrandScorers, Scorer, brand_scorers, score_from_weights
from monitor.sentiment import vocabulary as vocabulary_module
from monitor.sentiment.lexicon import Lexicon
from monitor.sentiment.scorer import (
    MAX_NAMES,
    MAX_WHOLE_TEXT_CHARS,
    NOTHING_TO_JUDGE,
    UNKNOWN_LANGUAGE,
    english_vocabulary,
)
from monitor.sentiment.tokenized_text import TokenizedText
from monitor.sentiment.vocabulary import Vocabulary

ACME = Brand("Acme", "acme", ours=True, aliases=("@acmehelp", "Acme Corp"))
GLOBEX = Brand("Globex", "globex")
INITECH = Brand("Initech", "initech", aliases=("トヨタ", "AT&T"))

SCORER = Scorer((ACME, GLOBEX, INITECH))
VADER_VOCABULARY = Vocabulary(Lexicon())
"""VADER's lexicon without ours."""
VADER = SentimentIntensityAnalyzer()

SIGNS = [
    # text, brand, expected: + clearly positive, - clearly negative, 0 neutral
    ("Acme is great.", "Acme", "+"),
    ("acme's support desk was rude", "Acme", "-"),
    ("Acme opens an office in Leeds on Monday.", "Acme", "0"),
    ("I hate Acme.", "Acme", "-"),
    ("ACME!!! love it", "Acme", "+"),
    ("Really enjoying my #acme headphones", "Acme", "+"),
    # opposite scores in one sentence
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
    # switching
    ("We moved from Acme to Globex last spring", "Acme", "-"),
    ("We moved from Acme to Globex last spring", "Globex", "+"),
    ("Time to ditch Acme", "Acme", "-"),
    ("I am never leaving Acme", "Acme", "+"),
    ("Unlike Acme, Globex answers the phone", "Acme", "-"),
    ("Bought a Globex instead of the Acme", "Acme", "-"),
    # thanks, and thanks for nothing
    ("Thanks Acme", "Acme", "+"),
    ("@acmehelp thanks for nothing", "Acme", "-"),
    # complaints
    ("Been on hold with Acme for 3 hours and still no refund", "Acme", "-"),
    ("Acme overcharged me twice", "Acme", "-"),
    ("My Acme kettle stopped working", "Acme", "-"),
    ("Acme app is down again, another outage", "Acme", "-"),
    ("I can recommend Acme", "Acme", "+"),
    ("@acmehelp it arrived. Box open. What a mess.", "Acme", "-"),
    # words that VADER misjudges
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


def counted_words(text: str, brand: str = "Acme") -> list[str]:
    return [text[word.start : word.end] for word in towards(text, brand).evidence.words]


def sign(score: Score) -> str:
    assert score.value is not None
    return "0" if abs(score.value) < NEUTRAL_BELOW else "+" if score.value > 0 else "-"


@pytest.mark.parametrize(("text", "brand", "expected"), SIGNS)
def test_sign(text: str, brand: str, expected: str) -> None:
    score = towards(text, brand)
    assert sign(score) in expected, score


def test_brands_of_one_text_get_different_scores() -> None:
    text = "Switched from Globex to Acme - Globex was terrible, Acme is fantastic!"
    scores = SCORER.score(text, ["Acme", "Globex"], "en")
    assert scores["Acme"].value > 0.5
    assert scores["Globex"].value < -0.5


def test_thanks_to_the_brand_count_less_than_thanks_at_it() -> None:
    assert counted_words("Thanks to Acme we are here") == ["Thanks to"]
    assert 0 < towards("Thanks to Acme we are here").value < towards("Thanks Acme we are here").value


def test_comparison_stays_within_its_sentence() -> None:
    assert counted_words("It was time to delete Acme.") == ["delete"]
    assert counted_words("It was time to delete. Acme opened.") == []
    assert counted_words("Acme sells a knife sharper than Globex") == ["sharper than"]
    assert counted_words("Acme opened. Its knife is sharper than Globex") == []


def test_comparison_needs_the_brand_right_after_than() -> None:
    assert counted_words("This knife is sharper than the old Acme") == ["sharper than"]
    assert counted_words("This knife is sharper than what we found in the shop of Acme") == []


def test_clause_after_a_rivals_clause_does_not_count() -> None:
    assert counted_words("Acme opened, it was horrible") == ["horrible"]
    assert counted_words("Acme opened, Globex opened, it was horrible") == []


def test_name_after_a_comma_addresses_the_brand_unless_it_ends_a_list() -> None:
    elsewhere = "It was horrible. We left. It rained."
    assert counted_words(f"{elsewhere} Come on, guys, Acme") == ["horrible"]
    assert counted_words(f"{elsewhere} We met Initech, Globex, Acme") == []


def test_full_stop_of_an_abbreviation_does_not_end_a_clause() -> None:
    assert towards("Acme Corp. is great").value == towards("Acme Corp is great").value


def test_words_of_a_name_may_be_joined() -> None:
    assert towards("AcmeCorp is great").value == towards("Acme is great").value


def test_very_long_token_is_not_a_word() -> None:
    assert counted_words("Acme is g" + "o" * 20 + "d") == ["g" + "o" * 20 + "d"]
    assert counted_words("Acme is g" + "o" * 200 + "d") == []


def test_negative_words_count_more_than_positive() -> None:
    assert towards("Acme is great and Acme is terrible").value < 0


def test_question_and_link_reduce_the_score() -> None:
    statement = towards("Acme is slow.").value
    assert statement < towards("Is Acme slow?").value <= 0
    assert statement < towards("Acme is slow. https://example.org/x").value < 0


def test_question_reduces_only_its_own_sentence() -> None:
    assert towards("Acme is slow. Right?").value == towards("Acme is slow. Right.").value


def test_words_after_the_brand_count_more_than_before() -> None:
    assert towards("Acme terrible").value < towards("terrible weather at Acme").value < 0


def test_every_clause_counts_if_the_text_addresses_the_brand() -> None:
    elsewhere = "I came home. It rained. The box was open. It was horrible."
    assert towards(f"@acmehelp {elsewhere}").value < -0.3
    assert towards(f"Acme opened. {elsewhere}").value == 0.0


def test_rule_spans_mark_a_brand_that_is_not_named() -> None:
    text = "Globex is horrible, the roadrunner people are lovely"
    start = text.index("roadrunner")
    spans = {"Acme": [Span(start, start + len("roadrunner"))]}
    assert SCORER.score(text, ["Acme"], "en", spans)["Acme"].value > 0.3


@pytest.mark.parametrize(
    ("text", "lang", "reason"),
    [
        ("Le service est nul, je déteste Acme", "fr", "French"),
        ("Acme ist furchtbar", "de-AT", "German"),
        ("Acme horrible", None, UNKNOWN_LANGUAGE),
        ("Acme horrible", "und", UNKNOWN_LANGUAGE),
        ("Acme", "en", NOTHING_TO_JUDGE),
        ("Acme", None, NOTHING_TO_JUDGE),
        ("@acmehelp https://example.org/a 24/7 !!!", "en", NOTHING_TO_JUDGE),
        ("", "en", NOTHING_TO_JUDGE),
        ("Acme Corp Globex", "en", NOTHING_TO_JUDGE),
        ("Acme xyzzy", "qq", "language qq"),
    ],
)
def test_unscored_text_has_a_reason(text: str, lang: str | None, reason: str) -> None:
    score = towards(text, lang=lang)
    assert score.value is None
    assert score.evidence.reason == reason


def test_emoji_alone_are_scored_in_an_unknown_language() -> None:
    assert towards("Acme 😍😍", lang=None).value > 0.3
    assert towards("@acmehelp 😡", lang=None).value < -0.15


def test_regional_english_is_english() -> None:
    assert towards("Acme is great", lang="en-GB").value == towards("Acme is great").value


def test_text_without_valence_is_neutral_with_evidence() -> None:
    score = towards("Acme sits between two rivers")
    assert score.value == 0.0
    assert score.evidence.clauses
    assert score.evidence.words == ()


def test_evidence_lists_the_words_that_counted() -> None:
    text = "Globex was awful, Acme is (wonderful)!"
    evidence = towards(text).evidence
    assert [text[w.start : w.end] for w in evidence.words] == ["wonderful"]
    assert [text[s.start : s.end] for s in evidence.clauses] == ["Acme is (wonderful)!"]


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
def test_any_text_has_a_score_or_a_reason(text: str, lang: str | None) -> None:
    for score in SCORER.score(text, ["Acme", "Globex"], lang).values():
        if score.value is None:
            assert score.evidence.reason
            continue
        assert -1 <= score.value <= 1
        assert score.value == score_from_weights([word.weight for word in score.evidence.words])
        for start, end in (*score.evidence.clauses, *((w.start, w.end) for w in score.evidence.words)):
            assert 0 <= start <= end <= len(text)
        assert all(word.start < word.end for word in score.evidence.words)


@settings(max_examples=100, deadline=None)
@given(TEXTS.filter(lambda text: len(text) < MAX_WHOLE_TEXT_CHARS), st.integers(0, 60))
def test_rule_spans_anywhere_do_not_raise(text: str, start: int) -> None:
    SCORER.score(text, ["Hooli", "Acme"], "en", {"Hooli": [Span(start, start + 4)], "Acme": [Span(start, start + 1)]})


def test_texts_scored_together_get_the_scores_of_each_alone() -> None:
    texts = [
        ("Acme is great", "en", {"Acme": (Span(0, 4),)}),
        ("Acme is better than Globex", "en", {"Acme": (), "Globex": ()}),
        ("> Acme is awful\nI love it", "en", {"Acme": (Span(2, 6),)}),
        ("I hate Acme. " + "Nothing else to say. " * 200, "en", {"Acme": ()}),
        ("Acme est nul", "fr", {"Acme": ()}),
        ("Acme is bad", None, {"Acme": ()}),
        ("Acme \U0001f600", "und", {"Acme": ()}),
        ("no brand", "en", {}),
    ]
    bodies, langs, spans = zip(*texts, strict=True)
    scorer = Scorer([Brand("Acme", ""), Brand("Globex", "")])
    together = scorer.score_batch(bodies, langs, spans)
    assert together == [scorer.score(body, list(own), lang, own) for body, lang, own in texts]
    assert together[4]["Acme"].evidence.reason == "French"


@pytest.mark.parametrize("words", [2_000, 16_000, 30_000])
def test_long_text_is_tokenized_around_the_brand_only(words: int, monkeypatch: pytest.MonkeyPatch) -> None:
    token_counts: list[int] = []
    original = TokenizedText.__init__

    def counting(self: TokenizedText, *args: object, **more: object) -> None:
        original(self, *args, **more)  # type: ignore[arg-type]
        token_counts.append(len(self.tokens))

    monkeypatch.setattr(TokenizedText, "__init__", counting)
    filler = "the horrible weather of this terrible place goes on. " * (words // 9)
    score = SCORER.score(
        f"{filler} Acme is wonderful. So it is. All of it. {filler} Acme. Now. Then. " + "Acme, " * 50, ["Acme"], "en"
    )
    assert score["Acme"].value > 0
    assert sum(token_counts) <= MAX_NAMES * 1000


def test_evidence_offsets_in_a_long_text_count_from_its_start() -> None:
    text = "nothing here " * 400 + "but Acme is wonderful."
    (word,) = towards(text).evidence.words
    assert text[word.start : word.end] == "wonderful"


FILLER = "it goes on " * 300


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        ("", "it goes on " * 60 + "wonderful ", ["wonderful"]),
        ("", "it goes on " * 66 + "wonderful ", []),
        ("wonderful " + "it goes on " * 25, "", ["wonderful"]),
        ("wonderful " + "it goes on " * 30, "", []),
    ],
)
def test_excerpt_of_a_long_text_covers_300_characters_before_and_700_after(
    before: str, after: str, counted: list[str]
) -> None:
    assert counted_words(f"{FILLER}{before}Acme {after}{FILLER}") == counted


def test_excerpt_begins_and_ends_with_a_whole_word() -> None:
    filler = "x" * 291
    assert counted_words(f"{FILLER}unhappy {filler} Acme {FILLER}") == [], "its last five letters are a positive word"
    assert counted_words(f"{FILLER}Acme {'x ' * 344}xx goodbye {FILLER}") == [], (
        "its first four letters are a positive word"
    )


def test_overlapping_excerpts_are_merged() -> None:
    assert counted_words(f"{FILLER}Acme is wonderful, and Acme is here. {FILLER}") == ["wonderful"]


def test_excerpt_is_not_addressed_to_the_brand() -> None:
    opening = "@acmehelp I came home. It rained. The box was open. It was horrible. "
    assert counted_words(opening) == ["horrible"]
    assert counted_words(opening + FILLER) == []


def test_long_text_without_the_brand_is_scored_by_its_beginning() -> None:
    text = "This is horrible. " + "and so on " * 1000 + " wonderful"
    assert towards(text).value < 0


def test_vocabulary_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary_module, "MAX_ENTRIES", 50)
    vocabulary = Vocabulary(Lexicon())
    for n in range(1000):
        assert vocabulary[f"token{n}"].word == f"token{n}"
    assert len(vocabulary) <= 50


def test_punctuation_of_a_negation_does_not_reach_other_texts() -> None:
    vocabulary = english_vocabulary()
    first, second = (TokenizedText(text, 0, vocabulary).entries[0] for text in ("not, only", "not only"))
    assert (first.negates, first.trailing) == (False, 1)
    assert (second.negates, second.trailing) == (False, 0)


def test_brand_scorers_score_texts_with_their_own_brand() -> None:
    scorers = BrandScorers()
    assert scorers.score("Hooli is horrible", "Hooli", (), "en").value < 0
    assert scorers.score("gizmo is lovely, Hooli", "Hooli", ("gizmo",), "en").value > 0


def test_scorers_of_other_brands_share_a_vocabulary_that_is_still_empty() -> None:
    """An empty vocabulary is falsy: it was once taken for no vocabulary, and the lexicon loaded for each brand."""
    base = Scorer(())
    assert not base._vocabulary
    assert base.with_brands([ACME])._vocabulary is base._vocabulary
    scorers = BrandScorers()
    for brand in ("Hooli", "Initech", "Globex"):
        scorers.score(f"{brand} is great", brand, (), "en")
    assert len({id(scorer._vocabulary) for scorer in scorers._scorers.values()}) == 1


def test_number_of_brand_scorers_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brand_scorers, "MAX_SCORERS", 3)
    scorers = BrandScorers()
    for n in range(10):
        scorers.score(f"Brand{n} is great", f"Brand{n}", (), "en")
    assert len(scorers._scorers) == 3


def vader_compound(text: str) -> float:
    """The compound score of the package, from our valences: with its "but" rule and its bonus for ! and ?."""
    tokenized = TokenizedText(text, 0, VADER_VOCABULARY)
    words = [entry.word for entry in tokenized.entries]
    but = words.index("but") if "but" in words else None
    total = sum(v * (1 if but is None or i == but else 0.5 if i < but else 1.5) for i, _, v in tokenized.valences)
    questions = text.count("?")
    bonus = min(text.count("!"), 4) * 0.292 + (0.96 if questions > 3 else questions * 0.18 if questions > 1 else 0)
    total += math.copysign(bonus, total) if total else 0
    return total / math.sqrt(total * total + 15)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(PLAIN_WORDS),
        min_size=1,
        max_size=14,
    ).map(" ".join)
)
@example("without a doubt great")
@example("without any doubt great")
@example("never so great")
@example("no or great")
@example("the least great")
@example("at least great")
def test_valences_equal_vaders(text: str) -> None:
    assert vader_compound(text) == pytest.approx(VADER.polarity_scores(text)["compound"], abs=1e-3)


def test_valences_of_real_tweets_nearly_equal_vaders(shared_data: Path) -> None:
    """Some differ on purpose, where our tokens are better than VADER's: "slow...rude", "no,", sooo, two emoji in a row.

    Handles are replaced: a name has no valence for us, but "@united" is positive for VADER.
    """
    with (shared_data / "airline" / "tweets.csv").open(newline="", encoding="utf-8") as file:
        texts = [
            re.sub(r"@\w+", "@someone", row["text"]) for row, _ in zip(csv.DictReader(file), range(2000), strict=False)
        ]
    differences = [abs(vader_compound(text) - VADER.polarity_scores(text)["compound"]) for text in texts]
    assert sum(d < 0.001 for d in differences) > 0.85 * len(differences)
    assert sum(differences) / len(differences) < 0.03


def test_macro_f1_of_a_known_table() -> None:
    labels = ["negative", "negative", "neutral", "positive"]
    assert macro_f1(labels, labels) == 1.0
    assert macro_f1(labels, ["negative", "neutral", "neutral", "negative"]) == pytest.approx((0.5 + 2 / 3 + 0) / 3)
