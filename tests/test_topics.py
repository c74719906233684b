"""Topics: what people are told that others talk about, which must be so."""

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
"""What people talk about on any day."""
EVERYDAY = ("Talked to Acme about my {} today, all well", "The {} from Acme is here", "Acme and the {}, a love story")


class Talk:
    """Made-up mentions with a dice of their own."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self.count = 0

    def text(self, words: str, at: datetime, **changes: Any) -> Text:
        """One mention; another author each time, unless told."""
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
        """Mentions of no subject in particular."""
        found = []
        for number in range(n):
            words = self.dice.choice(EVERYDAY).format(self.dice.choice(SUBJECTS))
            found.append(self.text(words, since + (until - since) * (number / n)))
        return found

    def about(self, phrase: str, n: int, at: datetime = NOON - timedelta(minutes=20), **changes: Any) -> list[Text]:
        """Mentions about one thing, each in other words."""
        ways = (
            "Acme, where is my {}?",
            "no {} from acme again",
            "the {} of Acme is late",
            "why the {}, Acme",
            "{}! acme",
        )
        return [self.text(ways[k % len(ways)].format(phrase), at, **changes) for k in range(n)]


def texts(rows: list[Text], total: int | None = None) -> Texts:
    """As the store gives them."""
    return Texts(len(rows) if total is None else total, tuple(sorted(rows, key=lambda row: row.published_at)))


def usual(finder: TopicFinder, talk: Talk, days: int = 28, extra: list[Text] | None = None) -> Background:
    """Four weeks of everyday talk before the last day."""
    rows = talk.everyday(40 * days, NOON - (days + 1) * DAY, NOON - DAY)
    return finder.background(texts(rows + (extra or [])), NOON - DAY)


def look(rows: list[Text], *named: Topic, before: Topics | None = None, talk: Talk | None = None) -> Topics:
    """What is found in an hour that is all there is of its day."""
    talk = talk or Talk(2)
    finder = TopicFinder(ACME, BRANDS, named)
    return finder.topics(texts(rows), texts(rows), usual(finder, Talk(9)), before, NOON)


def test_what_many_people_suddenly_speak_of_is_the_topic() -> None:
    talk = Talk()
    found = look(talk.everyday(20, NOON - HOUR, NOON) + talk.about("signal booster", 12))
    assert found.hour is not None
    assert (found.hour.name, found.hour.n, found.hour.authors) == ("signal booster", 12, 12)
    assert found.hour.usual == 0
    assert [topic.name for topic in found.day] == ["signal booster"]
    assert found.unsorted == 20


def test_everyday_talk_is_no_topic() -> None:
    found = look(Talk().everyday(60, NOON - HOUR, NOON))
    assert (found.hour, found.day, found.unsorted) == (None, (), 60)


def test_what_is_said_as_often_as_ever_is_no_topic() -> None:
    talk = Talk()
    finder = TopicFinder(ACME, BRANDS)
    every_day = [row for k in range(28) for row in talk.about("signal booster", 20, NOON - (k + 1.5) * DAY)]
    background = usual(finder, talk, extra=every_day)
    rows = texts(talk.everyday(20, NOON - HOUR, NOON) + talk.about("signal booster", 10))
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
    talk = Talk()
    rows = [row for k in range(about) for row in talk.about("signal booster", 1, author=f"loud{k % authors}")]
    assert look(talk.everyday(others, NOON - HOUR, NOON) + rows).hour is None


def test_one_busy_account_makes_no_topic_of_the_day() -> None:
    talk = Talk()
    rows = talk.about("crypto giveaway", 30, author="spammer")
    assert look(talk.everyday(20, NOON - HOUR, NOON) + rows).day == ()


def test_a_story_that_many_repeat_has_one_voice() -> None:
    talk = Talk()
    rows = [talk.text("Acme buys the lighthouse of Dover", NOON - HOUR / 2, story=7) for _ in range(30)]
    assert look(talk.everyday(20, NOON - HOUR, NOON) + rows).day == ()


def test_the_longer_phrase_wins_that_covers_nearly_the_same_and_stands_alone() -> None:
    talk = Talk()
    found = look(talk.everyday(20, NOON - HOUR, NOON) + talk.about("signal booster", 12) + talk.about("booster", 2))
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
    talk = Talk()
    found = look(talk.everyday(15, NOON - HOUR, NOON) + talk.about(words, 20))
    assert (found.hour, found.day) == (None, ())


def test_the_parts_of_a_name_are_never_topics() -> None:
    talk, brand = Talk(), Brand("Acme", "acme", aliases=("AcmeLight", "FoodHouse"))
    finder = TopicFinder(brand, [brand])
    for written in ("food", "house", "Food House", "light", "foodhouse"):
        rows = texts(talk.everyday(10, NOON - HOUR, NOON) + talk.about(written, 20))
        assert finder.topics(rows, rows, usual(finder, Talk(9)), None, NOON).day == (), written


def test_words_of_the_rule_are_never_topics() -> None:
    talk, brand = Talk(), Brand("Acme", "acme lighthouse")
    finder = TopicFinder(brand, [brand])
    rows = texts(talk.everyday(10, NOON - HOUR, NOON) + talk.about("lighthouse", 20))
    assert finder.topics(rows, rows, usual(finder, talk), None, NOON).day == ()


def test_a_language_without_stop_words_of_ours_gives_named_topics_only() -> None:
    talk = Talk()
    rows = talk.everyday(10, NOON - HOUR, NOON) + talk.about("signal booster", 20, lang="fi")
    assert look(rows).hour is None
    named = look(rows, Topic("boosters", "booster*"))
    assert named.hour is not None
    assert named.hour.named


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
def test_a_topic_is_called_as_people_write_it(written: list[str], shown: str) -> None:
    talk = Talk()
    rows = [talk.text(written[k % len(written)], NOON - HOUR / 2) for k in range(18)]
    found = look(talk.everyday(10, NOON - HOUR, NOON) + rows)
    assert found.hour is not None
    assert found.hour.name == shown


def test_the_rule_finds_the_mentions_that_were_counted() -> None:
    talk = Talk()
    rows = talk.everyday(10, NOON - HOUR, NOON) + talk.about("signal booster", 8) + talk.about("signal boosters", 5)
    found = look(rows).hour
    assert found is not None
    assert found.rule == '"signal booster" OR "signal boosters"'
    assert sum(parse(found.rule).matches(Document(row.body)) for row in rows) == found.n == 13


def test_a_topic_of_the_config_is_found_by_its_rule_and_comes_first() -> None:
    talk = Talk()
    rows = talk.everyday(10, NOON - HOUR, NOON) + talk.about("late parcel", 12) + talk.about("signal booster", 14)
    found = look(rows, Topic("delivery times", "late OR delay*"))
    assert found.hour is not None
    assert (found.hour.name, found.hour.rule, found.hour.named) == ("delivery times", "late OR delay*", True)
    assert {topic.name for topic in found.day} == {"delivery times", "signal booster"}


def test_a_topic_of_the_config_needs_no_history_but_has_no_usual_then() -> None:
    talk = Talk()
    finder = TopicFinder(ACME, BRANDS, [Topic("delivery times", "late")])
    rows = texts(talk.about("late parcel", 12))
    found = finder.topics(rows, rows, finder.background(texts([]), NOON - DAY), None, NOON)
    assert found.hour is not None
    assert found.hour.usual is None
    assert len(found.day) == 1
    assert found.unsorted == 0


def test_usual_is_what_a_day_and_this_hour_of_it_bring() -> None:
    talk = Talk()
    finder = TopicFinder(ACME, BRANDS, [Topic("boosters", "booster")])
    every_day = [row for k in range(1, 29) for row in talk.about("signal booster", 12, NOON - (k + 0.1) * DAY)]
    a_spike = talk.about("signal booster", 900, NOON - 3.1 * DAY)
    background = usual(finder, talk, extra=every_day + a_spike)
    rows = texts(talk.about("signal booster", 30))
    found = finder.topics(rows, rows, background, None, NOON)
    assert found.day[0].usual == pytest.approx(13.5, abs=2)
    assert found.hour is not None
    assert found.hour.usual is not None
    assert found.hour.usual < 5


def test_a_sample_is_scaled_to_what_it_stands_for() -> None:
    talk = Talk()
    finder = TopicFinder(ACME, BRANDS)
    rows = texts(talk.everyday(20, NOON - HOUR, NOON) + talk.about("signal booster", 12), total=320)
    found = finder.topics(rows, rows, usual(finder, talk), None, NOON)
    assert found.hour is not None
    assert (found.hour.n, found.hour.authors, found.unsorted) == (120, 12, 200)


def test_the_mood_counts_a_story_once_and_leaves_out_what_is_unscored() -> None:
    talk = Talk()
    rows = talk.about("signal booster", 4, score=0.5) + talk.about("signal booster", 6, score=-0.5, story=3)
    rows += talk.about("signal booster", 3)
    found = look(rows).hour
    assert found is not None
    assert (found.n, found.scored) == (13, 5)
    assert found.mean == pytest.approx(0.3)
    assert found.half_width == pytest.approx(1.96 * 0.4472 / 5**0.5, abs=1e-3)


def test_the_topic_stays_from_minute_to_minute() -> None:
    talk = Talk(5)
    finder, background = TopicFinder(ACME, BRANDS), None
    rows = talk.everyday(160, NOON - 2 * HOUR, NOON + 2 * HOUR)
    for phrase in ("signal booster", "copper mast"):
        for _ in range(45):
            at = NOON - HOUR + talk.dice.random() * 3 * HOUR
            rows += talk.about(phrase, 1, at)
    background = usual(finder, Talk(9))
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
    talk = Talk()
    finder = TopicFinder(ACME, BRANDS)
    background = usual(finder, talk)
    rows = talk.everyday(10, NOON - HOUR, NOON) + talk.about("website down", 9)
    assert finder.incident_topics(texts(rows), background) == ("website down", ("website down",))
    rows += talk.about("refund form", 10)
    found = finder.incident_topics(texts(rows), background, "website down", ("website down",))
    assert found == ("website down", ("website down", "refund form"))
    assert finder.incident_topics(texts(talk.everyday(40, NOON - HOUR, NOON)), background, "website down") == ("", ())


def test_what_an_incident_is_called_does_not_change_with_its_plural() -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    background = usual(finder, Talk(9))
    rows = talk.everyday(10, NOON - HOUR, NOON) + talk.about("copper mast", 9)
    told = finder.incident_topics(texts(rows), background)
    rows += talk.about("copper masts", 12)
    assert finder.incident_topics(texts(rows), background).topic == "copper masts"
    assert finder.incident_topics(texts(rows), background, *told) == told == ("copper mast", ("copper mast",))


@pytest.mark.parametrize("about", [("leak", "scam", "data leak"), ("data", "time", "people", "service", "things")])
def test_an_incident_names_three_new_things_at_most_and_none_that_says_nothing(about: tuple[str, ...]) -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    rows = talk.everyday(10, NOON - HOUR, NOON)
    for phrase in (*about, "signal booster", "copper mast", "garden fence", "tea cosy"):
        rows += talk.about(phrase, 14)
    topic, words = finder.incident_topics(texts(rows), usual(finder, Talk(9)))
    assert len(words) == 3
    assert topic in ("", *words)
    assert not {"data", "time", "people", "service", "things"} & {topic, *words}


def test_a_word_that_says_nothing_alone_is_part_of_a_name() -> None:
    talk = Talk()
    assert look(talk.everyday(20, NOON - HOUR, NOON) + talk.about("data", 14)).hour is None
    found = look(talk.everyday(20, NOON - HOUR, NOON) + talk.about("data leak", 14)).hour
    assert found is not None
    assert found.name == "data leak"


def test_a_word_is_called_by_the_phrase_that_most_put_it_in() -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    rows = talk.everyday(20, NOON - HOUR, NOON) + talk.about("price", 12) + talk.about("price rise", 10)
    assert finder.incident_topics(texts(rows), usual(finder, Talk(9))).topic == "price rise"
    rows += talk.about("price list", 9)
    assert finder.incident_topics(texts(rows), usual(finder, Talk(9))).topic == "price"


def test_what_is_only_written_otherwise_is_one_topic() -> None:
    talk = Talk()
    rows = talk.everyday(20, NOON - HOUR, NOON) + talk.about("check-in", 9) + talk.about("checkin", 7)
    rows += talk.about("copper mast", 6)
    found = look(rows)
    assert [(topic.name, topic.n) for topic in found.day] == [("check-in", 16), ("copper mast", 6)]
    assert found.day[0].authors == 16
    assert all(parse(found.day[0].rule).matches(Document(row.body)) for row in rows[20:36])


def test_what_is_said_of_any_brand_must_rise_further() -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    background = usual(finder, Talk(9), extra=talk.about("booster", 40, NOON - 3 * DAY))
    rows = texts(talk.everyday(20, NOON - HOUR, NOON) + talk.about("booster", 10))
    assert finder.topics(rows, rows, background, None, NOON).hour is not None
    globex = usual(finder, Talk(10), extra=talk.about("booster", 400, NOON - 3 * DAY))
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
def test_only_a_noun_stands_alone(ways: list[str]) -> None:
    talk = Talk()
    rows = [talk.text(ways[k % len(ways)], NOON - HOUR / 2) for k in range(18)]
    assert look(talk.everyday(20, NOON - HOUR, NOON) + rows).hour is None


def test_headlines_in_capitals_tell_no_name() -> None:
    talk = Talk()
    ways = ["Acme Sells The Signal Booster To Every Village", "the signal booster, acme", "SIGNAL BOOSTER SOLD BY ACME"]
    rows = [talk.text(ways[k % 3], NOON - HOUR / 2) for k in range(18)]
    found = look(talk.everyday(20, NOON - HOUR, NOON) + rows).hour
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
def test_whatever_is_written_is_read(written: list[str], lang: str | None) -> None:
    talk = Talk()
    rows = [talk.text(words, NOON - HOUR / 2, lang=lang, title=words[:9]) for words in written * 6]
    found = look(rows, Topic("any", "acme OR a*" if "a" in written[0] else "acme"))
    assert found.unsorted <= len(rows)
    for topic in (*found.day, *((found.hour,) if found.hour else ())):
        parse(topic.rule)


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    extractor = PhraseExtractor((), ())
    long = Talk().text("delivery times " * 300, NOON)
    assert len(extractor.phrases(long)) < 300


def test_an_edited_text_is_read_again() -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    background = usual(finder, Talk(9))
    rows = talk.about("signal booster", 12)
    finder.topics(texts(rows), texts(rows), background, None, NOON)
    edited = texts([replace(row, text=row.text.replace("signal booster", "copper mast")) for row in rows])
    found = finder.topics(edited, edited, background, None, NOON)
    assert [topic.name for topic in found.day] == ["copper mast"]
