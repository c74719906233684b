"""Topics: which are found, how they are named, and which are never shown."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.analysis.topics import Background, TopicFinder
from monitor.analysis.topics.background import CommonPhrases
from monitor.analysis.topics.phrase_index import PhraseExtractor
from monitor.analysis.topics.titles import shortened
from monitor.model import Brand, Text, Texts, Topic, Topics
from monitor.query import Document, parse
from tests.fakes import NOON

ACME = Brand("Acme", "acme OR @acmehelp", ours=True, aliases=("acmehelp",))
BRANDS = (ACME, Brand("Globex", "globex"), Brand("Virgin America", "virgin"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SUBJECTS = ["invoice", "router", "garden", "phone", "coffee", "shop", "letter", "advert", "cable", "parcel"]
"""The subjects of everyday mentions."""
EVERYDAY = ("Talked to Acme about my {} today, all well", "The {} from Acme is here", "Acme and the {}, a love story")


class MentionWriter:
    """Generates mentions with its own random numbers."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.count = 0

    def text(self, words: str, at: datetime, **changes: Any) -> Text:
        """One mention, by a new author unless ``changes`` give one."""
        self.count += 1
        fields: dict[str, Any] = {
            "mention": self.count,
            "post": self.count,
            "story": None,
            "author": f"user{self.count}",
            "lang": "en",
            "title": "",
            "text": words,
            "source": "Forum",
            "site": "",
            "published_at": at,
        }
        return Text(**{**fields, **changes})

    def everyday(self, n: int, since: datetime, until: datetime) -> list[Text]:
        """Mentions of everyday subjects."""
        found = []
        for number in range(n):
            words = self.rng.choice(EVERYDAY).format(self.rng.choice(SUBJECTS))
            found.append(self.text(words, since + (until - since) * (number / n)))
        return found

    def about(self, phrase: str, n: int, at: datetime = NOON - timedelta(minutes=20), **changes: Any) -> list[Text]:
        """Mentions of one phrase in different sentences."""
        ways = (
            "Acme, where is my {}?",
            "no {} from acme again",
            "the {} of Acme is late",
            "why the {}, Acme",
            "{}! acme",
        )
        return [self.text(ways[k % len(ways)].format(phrase), at, **changes) for k in range(n)]


def texts(rows: list[Text], total: int | None = None) -> Texts:
    """The texts as the store returns them."""
    return Texts(len(rows) if total is None else total, tuple(sorted(rows, key=lambda row: row.published_at)))


def background_of(
    finder: TopicFinder, writer: MentionWriter, days: int = 28, extra: list[Text] | None = None
) -> Background:
    """A background of four weeks of everyday mentions, up to the last day."""
    rows = writer.everyday(40 * days, NOON - (days + 1) * DAY, NOON - DAY)
    return finder.background(texts(rows + (extra or [])), NOON - DAY)


def topics_of(rows: list[Text], *named: Topic, before: Topics | None = None) -> Topics:
    """The topics of a day whose mentions are all in its last hour."""
    finder = TopicFinder(ACME, BRANDS, named)
    return finder.topics(texts(rows), texts(rows), background_of(finder, MentionWriter(9)), before, NOON)


def test_a_phrase_that_many_people_suddenly_use_is_the_topic() -> None:
    writer = MentionWriter()
    found = topics_of(writer.everyday(20, NOON - HOUR, NOON) + writer.about("signal booster", 12))
    assert found.hour is not None
    assert (found.hour.name, found.hour.n, found.hour.authors) == ("signal booster", 12, 12)
    assert found.hour.baseline == 0
    assert [topic.name for topic in found.day] == ["signal booster"]
    assert found.without_topic == 20


def test_everyday_mentions_have_no_topic() -> None:
    found = topics_of(MentionWriter().everyday(60, NOON - HOUR, NOON))
    assert (found.hour, found.day, found.without_topic) == (None, (), 60)


