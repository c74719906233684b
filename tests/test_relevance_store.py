"""Clicks on mentions, and what the program sets aside, in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.model import (
    BrandRelevance,
    ChangeKind,
    Choice,
    JudgedRelevance,
    MentionFilter,
    RelevanceClick,
    RelevanceWork,
    SetAside,
    State,
)
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged, set_aside, without_findings
from tests.fakes import NOON

DAY = timedelta(days=1)
LONG_AGO = NOON - 1000 * DAY
REASON = SetAside(0.1, ("orchard", "harvest"), (1,), 3)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


def save(store: Store, *texts: str, brand: str = "Acme") -> list[int]:
    """Save a post for each text; return the ids of their mentions."""
    before = store.last_mention_id()
    posts = [judged(text, brand, published_at=NOON + timedelta(minutes=n)) for n, text in enumerate(texts)]
    store.save("Forum", posts, now=NOON + DAY)
    return list(range(before + 1, store.last_mention_id() + 1))


def listed(store: Store, state: str = "") -> list[int]:
    return [m.id for m in store.page(MentionFilter(state=Choice((state,) if state else ())))]


def acme(store: Store) -> BrandRelevance:
    return store.relevance.brands()[0]


def counted(store: Store) -> int:
    return store.tallies(NOON - DAY, NOON + DAY)[0].n


def test_a_mention_that_is_not_relevant_leaves_lists_and_figures_until_the_click_is_undone(store: Store) -> None:
    one, two = save(store, "one", "two")
    known = store.last_change_id()

    assert store.relevance.click(one, False, "dana", NOON)
    assert (listed(store), listed(store, "irrelevant"), counted(store)) == ([two], [one], 1)
    assert store.relevance.click_on(one) == RelevanceClick(False, "dana", NOON)
    assert not store.relevance.click(one, False, "jonas", NOON)
    assert [(c.kind, c.mention) for c in store.changes(known)] == [(ChangeKind.STATE, one)]

    assert store.relevance.undo_click(one, NOON)
    assert (listed(store), counted(store), store.relevance.click_on(one)) == ([two, one], 2, None)
    assert not store.relevance.undo_click(one, NOON)


def test_a_click_is_turned_round_by_the_other_one_and_restores_what_was_before(store: Store) -> None:
    (one,) = save(store, "one")
    store.set_state(one, State.CLAIMED, NOON)
    store.relevance.click(one, False, "dana", NOON)

    assert store.relevance.click(one, True, "jonas", NOON)
    assert listed(store, "claimed") == [one]
    assert (acme(store).relevant, acme(store).irrelevant) == (1, 0)
    store.relevance.click(one, False, "dana", NOON)
    store.relevance.undo_click(one, NOON)
    assert listed(store, "claimed") == [one]


def test_neither_a_missing_mention_nor_one_that_no_longer_matches_can_be_marked(store: Store) -> None:
    (one,) = save(store, "one")
    store.save("Forum", [without_findings(judged("one", author="somebody else"))], now=NOON)

    assert listed(store, "left") == [one]
    assert not store.relevance.click(one, False, "dana", NOON)
    assert not store.relevance.click(99, True, "dana", NOON)
    assert acme(store) == BrandRelevance("Acme")


def test_a_mention_that_is_set_aside_leaves_lists_and_stays_in_every_figure(store: Store) -> None:
    one, two = save(store, "one", "two")
    known = store.last_change_id()

    assert set_aside(store, "Acme", NOON) == 2
    assert (listed(store), listed(store, "set_aside")) == ([], [two, one])
    assert (counted(store), store.tallies(NOON - DAY, NOON + DAY)[0].set_aside) == (2, 2)
    assert store.latest_mentions("Acme", 9) == []
    assert all(text.set_aside for text in store.mention_texts("Acme", NOON - DAY, NOON + DAY, 9).rows)
    assert [c.kind for c in store.changes(known)] == [ChangeKind.HIDDEN] * 2
    assert store.relevance.reasons([one, two, 99])[one] == SetAside(0.1, ("orchard",), (), 3)
    assert acme(store).set_aside == 2


def test_what_a_person_dealt_with_is_not_set_aside(store: Store) -> None:
    claimed, hidden, corrected, clicked, shown, free = save(store, *"abcdef")
    store.set_state(claimed, State.CLAIMED, NOON)
    store.set_hidden(hidden, True, NOON)
    store.correct_score(corrected, -0.5, NOON)
    store.relevance.click(clicked, True, "dana", NOON)
    store.set_hidden(shown, True, NOON)
    store.set_hidden(shown, False, NOON)

    assert set_aside(store, "Acme", NOON) == 1
    assert listed(store, "set_aside") == [free]


@pytest.mark.parametrize("deal_with", ["claim", "correct", "hide", "click"])
def test_dealing_with_a_mention_that_is_set_aside_brings_it_back(store: Store, deal_with: str) -> None:
    (one,) = save(store, "one")
    set_aside(store, "Acme", NOON)
    if deal_with == "claim":
        store.set_state(one, State.CLAIMED, NOON)
    elif deal_with == "correct":
        store.correct_score(one, 0.5, NOON)
    elif deal_with == "hide":
        store.set_hidden(one, True, NOON)
    else:
        store.relevance.click(one, True, "dana", NOON)

    assert listed(store, "set_aside") == []
    assert listed(store, "hidden") == ([one] if deal_with == "hide" else [])
    assert store.relevance.reasons([one]) == {}
    assert set_aside(store, "Acme", NOON + DAY) == 0


def test_showing_hidden_mentions_does_not_bring_back_what_is_set_aside(store: Store) -> None:
    (one,) = save(store, "one")
    set_aside(store, "Acme", NOON)

    assert not store.set_hidden(one, False, NOON)
    assert listed(store, "set_aside") == [one]


def test_all_of_a_brand_come_back_and_stay_until_the_program_may_judge_them_again(store: Store) -> None:
    ids = save(store, "one", "two")
    save(store, "other", brand="Globex")
    set_aside(store, "Acme", NOON)
    set_aside(store, "Globex", NOON)

    assert store.relevance.bring_back("Acme", NOON) == 2
    assert [b.set_aside for b in store.relevance.brands()] == [0, 1, 0]
    assert set_aside(store, "Acme", NOON + DAY) == 0
    assert acme(store).kept == 2
    assert store.relevance.judge_again("Acme") == 2
    assert set_aside(store, "Acme", NOON + 2 * DAY) == 2
    assert sorted(listed(store, "set_aside"))[:2] == ids


def test_the_switch_brings_all_back_and_nothing_waits_until_it_is_on_again(store: Store) -> None:
    save(store, "one", "two")
    set_aside(store, "Acme", NOON)
    version = acme(store).version

    assert store.relevance.switch("Acme", False, NOON) == 2
    assert (acme(store).is_on, acme(store).set_aside, acme(store).model) == (False, 0, "")
    assert acme(store).version > version
    save(store, "three")
    assert store.relevance.next_work("", LONG_AGO, 9) == RelevanceWork()
    assert store.relevance.switch("Acme", True, NOON) == 0
    assert acme(store).is_on


def test_new_mentions_wait_first_and_then_stored_ones_the_newest_first(store: Store) -> None:
    save(store, "nobody's", brand="Globex")
    a, b, c = save(store, *"abc")
    assert store.relevance.next_work("", LONG_AGO, 9) == RelevanceWork()
    store.relevance.use_model("Acme", "m", NOON)
    (d,) = save(store, "d")
    seen = []
    while (work := store.relevance.next_work("", LONG_AGO, 2)) != RelevanceWork():
        seen.append([m.id for m in work.mentions])
        store.relevance.save_judged(work, [], "", NOON)
    assert seen == [[d], [c, b], [d, a], []]
    assert not acme(store).is_reviewing
    store.relevance.use_model("Acme", "m", NOON)
    assert store.relevance.next_work("", LONG_AGO, 2) == RelevanceWork()


def test_the_review_ends_at_its_first_day_but_reaches_what_another_model_set_aside(store: Store) -> None:
    old, new = save(store, "old", "new")
    set_aside(store, "Acme", NOON)
    store.relevance.use_model("Acme", "next", NOON)

    work = store.relevance.next_work("", NOON + timedelta(seconds=1), 9)
    assert [m.id for m in work.mentions] == [new]
    store.relevance.save_judged(work, [JudgedRelevance(new, "next", REASON)], "", NOON)
    assert store.relevance.reasons([new])[new] == REASON
    work = store.relevance.next_work("", NOON + timedelta(seconds=1), 9)
    assert [m.id for m in work.mentions] == [old]
    store.relevance.save_judged(work, [JudgedRelevance(old, "next", None)], "", NOON)
    assert (listed(store), listed(store, "set_aside")) == ([old], [new])


def test_a_decision_of_another_model_or_about_an_edited_or_deleted_mention_is_left_out(store: Store) -> None:
    store.relevance.use_model("Acme", "m", NOON)
    one, edited, _gone = save(store, "one", "edited", "gone")
    work = store.relevance.next_work("", LONG_AGO, 9)
    store.save("Forum", [judged("edited", author="x")], now=NOON, deleted=["gone"])
    decisions = [JudgedRelevance(m.id, "other" if m.id == one else "m", REASON) for m in work.mentions]

    assert store.relevance.save_judged(work, decisions, "", NOON) == 0
    assert listed(store, "set_aside") == []
    assert [m.id for m in store.relevance.next_work("", LONG_AGO, 9).mentions] == [edited]


def test_an_edit_brings_a_mention_back_until_it_is_judged_again(store: Store) -> None:
    (one,) = save(store, "one")
    set_aside(store, "Acme", NOON)
    store.save("Forum", [judged("one", author="x")], now=NOON)

    assert listed(store) == [one]
    assert store.relevance.reasons([one]) == {}
    assert [m.id for m in store.relevance.next_work("", LONG_AGO, 9).mentions] == [one]


def test_vectors_are_kept_for_the_encoder_that_made_them(store: Store) -> None:
    (one,) = save(store, "one")
    store.relevance.use_model("Acme", "m", NOON)
    work = store.relevance.next_work("e5", LONG_AGO, 9)
    store.relevance.save_judged(work, [JudgedRelevance(one, "m", None, b"\x01\x02")], "e5", NOON)
    store.relevance.click(one, True, "dana", NOON)

    assert [c.vector for c in store.relevance.clicked("Acme", "e5", 9)] == [b"\x01\x02"]
    assert [c.vector for c in store.relevance.clicked("Acme", "other", 9)] == [None]
    assert [(c.mention, c.relevant, c.body) for c in store.relevance.clicked("Acme", "e5", 9)] == [(one, True, "one")]


def test_without_a_model_all_come_back_and_deleted_posts_take_their_clicks_along(store: Store) -> None:
    one, _two = save(store, "one", "two")
    set_aside(store, "Acme", NOON)
    store.relevance.use_model("Acme", "", NOON)
    assert len(listed(store)) == 2
    store.relevance.click(one, False, "dana", NOON)
    store.delete_posts("Forum", ["one"], NOON)
    assert store.relevance.clicked("Acme", "", 9) == []
    assert (acme(store).clicks, acme(store).version) == (0, 1)
