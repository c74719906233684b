"""The sample source: the same seed and minute make the same posts, with everything that a screen has to cope with."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.clock import Clock
from monitor.http import Http
from monitor.model import Post
from monitor.sources import feed
from monitor.sources._sample_phrases import Phrases, load_phrases
from monitor.sources._sample_writer import BRAND_SHARES, SampleWriter
from monitor.sources.sample import Options, Source
from monitor.text.near_duplicates import NearDuplicateIndex, signatures
from tests.fakes import NOON


def posts(now: datetime = NOON, cursor: Any = None, **options: Any) -> tuple[list[Post], Any]:
    """(all posts up to ``now``, in as many passes as it takes; the last cursor)"""
    source = Source(Options(name="Sample", **options), Http(Clock()))
    found: list[Post] = []
    while True:
        batch = source.fetch((), cursor, now)
        assert len(batch.posts) < 1_500
        found += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


@pytest.fixture(scope="module")
def month() -> list[Post]:
    return posts(history=28, rate=40)[0]


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases()


def test_a_seed_and_a_minute_always_make_the_same_posts() -> None:
    whole, _ = posts(history=0.5)
    half, cursor = posts(NOON - timedelta(hours=6, seconds=17), history=0.25 - 17 / 86400)
    rest, _ = posts(cursor=cursor, history=0.5)
    assert half + rest == whole
    assert whole != posts(history=0.5, seed=2)[0]


def test_posts_do_not_depend_on_the_version_of_python() -> None:
    first = posts(NOON, history=0.02)[0][0]
    assert (first.external_id, first.author, first.text) == (FIRST_ID, FIRST_AUTHOR, FIRST_TEXT)


FIRST_ID, FIRST_AUTHOR, FIRST_TEXT = "29543731-0", "lucky_sandal", "Left Globex. Relief."


def test_short_intervals_lose_and_repeat_nothing() -> None:
    whole, _ = posts(history=0.1)
    now, cursor = NOON - timedelta(hours=2.4), None
    found: list[Post] = []
    while now < NOON:
        now = min(NOON, now + timedelta(seconds=53))
        some, cursor = posts(now, cursor, history=0.1 if cursor else 0)
        found += some
    assert [p for p in whole if p.published_at > NOON - timedelta(hours=2.38)] == [
        p for p in found if p.published_at > NOON - timedelta(hours=2.38)
    ]


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    _, cursor = posts(history=0.1)
    assert posts(NOON - timedelta(hours=1), cursor, history=0.1) == ([], cursor)


def test_ids_are_unique(month: list[Post]) -> None:
    assert not [name for name, n in Counter(p.external_id for p in month).items() if n > 1]


def test_the_rate_is_the_configured_one(month: list[Post]) -> None:
    assert 0.85 < len(month) / (28 * 24 * 40) < 1.5


def test_nights_and_weekends_are_quieter(month: list[Post]) -> None:
    hours = Counter(p.published_at.hour for p in month)
    assert hours[19] > 4 * hours[3]
    days = Counter(p.published_at.weekday() for p in month)
    assert days[5] + days[6] < (days[1] + days[2])


def test_a_month_has_an_incident(month: list[Post]) -> None:
    by_hour = Counter(p.published_at.replace(minute=0, second=0) for p in month)
    assert max(by_hour.values()) > 4 * len(month) / (28 * 24)


def test_stories_are_repeated_in_similar_words(month: list[Post]) -> None:
    story_posts = [p for p in month if p.external_id.startswith("s")]
    stories = Counter(p.external_id.rpartition("-")[0] for p in story_posts)
    assert len(stories) > 20
    assert sorted(stories.values())[len(stories) // 2] >= 5
    assert any("RT @" in p.text for p in story_posts)


def test_other_posts_are_rarely_similar(month: list[Post]) -> None:
    index, sizes = NearDuplicateIndex(), Counter[int]()
    ordinary = [p for p in month if p.external_id[0] != "s" and "-x" not in p.external_id]
    for number, (post, signature) in enumerate(zip(ordinary, signatures([p.body for p in ordinary]), strict=True)):
        first = index.add(number, signature, post.published_at)
        sizes[number if first is None else first] += 1
    assert sum(n for n in sizes.values() if n > 3) < 0.15 * len(ordinary)


def test_there_is_every_kind_of_text(month: list[Post], phrases: Phrases) -> None:
    langs = Counter(p.lang for p in month)
    assert set(langs) == {"en", *phrases.languages}
    assert 0.1 < 1 - langs["en"] / len(month) < 0.3
    assert max(len(p.text) for p in month) > 1_200
    assert any(p.text.startswith("Switched from Globex to Acme") for p in month)
    assert any(ord(c) > 0x1F300 for p in month for c in p.text)
    assert all(any(brand.lower() in p.body.lower() for p in month) for brand in BRAND_SHARES)
    assert len({p.site for p in month}) > 10


def test_every_post_names_a_brand_and_has_no_unfilled_slot(month: list[Post]) -> None:
    for post in month:
        assert any(brand.lower() in post.body.lower() for brand in BRAND_SHARES), post
        assert "{" not in post.body


def templates(phrases: Phrases) -> Iterator[str]:
    for mood in phrases.moods.values():
        yield from (*mood.templates, *mood.short, *mood.details, *mood.titles)
    for language in phrases.languages.values():
        yield from (*language.templates, *language.details)
    for incident in phrases.incidents:
        yield from (incident.headline, *incident.posts)
    yield from (*phrases.asides, *phrases.review_titles, *phrases.review_paragraphs)
    yield from (*phrases.headlines, *phrases.article_details)


def test_every_template_can_be_filled(phrases: Phrases) -> None:
    writer = SampleWriter(phrases, _ConstantRandom())
    for template in templates(phrases):
        for brand in BRAND_SHARES:
            assert not set("{}[]|") & set(writer.fill(template, brand)), template


class _ConstantRandom(random.Random):
    """Always returns the same number."""

    def random(self) -> float:
        return 0.5


def test_a_higher_speed_keeps_the_rate() -> None:
    fast, _ = posts(history=2, rate=100, speed=24)
    assert 0.7 < len(fast) / 4800 < 1.8


def test_the_first_pass_may_have_no_history() -> None:
    nothing, cursor = posts(history=0)
    assert nothing == []
    later = NOON + timedelta(hours=1)
    found, _ = posts(later, cursor, history=0.1)
    assert found
    assert all(NOON < p.published_at <= later for p in found)
    assert found[0].published_at.tzinfo is UTC


def test_its_options_say_that_posts_are_generated() -> None:
    assert Options.sample
    assert not feed.Options.sample