def test_a_phrase_as_frequent_as_usual_is_no_topic() -> None:
    writer = MentionWriter()
    finder = TopicFinder(ACME, BRANDS)
    every_day = [row for k in range(28) for row in writer.about("signal booster", 20, NOON - (k + 1.5) * DAY)]
    background = background_of(finder, writer, extra=every_day)
    rows = texts(writer.everyday(20, NOON - HOUR, NOON) + writer.about("signal booster", 10))
    assert finder.topics(rows, rows, background, None, NOON).hour is None


@pytest.mark.parametrize(
    ("others", "about", "authors"),
    [
        (40, 12, 12),  # under a quarter
        (2, 4, 4),  # under five mentions
        (6, 9, 2),  # under three authors
    ],
)
def test_a_headline_needs_a_quarter_five_mentions_and_three_authors(others: int, about: int, authors: int) -> None:
    writer = MentionWriter()
    rows = [row for k in range(about) for row in writer.about("signal booster", 1, author=f"loud{k % authors}")]
    assert topics_of(writer.everyday(others, NOON - HOUR, NOON) + rows).hour is None


def test_one_busy_account_makes_no_topic_of_the_day() -> None:
    writer = MentionWriter()
    rows = writer.about("crypto giveaway", 30, author="spammer")
    assert topics_of(writer.everyday(20, NOON - HOUR, NOON) + rows).day == ()


def test_a_story_repeated_by_many_counts_as_one_author() -> None:
    writer = MentionWriter()
    rows = [writer.text("Acme buys the lighthouse of Dover", NOON - HOUR / 2, story=7) for _ in range(30)]
    assert topics_of(writer.everyday(20, NOON - HOUR, NOON) + rows).day == ()


def test_a_longer_phrase_replaces_a_shorter_one_in_nearly_the_same_mentions() -> None:
    writer = MentionWriter()
    found = topics_of(
        writer.everyday(20, NOON - HOUR, NOON) + writer.about("signal booster", 12) + writer.about("booster", 2)
    )
    assert [topic.name for topic in found.day] == ["signal booster"]


@pytest.mark.parametrize(
    "words",
    [
        "Globex",
        "glob ex",
        "virgin",
        "@somebody",
        "https://a.example/outage",
        "4711",
        "really amazing",
        "terrible",
        "yesterday",
        "customers",
        "arseholes",
        "\u5927\u962a\u306e\u8eca",
    ],
)
def test_some_words_are_never_topics(words: str) -> None:
    writer = MentionWriter()
    found = topics_of(writer.everyday(15, NOON - HOUR, NOON) + writer.about(words, 20))
    assert (found.hour, found.day) == (None, ())


def test_the_parts_of_a_name_are_never_topics() -> None:
    writer, brand = MentionWriter(), Brand("Acme", "acme", aliases=("AcmeLight", "FoodHouse"))
    finder = TopicFinder(brand, [brand])
    for written in ("food", "house", "Food House", "light", "foodhouse"):
        rows = texts(writer.everyday(10, NOON - HOUR, NOON) + writer.about(written, 20))
        assert finder.topics(rows, rows, background_of(finder, MentionWriter(9)), None, NOON).day == (), written


def test_words_of_the_rule_are_never_topics() -> None:
    writer, brand = MentionWriter(), Brand("Acme", "acme lighthouse")
    finder = TopicFinder(brand, [brand])
    rows = texts(writer.everyday(10, NOON - HOUR, NOON) + writer.about("lighthouse", 20))
    assert finder.topics(rows, rows, background_of(finder, writer), None, NOON).day == ()


def test_a_language_without_stop_words_has_only_named_topics() -> None:
    writer = MentionWriter()
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("signal booster", 20, lang="fi")
    assert topics_of(rows).hour is None
    named = topics_of(rows, Topic("boosters", "booster*"))
    assert named.hour is not None
    assert named.hour.is_configured


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (["Signal booster is dead, Acme", "Acme: the signal booster"], "signal booster"),
        (["the Heathrow shop of Acme", "Heathrow again, Acme", "Acme at Heathrow"], "Heathrow"),
        (["THE BOOSTER IS DEAD ACME", "the booster, acme"], "booster"),
        (["#boosterfail acme", "acme #boosterfail again"], "#boosterfail"),
        (["lost the check-in, Acme", "my check-in, acme"], "check-in"),
        (["no signal boosters, acme", "my signal boosters, acme", "a signal booster, Acme"], "signal boosters"),
    ],
)
def test_a_topic_is_named_as_people_write_it(written: list[str], shown: str) -> None:
    writer = MentionWriter()
    rows = [writer.text(written[k % len(written)], NOON - HOUR / 2) for k in range(18)]
    found = topics_of(writer.everyday(10, NOON - HOUR, NOON) + rows)
    assert found.hour is not None
    assert found.hour.name == shown


