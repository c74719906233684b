"""Each kind of rule: made-up sentences by kind, the cues that scores name, and what the rules leave alone."""

from __future__ import annotations

from collections import Counter

import pytest

from bench._labelled_texts import SENTENCE_BRANDS, LabelledText, load_sentences, order_pairs
from bench.sentiment import Judged, interval, judge_sentences, label_share, right_order_share, shown_share
from monitor.collector import Judge
from monitor.model import Brand, CueKind, Post, Score, Sentiment
from monitor.query.matcher import Matcher
from monitor.sentiment import SIGN_WEIGHTS, Scorer
from monitor.sentiment.lexicon import english_lexicon, weak
from monitor.sentiment.vocabulary import Vocabulary
from tests.fakes import NOON

SCORER = Scorer([Brand(name, name, aliases=(f"@{name.lower()}",)) for name in SENTENCE_BRANDS])


def score(text: str, brand: str = "Acme") -> Score:
    named = [name for name in SENTENCE_BRANDS if name.lower() in text.lower()]
    return SCORER.score(text, named, "en")[brand]


def cues(text: str, brand: str = "Acme") -> list[tuple[str, str]]:
    """The kind and the words of each cue."""
    return [(str(cue.kind), text[cue.start : cue.end]) for cue in score(text, brand).evidence.cues]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge_sentences(load_sentences())


def test_signs_of_the_measuring_half(judged: list[Judged]) -> None:
    """The half that nobody chose rules on. It stands at 82 % right and 1 % opposite."""
    half = [one for one in judged if one.text.half == 1]
    assert sum(one.shown == one.text.label for one in half) >= 0.8 * len(half)
    assert sum({one.shown, one.text.label} == {"positive", "negative"} for one in half) <= 0.02 * len(half)


def test_each_kind_has_mostly_right_signs(judged: list[Judged]) -> None:
    right = Counter(one.text.kind for one in judged if one.shown == one.text.label)
    total = Counter(one.text.kind for one in judged)
    assert {kind: right[kind] for kind in total if right[kind] < 0.65 * total[kind]} == {}


@pytest.mark.parametrize("kind", ["question", "wish", "plan"])
def test_questions_wishes_and_plans_are_no_opinions(judged: list[Judged], kind: str) -> None:
    wrong = [one for one in judged if one.text.kind == kind and one.text.label == "neutral" and one.shown != "neutral"]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Is Acme better than Globex? Asking before I book.", "question", "Is Acme better than Globex"),
        ("Is the Acme kettle great? Asking for a friend.", "question", "Is the Acme kettle great"),
        ("We hope Acme will be great", "wish", "hope"),
        ("Considering Acme for its great prices", "plan", "Considering"),
        ("If Acme were great I would buy it", "condition", "If"),
        ("Acme claims to be great", "reported", "claims to be"),
        ("Not saying Acme is terrible", "denied", "Not saying"),
        ("Sorry to hear about the terrible fire at Acme", "sympathy", "Sorry to hear"),
        ("Acme used to be great", "change", "used to"),
        ("Acme fixed the awful bug", "change", "fixed"),
        ("Acme loss narrows", "money", "loss narrows"),
        ("Acme sponsors the Great British Bake Off", "name", "Great"),
        ("I hate my neighbours near Acme", "others", "neighbours"),
        ("Acme warns of a terrible storm", "others", "storm"),
        ("Thanks for losing my bag, Acme", "sarcasm", "Thanks"),
        ("@acme how do I reset it? Thanks", "politeness", "Thanks"),
        ("@acme I was told to call and tried twice", "hints", "told"),
        ("@acme I was told to call and tried twice", "hints", "call"),
        ("@acme they had to call me and I tried", "hints", "had to"),
        ("Acme is better than Globex", "comparison", "better than"),
    ],
)  # fmt: skip
def test_score_names_the_cue(text: str, kind: str, words: str) -> None:
    assert (kind, words) in cues(text)


def test_praise_that_is_repeated_from_somebody_else_does_not_count() -> None:
    repeated = "RT @acme: our new seats are the best"
    assert score(repeated).value == 0
    assert score("@acme: your new seats are the best").value > 0.15
    assert score("RT @dana: Acme is terrible").value < -0.15
    quoted = "\u201c@acme: our new seats are the best\u201d. "
    assert score(quoted).value == 0
    assert score(quoted + "I love them").value > 0.15


