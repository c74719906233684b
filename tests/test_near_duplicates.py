"""Near-duplicate posts form clusters; posts that only sound similar do not."""

from __future__ import annotations

import random
from datetime import timedelta
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import near_duplicates
from monitor.text.near_duplicates import NearDuplicateIndex, Origin, signatures
from tests.fakes import NOON

ORIGINAL = (
    "Acme has raised the price of its basic plan by a third without telling any of its customers before the bill came"
)


def are_clustered(one: str, other: str) -> bool:
    """Whether the two texts form one cluster."""
    first, second = signatures([one, other])
    index = NearDuplicateIndex()
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
def test_copy_joins_the_cluster(copy: str) -> None:
    assert are_clustered(ORIGINAL, copy)
    assert are_clustered(copy, ORIGINAL)


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
def test_similar_sounding_texts_stay_apart(one: str, other: str) -> None:
    assert not are_clustered(one, other)


@pytest.mark.parametrize(
    "text",
    ["", "@acme thanks!", "@acme thanks for the help", "so so so so so so", "😡😡😡 https://a.example/b-c-d-e-f-g"],
)
def test_short_text_has_no_signature(text: str) -> None:
    assert signatures([text]) == [b""]
    assert NearDuplicateIndex().add(1, b"", NOON) is None


def test_characters_count_as_words_in_scripts_without_spaces() -> None:
    text = "アクメの新しい電話はとても良いと思いますが、値段が高すぎます。"
    assert are_clustered(text, "RT @someone: " + text + "。。。")
    assert are_clustered("ผลิตภัณฑ์ใหม่ของบริษัทนี้ดีมากจริงๆ", "ผลิตภัณฑ์ใหม่ของบริษัทนี้ดีมากจริงๆ ครับ")


@settings(deadline=None)
@given(st.lists(st.text() | st.sampled_from([ORIGINAL, "a\0b", "://", "@", "\ud800 \ue000"]), max_size=9))
def test_signature_does_not_depend_on_the_batch(texts: list[str]) -> None:
    assert signatures(texts) == [signatures([text])[0] for text in texts]
    assert {len(signature) for signature in signatures(texts)} <= {0, 2 * near_duplicates.SIGNATURE_VALUES}


def test_signatures_keep_the_order_of_a_long_list() -> None:
    texts = [f"{ORIGINAL} number {n} of many" for n in range(near_duplicates.BATCH_TEXTS + 3)]
    assert signatures(texts)[-1] == signatures(texts[-1:])[0]


def test_signatures_are_stable_between_versions() -> None:
    """Signatures are stored: changing the hashing splits every cluster and needs a migration."""
    assert signatures([ORIGINAL])[0].hex()[:32] == "29a4b896c47f462f821776c6764f674a"


def sample_signatures(seed: int, n: int = 300) -> list[bytes]:
    """Signatures of made-up posts. A third of the posts repeat an earlier one with a word changed."""
    rng = random.Random(seed)
    texts: list[str] = []
    for _ in range(n):
        if texts and rng.random() < 0.35:
            words = rng.choice(texts).split()
            words[rng.randrange(len(words))] = f"w{rng.randrange(400)}"
        else:
            words = [f"w{rng.randrange(400)}" for _ in range(rng.randrange(8, 25))]
        texts.append(" ".join(words))
    return signatures(texts)


def test_signature_ignores_case_links_handles_and_punctuation() -> None:
    plain = "acme has raised the price of its basic plan"
    decorated = "RT @someone: @acme_help ACME has raised... the PRICE of its https://acme.example/a-b 😡 basic plan!"
    assert signatures([plain]) == signatures([decorated])


def test_signature_depends_on_the_first_2000_characters_only() -> None:
    start = (ORIGINAL + " ") * 30
    assert signatures([start[:2_000] + " and more"]) == signatures([start[:2_000] + " or less"])
    assert signatures([start[:1_900] + " and more"]) != signatures([start[:1_900] + " or less"])


def test_texts_that_share_a_third_of_their_pairs_stay_apart() -> None:
    shared = " ".join(ORIGINAL.split()[:12])
    other = f"{shared} and nobody at the counter could explain to us what had happened since the last one"
    assert not are_clustered(ORIGINAL, other)


