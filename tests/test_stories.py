"""Copies of a post find each other; posts that only sound alike do not; nothing stays behind."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import near_duplicates as stories
from monitor.text.near_duplicates import Stories, signatures
from tests.fakes import NOON

ORIGINAL = (
    "Acme has raised the price of its basic plan by a third without telling any of its customers before the bill came"
)


def alike(one: str, other: str) -> bool:
    """Whether the two texts make one story."""
    first, second = signatures([one, other])
    index = Stories()
    assert index.add(1, first, NOON) is None
    return index.add(2, second, NOON) == 1


@pytest.mark.parametrize(
    "copy",
    [
        ORIGINAL.upper() + "!!!",
        "RT @someone: " + ORIGINAL,
        "RT @someone: " + ORIGINAL[:90] + "…",
        ORIGINAL + " https://acme.example/a?b=c",
        ORIGINAL.replace("third", "quarter"),
        "So true 😡 “" + ORIGINAL + "” @acme_help",
        "Unbelievable, and nobody talks about it: " + ORIGINAL,
        ORIGINAL.replace(" ", "\n"),
    ],
)
def test_a_copy_joins_the_story(copy: str) -> None:
    assert alike(ORIGINAL, copy)
    assert alike(copy, ORIGINAL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@acme been on hold for over an hour, not cool, guys", "@globex not good. On hold for over an hour."),
        (
            "@acme you have the worst customer service of any shop",
            "@globex worst customer service I have seen in years",
        ),
        (
            "Acme flight 1640 arrives in Tampa after the flight from Ohio",
            "Globex flight 77 arrives in Boston late from Rome",
        ),
        (
            ORIGINAL,
            "Globex has cut the price of its basic plan in half, and tells all of its customers on the first page",
        ),
        ("アクメの新しい電話はとても良いと思います", "アクメの古い電話はもう使えないので困っています"),
    ],
)
def test_what_only_sounds_alike_stays_apart(one: str, other: str) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize(
    "text",
    ["", "@acme thanks!", "@acme thanks for the help", "so so so so so so", "😡😡😡 https://a.example/b-c-d-e-f-g"],
)
def test_a_short_text_is_nobodys_in_particular(text: str) -> None:
    assert signatures([text]) == [b""]
    assert Stories().add(1, b"", NOON) is None


def test_text_without_blanks_is_told_apart_by_its_characters() -> None:
    text = "アクメの新しい電話はとても良いと思いますが、値段が高すぎます。"
    assert alike(text, "RT @someone: " + text + "。。。")
    assert alike("ผลิตภัณฑ์ใหม่ของบริษัทนี้ดีมากจริงๆ", "ผลิตภัณฑ์ใหม่ของบริษัทนี้ดีมากจริงๆ ครับ")


@settings(deadline=None)
@given(st.lists(st.text() | st.sampled_from([ORIGINAL, "a\0b", "://", "@", "\ud800 \ue000"]), max_size=9))
def test_a_batch_signs_each_text_as_if_it_were_alone(texts: list[str]) -> None:
    assert signatures(texts) == [signatures([text])[0] for text in texts]
    assert {len(signature) for signature in signatures(texts)} <= {0, 2 * stories.VALUES}


def test_a_long_list_is_signed_in_its_order() -> None:
    texts = [f"{ORIGINAL} number {n} of many" for n in range(stories.CHUNK + 3)]
    assert signatures(texts)[-1] == signatures(texts[-1:])[0]


def test_signatures_stay_the_same_from_version_to_version() -> None:
    """They are stored: a change of the hashing would split every story, and needs a migration."""
    assert signatures([ORIGINAL])[0].hex()[:32] == "29a4b896c47f462f821776c6764f674a"


def mixed(seed: int, n: int = 300) -> list[bytes]:
    """Signatures of made-up posts, a third of which repeat an earlier one with a word changed."""
    chance = random.Random(seed)
    texts: list[str] = []
    for _ in range(n):
        if texts and chance.random() < 0.35:
            words = chance.choice(texts).split()
            words[chance.randrange(len(words))] = f"w{chance.randrange(400)}"
        else:
            words = [f"w{chance.randrange(400)}" for _ in range(chance.randrange(8, 25))]
        texts.append(" ".join(words))
    return signatures(texts)


def test_copies_of_copies_share_the_first_ones_story() -> None:
    words = ORIGINAL.split()
    signed = signatures([" ".join(words[n:] + words[:n]) for n in (0, 5, 10)] + [ORIGINAL])
    index = Stories()
    assert [index.add(n, signature, NOON) for n, signature in enumerate(signed, 1)] == [None, 1, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_what_was_seeded_answers_as_what_was_live(seed: int) -> None:
    signed = mixed(seed)
    live, found = Stories(), {}
    for n, signature in enumerate(signed[:200]):
        found[n] = live.add(n, signature, NOON + timedelta(minutes=n))
    again = Stories()
    again.seed([(n, signed[n], NOON + timedelta(minutes=n)) for n in range(200)])
    rest = [(n, signed[n], NOON + timedelta(minutes=n)) for n in range(200, 300)]
    assert [live.add(*post) for post in rest] == [again.add(*post) for post in rest]
    assert any(found.values())


@pytest.mark.parametrize("seed", range(5))
def test_a_removed_post_leaves_no_trace(seed: int) -> None:
    signed = mixed(seed)
    index, untouched = Stories(), Stories()
    for n, signature in enumerate(signed[:100]):
        index.add(n, signature, NOON)
        untouched.add(n, signature, NOON)
    for n in range(100, 200):
        index.add(n, signed[n], NOON)
    for n in range(199, 99, -1):
        index.remove(n)
    index.remove(4_711)
    rest = [(n, signed[n], NOON) for n in range(200, 300)]
    assert [index.add(*post) for post in rest] == [untouched.add(*post) for post in rest]
    for n in range(300):
        index.remove(n)
    assert not len(index)
    assert not any(index._bands)


def test_stored_stories_outlive_their_first_post() -> None:
    signature = signatures([ORIGINAL])[0]
    index = Stories()
    index.seed([(7, signature, NOON)], {7: 3})
    assert index.add(8, signature, NOON) == 3


def test_an_edited_post_is_known_by_its_new_words_only() -> None:
    old, new = signatures(
        [ORIGINAL, "Globex opens a shop in the old station and gives everybody who comes a free cup of tea"]
    )
    index = Stories()
    index.add(1, old, NOON)
    index.add(1, new, NOON)
    assert (index.add(2, old, NOON), index.add(3, new, NOON), len(index)) == (None, 1, 3)


def test_a_story_ends_when_nobody_repeats_it_for_long() -> None:
    signature = signatures([ORIGINAL])[0]
    index = Stories()
    index.add(1, signature, NOON)
    assert index.add(2, signature, NOON + stories.WINDOW) == 1
    assert index.add(3, signature, NOON + 2 * stories.WINDOW + timedelta(seconds=1)) is None


def test_old_posts_can_be_forgotten() -> None:
    signature = signatures([ORIGINAL])[0]
    index = Stories()
    index.add(1, signature, NOON)
    index.forget(NOON)
    assert len(index) == 1
    index.forget(NOON + timedelta(seconds=1))
    assert index.add(2, signature, NOON) is None


def test_the_index_is_bounded() -> None:
    index = Stories(most=50)
    for n, signature in enumerate(mixed(1)):
        index.add(n, signature, NOON)
    assert len(index) == 50
    assert sum(len(band) for band in index._bands) <= 50 * len(index._bands)
    signed = mixed(2, n=2)
    for _ in range(5_000):
        index.add(1_000, signed[0], NOON)
    assert len(index._order) < 1_000
