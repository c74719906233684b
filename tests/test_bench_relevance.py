"""The benchmark of relevance, and its made-up posts."""

from __future__ import annotations

from collections import Counter

import pytest

from bench import relevance

NAMES = (*relevance.CHOSEN_ON, *relevance.HELD_BACK)


@pytest.mark.parametrize("name", NAMES)
def test_half_of_the_posts_with_a_name_are_about_the_brand_and_none_occurs_twice(name: str) -> None:
    posts = relevance.load(name)
    assert Counter(post.relevant for post in posts) == {True: 36, False: 36}
    assert len({post.text.casefold() for post in posts}) == len(posts)


def test_figures_count_only_posts_that_were_not_clicked() -> None:
    posts = relevance.load("birch")
    figures = relevance.draw(posts, 60, 0, "birch")
    assert figures.recall > 0.9
    assert 0 <= figures.set_aside <= 1
    assert relevance.draw(posts, 10, 0, "birch").set_aside == 0, "too few clicks set nothing aside"