def test_the_rule_of_a_topic_matches_the_counted_mentions() -> None:
    writer = MentionWriter()
    rows = (
        writer.everyday(10, NOON - HOUR, NOON) + writer.about("signal booster", 8) + writer.about("signal boosters", 5)
    )
    found = topics_of(rows).hour
    assert found is not None
    assert found.rule == '"signal booster" OR "signal boosters"'
    assert sum(parse(found.rule).matches(Document(row.body)) for row in rows) == found.n == 13


def test_a_configured_topic_is_found_by_its_rule_and_comes_first() -> None:
    writer = MentionWriter()
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("late parcel", 12) + writer.about("signal booster", 14)
    found = topics_of(rows, Topic("delivery times", "late OR delay*"))
    assert found.hour is not None
    assert (found.hour.name, found.hour.rule, found.hour.is_configured) == ("delivery times", "late OR delay*", True)
    assert {topic.name for topic in found.day} == {"delivery times", "signal booster"}


@pytest.mark.parametrize(("others", "expected"), [(4, "service"), (9, "signal booster")])
def test_a_configured_topic_of_most_mentions_is_the_main_one(others: int, expected: str) -> None:
    writer = MentionWriter()
    rows = writer.everyday(others, NOON - HOUR, NOON) + writer.about("signal booster", 8)
    rows += [
        writer.text("The signal booster is dead, Acme, and nobody is answering", NOON - HOUR / 2) for _ in range(13)
    ]
    finder = TopicFinder(ACME, BRANDS, [Topic("service", "answering")])
    background = background_of(finder, MentionWriter(9))
    hour = finder.topics(texts(rows), texts(rows), background, None, NOON).hour
    assert hour is not None
    assert hour.name == finder.incident_topics(texts(rows), background).topic == expected


def test_a_configured_topic_without_history_has_no_usual_count() -> None:
    writer = MentionWriter()
    finder = TopicFinder(ACME, BRANDS, [Topic("delivery times", "late")])
    rows = texts(writer.about("late parcel", 12))
    found = finder.topics(rows, rows, finder.background(texts([]), NOON - DAY), None, NOON)
    assert found.hour is not None
    assert found.hour.baseline is None
    assert len(found.day) == 1
    assert found.without_topic == 0


def test_the_usual_count_is_that_of_the_day_and_of_the_hour() -> None:
    writer = MentionWriter()
    finder = TopicFinder(ACME, BRANDS, [Topic("boosters", "booster")])
    every_day = [row for k in range(1, 29) for row in writer.about("signal booster", 12, NOON - (k + 0.1) * DAY)]
    spike = writer.about("signal booster", 900, NOON - 3.1 * DAY)
    background = background_of(finder, writer, extra=every_day + spike)
    rows = texts(writer.about("signal booster", 30))
    found = finder.topics(rows, rows, background, None, NOON)
    assert found.day[0].baseline == pytest.approx(13.5, abs=2)
    assert found.hour is not None
    assert found.hour.baseline is not None
    assert found.hour.baseline < 5


def test_counts_of_a_sample_are_scaled_to_all_texts() -> None:
    writer = MentionWriter()
    finder = TopicFinder(ACME, BRANDS)
    rows = texts(writer.everyday(20, NOON - HOUR, NOON) + writer.about("signal booster", 12), total=320)
    found = finder.topics(rows, rows, background_of(finder, writer), None, NOON)
    assert found.hour is not None
    assert (found.hour.n, found.hour.authors, found.without_topic) == (120, 12, 200)


