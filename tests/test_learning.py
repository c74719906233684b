"""What is learnt from people's answers: the adjustment, the fit, the comparison on unseen answers, and the decision."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.learning import (
    MIN_ANSWERS,
    WORDS_SHARE,
    Label,
    ScoreParts,
    adjust,
    adjustment,
    is_due,
    label_of,
    learn,
    score_parts,
)
from monitor.learning.decision import is_improvement
from monitor.learning.fitting import fit
from monitor.learning.labels import groups, label_weights
from monitor.learning.parts import weight_for
from monitor.learning.validation import FOLDS, REPEATS, cross_validate
from monitor.model import (
    Comparison,
    Cue,
    CueKind,
    Evidence,
    LearningResult,
    Mention,
    Offset,
    Opinion,
    Score,
    Sentiment,
    State,
    WordWeight,
)
from monitor.sentiment import score_from_weights
from tests.fake_store import judged
from tests.fakes import NOON
from tests.learning_setup import label, labels_that_agree, labels_with_slang

NEGATIVE, NEUTRAL, POSITIVE = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
GOOD = Opinion(0.05, 0.15, 0.8)
WORDS = Evidence(words=(WordWeight(5, 9, -2.7),))

weights = st.floats(-8, 8)
figures = st.floats(-5, 5)
opinions = st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda p: Opinion(*(value / sum(p) for value in p)))


def parts_of(words: Sequence[tuple[str, float]], opinion: Opinion | None = None) -> ScoreParts:
    weight = sum(value for _, value in words)
    plain, share = score_from_weights([weight]), 1.0
    if opinion is not None:
        plain, share = WORDS_SHARE * plain + 0.3 * opinion.balance, WORDS_SHARE
    return ScoreParts(plain, "Acme", tuple(words), opinion, weight, share)


def offsets(low: float = -2.0) -> st.SearchStrategy[Offset]:
    """Any offset for words alone, whose factors change by at least ``low``."""
    words = st.dictionaries(st.sampled_from(["sick", "late"]), st.floats(low, 1.0))
    return st.builds(Offset, st.just(False), figures, st.just({}), words)


# What is adjusted, and by how much


@given(weights, weights, st.none() | opinions)
def test_an_offset_of_zero_changes_nothing(first: float, second: float, opinion: Opinion | None) -> None:
    parts = parts_of([("sick", first), ("late", second)], opinion)

    assert adjustment(Offset(opinion is not None), parts) == 0.0


@given(offsets(), weights, weights)
def test_an_adjusted_score_stays_a_score(offset: Offset, first: float, second: float) -> None:
    parts = parts_of([("sick", first), ("late", second)])

    assert -1 <= parts.plain + adjustment(offset, parts) <= 1


@given(figures, figures, figures, weights, opinions)
def test_a_score_with_an_opinion_stays_a_score(
    shift: float, balance: float, neutral: float, weight: float, opinion: Opinion
) -> None:
    offset = Offset(True, shift, {"Acme": shift}, {}, balance, neutral)
    other_language = ScoreParts(opinion.balance, "Acme", (), opinion, weight_for(opinion.balance))

    for parts in (parts_of([("sick", weight)], opinion), other_language):
        assert -1 <= parts.plain + adjustment(offset, parts) <= 1


@given(offsets(low=-1.0), weights, weights, st.floats(0, 3))
def test_a_higher_weight_never_lowers_the_score(offset: Offset, first: float, second: float, more: float) -> None:
    lower, higher = (parts_of([("sick", first + added), ("late", second)]) for added in (0.0, more))

    assert higher.plain + adjustment(offset, higher) >= lower.plain + adjustment(offset, lower) - 0.001


@given(figures, figures, weights)
def test_a_shift_never_turns_one_sign_into_the_other(shift: float, brand: float, weight: float) -> None:
    parts = parts_of([("sick", weight)])
    signs = {
        Sentiment.of(parts.plain),
        Sentiment.of(parts.plain + adjustment(Offset(False, shift, {"Acme": brand}), parts)),
    }

    assert not {NEGATIVE, POSITIVE} <= signs


def test_an_offset_for_words_is_not_used_with_opinions_and_the_other_way_round() -> None:
    assert adjustment(Offset(False, 1.0), parts_of([("late", -1.2)], GOOD)) == 0.0
    assert adjustment(Offset(True, 1.0), parts_of([("late", -1.2)])) == 0.0
    assert adjustment(Offset(True, 1.0), parts_of([("late", -1.2)], GOOD)) > 0.0


@pytest.mark.parametrize(
    ("plain", "evidence", "opinion"),
    [
        (None, Evidence(reason="nothing to judge"), GOOD),
        (-0.6, replace(WORDS, cues=(Cue(0, 1, CueKind.COMPARISON),)), GOOD),
        (0.0, Evidence(cues=(Cue(0, 1, CueKind.QUESTION),)), GOOD),
        (0.0, Evidence(), None),
    ],
)
def test_what_rests_on_the_rules_alone_or_on_nothing_is_never_adjusted(
    plain: float | None, evidence: Evidence, opinion: Opinion | None
) -> None:
    assert score_parts(plain, "Acme", evidence, "Acme sick", "en", opinion) is None


def test_the_parts_of_a_score_name_the_words_as_they_are_written() -> None:
    parts = score_parts(-0.57, "Acme", WORDS, "Acme SICK", "en", None)

    assert parts == ScoreParts(-0.57, "Acme", (("sick", -2.7),), None, -2.7, 1.0)


def test_in_another_language_the_opinion_alone_is_adjusted() -> None:
    parts = score_parts(0.5, "Acme", Evidence(), "Acme ist gut", "de", GOOD)
    assert parts is not None

    assert score_from_weights([parts.weight]) == pytest.approx(0.5)
    assert parts.plain + adjustment(Offset(True, -1.0), parts) == pytest.approx(
        score_from_weights([parts.weight - 1]), abs=0.001
    )


def test_an_adjusted_score_says_by_how_much() -> None:
    plain = Score(score_from_weights([-2.7]), WORDS)
    score = adjust(plain, Offset(False, 0.0, {}, {"sick": -2.0}), "Acme", "Acme sick", "en")

    assert score.value == pytest.approx(-(plain.value or 0), abs=0.001)
    assert score.value == (plain.value or 0) + score.evidence.adjustment
    assert adjust(plain, Offset(False), "Acme", "Acme sick", "en") is plain


# Labels


def mention(**changes: object) -> Mention:
    post = judged("Acme sick", author="bob").post
    one = Mention(7, post, "Acme", "acme", 1, Score(-0.45, replace(WORDS, adjustment=0.122)), NOON, program_score=-0.45)
    return replace(one, **changes)  # type: ignore[arg-type]


def test_a_label_has_the_score_without_the_offset_in_use() -> None:
    found = label_of(mention(story=3), POSITIVE, is_random=True)
    assert found is not None
    assert found.parts is not None

    assert found.plain == found.parts.plain == -0.572
    assert set(found.relatives) == {"post Forum Acme sick", "story 3", "author Forum bob"}


def test_a_corrected_mention_is_compared_with_the_programs_score() -> None:
    corrected = mention(corrected=True, score=Score(0.8, WORDS))
    found = label_of(corrected, corrected.score.sentiment, is_random=False)

    assert found is not None
    assert (found.plain, found.answer, found.is_right) == (-0.45, POSITIVE, False)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"program_score": None}, POSITIVE),
        ({"state": State.IRRELEVANT}, POSITIVE),
        ({"state": State.LEFT}, POSITIVE),
        ({}, Sentiment.UNSCORED),
    ],
)
def test_what_has_no_score_that_counts_is_no_label(changes: dict[str, object], answer: Sentiment) -> None:
    assert label_of(mention(**changes), answer, is_random=True) is None


def test_corrections_do_not_change_how_often_the_program_seems_wrong() -> None:
    checks = [label("late", -1.2, NEGATIVE)] * 90 + [label("late", -1.2, NEUTRAL)] * 10
    corrections = [label("late", -1.2, NEUTRAL, is_random=False)] * 40
    counts = label_weights([*checks, *corrections])

    assert sum(counts) == pytest.approx(100)
    assert sum(counts[90:]) == pytest.approx(10)


def test_corrections_of_what_no_check_found_wrong_count_nothing() -> None:
    checks = [label("late", -1.2, NEGATIVE)] * 90
    assert label_weights([*checks, label("late", -1.2, POSITIVE, is_random=False)])[-1] == 0


def test_labels_that_share_a_story_an_author_or_a_post_are_one_group() -> None:
    relatives = [("post 1", "story 1"), ("post 2", "author a"), ("post 3", "author a", "story 1"), ("post 4",), ()]
    found = groups([label("late", -1.2, NEUTRAL, *some) for some in relatives])

    assert len(set(found[:3])) == 1
    assert len(set(found)) == 3


# Cross-validation


def related_labels() -> list[Label]:
    """200 labels in 50 groups of four, which are in no order."""
    labels = [replace(one, relatives=(f"story {n % 50}",)) for n, one in enumerate(labels_with_slang(200, 1))]
    random.Random(2).shuffle(labels)
    return labels


def test_no_label_is_tried_with_what_was_learnt_from_a_relative() -> None:
    labels, learnt_from = related_labels(), list[list[Label]]()
    numbers = {id(one): n for n, one in enumerate(labels)}

    def remember(part: Sequence[Label]) -> Offset:
        learnt_from.append(list(part))
        return Offset()

    cross_validate(labels, uses_opinions=False, fit_offset=remember)

    assert len(learnt_from) == FOLDS * REPEATS
    tried: Counter[int] = Counter()
    for part in learnt_from:
        learnt = {numbers[id(one)] for one in part}
        others = set(numbers.values()) - learnt
        tried.update(others)
        assert not {labels[n].relatives for n in learnt} & {labels[n].relatives for n in others}
    assert set(tried.values()) == {REPEATS}


def test_each_fold_has_about_as_many_of_each_answer() -> None:
    labels, shares = labels_that_agree(300, 4), list[float]()

    def remember(part: Sequence[Label]) -> Offset:
        shares.append(sum(one.answer is NEUTRAL for one in part) / len(part))
        return Offset()

    cross_validate(labels, uses_opinions=False, fit_offset=remember)
    assert max(shares) - min(shares) < 0.02


def test_a_comparison_is_the_same_each_time_and_changes_nothing_without_an_offset() -> None:
    labels = labels_with_slang(200, 3)
    first = cross_validate(labels, uses_opinions=False)

    assert first == cross_validate(labels, uses_opinions=False)
    assert first.low <= first.gain <= first.high
    without = cross_validate(labels, uses_opinions=False, fit_offset=lambda _: Offset())
    assert (without.gain, without.low, without.high) == (0, 0, 0)


def test_corrections_are_learnt_from_but_never_tried() -> None:
    checks = labels_that_agree(150, 5, noise=0.1)
    wrong = [label("sick", -2.7, POSITIVE, f"post {n}", is_random=False) for n in range(1_000, 1_100)]
    with_corrections = cross_validate([*checks, *wrong], uses_opinions=False)

    assert with_corrections.plain_right == cross_validate(checks, uses_opinions=False).plain_right


# The fit


def test_the_fit_finds_which_word_means_the_opposite() -> None:
    offset = fit(labels_with_slang(400, 1), uses_opinions=False)

    assert offset.words["sick"] < -1.5
    assert min(change for word, change in offset.words.items() if word != "sick") > -0.8
    assert abs(offset.shift) < 0.3


def test_the_fit_finds_the_brand_whose_scores_are_too_low() -> None:
    fair = [label("late", -1.2, NEGATIVE, f"post {n}", brand="Globex") for n in range(60)]
    harsh = [label("late", -0.7, NEUTRAL, f"post {n}", brand="Acme") for n in range(60, 120)]
    offset = fit([*fair, *harsh], uses_opinions=False)

    assert offset.brands["Acme"] > 0.2 > offset.brands["Globex"]


def test_the_fit_learns_how_far_an_opinion_can_be_trusted() -> None:
    rng = random.Random(1)
    misled = [label("fine", 0.7, rng.choice([NEUTRAL, NEGATIVE]), f"post {n}", opinion=GOOD) for n in range(100)]
    offset = fit(misled, uses_opinions=True)

    assert offset.uses_opinions
    assert offset.balance < -0.1
    assert fit(misled, uses_opinions=False) == Offset(False)


# The decision


def test_too_few_answers_are_only_counted() -> None:
    result = learn(labels_with_slang(MIN_ANSWERS - 1, 1), LearningResult(), NOON)
    assert (result.checked, result.comparison, result.offset) == (MIN_ANSWERS - 1, None, None)

    one_sided = [label("awful", -3.4, NEGATIVE, f"post {n}") for n in range(200)]
    assert learn(one_sided, LearningResult(), NOON) == LearningResult(200, 0, 0)


def test_a_systematic_error_is_learnt_and_stays_learnt() -> None:
    result = learn(labels_with_slang(250, 2), LearningResult(), NOON)
    assert result.offset is not None
    assert result.comparison is not None
    assert result.comparison.gain > 0.05
    assert result.since == NOON

    again = learn(labels_with_slang(300, 2), result, NOON + timedelta(days=2))
    assert (again.checked, again.since) == (300, NOON)


@pytest.mark.parametrize("seed", range(4))
def test_answers_that_agree_teach_nothing(seed: int) -> None:
    assert learn(labels_that_agree(200, seed), LearningResult(), NOON).offset is None


@pytest.mark.parametrize("seed", range(4))
def test_answers_that_have_nothing_to_do_with_the_scores_teach_nothing(seed: int) -> None:
    """Otherwise the most frequent answer would be given to every post."""
    labels, rng = labels_that_agree(200, seed), random.Random(seed)
    answers = [NEGATIVE] * 130 + [NEUTRAL] * 40 + [POSITIVE] * 30
    rng.shuffle(answers)
    labels = [replace(one, answer=answer) for one, answer in zip(labels, answers, strict=True)]

    assert learn(labels, LearningResult(), NOON).offset is None


def test_corrections_alone_teach_nothing() -> None:
    corrections = [label("sick", -2.7, POSITIVE, f"post {n}", is_random=False) for n in range(300)]
    assert learn(corrections, LearningResult(), NOON).offset is None


def test_an_offset_that_is_no_longer_better_is_dropped() -> None:
    in_use = learn(labels_with_slang(250, 2), LearningResult(), NOON)
    result = learn(labels_that_agree(400, 6), in_use, NOON)

    assert in_use.offset is not None
    assert (result.offset, result.since) == (None, None)


@pytest.mark.parametrize(
    ("gain", "low", "wrong_signs", "adopted", "kept"),
    [
        (0.05, 0.01, 0.05, True, True),
        (0.05, -0.01, 0.05, False, True),
        (0.01, 0.005, 0.05, False, True),
        (-0.01, -0.03, 0.05, False, False),
        (0.05, 0.01, 0.07, False, False),
    ],
)
def test_an_offset_must_be_better_beyond_doubt_and_turn_no_more_signs(
    gain: float, low: float, wrong_signs: float, adopted: bool, kept: bool
) -> None:
    comparison = Comparison(0.7, 0.7 + gain, low, 0.1, 0.06, wrong_signs)

    assert is_improvement(comparison, is_in_use=False) is adopted
    assert is_improvement(comparison, is_in_use=True) is kept


def test_it_learns_again_after_a_fifth_more_or_fewer_answers() -> None:
    before = replace(LearningResult(100), comparison=Comparison(0.7, 0.7, 0.0, 0.0, 0.0, 0.0))

    due = [n for n in (80, 84, 100, 119, 120) if is_due(labels_that_agree(n, 1), before)]
    assert due == [80, 120]
    assert is_due(labels_that_agree(3, 1), LearningResult(2))
    assert not is_due(labels_that_agree(2, 1), LearningResult(2))


def test_it_learns_again_when_the_language_model_judges() -> None:
    words = replace(LearningResult(100), offset=Offset(), comparison=Comparison(0.7, 0.7, 0.0, 0.0, 0.0, 0.0))
    labels = [label("late", -1.2, NEGATIVE, f"post {n}", opinion=GOOD) for n in range(100)]

    assert is_due(labels, words)
    assert not is_due(labels, replace(words, offset=Offset(True)))
