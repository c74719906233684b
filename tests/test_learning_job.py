"""From answers to scores: what people answer is learnt, applied to stored and new posts, and undone again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.analysis.jobs import LearningJob
from monitor.analysis.jobs.learning import INTERVAL, stored_labels
from monitor.collector import Judge, StoredOffset
from monitor.errors import StoreError
from monitor.model import Answer, Brand, DrawFilter, LearningResult, Mention, Offset, Post, Sentiment
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from monitor.store.learning import OFFSET_MAX_AGE, REVIEW_DELAY
from tests.fake_store import ALL
from tests.fakes import NOON
from tests.test_store_sqlite_derived import inconsistencies

BRANDS = [Brand("Acme", "acme", ours=True)]
NOUNS = [
    a + b for a in ("lamp", "road", "cup", "tree", "boat", "shoe", "clock") for b in ("ville", "ton", "er", "ling")
]
PHRASES = {
    "Acme is sick": Answer.POSITIVE,  # slang for praise, which the rules take for the opposite
    "I love Acme": Answer.POSITIVE,
    "Acme is awful": Answer.NEGATIVE,
    "Acme is late again": Answer.NEGATIVE,
    "Acme opens at nine": Answer.NEUTRAL,
}
LATER = NOON + REVIEW_DELAY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wallflower.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.register_brands(BRANDS, NOON)
        yield store


@pytest.fixture
def judge(store: Store) -> Judge:
    return Judge(Matcher(BRANDS), Scorer(BRANDS), offset=StoredOffset(store.learning.result))


def post(phrase: str, number: int) -> Post:
    """A post with ``phrase`` and words of its own, so that no two are one story."""
    words = random.Random(number).sample(NOUNS, 6)
    text = f"{phrase}. {' '.join(words[:3]).capitalize()}, {' '.join(words[3:])}."
    return Post("Forum", str(number), text, NOON, f"author {number}", lang="en")


def save_posts(store: Store, judge: Judge, each: int) -> None:
    posts = [post(phrase, n * 1_000 + i) for i, phrase in enumerate(PHRASES) for n in range(each)]
    store.save("Forum", judge.judge(posts, NOON), now=NOON)


def answer_all(store: Store) -> int:
    """Answer what is drawn, as PHRASES says, until nothing is left; return how many."""
    count = 0
    while draw := store.checks.draw("ada", DrawFilter(), NOON - timedelta(days=1), NOON + timedelta(days=1)):
        found = store.mentions(draw.mentions)
        store.checks.save_answers(draw.id, "ada", {id_: right_answer(one) for id_, one in found.items()}, NOON)
        store.checks.finish(draw.id, "ada", NOON)
        count += len(found)
    return count


def right_answer(mention: Mention) -> Answer:
    return next(answer for phrase, answer in PHRASES.items() if phrase in mention.post.text)


def right_share(store: Store) -> float:
    mentions = store.page(ALL, limit=1000)
    return sum(one.score.sentiment.value == right_answer(one).value for one in mentions) / len(mentions)


def scores(store: Store) -> dict[int, float | None]:
    return {one.id: one.score.value for one in store.page(ALL, limit=1000)}


def test_what_people_answer_is_applied_to_stored_and_new_posts(store: Store, judge: Judge, path: Path) -> None:
    save_posts(store, judge, each=30)
    before = right_share(store)
    assert answer_all(store) == 150
    job = LearningJob(store)
    job.run(NOON)

    result = store.learning.result()
    assert result.offset is not None
    assert result.checked == 150
    assert result.since == NOON
    assert right_share(store) == before
    job.run(LATER)
    assert right_share(store) == 1.0 > before
    (new,) = judge.judge([post("Acme is sick", 99_000)], LATER)[0].findings
    assert new.score.sentiment is Sentiment.POSITIVE
    assert new.score.evidence.adjustment > 0.3
    assert inconsistencies(path) == []


def test_switched_off_it_learns_nothing_and_every_score_returns(store: Store, judge: Judge) -> None:
    save_posts(store, judge, each=30)
    answer_all(store)
    plain = scores(store)
    on, off = LearningJob(store), LearningJob(store, is_on=False)
    off.run(NOON)
    assert store.learning.result().offset is None
    on.run(NOON)
    on.run(LATER)
    assert scores(store) != plain

    off.run(LATER)
    off.run(LATER + REVIEW_DELAY)
    assert scores(store) == plain
    assert store.learning.result().offset is None


def test_an_offset_is_dropped_when_its_answers_are_gone(store: Store, judge: Judge) -> None:
    save_posts(store, judge, each=30)
    answer_all(store)
    job = LearningJob(store)
    job.run(NOON)
    store.delete_posts("Forum", [one.post.external_id for one in store.page(ALL, limit=100)], NOON)
    job.run(LATER)

    assert (store.learning.result().offset, store.learning.result().checked) == (None, 50)
    job.run(LATER + REVIEW_DELAY)
    assert {one.score.evidence.adjustment for one in store.page(ALL, limit=1000)} == {0.0}


def test_it_looks_for_answers_at_most_every_two_minutes(store: Store, judge: Judge) -> None:
    save_posts(store, judge, each=4)
    job = LearningJob(store)
    job.run(NOON)
    answer_all(store)

    job.run(NOON + INTERVAL - timedelta(seconds=1))
    assert store.learning.result().checked == 0
    job.run(NOON + INTERVAL)
    assert store.learning.result().checked == 20


def test_a_long_review_is_spread_over_several_runs(store: Store, judge: Judge) -> None:
    save_posts(store, judge, each=240)
    job = LearningJob(store, monotonic=iter(map(float, range(100))).__next__)
    result = store.learning.result()
    store.learning.save_result(result, NOON)
    store.learning.save_result(type(result)(offset=Offset(shift=-1.0)), NOON)
    changed = []
    for _ in range(4):
        job._adjust(LATER)
        adjusted = [one for one in store.page(ALL, limit=2000) if one.score.evidence.adjustment]
        changed.append(len(adjusted))

    assert 0 < changed[0] < changed[1] < changed[2] == changed[3]


def test_corrections_are_labels_that_are_not_random(store: Store, judge: Judge) -> None:
    save_posts(store, judge, each=2)
    answer_all(store)
    store.correct_score(1, 0.9, NOON)
    store.correct_score(2, None, NOON)
    labels = stored_labels(store)

    assert [one.answer for one in labels if not one.is_random] == [Sentiment.POSITIVE]
    assert sum(one.is_random for one in labels) == 10
    assert {one.plain for one in labels if not one.is_random} == {store.page(ALL, limit=100)[-1].program_score}


def test_the_offset_is_read_again_after_a_minute_and_the_last_one_stays_if_it_cannot_be_read() -> None:
    results = [LearningResult(offset=Offset(shift=1.0)), LearningResult(offset=Offset(shift=2.0))]

    def next_result() -> LearningResult:
        if not results:
            raise StoreError("The database is locked.")
        return results.pop(0)

    stored = StoredOffset(next_result)
    shifts = [offset.shift for offset in (stored(NOON + n * OFFSET_MAX_AGE / 2) for n in range(7)) if offset]
    assert shifts == [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0]