def test_whom_a_text_addresses_is_the_subject_of_its_verb() -> None:
    assert score("@acme is the worst").value < -0.15
    assert score("@acme has the greatest app").value > 0.15
    assert score("@acme is it the best?").value == 0


def test_a_brand_may_be_addressed_at_the_end_of_any_sentence() -> None:
    assert score("Still no heating, Acme. Day four.").value < -0.15
    assert score("Still no heating in the flat. We walked past Acme, Globex, Initech. Day four.").value == 0


def test_every_kind_of_cue_is_tried() -> None:
    tried = {mark.args[1][n][1] for mark in test_score_names_the_cue.pytestmark for n in range(len(mark.args[1]))}  # type: ignore[attr-defined]
    assert tried == {str(kind) for kind in CueKind}


def test_comparison_is_told_from_other_evidence() -> None:
    assert score("Moved from Initech to Acme and never looked back").evidence.has_comparison
    assert not score("Acme is great").evidence.has_comparison
    assert not score("Is Acme better than Globex?").evidence.has_comparison


@pytest.mark.parametrize(
    ("text", "better", "worse"),
    [
        ("Acme leaves Globex in the dust", "Acme", "Globex"),
        ("Globex could learn from Acme", "Acme", "Globex"),
        ("Acme runs circles around Globex", "Acme", "Globex"),
        ("Acme > Globex, every time", "Acme", "Globex"),
        ("Unlike Globex, Acme picks up the phone", "Acme", "Globex"),
    ],
)
def test_idioms_rank_brands(text: str, better: str, worse: str) -> None:
    assert score(text, better).value > 0.15
    assert score(text, worse).value < -0.15
    assert score(text).evidence.has_comparison


def test_idioms_need_both_brands_and_no_denial() -> None:
    assert score("They left the old car in the dust near Acme").value == 0.0
    assert score("Unlike Globex, Acme does not open on Sundays", "Acme").value <= 0.0


def test_brand_in_the_passive_does_not_speak() -> None:
    assert score("Acme accused of terrible fraud").value < -0.3
    assert score("Acme accuses rival of terrible fraud").value > -0.3


def test_what_an_update_ended_is_over_and_a_flight_ends_nothing() -> None:
    assert score("my acme was perfect before the update").value < -0.15
    assert score("my acme lunch was perfect before the flight").value > 0.15


def test_few_capitals_are_names_and_not_a_headline() -> None:
    assert score("Acme is in Great Yarmouth").value == 0.0
    assert score("Acme Wins Great Prize For Service").value > 0.15


def test_opinion_beside_a_question_stays() -> None:
    assert score("I hate Acme. Is Globex any better?").value < -0.3
    assert score("I love Acme, but is Globex cheaper?").value > 0.3


def test_reproach_in_a_question_stays() -> None:
    assert score("Why is Acme so horrible?").value < -0.3
    assert score("Is Acme horrible?").value == 0.0


def test_tag_is_no_question() -> None:
    assert score("Acme is horrible, right?").value < -0.3


def test_hints_of_a_complaint_count_only_where_a_customer_speaks() -> None:
    assert score("@acme I was told to call, tried twice and paid for it").value < -0.15
    assert score("Acme told the court it had paid in May").value == 0.0
    assert score("@acme I was told to come in May").value == 0.0


def test_praise_of_another_handle_is_not_ours() -> None:
    assert score("@acme I fly with @someoneelse, they are great").value == 0.0


def test_negation_ends_with_its_sentence() -> None:
    assert score("Not today. Great service, Acme").value > 0.3


def test_hashtag_of_several_words_has_a_valence() -> None:
    assert score("@acme my parcel is here #epicfail").value < -0.15
    assert score("@acme my parcel is here #lovethem").value > 0.15


def test_stems_of_the_lexicon_match_words_of_vader() -> None:
    """A stem that matches nothing is a typo."""
    vocabulary = Vocabulary(english_lexicon())
    known = vocabulary._valences
    stems = [key[:-1] for key in (weak.WEAK + " " + weak.FAINT).split() if key.endswith("*")]
    assert [stem for stem in stems if not any(word.startswith(stem) for word in known)] == []