def test_copy_of_a_copy_joins_the_first_cluster() -> None:
    words = ORIGINAL.split()
    signed = signatures([" ".join(words[n:] + words[:n]) for n in (0, 5, 10)] + [ORIGINAL])
    index = NearDuplicateIndex()
    assert [index.add(n, signature, NOON) for n, signature in enumerate(signed, 1)] == [None, 1, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_seeded_index_gives_the_same_results_as_a_live_one(seed: int) -> None:
    signed = sample_signatures(seed)
    live, clusters = NearDuplicateIndex(), {}
    for n, signature in enumerate(signed[:200]):
        clusters[n] = live.add(n, signature, NOON + timedelta(minutes=n))
    seeded = NearDuplicateIndex()
    seeded.seed([(n, signed[n], NOON + timedelta(minutes=n), Origin()) for n in range(200)])
    rest = [(n, signed[n], NOON + timedelta(minutes=n)) for n in range(200, 300)]
    assert [live.add(*post) for post in rest] == [seeded.add(*post) for post in rest]
    assert any(clusters.values())


@pytest.mark.parametrize("seed", range(5))
def test_removed_posts_leave_no_trace(seed: int) -> None:
    signed = sample_signatures(seed)
    index, untouched = NearDuplicateIndex(), NearDuplicateIndex()
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


def test_stored_cluster_outlives_its_first_post() -> None:
    signature = signatures([ORIGINAL])[0]
    index = NearDuplicateIndex()
    index.seed([(7, signature, NOON, Origin())], {7: 3})
    assert index.add(8, signature, NOON) == 3


def test_edited_post_is_found_by_its_new_text_only() -> None:
    old, new = signatures(
        [ORIGINAL, "Globex opens a shop in the old station and gives everybody who comes a free cup of tea"]
    )
    index = NearDuplicateIndex()
    index.add(1, old, NOON)
    index.add(1, new, NOON)
    assert (index.add(2, old, NOON), index.add(3, new, NOON), len(index)) == (None, 1, 3)


def test_cluster_ends_after_the_window_without_a_copy() -> None:
    signature = signatures([ORIGINAL])[0]
    index = NearDuplicateIndex()
    index.add(1, signature, NOON)
    assert index.add(2, signature, NOON + near_duplicates.CLUSTER_WINDOW) == 1
    assert index.add(3, signature, NOON + 2 * near_duplicates.CLUSTER_WINDOW + timedelta(seconds=1)) is None


def test_post_much_older_than_its_copy_stays_apart() -> None:
    signature = signatures([ORIGINAL])[0]
    index = NearDuplicateIndex()
    index.add(1, signature, NOON)
    assert index.add(2, signature, NOON - near_duplicates.CLUSTER_WINDOW - timedelta(seconds=1)) is None


def test_each_copy_extends_the_window_of_its_cluster() -> None:
    signature = signatures([ORIGINAL])[0]
    index = NearDuplicateIndex()
    index.add(1, signature, NOON)
    assert index.add(2, signature, NOON + timedelta(hours=60)) == 1
    assert index.add(3, signature, NOON + timedelta(hours=60)) == 1
    index.add(1, signature, NOON)  # an edit of the first post does not make it the latest
    assert index.add(4, signature, NOON + timedelta(hours=120)) == 1


def test_post_between_two_clusters_joins_the_earlier_one() -> None:
    words = 20
    first, second = [*range(31), words], [*range(100, 131), words]
    both = [*first[:16], *second[16:]]
    index = NearDuplicateIndex()
    results = [index.add(n, pack("<32H", *values), NOON) for n, values in enumerate((first, second, both), 1)]
    assert results == [None, None, 1]


def test_index_size_is_limited() -> None:
    index = NearDuplicateIndex(max_posts=50)
    for n, signature in enumerate(sample_signatures(1)):
        index.add(n, signature, NOON)
    assert len(index) == 50
    assert sum(len(band) for band in index._bands) <= 50 * len(index._bands)
    signed = sample_signatures(2, n=2)
    for _ in range(5_000):
        index.add(1_000, signed[0], NOON)
    assert len(index._id_heap) < 1_000