def test_sentiment_counts_a_story_once_and_ignores_unscored_mentions() -> None:
    writer = MentionWriter()
    rows = writer.about("signal booster", 4, score=0.5) + writer.about("signal booster", 6, score=-0.5, story=3)
    rows += writer.about("signal booster", 3)
    found = topics_of(rows).hour
    assert found is not None
    assert (found.n, found.negative, found.neutral, found.positive) == (13, 1, 0, 4)


def test_the_topic_does_not_flicker_between_minutes() -> None:
    writer = MentionWriter(5)
    finder, background = TopicFinder(ACME, BRANDS), None
    rows = writer.everyday(160, NOON - 2 * HOUR, NOON + 2 * HOUR)
    for phrase in ("signal booster", "copper mast"):
        for _ in range(45):
            at = NOON - HOUR + writer.rng.random() * 3 * HOUR
            rows += writer.about(phrase, 1, at)
    background = background_of(finder, MentionWriter(9))
    before, shown = None, []
    for minute in range(150):
        now = NOON + timedelta(minutes=minute - 30)
        of_day = texts([row for row in rows if row.published_at < now])
        of_hour = texts([row for row in of_day.rows if row.published_at >= now - HOUR])
        before = finder.topics(of_day, of_hour, background, before, now)
        shown.append(before.hour.name if before.hour else "")
    changes = sum(a != b for a, b in itertools.pairwise(shown))
    assert {"signal booster", "copper mast"} & set(shown), shown
    assert changes <= 4, shown


def test_an_incident_has_a_topic_and_keeps_it() -> None:
    writer = MentionWriter()
    finder = TopicFinder(ACME, BRANDS)
    background = background_of(finder, writer)
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("website down", 9)
    assert finder.incident_topics(texts(rows), background) == ("website down", ("website down",))
    rows += writer.about("refund form", 10)
    found = finder.incident_topics(texts(rows), background, "website down", ("website down",))
    assert found == ("website down", ("website down", "refund form"))
    assert finder.incident_topics(texts(writer.everyday(40, NOON - HOUR, NOON)), background, "website down") == ("", ())


def test_the_title_of_an_incident_changes_only_for_a_topic_of_twice_its_mentions() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("website down", 9) + writer.about("refund form", 16)
    assert finder.incident_topics(texts(rows), background).topic == "refund form"
    assert finder.incident_topics(texts(rows), background, "website down").topic == "website down"
    rows += writer.about("refund form", 4)
    assert finder.incident_topics(texts(rows), background, "website down").topic == "refund form"


def test_the_title_of_an_incident_becomes_longer_but_not_shorter() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("copper mast", 12)
    assert finder.incident_topics(texts(rows), background, "mast").topic == "copper mast"
    rows += writer.about("the mast", 40)
    assert finder.incident_topics(texts(rows), background).topic == "mast"
    assert finder.incident_topics(texts(rows), background, "copper mast").topic == "copper mast"


def test_a_hashtag_names_an_incident_with_fewer_mentions_than_a_single_word() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.everyday(50, NOON - HOUR, NOON)
    assert finder.incident_topics(texts(rows + writer.about("#mastdown", 7)), background).topic == "#mastdown"
    assert finder.incident_topics(texts(rows + writer.about("masts", 7)), background).topic == ""


def test_the_name_of_an_incident_does_not_change_to_its_plural() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.everyday(10, NOON - HOUR, NOON) + writer.about("copper mast", 9)
    first = finder.incident_topics(texts(rows), background)
    rows += writer.about("copper masts", 12)
    assert finder.incident_topics(texts(rows), background).topic == "copper masts"
    assert finder.incident_topics(texts(rows), background, *first) == first == ("copper mast", ("copper mast",))


@pytest.mark.parametrize("about", [("leak", "scam", "data leak"), ("data", "time", "people", "service", "things")])
def test_an_incident_has_at_most_three_topics_and_no_vague_words(about: tuple[str, ...]) -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    rows = writer.everyday(10, NOON - HOUR, NOON)
    for phrase in (*about, "signal booster", "copper mast", "garden fence", "tea cosy"):
        rows += writer.about(phrase, 14)
    topic, words = finder.incident_topics(texts(rows), background_of(finder, MentionWriter(9)))
    assert len(words) == 3
    assert topic in ("", *words)
    assert not {"data", "time", "people", "service", "things"} & {topic, *words}


