"""The director chooses the voices: calmly, mostly ours, and at once if one must go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.wall_state.director import (
    FRESH,
    MAX_DWELL_SECONDS,
    MAX_REMEMBERED,
    MAX_WAITING,
    MIN_DWELL_SECONDS,
    Director,
    dwell_seconds,
    story_or_post,
)
from monitor.model import Mention, Score, State
from tests.fakes import FakeClock, post


def mention(id: int, clock: FakeClock, brand: str = "Acme", text: str = "", **changes: Any) -> Mention:
    """A mention published and stored now, with ``text`` or eight words."""
    published = changes.pop("published_at", clock.now())
    words = text or f"{brand} number {id} has just eight words here"
    fields: dict[str, Any] = {"rule": "", "rule_version": 1, "score": Score(0.5), "added_at": clock.now()}
    return Mention(id, post(words, external_id=str(id), published_at=published), brand, **{**fields, **changes})


class Stage:
    """A director, and the mentions in the store."""

    def __init__(self, clock: FakeClock, may_show: Callable[[Mention], bool] = lambda mention: True) -> None:
        self.clock = clock
        self.director = Director(["Acme"], clock, may_show)
        self.stored: dict[int, Mention] = {}

    def add(self, id: int, brand: str = "Acme", **changes: Any) -> Mention:
        self.stored[id] = mention(id, self.clock, brand, **changes)
        return self.stored[id]

    def restart(self) -> None:
        self.director.restart(self.stored.values(), max(self.stored, default=0))

    def look(self) -> list[int]:
        """Offer everything stored and let the director choose; returns the ids on the screen."""
        self.director.offer(self.stored.values())
        for _ in range(6):
            self.director.advance()
            if self.director.update(self.stored):
                break
        return [m.id for m in self.director.screen]

    def after(self, seconds: float) -> list[int]:
        self.clock.advance(seconds)
        return self.look()


@pytest.fixture
def stage(clock: FakeClock) -> Stage:
    return Stage(clock)


def test_the_wall_starts_with_the_newest(stage: Stage) -> None:
    for n in range(1, 6):
        stage.add(n)
        stage.clock.advance(60)
    stage.restart()
    assert stage.look() == [5, 4, 3]


def test_a_restart_replays_nothing(stage: Stage) -> None:
    for n in range(1, 10):
        stage.add(n)
    stage.restart()
    before = stage.look()
    assert stage.after(MAX_DWELL_SECONDS) == before
    assert not stage.director.is_due()


def test_the_very_first_mention_appears_at_once(stage: Stage) -> None:
    stage.restart()
    assert stage.look() == []
    stage.add(1)
    assert stage.look() == [1]


def test_a_new_mention_waits_until_the_hero_was_read_and_pushes_the_others_down(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2)
    assert stage.look() == [1]
    assert stage.after(MIN_DWELL_SECONDS - 0.01) == [1]
    assert not stage.director.is_due()
    stage.clock.advance(0.01)
    assert stage.director.is_due()
    assert stage.look() == [2, 1]
    assert not stage.director.is_due()


@pytest.mark.parametrize(("words", "seconds"), [(1, 8), (24, 8), (25, 25 / 3), (45, 15), (60, 20), (500, 20)])
def test_a_hero_stays_as_long_as_it_takes_to_read(clock: FakeClock, words: int, seconds: float) -> None:
    assert dwell_seconds(mention(1, clock, text=" ".join(["Acme"] * words))) == pytest.approx(seconds)


def test_scripts_without_spaces_get_enough_time(clock: FakeClock) -> None:
    assert (
        MIN_DWELL_SECONDS
        < dwell_seconds(mention(1, clock, text="アクメの新しい配達サービスは本当に早いです。" * 6))
        <= MAX_DWELL_SECONDS
    )


def test_a_mention_older_than_half_an_hour_never_appears(stage: Stage) -> None:
    stage.add(1, text=" ".join(["Acme"] * 60))
    stage.restart()
    stage.add(2, published_at=stage.clock.now() - FRESH + timedelta(seconds=MAX_DWELL_SECONDS - 1))
    assert stage.look() == [1]
    assert stage.after(MAX_DWELL_SECONDS) == [1]
    stage.add(3, published_at=stage.clock.now() - FRESH + timedelta(seconds=1))
    assert stage.look() == [3, 1]


def test_the_largest_group_comes_first_then_the_newest(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    for n, near_duplicates in ((2, 0), (3, 7), (4, 30), (5, 0)):
        stage.add(n, story=n, near_duplicates=near_duplicates)
        stage.clock.advance(0.1)
    assert [stage.after(MIN_DWELL_SECONDS)[0] for _ in range(4)] == [4, 3, 5, 2]


def test_a_mention_that_waits_for_half_an_hour_is_dropped(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2, published_at=stage.clock.now() - FRESH + timedelta(seconds=5))
    stage.add(3, published_at=stage.clock.now() - FRESH - timedelta(seconds=1))
    assert stage.after(MIN_DWELL_SECONDS) == [1]


def test_a_story_is_shown_once_and_only_its_number_grows(stage: Stage) -> None:
    stage.add(1, story=1)
    stage.restart()
    for n in range(2, 30):
        stage.add(n, story=1, near_duplicates=n)
    stage.stored[1] = replace(stage.stored[1], near_duplicates=29)
    assert stage.after(MAX_DWELL_SECONDS) == [1]
    assert stage.director.screen[0].near_duplicates == 29


def test_a_story_does_not_return_soon_after_it_was_shown(stage: Stage) -> None:
    stage.add(1, story=1)
    stage.restart()
    for n in range(2, 6):
        stage.add(n)
        stage.after(MAX_DWELL_SECONDS)
    stage.add(9, story=1, near_duplicates=50)
    assert 9 not in stage.after(MAX_DWELL_SECONDS)


def test_a_post_about_two_brands_is_ours(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    ours = stage.add(2)
    stage.stored[3] = replace(mention(3, stage.clock, "Globex"), post=ours.post)
    assert stage.after(MIN_DWELL_SECONDS) == [2, 1]
    assert stage.after(MAX_DWELL_SECONDS) == [2, 1]


def test_at_most_every_fourth_hero_is_about_a_competitor(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    heroes, id_ = [], 1
    for _ in range(40):
        for brand, near_duplicates in (("Globex", 9), ("Initech", 5), ("Acme", 0)):
            id_ += 1
            stage.add(id_, brand, story=id_, near_duplicates=near_duplicates)
        hero = stage.stored[stage.after(MIN_DWELL_SECONDS)[0]]
        heroes.append(hero.brand == "Acme")
    assert all(sum(heroes[n : n + 4]) >= 3 for n in range(len(heroes) - 3))
    assert not all(heroes)


def test_competitors_do_not_replace_a_fresh_hero(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2, "Globex")
    assert stage.after(MIN_DWELL_SECONDS) == [2, 1]
    stage.add(3, "Globex")
    stage.add(4)
    assert stage.after(MIN_DWELL_SECONDS) == [4, 2, 1]
    assert stage.after(MAX_DWELL_SECONDS) == [4, 2, 1]


def test_beside_an_old_hero_competitors_become_rows(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.clock.advance(FRESH.total_seconds() + 1)
    stage.add(2, "Globex")
    assert stage.look() == [2, 1]
    stage.clock.advance(FRESH.total_seconds() + 1)
    stage.add(3, "Globex"), stage.add(4, "Globex")
    assert stage.look() == [2, 4, 1]
    assert stage.look() == [2, 4, 1]
    assert stage.after(MIN_DWELL_SECONDS) == [2, 3, 4]


@pytest.mark.parametrize("gone", ["deleted", "hidden", "set aside", "irrelevant", "blocked"])
def test_a_mention_that_must_not_be_shown_disappears_at_once(clock: FakeClock, gone: str) -> None:
    stage = Stage(clock, lambda m: "damn" not in m.post.text)
    for n in range(1, 4):
        stage.add(n)
    stage.restart()
    assert stage.look() == [3, 2, 1]
    stage.add(4)
    hero = stage.stored.pop(3)
    if gone == "hidden":
        stage.stored[3] = replace(hero, hidden=True)
    if gone == "set aside":
        stage.stored[3] = replace(hero, set_aside=True)
    if gone == "irrelevant":
        stage.stored[3] = replace(hero, state=State.IRRELEVANT)
    if gone == "blocked":
        stage.stored[3] = replace(hero, post=replace(hero.post, text="Damn damn"))
    assert stage.look() == [4, 2, 1]


def test_a_row_becomes_the_hero_if_nothing_is_waiting(stage: Stage) -> None:
    for n in range(1, 4):
        stage.add(n)
    stage.restart()
    del stage.stored[3]
    assert stage.look() == [2, 1]
    stage.add(4)
    assert stage.after(MIN_DWELL_SECONDS - 1) == [2, 1]
    assert stage.after(1) == [4, 2, 1]


def test_removing_a_row_keeps_the_hero(stage: Stage) -> None:
    for n in range(1, 4):
        stage.add(n)
    stage.restart()
    stage.add(4)
    del stage.stored[2]
    assert stage.look() == [3, 1]


def test_a_mention_that_is_deleted_while_it_waits_never_appears(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2)
    stage.look()
    del stage.stored[2]
    assert stage.after(MIN_DWELL_SECONDS) == [1]


def test_a_correction_shows_at_once(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.stored[1] = replace(stage.stored[1], score=Score(-1.0))
    stage.look()
    assert stage.director.screen[0].score.sentiment == "negative"


def test_free_rows_are_filled_with_the_newest_known(stage: Stage) -> None:
    stage.restart()
    old = [mention(n, stage.clock, published_at=stage.clock.now() - timedelta(days=n)) for n in (5, 3, 4)]
    stage.director.fill(old)
    assert [m.id for m in stage.director.screen] == [3, 4, 5]


def test_a_flood_leaves_the_queue_short_and_the_pace_unchanged(stage: Stage) -> None:
    stage.add(0)
    stage.restart()
    changes, hero = [-1], 0
    for second in range(120):
        for n in range(50):
            stage.add(1 + 50 * second + n)
        screen = stage.after(1)
        assert len(screen) <= 3
        if screen[0] != hero:
            hero = screen[0]
            changes.append(second)
        stage.stored = {id_: stage.stored[id_] for id_ in screen}
    assert all(b - a >= MIN_DWELL_SECONDS for a, b in pairwise(changes))
    assert len(stage.director._waiting) <= MAX_WAITING
    assert stage.director.recent_heroes() == len(changes)


@pytest.mark.parametrize("ours", [[4], []])
def test_a_competitor_replaces_a_removed_hero_only_if_nothing_about_us_is_fresh(stage: Stage, ours: list[int]) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2, "Globex")
    assert stage.after(MAX_DWELL_SECONDS) == [2, 1]
    stage.add(3)
    assert stage.after(MAX_DWELL_SECONDS) == [3, 2, 1]
    del stage.stored[1], stage.stored[3]
    latest = [stage.add(id_) for id_ in ours]
    stage.director.update(stage.stored)
    stage.director.advance(lambda: latest)
    assert [m.id for m in stage.director.screen] == [*ours, 2]


@pytest.mark.parametrize("minutes", [1, 60])
def test_a_post_about_us_and_a_competitor_is_shown_as_ours(stage: Stage, minutes: float) -> None:
    ours = stage.add(1)
    stage.stored[2] = replace(ours, id=2, brand="Globex")
    stage.clock.advance(minutes * 60)
    stage.restart()
    assert stage.look() == [1]


def test_if_everything_is_old_the_latest_known_is_shown(stage: Stage) -> None:
    hour = timedelta(hours=1)
    for n in (1, 2, 3):
        stage.add(n, published_at=stage.clock.now() - (12 - n) * hour)
    stage.restart()
    assert stage.look() == [3, 2, 1]
    assert stage.director.is_stale
    stage.add(4, published_at=stage.clock.now() - 20 * hour)
    stage.add(5, published_at=stage.clock.now() - 2 * hour)
    stage.director.catch_up(stage.stored.values())
    assert stage.look() == [3, 2, 1]
    stage.clock.advance(MAX_DWELL_SECONDS)
    stage.director.catch_up(stage.stored.values())
    assert stage.look() == [5, 3, 2]
    stage.add(6)
    assert stage.after(MAX_DWELL_SECONDS) == [6, 5, 3]
    assert not stage.director.is_stale


def test_no_mention_appears_while_the_stage_is_held(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.director.hold(30)
    stage.add(2)
    assert stage.after(29.9) == [1]
    assert not stage.director.is_due()
    assert stage.after(0.1) == [2, 1]


def test_a_hero_that_appears_behind_topics_is_read_afterwards(stage: Stage) -> None:
    stage.add(1)
    stage.restart()
    stage.add(2)
    stage.director.hold(12)
    stage.stored[1] = replace(stage.stored[1], hidden=True)
    assert stage.look() == [2]
    assert stage.director.read_at == 12 + MIN_DWELL_SECONDS
    stage.add(3)
    assert stage.after(12 + MIN_DWELL_SECONDS - 0.1) == [2]
    assert stage.after(0.1) == [3, 2]


def test_what_the_director_remembers_is_limited(clock: FakeClock) -> None:
    stage = Stage(clock, lambda m: "damn" not in m.post.text)
    stage.restart()
    for n in range(1, MAX_REMEMBERED + 100):
        stage.add(n, text="damn")
    stage.look()
    assert len(stage.director._refused) <= MAX_REMEMBERED
    for n in range(MAX_REMEMBERED + 100, 2 * MAX_REMEMBERED + 200):
        stage.stored = {n: mention(n, clock, published_at=clock.now())}
        stage.director.restart(stage.stored.values(), n)
        stage.clock.advance(10)
    assert len(stage.director._seen_at) <= MAX_REMEMBERED + 1


Event = tuple[str, int, str, int]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "hide", "delete", "wait"]),
        st.integers(0, 30),
        st.sampled_from(["Acme", "Globex"]),
        st.integers(0, 3),
    ),
    max_size=60,
)


@given(EVENTS)
def test_no_sequence_of_events_shows_a_mention_twice_or_one_that_is_gone(events: list[Event]) -> None:
    stage = Stage(FakeClock())
    stage.restart()
    for id_, (what, n, brand, story) in enumerate(events, start=1):
        if what == "add":
            stage.add(id_, brand, story=story or None)
        elif what == "wait":
            stage.clock.advance(n)
        elif stage.stored:
            chosen = sorted(stage.stored)[n % len(stage.stored)]
            found = stage.stored.pop(chosen)
            if what == "hide":
                stage.stored[chosen] = replace(found, hidden=True)
        screen = stage.look()
        keys = [story_or_post(stage.stored[i]) for i in screen]
        assert len(set(keys)) == len(keys) <= 3
        assert not any(stage.stored[i].hidden for i in screen)
