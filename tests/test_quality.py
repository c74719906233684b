"""How often judgements are wrong, and the interval of a mood, whose coverage is simulated."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from math import sqrt
from pathlib import Path
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench._labelled_texts import load
from bench.sentiment import judge
from monitor.model import Answer, CheckAnswer, Sentiment, SentimentCounts
from monitor.quality import BANDS, CALLED, RULES, Basis, Confusion, ErrorFigures, MoodModel, Strength, wilson
from monitor.quality.confusion import OPINIONS
from monitor.quality.public_figures import LANGUAGE_MODEL, WITH_LANGUAGE_MODEL, public_confusion
from tests.fakes import NOON

NEGATIVE, NEUTRAL, POSITIVE = CALLED
RUNS = 800
LOWEST, HIGHEST = 0.91, 0.99
"""Coverage by 95 % intervals over RUNS runs; its standard error is 0.008."""
TRUE_SHARES = ((0.2, 0.5, 0.3), (0.6, 0.2, 0.2), (0.05, 0.8, 0.15))
"""Of negative, neutral, positive."""


def answer(
    sentiment: Sentiment, said: Answer, brand: str = "Acme", lang: str = "en", source: str = "Forum"
) -> CheckAnswer:
    return CheckAnswer(1, 1, 1, brand, lang, source, sentiment, 0.0, False, said, "dana", NOON)


# Shares


def test_wilson_gives_the_textbook_interval() -> None:
    found = wilson(9, 100)
    assert (round(found.value, 3), round(found.low, 3), round(found.high, 3)) == (0.09, 0.048, 0.162)
    assert wilson(0, 0) == (0.0, 0.0, 1.0)


@given(st.integers(0, 1_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_contains_its_share_and_stays_between_0_and_1(case: tuple[int, int]) -> None:
    value, low, high = wilson(*case)
    assert 0 <= low <= value + 1e-12
    assert value - 1e-12 <= high <= 1


# Figures


def test_wrong_is_what_people_called_otherwise_or_not_relevant() -> None:
    said = [Answer.NEGATIVE] * 7 + [Answer.NEUTRAL, Answer.POSITIVE, Answer.NOT_RELEVANT]
    found = Confusion.of_answers([*(answer(NEGATIVE, one) for one in said), answer(POSITIVE, Answer.POSITIVE)])
    assert (found.n(NEGATIVE), found.wrong(NEGATIVE).value) == (10, pytest.approx(0.3))
    assert found.wrong(POSITIVE).value == 0
    assert found.not_relevant().value == pytest.approx(1 / 11)
    assert (found.n(), found.scored) == (11, 11)


def figures_of(*groups: tuple[int, CheckAnswer], by_model: Sequence[str] = ()) -> ErrorFigures:
    return ErrorFigures([one for n, one in groups for _ in range(n)], by_model=by_model)


def test_the_public_figure_is_shown_until_fifty_answers_of_a_kind() -> None:
    few = figures_of((49, answer(NEGATIVE, Answer.NEGATIVE)), (500, answer(POSITIVE, Answer.POSITIVE)))
    found = few.figure(NEGATIVE, brand="Acme")
    assert found is not None
    assert (found.basis, found.measured_on) == (Basis.PUBLIC, "English tweets to airlines")
    assert found.wrong == RULES.confusion.wrong(NEGATIVE)
    enough = figures_of((50, answer(NEGATIVE, Answer.NEGATIVE))).figure(NEGATIVE, brand="Acme")
    assert enough is not None
    assert (enough.basis, enough.n, enough.wrong.value) == (Basis.OWN, 50, 0)


def test_answers_about_the_brand_come_before_those_about_all() -> None:
    figures = figures_of(
        (60, answer(NEGATIVE, Answer.NEUTRAL, "Globex")), (50, answer(NEGATIVE, Answer.NEGATIVE, "Acme"))
    )

    def found(brand: str) -> tuple[Basis, int, float]:
        figure = figures.figure(NEGATIVE, brand=brand)
        assert figure is not None
        return figure.basis, figure.n, round(figure.wrong.value, 2)

    assert found("Acme") == (Basis.OWN, 50, 0.0)
    assert found("Initech") == found("") == (Basis.ALL, 110, 0.55)


def test_a_narrower_figure_is_preferred_and_another_language_is_never_that_of_english() -> None:
    figures = figures_of(
        (50, answer(NEGATIVE, Answer.NEUTRAL, source="Mastodon")), (150, answer(NEGATIVE, Answer.NEGATIVE))
    )
    narrow = figures.figure(NEGATIVE, brand="Acme", source="Mastodon")
    assert narrow is not None
    assert (narrow.n, narrow.wrong.value) == (50, 1)
    assert figures.figure(NEGATIVE, lang="fr") is None
    french = figures_of(by_model=["fr"]).figure(NEGATIVE, lang="fr")
    assert french is not None
    assert (french.measured_on, french.basis) == ("tweets in French", Basis.PUBLIC)
    assert figures_of(by_model=["tr"]).figure(NEGATIVE, lang="tr") is None


def test_the_language_model_changes_the_public_figures() -> None:
    rules, both = (figures_of(by_model=langs).figure(NEGATIVE) for langs in (["fr"], ["en", "fr"]))
    assert rules is not None
    assert both is not None
    assert (rules.n, both.n) == (RULES.confusion.n(NEGATIVE), WITH_LANGUAGE_MODEL.confusion.n(NEGATIVE))
    assert rules.n != both.n
    assert all(one.confusion.n() == 324 for one in LANGUAGE_MODEL.values())


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0.0, "none"),
        (0.001, "weak"),
        (-0.349, "weak"),
        (0.35, "clear"),
        (-0.599, "clear"),
        (0.6, "strong"),
        (-1, "strong"),
    ],
)
def test_a_score_has_a_strength(score: float, band: str) -> None:
    assert Strength.of(score).value == band
    assert (Sentiment.of(score), Strength.of(score)) in BANDS


def test_weak_scores_are_wrong_more_often_than_strong_ones() -> None:
    for public in (RULES, WITH_LANGUAGE_MODEL):
        for called in (NEGATIVE, POSITIVE):
            shares = [public.by_strength[one].wrong(called) for one in (Strength.WEAK, Strength.CLEAR)]
            assert shares[0].low > shares[1].high, (public.measured_on, called)
    assert (
        RULES.by_strength[Strength.CLEAR].wrong(NEGATIVE).low > RULES.by_strength[Strength.STRONG].wrong(NEGATIVE).high
    )


def test_the_figure_of_a_strength_is_shown_where_it_was_measured() -> None:
    public = figures_of(by_model=["fr"])
    weak = public.figure(POSITIVE, strength=Strength.WEAK)
    assert weak is not None
    assert (weak.n, weak.strength) == (RULES.by_strength[Strength.WEAK].n(POSITIVE), Strength.WEAK)
    french = public.figure(POSITIVE, lang="fr", strength=Strength.WEAK)
    assert french is not None
    assert (french.n, french.strength) == (LANGUAGE_MODEL["fr"].confusion.n(POSITIVE), None)


def test_answers_about_scores_of_a_strength_count_from_fifty_on() -> None:
    weak, strong = (
        replace(answer(POSITIVE, said), score=score) for said, score in ((Answer.NEUTRAL, 0.2), (Answer.POSITIVE, 0.8))
    )
    for n, expected in ((49, (109, None)), (50, (50, Strength.WEAK))):
        found = figures_of((n, weak), (60, strong)).figure(POSITIVE, brand="Acme", strength=Strength.WEAK)
        assert found is not None
        assert found.basis is Basis.OWN
        assert (found.n, found.strength) == expected
    assert figures_of((60, strong)).figure(POSITIVE, brand="Acme") == figures_of((60, strong)).figure(
        POSITIVE, brand="Acme", strength=Strength.WEAK
    )


@pytest.mark.parametrize("by_model", [[], ["en"]])
def test_the_figure_of_a_mention_follows_whether_it_has_an_opinion(by_model: list[str]) -> None:
    figures = figures_of(by_model=by_model)
    found = [figures.figure(NEGATIVE, lang="en", uses_model=uses_model) for uses_model in (False, True)]
    assert [one and one.n for one in found] == [table.confusion.n(NEGATIVE) for table in (RULES, WITH_LANGUAGE_MODEL)]


def test_the_public_figures_of_the_rules_are_those_of_todays_rules(shared_data: Path) -> None:
    """They may differ by a point. ``python -m bench.sentiment`` prints the counts."""
    assert (shared_data / "airline").is_dir()
    texts = [one for one in load(None, {}) if one.half == 1]
    judged = [(one.score, Answer(one.text.label)) for one in judge(texts)]
    assert len(judged) == RULES.confusion.n()
    for called, strength in BANDS:
        today = Counter(
            label
            for score, label in judged
            if score is not None and (Sentiment.of(score), Strength.of(score)) == (called, strength)
        )
        stated = RULES.by_strength[strength]
        for said in OPINIONS:
            share = stated.n(called, said) / stated.n(called)
            assert today[said] / today.total() == pytest.approx(share, abs=0.01), (called, strength, said)


# Moods


def rates(confusion: Confusion) -> list[list[float]]:
    """How posts that are negative, neutral, positive are called."""
    counts = [[confusion.n(called, said) for called in CALLED] for said in OPINIONS]
    return [[n / sum(row) for n in row] for row in counts]


def counts_of(called: Sequence[int]) -> SentimentCounts:
    return SentimentCounts(called.count(0), called.count(1), called.count(2))


def drawn(rng: random.Random, weights: Sequence[float], n: int) -> list[int]:
    return rng.choices((0, 1, 2), cum_weights=list(accumulate(weights)), k=n)


def posts(
    rng: random.Random, shares: Sequence[float], rows: Sequence[Sequence[float]], n: int
) -> list[tuple[int, int]]:
    """(What it is, what it is called) of ``n`` posts."""
    true = drawn(rng, shares, n)
    numbers = Counter(true)
    called = {t: iter(drawn(rng, rows[t], numbers[t])) for t in range(3)}
    return [(t, next(called[t])) for t in true]


def confusion_of(checked: Sequence[tuple[int, int]]) -> Confusion:
    return Confusion(Counter((CALLED[called], OPINIONS[true]) for true, called in checked))


def around(rng: random.Random, row: Sequence[float], weight: float) -> list[float]:
    """Rates of one brand, spread around those of the public set as far as ``weight`` answers are."""
    found = [rng.gammavariate(max(weight * p, 1e-3), 1) for p in row]
    return [one / sum(found) for one in found]


def coverage(shares: Sequence[float], interval: Callable[[random.Random], tuple[float, float]]) -> float:
    rng, truth = random.Random(4), shares[2] - shares[0]
    return sum(low <= truth <= high for low, high in (interval(rng) for _ in range(RUNS))) / RUNS


@pytest.mark.parametrize("shares", TRUE_SHARES)
@pytest.mark.parametrize("answers", [60, 300])
def test_a_mood_from_answers_about_the_brand_covers_the_truth(shares: Sequence[float], answers: int) -> None:
    rows = rates(RULES.confusion)

    def interval(rng: random.Random) -> tuple[float, float]:
        own = confusion_of(posts(rng, shares, rows, answers))
        week = [called for _, called in posts(rng, shares, rows, 200)]
        mood = MoodModel(RULES.confusion, own=own).mood(counts_of(week))
        assert mood is not None
        return mood.low, mood.high

    assert LOWEST <= coverage(shares, interval) <= HIGHEST


@pytest.mark.parametrize("shares", TRUE_SHARES)
@pytest.mark.parametrize("n", [100, 2_000])
def test_a_mood_from_public_figures_covers_the_truth_of_brands_that_differ_from_them(
    shares: Sequence[float], n: int
) -> None:
    public = rates(RULES.confusion)

    def interval(rng: random.Random) -> tuple[float, float]:
        rows = [around(rng, row, 50) for row in public]
        week = [called for _, called in posts(rng, shares, rows, n)]
        mood = MoodModel(RULES.confusion).mood(counts_of(week))
        assert mood is not None
        return mood.low, mood.high

    assert LOWEST <= coverage(shares, interval) <= HIGHEST


def test_answers_about_other_brands_outweigh_the_public_figures() -> None:
    rows = [[0.6, 0.35, 0.05], [0.05, 0.9, 0.05], [0.05, 0.35, 0.6]]
    shares = (0.3, 0.5, 0.2)

    def interval(rng: random.Random) -> tuple[float, float]:
        others = confusion_of(posts(rng, (1 / 3, 1 / 3, 1 / 3), rows, 3_000))
        week = [called for _, called in posts(rng, shares, rows, 400)]
        mood = MoodModel(RULES.confusion, others).mood(counts_of(week))
        assert mood is not None
        return mood.low, mood.high

    assert LOWEST <= coverage(shares, interval) <= HIGHEST


def test_a_mood_rests_on_the_public_figures_of_the_languages_that_a_brand_is_mentioned_in() -> None:
    counts = SentimentCounts(negative=200, neutral=200, positive=100)
    by_language = {("Forum", "Acme", "fr"): 200, ("X", "Acme", "fr"): 100, ("X", "Acme", "ja"): 900}
    others = {("X", "Globex", "en"): 5}

    def mean(brand: str, *by_model: str) -> float:
        figures = ErrorFigures(by_model=by_model, language_counts=lambda: by_language | others)
        found = figures.mood_model(brand).mood(counts)
        assert found is not None
        return found.mean

    french, english = (MoodModel(one.confusion).mood(counts) for one in (LANGUAGE_MODEL["fr"], WITH_LANGUAGE_MODEL))
    assert french is not None
    assert english is not None
    assert mean("Acme", "en", "fr") == pytest.approx(french.mean, abs=0.001)
    assert mean("Globex", "en", "fr") == pytest.approx(english.mean, abs=0.001)
    assert mean("Umbrella", "en", "fr") == english.mean, "without mentions"
    assert mean("Acme") == mean("Umbrella"), "the rules score no French"


def test_public_figures_are_mixed_as_posts_are_spread_over_languages() -> None:
    mixed = public_confusion({"en": 100, "fr": 300}, ["en", "fr"])
    shares = []
    for one in (mixed, WITH_LANGUAGE_MODEL.confusion, LANGUAGE_MODEL["fr"].confusion):
        negative = [one.n(called, Answer.NEGATIVE) for called in CALLED]
        shares.append(negative[0] / sum(negative))
    assert shares[0] == pytest.approx(0.25 * shares[1] + 0.75 * shares[2], abs=0.0001)


def test_the_interval_of_sampling_alone_does_not_cover_the_truth() -> None:
    shares, public = TRUE_SHARES[0], rates(RULES.confusion)

    def interval(rng: random.Random) -> tuple[float, float]:
        rows = [around(rng, row, 50) for row in public]
        values = [called - 1 for _, called in posts(rng, shares, rows, 2_000)]
        mean, half_width = sum(values) / len(values), 1.96 * stdev(values) / sqrt(len(values))
        return mean - half_width, mean + half_width

    assert coverage(shares, interval) < 0.4


def test_more_posts_and_more_answers_narrow_a_mood_but_never_beyond_the_other() -> None:
    def width(posts_seen: int, answers: int) -> float:
        counts = SentimentCounts(2 * posts_seen, 5 * posts_seen, 3 * posts_seen)
        own = Confusion(
            {
                **{(one, Answer(one.value)): 8 * answers for one in CALLED},
                (NEGATIVE, Answer.NEUTRAL): 2 * answers,
            }
        )
        mood = MoodModel(RULES.confusion, own=own).mood(counts)
        assert mood is not None
        return mood.high - mood.low

    assert width(10, 10) > width(1_000, 10) > width(1_000, 1_000)
    assert width(1_000_000, 10) > width(1_000, 1_000)


def test_what_is_not_about_the_brand_draws_the_mood_to_the_middle() -> None:
    counts = SentimentCounts(100, 0, 0)
    own = {(NEGATIVE, Answer.NEGATIVE): 60}
    clear = MoodModel(RULES.confusion, own=Confusion(own)).mood(counts)
    mixed = MoodModel(RULES.confusion, own=Confusion({**own, (NEGATIVE, Answer.NOT_RELEVANT): 60})).mood(counts)
    assert clear is not None
    assert mixed is not None
    assert clear.mean < -0.95
    assert -0.55 < mixed.mean < -0.45


numbers = st.integers(0, 10_000)


@given(st.tuples(numbers, numbers, numbers), st.lists(numbers, min_size=12, max_size=12), st.booleans())
def test_a_mood_is_always_an_interval_between_minus_1_and_1(
    week: tuple[int, int, int], answers: list[int], about_the_brand: bool
) -> None:
    cells = [(called, said) for called in CALLED for said in Answer]
    given_answers = Confusion(dict(zip(cells, answers, strict=True)))
    own, others = (given_answers, Confusion()) if about_the_brand else (Confusion(), given_answers)
    mood = MoodModel(RULES.confusion, others, own).mood(SentimentCounts(*week))
    assert (mood is None) is not any(week)
    assert mood is None or -1 <= mood.low <= mood.mean <= mood.high <= 1
