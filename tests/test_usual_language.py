"""The language that is usual for a source and brand, and what it decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.collector import Judge, StoredUsualLanguages
from monitor.errors import StoreError
from monitor.model import Brand, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from monitor.text.usual_language import MIN_POSTS, UsualLanguages
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON, post

HOUR = timedelta(hours=1)
UNDECIDED = "Acme UFO"


def test_nearly_all_posts_of_the_source_about_the_brand_decide() -> None:
    usual = UsualLanguages({("X", "Acme", "en"): 95, ("X", "Acme", "de"): 5, ("X", "Globex", "de"): 900})
    assert usual.of("X", ["Acme"]) == "en"
    assert usual.of("X", ["Globex"]) == "de"
    assert usual.of("X", ["Acme", "Globex"]) is None or usual.of("X", ["Acme", "Globex"]) == "de"


def test_a_mixture_has_no_usual_language() -> None:
    assert UsualLanguages({("X", "Acme", "en"): 80, ("X", "Acme", "es"): 20}).of("X", ["Acme"]) is None


def test_too_few_posts_leave_it_to_the_source_and_then_to_the_brand() -> None:
    counts = {("X", "Acme", "es"): MIN_POSTS - 1, ("X", "Globex", "en"): 10_000, ("Y", "Acme", "es"): 10}
    usual = UsualLanguages(counts)
    assert usual.of("X", ["Acme"]) == "en"
    assert usual.of("X", []) == "en"
    assert usual.of("Y", ["Acme"]) == "es"
    assert usual.of("Z", ["Acme"]) == "es"
    assert usual.of("Z", ["Hooli"]) is None
    assert usual.of("Z", []) is None


def test_unknown_languages_do_not_count() -> None:
    assert UsualLanguages({("X", "Acme", "en"): MIN_POSTS, ("X", "Acme", "und"): 900}).of("X", ["Acme"]) == "en"
    assert not UsualLanguages({("X", "Acme", "und"): 900})


def test_counts_are_read_once_an_hour_and_kept_if_they_cannot_be_read() -> None:
    answers: list[dict[tuple[str, str, str], int]] = [{("X", "Acme", "en"): 50}, {("X", "Acme", "de"): 50}]
    reads = 0

    def counts() -> dict[tuple[str, str, str], int]:
        nonlocal reads
        reads += 1
        if not answers:
            raise StoreError("the disk is gone")
        return answers.pop(0)

    usual = StoredUsualLanguages(counts)
    found = [usual(NOON + n * HOUR / 2).of("X", ["Acme"]) for n in range(6)]
    assert found == ["en", "en", "de", "de", "de", "de"]
    assert reads == 3


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def test_the_store_counts_its_mentions(store: Store) -> None:
    store.save("X", [judged("Acme", "Acme", "Globex", external_id="1", lang="en")], now=NOON)
    store.save("Y", [judged("Acme", external_id=str(n), lang=None) for n in range(3)], now=NOON)
    store.delete_posts("Y", ["2"], NOON)
    assert store.language_counts() == {("X", "Acme", "en"): 1, ("X", "Globex", "en"): 1, ("Y", "Acme", "und"): 2}


def langs_of(brands: list[Brand], usual: UsualLanguages, *posts: Post) -> list[tuple[str | None, int]]:
    """The language and the number of findings of each post."""
    judge = Judge(Matcher(brands), Scorer(brands), usual=lambda _: usual)
    return [(one.post.lang, len(one.findings)) for one in judge.judge(posts, NOON)]


def test_a_post_that_shows_no_language_gets_the_usual_one() -> None:
    usual = UsualLanguages({("X", "Acme", "en"): 100, ("Y", "Acme", "de"): 100})
    posts = [
        post(UNDECIDED, source="X"),
        post(UNDECIDED, source="Y"),
        post("Acme es una basura", source="X"),
        post(UNDECIDED, source="X", lang="fr"),
    ]
    assert langs_of([Brand("Acme", "acme")], usual, *posts) == [("en", 1), ("de", 1), ("es", 1), ("fr", 1)]


def test_a_rule_about_languages_sees_the_assumed_one() -> None:
    brands = [Brand("Acme", "acme lang:en"), Brand("Globex", "acme -lang:en")]
    usual = UsualLanguages({("X", "Acme", "en"): 100})
    judge = Judge(Matcher(brands), Scorer(brands), usual=lambda _: usual)
    (one,) = judge.judge([post(UNDECIDED, source="X")], NOON)
    assert [finding.match.brand for finding in one.findings] == ["Acme"]


def test_the_clearest_short_posts_are_scored() -> None:
    brands = [Brand("Acme", "acme")]
    judge = Judge(Matcher(brands), Scorer(brands))
    texts = ["I hate Acme", "Acme is rubbish", "I love Acme"]
    values = [one.findings[0].score.value for one in judge.judge([post(text) for text in texts], NOON)]
    assert [value is not None and value < 0 for value in values] == [True, True, False]
    assert values[2] is not None
    assert values[2] > 0