def test_a_vague_word_can_be_part_of_a_topic() -> None:
    writer = MentionWriter()
    assert topics_of(writer.everyday(20, NOON - HOUR, NOON) + writer.about("data", 14)).hour is None
    found = topics_of(writer.everyday(20, NOON - HOUR, NOON) + writer.about("data leak", 14)).hour
    assert found is not None
    assert found.name == "data leak"


def test_a_word_is_named_by_the_phrase_that_contains_it_most_often() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    rows = writer.everyday(20, NOON - HOUR, NOON) + writer.about("price", 12) + writer.about("price rise", 10)
    assert finder.incident_topics(texts(rows), background_of(finder, MentionWriter(9))).topic == "price rise"
    rows += writer.about("price list", 9)
    assert finder.incident_topics(texts(rows), background_of(finder, MentionWriter(9))).topic == "price"


def test_spellings_of_a_word_are_one_topic() -> None:
    writer = MentionWriter()
    rows = writer.everyday(20, NOON - HOUR, NOON) + writer.about("check-in", 9) + writer.about("checkin", 7)
    rows += writer.about("copper mast", 6)
    found = topics_of(rows)
    assert [(topic.name, topic.n) for topic in found.day] == [("check-in", 16), ("copper mast", 6)]
    assert found.day[0].authors == 16
    assert all(parse(found.day[0].rule).matches(Document(row.body)) for row in rows[20:36])


def test_a_phrase_common_to_all_brands_must_rise_further() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9), extra=writer.about("booster", 40, NOON - 3 * DAY))
    rows = texts(writer.everyday(20, NOON - HOUR, NOON) + writer.about("booster", 10))
    assert finder.topics(rows, rows, background, None, NOON).hour is not None
    globex = background_of(finder, MentionWriter(10), extra=writer.about("booster", 400, NOON - 3 * DAY))
    known = replace(background, others=CommonPhrases.of([globex]))
    assert finder.topics(rows, rows, known, None, NOON).hour is None
    assert CommonPhrases.of([]) is None


@pytest.mark.parametrize(
    "ways",
    [
        ["Acme did upgrade me", "they upgrade, Acme", "acme to upgrade"],  # a verb
        ["the furious crowd of Acme", "a furious reader, Acme", "my furious acme"],  # an adjective
        ["Acme was slowly", "slowly, Acme", "so slowly acme"],
        ["Acme and the stuff", "the stuff of Acme", "no stuff, acme"],
    ],
)
def test_a_single_word_must_be_a_noun(ways: list[str]) -> None:
    writer = MentionWriter()
    rows = [writer.text(ways[k % len(ways)], NOON - HOUR / 2) for k in range(18)]
    assert topics_of(writer.everyday(20, NOON - HOUR, NOON) + rows).hour is None


@pytest.mark.parametrize(
    ("ways", "name"),
    [
        (["the Acme blackout hit us", "a big Acme blackout here", "in the Acme blackout all day"], "blackout"),
        (["Acme staggered again", "so Acme staggered into town", "then Acme staggered"], None),
        (["Saw the shop. Acme staggered", "the news, Acme staggered", "a crowd! Acme staggered"], None),
    ],
)
def test_an_article_before_a_name_shows_that_the_word_after_it_is_a_noun(ways: list[str], name: str | None) -> None:
    writer = MentionWriter()
    rows = [writer.text(ways[k % 3], NOON - HOUR / 2) for k in range(18)]
    found = topics_of(writer.everyday(20, NOON - HOUR, NOON) + rows).hour
    assert (found.name if found else None) == name


