"""The queue of the language model and its opinions, in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import ChangeKind, JudgedMention, MentionFilter, Opinion, OpinionWork, Sentiment, SentimentCounts
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON

GOOD, BAD = Opinion(0.05, 0.15, 0.8), Opinion(0.7, 0.2, 0.1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


def save(
    store: Store, text: str, *brands: str, lang: str = "de", external_id: str = "", score: float | None = None
) -> None:
    one = judged(text, *brands or ("Acme",), score=score, lang=lang, external_id=external_id or text)
    store.save("Forum", [one], now=NOON)


def answers(work: OpinionWork, opinion: Opinion = GOOD, score: float | None = 0.75) -> list[JudgedMention]:
    return [JudgedMention(mention.id, opinion, score) for one in work.posts for mention in one.mentions]


def texts(work: OpinionWork) -> list[str]:
    return [one.body for one in work.posts]


def work_through(store: Store, opinion: Opinion = GOOD, score: float | None = 0.75) -> list[str]:
    """Answer everything that waits; return the texts in the order in which they came."""
    seen: list[str] = []
    while (work := store.opinions.next_work(2)) != OpinionWork():
        seen += texts(work)
        store.opinions.save_opinions(work, answers(work, opinion, score), NOON)
    return seen


def test_without_a_model_nothing_waits(store: Store) -> None:
    save(store, "Acme ist gut")

    assert store.opinions.waiting() == 0
    assert store.opinions.next_work(10) == OpinionWork()


def test_new_posts_in_its_languages_wait_for_the_model_the_newest_first(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de", "en"])
    for text, lang in (("eins", "de"), ("two", "en"), ("三", "ja"), ("vier", "de")):
        save(store, text, lang=lang)

    assert store.opinions.waiting() == 3
    assert texts(store.opinions.next_work(2)) == ["vier", "two"]


def test_an_opinion_amends_the_score_with_its_figures_and_reports_it_once(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", "Acme", "Globex")
    known = store.last_change_id()
    work = store.opinions.next_work(10)

    assert store.opinions.save_opinions(work, answers(work), NOON) == 2
    mentions = store.page(MentionFilter())
    assert [(m.score.value, m.opinion) for m in mentions] == [(0.75, GOOD)] * 2
    assert {value.value: value.n for value in store.facets(MentionFilter())["sentiment"]}[Sentiment.POSITIVE.value] == 2
    assert [c.kind for c in store.changes(known)] == [ChangeKind.JUDGED] * 2
    assert store.opinions.waiting() == 0
    assert store.opinions.save_opinions(work, answers(work), NOON) == 0


def test_a_reason_is_kept_only_while_the_mention_is_unscored(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut")
    work = store.opinions.next_work(10)
    store.opinions.save_opinions(work, [replace(one, score=None, reason="unclear") for one in answers(work)], NOON)
    assert store.page(MentionFilter())[0].score.evidence.reason == "unclear"

    store.opinions.use_model("e5", "2", ["de"])
    work_through(store)
    assert store.page(MentionFilter())[0].score.evidence.reason == ""


def test_a_correction_stays_in_force_and_can_be_undone_to_the_amended_score(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", score=0.1)
    store.correct_score(1, -1.0, NOON)
    work_through(store)

    assert store.page(MentionFilter())[0].score.value == -1.0
    store.restore_score(1, NOON)
    assert store.page(MentionFilter())[0].score.value == 0.75


def test_an_edited_post_waits_again_and_its_old_opinion_is_not_taken(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", external_id="1")
    late = store.opinions.next_work(10)
    save(store, "Acme ist schlecht", external_id="1")

    assert store.opinions.save_opinions(late, answers(late), NOON) == 0
    assert store.page(MentionFilter())[0].opinion is None
    assert work_through(store, BAD, -0.6) == ["Acme ist schlecht"]
    assert store.page(MentionFilter())[0].opinion == BAD


def test_a_deleted_post_no_longer_waits(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", external_id="1")
    work = store.opinions.next_work(10)
    store.delete_posts("Forum", ["1"], NOON)

    assert store.opinions.waiting() == 0
    assert store.opinions.save_opinions(work, answers(work), NOON) == 0


def test_posts_from_before_the_model_are_reviewed_after_the_new_ones_and_go_on_after_a_restart(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        for number in range(5):
            save(store, f"alt {number}")
        store.opinions.use_model("e5", "1", ["de"])
        save(store, "neu")
        for _ in range(2):
            work = store.opinions.next_work(2)
            store.opinions.save_opinions(work, answers(work), NOON)
    with closing(open_store(store_url)) as store:
        store.opinions.use_model("e5", "1", ["de"])

        assert work_through(store) == ["alt 2", "alt 1", "alt 0"]
        assert store.opinions.waiting() == 0
        assert all(m.score.value == 0.75 for m in store.page(MentionFilter()))


def test_another_policy_is_applied_to_stored_opinions_and_to_the_score_by_words(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", score=0.2)
    work_through(store)
    store.opinions.use_model("e5", "2", ["de"])
    (mention,) = store.opinions.next_work(10).posts[0].mentions

    assert (mention.opinion, mention.words_score) == (GOOD, 0.2)


def test_another_model_is_asked_again(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut", score=0.2)
    work_through(store)
    store.opinions.use_model("other", "1", ["de"])
    (mention,) = store.opinions.next_work(10).posts[0].mentions

    assert (mention.opinion, mention.words_score) == (None, 0.2)


def test_a_language_that_is_no_longer_judged_is_reviewed_too(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    save(store, "Acme ist gut")
    work_through(store)
    store.opinions.use_model("e5", "2", [])

    assert texts(store.opinions.next_work(10)) == ["Acme ist gut"]


def test_posts_stored_while_the_model_was_missing_are_reviewed_when_it_is_back(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de"])
    store.opinions.use_model("", "", [])
    save(store, "Acme ist gut")
    assert store.opinions.waiting() == 0
    store.opinions.use_model("e5", "1", ["de"])

    assert work_through(store) == ["Acme ist gut"]


def test_scores_in_an_unmeasured_language_count_in_no_mood(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de", "tr"], ["tr"])
    save(store, "Acme iyi", lang="tr")
    save(store, "Acme ist schlecht", score=-0.5)
    work_through(store, BAD, -0.5)
    for days in (1, 100):
        tally = store.tallies(NOON - timedelta(days=days), NOON + timedelta(days=1))[0]
        assert (tally.n, tally.negative, tally.unscored, tally.stories) == (2, 1, 1, SentimentCounts(negative=1))

    store.opinions.use_model("e5", "2", ["de", "tr"])
    tally = store.tallies(NOON - timedelta(days=1), NOON + timedelta(days=1))[0]
    assert (tally.negative, tally.unscored) == (2, 0)


def test_scores_in_an_unmeasured_language_count_in_no_chart_and_no_incident(store: Store) -> None:
    store.opinions.use_model("e5", "1", ["de", "tr"], ["tr"])
    save(store, "Acme iyi", lang="tr", score=-0.5)
    save(store, "Acme ist schlecht", score=-0.5)
    day, end = timedelta(days=1), NOON + timedelta(hours=1)

    def negative() -> list[object]:
        (bin_,) = store.brand_histogram("Acme", [NOON - 100 * day, end])
        series = (store.volume_series("Acme", NOON - day, end), store.recent_volume_series("Acme", end, 1, day))
        texts = store.mention_texts("Acme", NOON - day, end, 9).rows
        sums = [sum(map(sum, one.negative.values())) for one in series]
        assert [sum(map(sum, one.n.values())) for one in series] == [2, 2] == [bin_.n, len(texts)]
        return [bin_.negative, *sums, sum(text.score is not None for text in texts)]

    assert negative() == [1, 1, 1, 1]
    store.opinions.use_model("e5", "2", ["de", "tr"])
    assert negative() == [2, 2, 2, 2]