def test_measures_of_a_known_table() -> None:
    texts = [
        LabelledText("A beats B", "A", (), "positive"),
        LabelledText("A beats B", "B", (), "negative"),
        LabelledText("A is here", "A", (), "neutral"),
    ]
    rows = [Judged(texts[0], 0.5), Judged(texts[1], -0.5), Judged(texts[2], None)]
    assert order_pairs(texts) == [(texts[0], texts[1])]
    assert right_order_share(rows) == 1.0
    assert right_order_share([Judged(texts[0], -0.5), Judged(texts[1], 0.5)]) == 0.0
    assert right_order_share([rows[2]]) is None
    assert shown_share(rows, "neutral") == pytest.approx(1 / 3)
    assert label_share(rows, "positive", "positive") == 1.0
    assert interval(rows * 20, lambda part: shown_share(part, "neutral"), 50)[0] < 1 / 3


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("We don't like Initech", -1.0, -0.15),
        ("Please kindly improve your queue, Initech", -1.0, 0.149),
        ("Initech supports the Lovely Bones Theatre again", -0.149, 0.149),
        ("I dislike Initech", -1.0, -0.15),
    ],
)
def test_short_verdicts_requests_and_names_without_a_stated_language(text: str, low: float, high: float) -> None:
    judge = Judge(Matcher([Brand("Initech", "initech")]), Scorer([Brand("Initech", "initech")]))
    (judged_post,) = judge.judge([Post("Forum", "1", text, NOON)], NOON)
    value = judged_post.findings[0].score.value
    assert value is not None
    assert low <= value <= high


def test_signs_in_a_question_that_asks_for_information_make_no_complaint() -> None:
    assert cues("@acme do I need to call, or can I still change it without a fee?") == []
    assert score("@acme I haven't paid yet, what does a second one cost?").value == 0.0
    assert score("@acme I called and paid. Why has nothing come yet?").sentiment is Sentiment.NEGATIVE
    assert score("@acme I called twice and paid the bill. Where is it?").sentiment is Sentiment.NEGATIVE


def test_what_a_customer_misses_is_no_praise_even_as_a_wish() -> None:
    for text in ("would be great if you answered, @acme", "@acme your staff could be more helpful"):
        assert score(text).sentiment is Sentiment.NEGATIVE, text
    assert score("@acme would be great if you opened a shop in Leeds").sentiment is Sentiment.NEUTRAL
    assert score("Acme's staff could not be more helpful").sentiment is Sentiment.POSITIVE


def test_thanks_for_not_doing_it_are_sarcastic_without_any_other_bad_word() -> None:
    assert score("@acme thanks for not answering").sentiment is Sentiment.NEGATIVE
    assert score("@acme good job not telling anybody").sentiment is Sentiment.NEGATIVE
    assert score("@acme thanks, not a bad meal").sentiment is Sentiment.POSITIVE
    assert score("@acme thanks! I do not need it now").sentiment is Sentiment.POSITIVE


def test_a_phrase_of_one_word_counts_once_after_a_link() -> None:
    plain, linked = score("Acme https://acme.example vanished"), score("Acme vanished https://acme.example")
    assert len(plain.evidence.words) == len(linked.evidence.words)


def test_laughter_is_no_praise_beside_punctuation() -> None:
    assert (
        score("@acme two hours for a coffee!\U0001f602\U0001f602").value == score("@acme two hours for a coffee!").value
    )


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("@acme give Sam and Lee each a gold star", Sentiment.POSITIVE),
        ("@acme I have been waaaaiting!!!", Sentiment.NEGATIVE),
        ("@acme which of you has my bag?!", Sentiment.NEGATIVE),
        ("@acme one of you has my luggage! Now!!!", Sentiment.NEGATIVE),
        ("@acme is it any good?!", Sentiment.NEUTRAL),
    ],
)
def test_praise_with_stars_lengthened_waiting_and_shouted_questions(text: str, sentiment: Sentiment) -> None:
    assert score(text).sentiment is sentiment


def test_splitting_up_charges_is_no_rise() -> None:
    assert ("money", "up the charges") not in cues("@acme why do you split up the charges")
    assert ("money", "up the charges") in cues("@acme you put up the charges")


def test_a_sign_of_a_complaint_has_a_weight_within_its_limits() -> None:
    found = score("@acme I was told so and had to pay twice").evidence
    signs = [word for word in found.words if word.end in {one.end for one in found.cues if one.kind is CueKind.HINTS}]
    assert signs
    assert all(SIGN_WEIGHTS[0] <= sign.weight <= SIGN_WEIGHTS[1] for sign in signs)