def test_an_incident_keeps_its_title_when_newer_texts_do_not_show_that_it_is_a_noun() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.everyday(20, NOON - HOUR, NOON) + writer.about("blackout", 12)
    assert finder.incident_topics(texts(rows), background).topic == "blackout"
    rows += [writer.text("Acme blackout, still", NOON - HOUR / 3) for _ in range(90)]
    assert finder.incident_topics(texts(rows), background).topic == ""
    assert finder.incident_topics(texts(rows), background, "blackout", ("blackout",)).topic == "blackout"


def test_title_case_does_not_make_a_name() -> None:
    writer = MentionWriter()
    ways = ["Acme Sells The Signal Booster To Every Village", "the signal booster, acme", "SIGNAL BOOSTER SOLD BY ACME"]
    rows = [writer.text(ways[k % 3], NOON - HOUR / 2) for k in range(18)]
    found = topics_of(writer.everyday(20, NOON - HOUR, NOON) + rows).hour
    assert found is not None
    assert found.name == "signal booster"


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("delivery times", "delivery times"),
        ("Rechtsschutzversicherungsbedingungen", "Rechtsschutzversicher…"),
        ("e\u0301" * 22, "e\u0301" * 22),
        ("\U0001f1e9\U0001f1ea" * 30, "\U0001f1e9\U0001f1ea" * 21 + "…"),
    ],
)
def test_a_name_is_cut_at_22_graphemes(name: str, cut: str) -> None:
    assert shortened(name) == cut


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "Z\u0351\u036f\u0363a" * 500,
            "\u202eabc \u05d0\u05d1 \u0627",
            "\U0001f468\u200d\U0001f469",
            "a" * 3000,
            '"\'""',
        ]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4), st.sampled_from(["en", "de", None, "ja", "fi", "xx"]))
def test_any_text_is_accepted(written: list[str], lang: str | None) -> None:
    writer = MentionWriter()
    rows = [writer.text(words, NOON - HOUR / 2, lang=lang, title=words[:9]) for words in written * 6]
    found = topics_of(rows, Topic("any", "acme OR a*" if "a" in written[0] else "acme"))
    assert found.without_topic <= len(rows)
    for topic in (*found.day, *((found.hour,) if found.hour else ())):
        parse(topic.rule)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    extractor = PhraseExtractor((), ())
    long = MentionWriter().text("delivery times " * 300, NOON)
    assert len(extractor.phrases(long)) < 300


def test_an_edited_text_is_read_again() -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    background = background_of(finder, MentionWriter(9))
    rows = writer.about("signal booster", 12)
    finder.topics(texts(rows), texts(rows), background, None, NOON)
    edited = texts([replace(row, text=row.text.replace("signal booster", "copper mast")) for row in rows])
    found = finder.topics(edited, edited, background, None, NOON)
    assert [topic.name for topic in found.day] == ["copper mast"]


def test_the_name_of_a_product_keeps_the_name_of_its_brand() -> None:
    finder, writer = TopicFinder(ACME, BRANDS), MentionWriter()
    background = background_of(finder, writer)
    rows = writer.everyday(20, NOON - HOUR, NOON)
    for words in ("My Acme Hub is dead", "Anyone else with an Acme Hub that died", "so this acme hub is a paperweight"):
        rows += [writer.text(words, NOON - HOUR / 2) for _ in range(6)]
    found = finder.incident_topics(texts(rows), background)
    assert found.topic == "Acme Hub"
    assert finder.incident_topics(texts(rows), background, *found) == found, "it is known by this title"
    rows += [writer.text("the Acme blackout again, a blackout!", NOON - HOUR / 3) for _ in range(60)]
    assert finder.incident_topics(texts(rows), background).topic == "blackout"


def test_how_often_something_was_done_is_no_title_without_what_was_done() -> None:
    finder, writer = TopicFinder(ACME, BRANDS), MentionWriter()
    background = background_of(finder, writer)
    rows = writer.everyday(20, NOON - HOUR, NOON)
    rows += [writer.text("Acme took the money twice", NOON - HOUR / 2) for _ in range(12)]
    assert "twice" not in finder.incident_topics(texts(rows), background).topic
    rows += [writer.text("Was charged twice by Acme", NOON - HOUR / 2) for _ in range(12)]
    assert finder.incident_topics(texts(rows), background).topic == "charged twice"
