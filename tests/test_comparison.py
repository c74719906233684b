"""Comparisons: figures beside plain counts of real tweets, words that differ, what was not read, changed rules."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench._tweets import AIRLINE_HANDLES, AIRLINE_TWEETS
from monitor.analysis.comparison import Installation, compare, volume_ratio
from monitor.analysis.comparison.left_out import LeftOut, left_out_words
from monitor.analysis.comparison.unread import begin_of, unread_of
from monitor.analysis.comparison.words import SideWords, candidates
from monitor.analysis.jobs import NamedTopicsJob
from monitor.model import (
    Brand,
    Choice,
    Finding,
    Gap,
    Intent,
    JudgedPost,
    Match,
    MentionFilter,
    Post,
    Score,
    Text,
    Texts,
    Topic,
)
from monitor.model.comparison import Comparison, Figure, Row, Side
from monitor.quality import ErrorFigures
from monitor.query.topic_matcher import TopicMatcher
from monitor.store import Store, open_store
from tests.fake_store import intent_phrases
from tests.fakes import NOON
from tests.mentions_data import SOURCES
from tests.test_counts_on_tweets import BRANDS, FIRST_DAY, act, judged_posts, rows_of
from tests.test_counts_on_tweets import Row as Tweet

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOPICS = (Topic("Bags", "bag OR luggage"),)
AIRLINES = Installation(BRANDS, TOPICS, ErrorFigures(), ())
MADE_UP = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex OR parcels"), Brand("Initech", "initech"))


@pytest.fixture(scope="module")
def tweets() -> list[Tweet]:
    if not AIRLINE_TWEETS.is_file():
        pytest.skip("needs ../shared/data/airline: tweets to airlines, not part of the project")
    return rows_of(AIRLINE_TWEETS)


@pytest.fixture(scope="module")
def airlines(tmp_path_factory: pytest.TempPathFactory, tweets: list[Tweet]) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('tweets') / 'wallflower.db'}")
    store.register_brands(BRANDS, FIRST_DAY)
    for source in SOURCES:
        store.save(source, list(judged_posts(tweets, source)), now=NOON, imported=True)
    NamedTopicsJob(store, TopicMatcher(AIRLINES.topics)).run(NOON)
    act(store, tweets)
    yield store
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    store.register_brands(MADE_UP, NOON - 60 * DAY)
    yield store
    store.close()


def save(store: Store, brand: str, texts: list[str], at: datetime, source: str = "Forum", lang: str = "en") -> None:
    rule = next(one.rule for one in MADE_UP if one.name == brand)
    store.save(
        source,
        [
            JudgedPost(
                Post(source, f"{brand}-{at}-{n}", text, at, author=f"{brand}{n}", lang=lang),
                (Finding(Match(brand, rule), Score((-0.6, 0.0, 0.5)[n % 3]), intent_phrases(Intent(n % 2 * 16))),),
            )
            for n, text in enumerate(texts)
        ],
        now=NOON,
    )


def compared(store: Store, *sides: Side, gaps: tuple[Gap, ...] = ()) -> Comparison:
    return compare(sides, store, Installation(MADE_UP, (), ErrorFigures(), gaps), NOON)


def random_sides(rng: random.Random) -> tuple[Side, ...]:
    since = FIRST_DAY + rng.randrange(100) * HOUR
    until = since + rng.randrange(6, 80) * HOUR
    if rng.random() < 0.25:
        brand, length = rng.choice(list(AIRLINE_HANDLES)), until - since
        return Side(brand, since, until), Side(brand, since - length, since)
    times = (since, until) if rng.random() < 0.8 else (None, None)
    return tuple(Side(brand, *times) for brand in rng.sample(list(AIRLINE_HANDLES), rng.choice((2, 2, 2, 3, 5))))


def in_range(row: Tweet, side: Side) -> bool:
    return (side.since is None or row.at >= side.since) and (side.until is None or row.at < side.until)


def every_figure(comparison: Comparison) -> Iterator[Figure]:
    c = comparison
    for row in (*c.sentiments, *c.intents, *c.sources, *c.languages, *c.topics):
        yield from row.figures
    for words in c.words:
        for word in words.words:
            yield from word.figures
    for one in c.sides:
        yield from (one.mentions, one.all_brands)


@pytest.mark.parametrize("seed", range(20))
def test_figures_are_those_of_a_plain_count(airlines: Store, tweets: list[Tweet], seed: int) -> None:
    sides = random_sides(random.Random(seed))
    found = compare(sides, airlines, AIRLINES, NOON)
    bags = re.compile(r"(?<!\w)(bag|luggage)(?!\w)", re.IGNORECASE)
    for n, side in enumerate(sides):
        everyone = [row for row in tweets if in_range(row, side)]
        rows = [row for row in everyone if row.brand == side.brand]
        figures = found.sides[n]
        assert (figures.mentions.n, figures.all_brands.n) == (len(rows), len(everyone))
        assert figures.stories.n == len(rows)
        assert figures.share == (len(rows) / len(everyone) if everyone else None)
        for name, table in (("sentiment", found.sentiments), ("source", found.sources), ("lang", found.languages)):
            counts = {row.value: row.figures[n].n for row in table}
            assert Counter({value: n for value, n in counts.items() if n}) == Counter(getattr(r, name) for r in rows)
        assert sum(row.figures[n].n for row in found.topics if row.value == "Bags") == sum(
            bool(bags.search(row.text)) for row in rows
        )
        kinds = Counter(row.sentiment for row in rows)
        assert (figures.scored.negative, figures.scored.positive) == (kinds["negative"], kinds["positive"])
        if len(rows) >= 60:
            assert figures.mood is not None
            assert figures.mood.low < figures.mood.value < figures.mood.high


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_is_the_number_of_mentions_that_its_filter_finds(airlines: Store, seed: int) -> None:
    found = compare(random_sides(random.Random(100 + seed)), airlines, AIRLINES, NOON)
    for figure in every_figure(found):
        assert airlines.count(figure.filter.counted, found.upto) == figure.count, figure


def test_words_differ_and_names_and_words_of_rules_are_left_out(store: Store) -> None:
    since = NOON - DAY
    save(store, "Acme", [f"Acme saw the green van on saturday, parcels {n}" for n in range(40)], since + HOUR)
    save(store, "Acme", [f"Acme refund {n}" for n in range(10)], since + 2 * HOUR)
    save(
        store,
        "Globex",
        [f"globex lost my refund at the depot {n} https://depot.example/x" for n in range(60)],
        since + HOUR,
    )
    acme, globex = compared(store, Side("Acme", since), Side("Globex", since)).words
    texts = [word.text for word in acme.words]
    assert {"green van", "saturday"} <= set(texts)
    assert not {"green", "the", "on"} & set(texts)
    assert not {"acme", "parcels", "parcel"} & {part for text in texts for part in text.split()}
    assert all(word.ratio is None and [figure.n for figure in word.figures] == [40, 0] for word in acme.words)
    refund = next(word for word in globex.words if "refund" in word.text)
    assert [figure.n for figure in refund.figures] == [60, 10]
    assert refund.ratio == pytest.approx((60 / 60) / (10 / 50))
    assert not any("https" in word.text or "example" in word.text for word in globex.words)


def test_words_in_scripts_without_spaces_and_with_accents(store: Store) -> None:
    since = NOON - DAY
    save(store, "Acme", [f"Acme 返金してほしい {n}" for n in range(30)], since + HOUR, lang="ja")
    save(store, "Globex", [f"globex das Café ist zu {n}" for n in range(30)], since + HOUR, lang="de")
    found = compared(store, Side("Acme", since), Side("Globex", since))
    japanese, german = found.words
    assert any("返金" in word.text for word in japanese.words)
    assert "café" in [word.text for word in german.words]
    for word in (*japanese.words, *german.words):
        assert [store.count(one.filter.counted).n for one in word.figures] == [30, 0]


def test_a_word_of_few_voices_or_few_mentions_does_not_differ() -> None:
    def side(first: int, texts: list[tuple[str, str]]) -> SideWords:
        rows = tuple(
            Text(first + n, first + n, None, author, "en", "", text, "Forum", "", NOON)
            for n, (author, text) in enumerate(texts)
        )
        return SideWords.of(Texts(len(rows), rows), LeftOut())

    plain = [(f"a{n}", "the weather again") for n in range(200)]
    spam = side(0, [*plain, *(("bot", f"voucher {n}") for n in range(60))])
    rare = side(1_000, [*plain, *((f"b{n}", "umbrella") for n in range(8))])
    assert candidates([spam, rare]) == [[], []]
    many = side(2_000, [*plain, *((f"c{n}", "voucher") for n in range(60))])
    assert [one.term for one in candidates([many, rare])[0]] == ["voucher"]


def test_both_sides_are_sampled_when_there_are_too_many_texts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.analysis.comparison.word_figures.MAX_TEXTS", 60)
    since = NOON - DAY
    save(store, "Acme", [f"Acme saturday {n}" for n in range(120)], since + HOUR)
    save(store, "Globex", [f"globex monday {n}" for n in range(30)], since + HOUR)
    acme, globex = compared(store, Side("Acme", since), Side("Globex", since)).words
    assert (acme.total, acme.read <= 30, globex.read) == (120, True, 30)
    assert [(word.text, word.figures[0].n) for word in acme.words] == [("saturday", 120)]


def test_gaps_count_for_the_brands_that_the_source_brings() -> None:
    gaps = [
        Gap("Forum", NOON - 5 * HOUR, NOON - 3 * HOUR, ""),
        Gap("X", NOON - 4 * HOUR, None, ""),
        Gap("Never", NOON - 30 * HOUR, NOON - 20 * HOUR, ""),
        Gap("Other", NOON - 10 * HOUR, NOON, ""),
    ]
    found = unread_of((NOON - 24 * HOUR, NOON), NOON, gaps, {"Forum": 0.5, "X": 0.5}, {"Forum", "X", "Other"})
    assert [(gap.source, gap.since, gap.until) for gap in found.gaps] == [
        ("Forum", NOON - 5 * HOUR, NOON - 3 * HOUR),
        ("X", NOON - 4 * HOUR, None),
        ("Never", NOON - 24 * HOUR, NOON - 20 * HOUR),
    ]
    assert found.time == 9 * HOUR
    assert found.missing == pytest.approx((0.5 * 2 + 0.5 * 4) / 24)
    earlier = unread_of((NOON - 24 * HOUR, NOON - 2 * HOUR), NOON, gaps[1:2], {"X": 1.0}, {"X"})
    assert (earlier.gaps[0].until, earlier.time) == (NOON - 2 * HOUR, 2 * HOUR)


def test_a_brand_counts_from_its_first_rule_or_its_first_mention() -> None:
    starts = {"Acme": NOON - 20 * DAY, "Globex": NOON - 20 * DAY + HOUR / 2, "Initech": NOON - 2 * DAY}
    first = NOON - 27 * DAY
    assert begin_of("Acme", starts, first, NOON - DAY) == begin_of("Globex", starts, first, NOON - DAY) == first
    assert begin_of("Initech", starts, first, NOON - DAY) == NOON - 2 * DAY
    assert begin_of("Initech", starts, first, NOON - 9 * DAY) == NOON - 9 * DAY
    assert begin_of("Acme", starts, None, None) == NOON - 20 * DAY
    assert begin_of("Hooli", starts, first, None) is None


def test_a_brand_that_came_later_is_not_compared_evenly(store: Store) -> None:
    later = Brand("Hooli", "hooli")
    store.register_brands((*MADE_UP, later), NOON - DAY)
    save(store, "Acme", [f"Acme {n}" for n in range(40)], NOON - 3 * DAY)
    found = compared(store, Side("Acme", NOON - 4 * DAY), Side("Hooli", NOON - 4 * DAY))
    assert not found.is_even
    assert found.sides[0].unread.time == timedelta(0)
    assert (found.sides[1].unread.time, found.sides[1].unread.missing) == (3 * DAY, pytest.approx(0.75))


def test_the_time_before_the_first_mention_was_not_read(store: Store) -> None:
    store.register_brands(MADE_UP, NOON - 10 * DAY)
    save(store, "Acme", [f"Acme {n}" for n in range(40)], NOON - DAY)
    found = compared(store, Side("Acme", NOON - 40 * DAY), Side("Acme", NOON - 80 * DAY, NOON - 40 * DAY))
    assert [one.unread.time for one in found.sides] == [timedelta(0), 20 * DAY]
    assert found.is_read_unevenly


def test_a_changed_rule_makes_its_side_incomparable(store: Store) -> None:
    changed = replace(MADE_UP[1], rule="globex OR @globex")
    store.register_brands((MADE_UP[0], changed, MADE_UP[2]), NOON - 3 * DAY)
    found = compared(store, Side("Acme", NOON - 7 * DAY), Side("Globex", NOON - 7 * DAY))
    assert not found.is_even
    assert [(one.brand, one.version) for one in found.rule_changes] == [("Globex", 2)]
    assert found.sides[0].rule_changes == ()
    assert compared(store, Side("Acme", NOON - 2 * DAY), Side("Globex", NOON - 2 * DAY)).is_even
    between = compared(store, Side("Globex", NOON - DAY), Side("Globex", NOON - 6 * DAY, NOON - 5 * DAY))
    assert [len(one.rule_changes) for one in between.sides] == [1, 1]


def test_a_rule_that_finds_less_is_compared_once_stored_posts_are_matched_again(store: Store) -> None:
    save(store, "Globex", ["globex again", "parcels globex"], NOON - 5 * DAY)
    store.register_brands((MADE_UP[0], replace(MADE_UP[1], rule="globex"), MADE_UP[2]), NOON - 3 * DAY)
    sides = Side("Acme", NOON - 7 * DAY), Side("Globex", NOON - 7 * DAY)
    assert [one.unfinished for one in compared(store, *sides).uneven_changes] == [True]
    while work := store.rules.next_rematch(NOON):
        store.rules.save_rematch(work, {}, [], NOON)
    done = compared(store, *sides)
    assert (len(done.rule_changes), done.uneven_changes) == (1, ())


def test_sides_are_not_compared_while_stored_posts_are_judged_again(store: Store) -> None:
    save(store, "Acme", ["Acme again"], NOON - DAY)
    sides = Side("Acme", NOON - 7 * DAY), Side("Globex", NOON - 7 * DAY)
    assert not compared(store, *sides).is_being_judged
    store.intents.use_rules("1", NOON)
    assert compared(store, *sides).is_being_judged
    assert not compared(store, *sides).is_even


def test_the_ratio_is_widened_by_what_is_missing_and_by_stories(store: Store) -> None:
    since = NOON - DAY
    save(store, "Acme", [f"Acme {n}" for n in range(100)], since + HOUR)
    save(store, "Globex", [f"globex {n}" for n in range(200)], since + HOUR)
    sides = Side("Acme", since), Side("Globex", since)
    ratio = volume_ratio(*compared(store, *sides).sides)
    assert ratio.value == 2
    assert 1 < ratio.low < 2 < ratio.high < 4
    gap = Gap("Forum", since, since + 12 * HOUR, "")
    one, other = compared(store, *sides, gaps=(gap,)).sides
    wider = volume_ratio(one, other)
    assert (wider.low, wider.high) == (pytest.approx(ratio.low / 2), pytest.approx(ratio.high * 2))
    fewer = replace(other, stories=replace(other.stories, n=20))
    assert volume_ratio(one, fewer).low < wider.low
    half = replace(one, length=one.length / 2)
    assert volume_ratio(half, other).value == pytest.approx(1)
    assert (
        volume_ratio(replace(one, mentions=replace(one.mentions, count=replace(one.mentions.count, n=0))), other).high
        < 1e5
    )


def test_many_values_are_one_row_together(store: Store) -> None:
    for n in range(14):
        save(store, "Acme", [f"Acme {m}" for m in range(20 - n)], NOON - HOUR, source=f"Source {n:02}")
    found = compared(store, Side("Acme", NOON - DAY), Side("Globex", NOON - DAY))
    rest: Row = found.sources[-1]
    assert (len(found.sources), rest.value) == (10, "")
    assert rest.figures[0].n == sum(20 - n for n in range(9, 14)) == store.count(rest.figures[0].filter.counted).n
    assert rest.figures[0].filter.source == Choice(exclude=tuple(f"Source {n:02}" for n in range(9)))


def test_all_brands_are_those_of_the_config(store: Store) -> None:
    save(store, "Initech", ["initech"] * 3, NOON - HOUR)
    save(store, "Acme", ["Acme"] * 1, NOON - HOUR)
    everyone = compared(store, Side("Acme", NOON - DAY), Side("Globex", NOON - DAY)).sides[0].all_brands
    assert (everyone.n, everyone.filter) == (4, MentionFilter(since=NOON - DAY))
    store.register_brands(MADE_UP[:2], NOON)
    found = compare(
        (Side("Acme", NOON - DAY), Side("Globex", NOON - DAY)),
        store,
        Installation(MADE_UP[:2], (), ErrorFigures(), ()),
        NOON,
    )
    assert found.sides[0].all_brands.n == store.count(found.sides[0].all_brands.filter.counted).n == 1


def test_a_mention_that_arrives_during_the_request_is_in_no_figure(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (1, 50):
        save(store, "Acme", [f"Acme early {days} {n}" for n in range(30)], NOON - days * DAY + HOUR)
    last = store.last_mention_id()
    save(store, "Acme", [f"Acme late {n}" for n in range(30)], NOON - HOUR)
    monkeypatch.setattr(store, "last_mention_id", lambda: last)
    for since, expected in ((NOON - 2 * DAY, 30), (NOON - 51 * DAY, 60)):
        one = compared(store, Side("Acme", since), Side("Globex", since)).sides[0]
        assert one.mentions.n == one.stories.n == one.scored.scored + one.unscored == expected


def test_topics_that_stand_out_on_a_side_lead_to_their_mentions(store: Store) -> None:
    save(store, "Acme", ["Acme sent the invoice again", "Acme what a day"] * 30, NOON - HOUR)
    save(store, "Globex", [f"Is globex up to it {n}" for n in range(60)], NOON - HOUR)
    row = next(row for row in compared(store, Side("Acme", NOON - DAY), Side("Globex", NOON - DAY)).topics)
    assert (row.value, [figure.n for figure in row.figures]) == ("invoice", [30, 0])
    assert store.count(row.figures[0].filter.counted).n == 30


def test_names_rules_sources_and_addresses_are_no_words_that_differ(store: Store) -> None:
    brands = (Brand("Acme", "acme AND (parcel* OR van)", ours=True), MADE_UP[1])
    left_out = left_out_words(["Acme", "Globex"], brands, ["Bluesky", "Price news"])
    assert all(map(left_out.has, ("acme", "parcel", "parcels", "parcelled", "van", "globex", "bluesky")))
    assert not any(map(left_out.has, ("late", "price", "news")))
    save(store, "Acme", [f"Acme late, see shop.acme.store/order and acme.shop {n}" for n in range(40)], NOON - HOUR)
    save(store, "Globex", [f"globex fine {n}" for n in range(40)], NOON - HOUR)
    acme, _ = compared(store, Side("Acme", NOON - DAY), Side("Globex", NOON - DAY)).words
    assert {word.text for word in acme.words} == {"late", "see"}


def test_one_phrase_is_not_listed_in_pieces(store: Store) -> None:
    save(store, "Acme", [f"Acme signal booster box broke {n}" for n in range(40)], NOON - HOUR)
    save(store, "Globex", [f"globex fine {n}" for n in range(40)], NOON - HOUR)
    acme, _ = compared(store, Side("Acme", NOON - DAY), Side("Globex", NOON - DAY)).words
    pairs = [word.text.split() for word in acme.words]
    assert pairs
    assert not [one for one in pairs for other in pairs if one != other and set(one) & set(other)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["配達が遅い", "再配達を頼んだ", "配達は明日"], {"配達"}),
        (["返金してほしい", "早く返金してほしい"], {"返金してほしい"}),
        (["快递太慢了", "他们的快递", "快递丢了"], {"快递"}),
    ],
)
def test_characters_in_a_row_are_grown_to_words(written: list[str], expected: set[str]) -> None:
    def side(texts: list[str]) -> SideWords:
        rows = tuple(Text(n, n, None, f"a{n}", "ja", "", text, "Forum", "", NOON) for n, text in enumerate(texts))
        return SideWords.of(Texts(len(rows), rows), LeftOut(frozenset({"東京便"})))

    here = side([f"東京便の{written[n % len(written)]}" for n in range(90)])
    terms = {one.term for one in candidates([here, side(["plain"] * 90)])[0]}
    assert expected <= terms
    assert not any("京" in term or any(term in whole for whole in expected) for term in terms - expected)
