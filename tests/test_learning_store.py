"""What was learnt from answers, in the store: the result, and the review of stored scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import (
    ChangeKind,
    Comparison,
    JudgedMention,
    LearningResult,
    MentionFilter,
    Offset,
    Opinion,
    ScoreReview,
    Sentiment,
)
from monitor.store import Store, open_store
from monitor.store.learning import REVIEW_DELAY
from tests.fake_store import ALL, BRANDS, judged
from tests.fakes import NOON

COMPARISON = Comparison(0.76, 0.81, 0.012, 0.088, 0.05, 0.04)
OFFSET = Offset(False, -0.25, {"Acme": 0.5}, {"sick": -1.75})
RESULT = LearningResult(212, 31, 44, COMPARISON, OFFSET, NOON)
LATER = NOON + REVIEW_DELAY


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


def save(store: Store, *texts: str, score: float | None = 0.1) -> None:
    store.save("Forum", [judged(text, score=score) for text in texts], now=NOON)


def review(store: Store, added: float) -> int:
    """Add so much to every score that is to be reviewed; return how many changed."""
    changed = 0
    while (found := store.learning.next_review(LATER)).reviewed_to is not None:
        changed += store.learning.save_review(found, {one.mention: added for one in found.scores}, LATER)
    return changed


def values(store: Store) -> list[float | None]:
    return [one.score.value for one in store.page(ALL)]


def test_the_result_is_kept(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        assert store.learning.result() == LearningResult()
        store.learning.save_result(RESULT, NOON)
    with closing(open_store(store_url)) as store:
        assert store.learning.result() == RESULT
        store.learning.save_result(LearningResult(64, 3, 9), NOON)
        assert store.learning.result() == LearningResult(64, 3, 9)


def test_scores_are_reviewed_only_after_the_offset_changed_and_nobody_judges_with_the_old_one(store: Store) -> None:
    save(store, "Acme is sick")
    assert store.learning.next_review(LATER) == ScoreReview()
    store.learning.save_result(LearningResult(64), NOON)
    assert store.learning.next_review(LATER) == ScoreReview()

    store.learning.save_result(RESULT, NOON)
    assert store.learning.next_review(LATER - timedelta(seconds=1)) == ScoreReview()
    found = store.learning.next_review(LATER)
    assert [(one.brand, one.body, one.plain) for one in found.scores] == [("Acme", "Acme is sick", 0.1)]

    review(store, 0.1)
    store.learning.save_result(replace(RESULT, checked=250), LATER)
    assert store.learning.next_review(LATER + REVIEW_DELAY) == ScoreReview()


def test_an_adjustment_changes_score_and_figures_and_is_reported_once(store: Store) -> None:
    save(store, "Acme one", "Acme two")
    save(store, "Acme three", score=None)
    store.learning.save_result(RESULT, NOON)
    known = store.last_change_id()

    assert review(store, 0.12) == 2
    assert values(store) == [None, 0.22, 0.22]
    assert [one.score.evidence.adjustment for one in store.page(ALL)] == [0.0, 0.12, 0.12]
    assert {one.value: one.n for one in store.facets(MentionFilter())["sentiment"]}[Sentiment.POSITIVE.value] == 2
    tally = store.tallies(NOON - timedelta(days=1), NOON + timedelta(days=1))[0]
    assert (tally.neutral, tally.positive, tally.unscored) == (0, 2, 1)
    assert [one.kind for one in store.changes(known)] == [ChangeKind.JUDGED] * 2
    assert review(store, 0.12) == 0


def test_scores_return_exactly_when_the_offset_is_dropped(store: Store) -> None:
    save(store, "Acme one", score=0.333)
    save(store, "Acme two", score=-0.999)
    before = store.page(ALL)
    store.learning.save_result(RESULT, NOON)
    review(store, -0.001)
    store.learning.save_result(replace(RESULT, offset=replace(OFFSET, shift=1.0)), NOON)
    review(store, 0.287)
    store.learning.save_result(LearningResult(), NOON)

    assert review(store, 0.0) == 2
    assert store.page(ALL) == before


def test_a_correction_stays_in_force_and_is_undone_to_the_adjusted_score(store: Store) -> None:
    save(store, "Acme one")
    store.correct_score(1, -1.0, NOON)
    store.learning.save_result(RESULT, NOON)
    review(store, 0.12)

    assert values(store) == [-1.0]
    assert store.page(ALL)[0].program_score == 0.22
    store.restore_score(1, NOON)
    assert values(store) == [0.22]


def test_a_score_that_changed_meanwhile_is_left(store: Store) -> None:
    store.save("Forum", [judged("Acme one", external_id="1"), judged("Acme two", external_id="2")], now=NOON)
    store.learning.save_result(RESULT, NOON)
    late = store.learning.next_review(LATER)
    store.save("Forum", [judged("Acme edited", score=0.4, external_id="1")], now=NOON)
    store.delete_posts("Forum", ["2"], NOON)

    assert store.learning.save_review(late, dict.fromkeys([1, 2], 0.12), LATER) == 0
    assert values(store) == [0.4]


def test_a_review_goes_on_after_a_restart_with_the_newest_first(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        save(store, *(f"Acme {n}" for n in range(1200)))
        store.learning.save_result(RESULT, NOON)
        found = store.learning.next_review(LATER)
        assert found.scores[0].mention == 1200
        store.learning.save_review(found, {one.mention: 0.1 for one in found.scores}, LATER)
    with closing(open_store(store_url)) as store:
        assert review(store, 0.1) == 1200 - len(found.scores)
        assert store.learning.next_review(LATER) == ScoreReview()
        assert set(values(store)) == {0.2}


def test_a_later_change_starts_the_review_again(store: Store) -> None:
    save(store, *(f"Acme {n}" for n in range(700)))
    store.learning.save_result(RESULT, NOON)
    store.learning.save_review(store.learning.next_review(LATER), {}, LATER)
    store.learning.save_result(replace(RESULT, offset=None), NOON)

    assert store.learning.next_review(LATER).scores[0].mention == 700


def test_the_language_model_adds_to_the_score_by_words_not_to_the_adjusted_one(store: Store) -> None:
    save(store, "Acme one")
    store.learning.save_result(RESULT, NOON)
    review(store, 0.12)
    store.opinions.use_model("e5", "1", ["en"])
    work = store.opinions.next_work(10)
    assert work.posts[0].mentions[0].words_score == 0.1

    opinion = Opinion(0.1, 0.2, 0.7)
    store.opinions.save_opinions(work, [JudgedMention(1, opinion, 0.3, adjustment=0.05)], NOON)
    store.opinions.use_model("e5", "2", ["en"])
    assert store.opinions.next_work(10).posts[0].mentions[0].words_score == 0.1
    one = store.page(ALL)[0]
    assert (one.score.value, one.score.evidence.adjustment, one.opinion) == (0.3, 0.05, opinion)


def test_an_opinion_that_leaves_the_score_but_not_its_adjustment_is_saved(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["en"])
    save(store, "Acme one")
    work = store.opinions.next_work(10)

    assert store.opinions.save_opinions(work, [JudgedMention(1, None, 0.1, adjustment=0.02)], NOON) == 1
    assert store.page(ALL)[0].score.evidence.adjustment == 0.02


def test_what_is_saved_with_an_adjustment_is_reviewed_from_its_plain_score(store: Store) -> None:
    one = judged("Acme one", score=0.22)
    finding = one.findings[0]
    evidence = replace(finding.score.evidence, adjustment=0.12)
    adjusted = replace(finding, score=replace(finding.score, evidence=evidence))
    store.save("Forum", [replace(one, findings=(adjusted,))], now=NOON)
    store.learning.save_result(RESULT, NOON)

    assert [score.plain for score in store.learning.next_review(LATER).scores] == [0.1]
