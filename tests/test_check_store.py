"""Draws of mentions and people's answers, in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.model import (
    Answer,
    CheckAnswer,
    CheckDraw,
    DrawFilter,
    JudgedMention,
    MentionFilter,
    Opinion,
    Sentiment,
    State,
)
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON

DAY = timedelta(days=1)
SINCE = NOON - 31 * DAY
NOW = NOON + DAY
ALL = DrawFilter()
STORY = "The harbour bridge in Springfield stays closed until Friday because of Acme works on it"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


def save(store: Store, count: int, brand: str = "Acme", source: str = "Forum", **changes: object) -> None:
    first = store.last_mention_id()
    posts = [
        judged(f"{brand} {source} number {first + n}", brand, source=source, **changes)  # type: ignore[arg-type]
        for n in range(count)
    ]
    store.save(source, posts, now=NOON)


def drawn(store: Store, f: DrawFilter = ALL, person: str = "dana", size: int = 20) -> CheckDraw:
    draw = store.checks.draw(person, f, SINCE, NOW, size)
    assert draw is not None
    return draw


def answer_all(store: Store, draw: CheckDraw, answer: Answer | None = Answer.NEUTRAL) -> None:
    assert set(store.checks.save_answers(draw.id, draw.person, dict.fromkeys(draw.mentions, answer), NOW)) == set(
        draw.mentions
    )


def one_answer(store: Store) -> CheckAnswer:
    (answer,) = store.checks.answers()
    return answer


def test_an_empty_database_has_nothing_to_draw(store: Store) -> None:
    assert store.checks.draw("dana", ALL, SINCE, NOW) is None
    assert store.checks.open_draw("dana", NOW) is None
    assert store.checks.get_draw(1) is None
    assert store.checks.answers() == []


def test_a_draw_is_stored_and_no_mention_is_ever_drawn_again(store: Store) -> None:
    save(store, 50)
    draws = [drawn(store), drawn(store, person="jonas"), drawn(store)]

    assert [len(draw.mentions) for draw in draws] == [20, 20, 10]
    assert {mention for draw in draws for mention in draw.mentions} == set(range(1, 51))
    assert store.checks.draw("dana", ALL, SINCE, NOW) is None
    assert store.checks.open_draw("dana", NOW) == store.checks.get_draw(draws[2].id) == draws[2]
    assert store.checks.open_draw("jonas", NOW) == draws[1]
    assert (draws[1].person, draws[1].at, draws[1].size, draws[1].answers) == ("jonas", NOW, 20, {})


def test_draws_are_random(store: Store) -> None:
    """By chance alone, this fails once in 10**13 runs: the chance of the first 10 of 50, in any order, or in order."""
    save(store, 50)
    first, second = drawn(store, size=10).mentions, drawn(store, size=10).mentions

    assert set(first) not in ({*range(1, 11)}, {*range(41, 51)})
    assert list(first) != sorted(first) or list(second) != sorted(second)


def test_a_draw_is_narrowed_by_brand_language_and_source(store: Store) -> None:
    save(store, 3)
    save(store, 3, "Globex")
    save(store, 3, lang="de")
    save(store, 3, lang=None)
    save(store, 3, source="News feed")

    assert sorted(drawn(store, DrawFilter("Globex")).mentions) == [4, 5, 6]
    assert sorted(drawn(store, DrawFilter("Acme", "de")).mentions) == [7, 8, 9]
    assert sorted(drawn(store, DrawFilter(lang="und")).mentions) == [10, 11, 12]
    assert sorted(drawn(store, DrawFilter(source="News feed")).mentions) == [13, 14, 15]
    for f in (DrawFilter("Umbrella"), DrawFilter(lang="xx"), DrawFilter(source="Nowhere")):
        assert store.checks.draw("dana", f, SINCE, NOW) is None


def test_only_what_figures_count_is_drawn_and_of_the_time_that_is_asked_for(store: Store) -> None:
    save(store, 5)
    save(store, 1, published_at=NOON - 32 * DAY)
    store.set_hidden(1, True, NOON)
    store.set_state(2, State.IRRELEVANT, NOON)
    store.set_state(3, State.CLAIMED, NOON)
    save(store, 1, score=None)

    assert sorted(drawn(store).mentions) == [1, 3, 4, 5, 7]


def test_one_mention_of_each_story_is_drawn_and_no_other_one_later(store: Store) -> None:
    for number in range(4):
        store.save("Forum", [judged(STORY, external_id=str(number))], now=NOON)
    assert {mention.story for mention in store.page(MentionFilter())} == {1}
    save(store, 2)

    assert len(drawn(store).mentions) == 3
    assert store.checks.draw("dana", ALL, SINCE, NOW) is None


def test_an_answer_keeps_what_the_program_said(store: Store) -> None:
    save(store, 1, score=-0.4, lang="de", source="News feed")
    store.opinions.use_model("e5", "1", ["de"])
    store.correct_score(1, 0.9, NOON)
    answer_all(store, drawn(store), Answer.NEUTRAL)

    assert one_answer(store) == CheckAnswer(
        id=1, draw=1, mention=1, brand="Acme", lang="de", source="News feed", sentiment=Sentiment.NEGATIVE, score=-0.4,
        has_opinion=False, answer=Answer.NEUTRAL, person="dana", at=NOW, today=Sentiment.NEGATIVE,
    )  # fmt: skip


def test_a_judgement_that_changes_later_changes_only_todays(store: Store) -> None:
    save(store, 1, score=None, lang="de")
    answer_all(store, drawn(store), Answer.NEGATIVE)
    store.opinions.use_model("e5", "1", ["de"])
    work = store.opinions.next_work(10)
    store.opinions.save_opinions(work, [JudgedMention(1, Opinion(0.7, 0.2, 0.1), -0.5)], NOW)

    answer = one_answer(store)
    assert (answer.sentiment, answer.score, answer.has_opinion) == (Sentiment.UNSCORED, None, False)
    assert answer.today is Sentiment.NEGATIVE


def test_an_answer_after_an_opinion_says_so(store: Store) -> None:
    save(store, 1, score=None, lang="de")
    store.opinions.use_model("e5", "1", ["de"])
    work = store.opinions.next_work(10)
    store.opinions.save_opinions(work, [JudgedMention(1, Opinion(0.7, 0.2, 0.1), -0.5)], NOW)
    answer_all(store, drawn(store), Answer.NEGATIVE)

    assert (one_answer(store).sentiment, one_answer(store).has_opinion) == (Sentiment.NEGATIVE, True)


def test_answers_survive_their_mention(store: Store) -> None:
    save(store, 2)
    answer_all(store, drawn(store))
    store.delete_posts("Forum", ["Acme Forum number 0"], NOON)

    assert sorted(str(answer.mention) for answer in store.checks.answers()) == ["2", "None"]
    assert {answer.sentiment for answer in store.checks.answers()} == {Sentiment.POSITIVE}
    store.remove_source("Forum", NOON)
    assert [(answer.mention, answer.source) for answer in store.checks.answers()] == [(None, "Forum")] * 2


def test_answers_may_be_partial_changed_and_posted_again(store: Store) -> None:
    save(store, 3)
    draw = drawn(store)
    one, two, three = draw.mentions
    for _ in range(2):
        store.checks.save_answers(draw.id, "dana", {one: Answer.NEGATIVE, two: None}, NOW)
    kept = store.checks.get_draw(draw.id)
    assert kept is not None
    assert (kept.answers, kept.skipped, kept.mentions) == ({one: Answer.NEGATIVE}, {two}, draw.mentions)

    store.checks.save_answers(draw.id, "dana", {one: None, two: Answer.POSITIVE, three: Answer.NEUTRAL}, NOW)
    kept = store.checks.open_draw("dana", NOW)
    assert kept is not None
    assert (kept.answers, kept.skipped) == ({two: Answer.POSITIVE, three: Answer.NEUTRAL}, {one})
    assert len(store.checks.answers()) == 2


def test_the_same_answer_again_does_not_change_when_it_was_given(store: Store) -> None:
    save(store, 1)
    draw = drawn(store)
    for at in (NOW, NOW + DAY):
        store.checks.save_answers(draw.id, "dana", {1: Answer.NEGATIVE}, at)

    assert one_answer(store).at == NOW


def test_only_what_was_drawn_for_this_person_is_accepted_and_only_while_the_draw_is_open(store: Store) -> None:
    save(store, 5)
    draw = drawn(store, size=2)
    mine = draw.mentions[0]
    (other, *_) = set(range(1, 6)) - set(draw.mentions)

    def accepted(draw_id: int, person: str, mention: int, at: timedelta = timedelta(0)) -> list[int]:
        return list(store.checks.save_answers(draw_id, person, {mention: Answer.POSITIVE}, NOW + at))

    assert accepted(draw.id, "dana", other) == []
    assert accepted(draw.id, "jonas", mine) == []
    assert accepted(99, "dana", mine) == []
    assert accepted(draw.id, "dana", mine, 7 * DAY) == []
    assert store.checks.open_draw("dana", NOW + 7 * DAY) is None
    assert store.checks.answers() == []
    assert accepted(draw.id, "dana", mine, 6 * DAY) == [mine]
    assert not store.checks.finish(draw.id, "jonas", NOW)
    assert store.checks.finish(draw.id, "dana", NOW)
    assert not store.checks.finish(draw.id, "dana", NOW)
    assert accepted(draw.id, "dana", mine) == []
    assert store.checks.open_draw("dana", NOW) is None


def test_a_mention_that_is_gone_takes_no_answer(store: Store) -> None:
    save(store, 3)
    draw = drawn(store)
    store.delete_posts("Forum", ["Acme Forum number 0"], NOON)
    store.set_state(2, State.IRRELEVANT, NOON)

    assert list(store.checks.save_answers(draw.id, "dana", dict.fromkeys((1, 2, 3), Answer.NEUTRAL), NOW)) == [3]
    left = store.checks.get_draw(draw.id)
    assert left is not None
    assert (left.mentions, left.size) == ((3,), 3)


def test_what_is_not_relevant_leaves_the_figures_when_the_draw_is_finished(store: Store) -> None:
    save(store, 2)
    draw = drawn(store)
    store.checks.save_answers(draw.id, "dana", {1: Answer.NOT_RELEVANT, 2: Answer.NEGATIVE}, NOW)
    assert store.count(MentionFilter()).n == 2

    store.checks.finish(draw.id, "dana", NOW)
    assert [mention.id for mention in store.page(MentionFilter())] == [2]
    finished = store.checks.get_draw(draw.id)
    assert finished is not None
    assert (finished.answers[1], finished.finished_at) == (Answer.NOT_RELEVANT, NOW)
    assert {answer.mention for answer in store.checks.answers(draw.id)} == {1, 2}
    assert store.checks.answers(99) == []


def test_draws_and_answers_survive_a_restart(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        save(store, 2)
        draw = drawn(store)
        store.checks.save_answers(draw.id, "dana", {draw.mentions[0]: Answer.NEGATIVE}, NOW)
    with closing(open_store(store_url)) as store:
        kept = store.checks.open_draw("dana", NOW)
        assert kept is not None
        assert (kept.mentions, kept.answers) == (draw.mentions, {draw.mentions[0]: Answer.NEGATIVE})
