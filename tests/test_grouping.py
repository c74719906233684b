"""One row per story: pages lose no mention and keep the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.grouping import grouped_page
from monitor.model import ListPosition, Mention, Position, Post, Score
from tests.fakes import NOON


def mention(number: int, story: int | None) -> Mention:
    post = Post("Forum", str(number), "Acme", NOON)
    return Mention(number, post, "Acme", "acme", 1, Score(None), NOON, story=story)


class FakeList:
    """Mentions as a store returns them, newest first."""

    def __init__(self, stories: list[int | None]) -> None:
        self.all = [mention(n + 1_000, story) for n, story in enumerate(stories)][::-1]
        self.fetches = 0

    def __call__(self, before: Position | None, limit: int) -> list[Mention]:
        self.fetches += 1
        return [m for m in self.all if m.id < last_id(before, m.id + 1)][:limit]


def last_id(position: Position | None, otherwise: int) -> int:
    """The id at a position; ``otherwise`` if it is None."""
    return position.id if isinstance(position, ListPosition) else position or otherwise


STORIES = st.lists(st.none() | st.integers(1, 4), max_size=60)


@given(STORIES, st.integers(1, 9))
def test_every_mention_is_on_one_page_as_a_row_or_behind_its_story(stories: list[int | None], rows: int) -> None:
    mentions_list, seen = FakeList(stories), 0
    before: Position | None = None
    while True:
        page = grouped_page(mentions_list, before, rows)
        until = last_id(page.last, 0)
        behind = [m for m in mentions_list.all if until <= m.id < last_id(before, m.id + 1)]
        seen += len(behind)
        assert [m.id for m in page.rows] == [m.id for m in first_of_each(behind)]
        assert len(page.rows) <= rows
        if page.last is None:
            break
        before = page.last
    assert seen == len(mentions_list.all)


def first_of_each(mentions: list[Mention]) -> list[Mention]:
    kept: dict[int, Mention] = {}
    for one in mentions:
        kept.setdefault(one.story or one.id, one)
    return list(kept.values())


def test_one_huge_story_does_not_delay_the_page() -> None:
    mentions_list = FakeList([7] * 5_000)
    page = grouped_page(mentions_list, None, 50)
    assert len(page.rows) == 1
    assert page.last is not None
    assert mentions_list.fetches < 10


def test_the_same_story_of_two_brands_is_two_rows() -> None:
    one, other = mention(2, 1), mention(1, 1)
    object.__setattr__(other, "brand", "Globex")
    assert grouped_page(lambda before, limit: [one, other], None, 50).rows == [one, other]
