"""What the mentions of any view are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from display.pages.mentions.filters import MentionsView
from display.pages.mentions.rail import chips
from display.pages.mentions.view_topics import comparisons, find_view_topics
from monitor.analysis.jobs import NamedTopicsJob
from monitor.clock import Clock
from monitor.config import Config
from monitor.model import Choice, Finding, MentionFilter, Post, Topic
from monitor.query.topic_matcher import TopicMatcher
from monitor.store import Store
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fakes import NOON

DAY = timedelta(days=1)
SUBJECTS = ("garden", "coffee", "letter", "advert", "cable", "shop", "phone", "window")
ALL = MentionsView(MentionFilter(), "all")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Posts of sixty days: every day ones, and 20 complaints of this week about a broken socket."""
    store = data.new_store(tmp_path, NOON)
    posts = []
    for n in range(240):
        words = f"Talked to Acme about my {SUBJECTS[n % 8]} on day {n}, all fine."
        posts.append(_post(f"e{n}", words, n / 4 * DAY, 0.4))
    for n in range(20):
        posts.append(_post(f"c{n}", f"The wall socket from Acme broke again, number {n}.", n / 4 * DAY, -0.6))
    for post, finding in posts:
        store.save("Forum", [data.judged(post, finding)], now=NOON)
    yield store
    store.close()


def _post(name: str, text: str, age: timedelta, score: float) -> tuple[Post, Finding]:
    post = Post("Forum", name, text, NOON - age, f"author {name}", lang="en")
    return post, data.finding("Acme", text, score)


def _config(folder: Path) -> Config:
    return config(folder, sources=data.SOURCES, brands=data.BRANDS)


def test_a_selection_is_compared_with_the_other_mentions_of_its_time(store: Store, tmp_path: Path) -> None:
    negative = ALL.changed(sentiment=Choice(("negative",)))
    found = find_view_topics(_config(tmp_path), store, negative, None)
    assert [(topic.name, topic.n, topic.negative) for topic in found.topics] == [("wall socket", 20, None)]
    assert (found.compared_with, found.total, found.exact) == ("the other mentions of the same time", 20, True)
    assert store.count(found.topics[0].view.filter).n == 20


def test_a_week_is_compared_with_the_four_weeks_before(store: Store, tmp_path: Path) -> None:
    week = MentionsView(MentionFilter(since=NOON - 7 * DAY))
    found = find_view_topics(_config(tmp_path), store, week, None)
    assert [(topic.name, topic.n) for topic in found.topics] == [("wall socket", 20)]
    assert found.topics[0].negative == 100
    assert found.compared_with == "the four weeks before"


def test_the_words_of_the_search_are_no_topic_and_stay_in_it(store: Store, tmp_path: Path) -> None:
    searched = ALL.changed(q="broke OR broken")
    found = find_view_topics(_config(tmp_path), store, searched, None)
    assert [topic.name for topic in found.topics] == ["wall socket"]
    topic = found.topics[0]
    assert (topic.view.filter.q, topic.view.filter.topic) == ("broke OR broken", Choice(('"wall socket"',)))
    assert store.count(topic.view.filter).n == 20
    assert store.count(topic.excluding.filter).n == 0
    assert topic.view.filter.text_search == '(broke OR broken) (("wall socket"))'


def test_a_topic_that_is_chosen_stays_in_the_list_of_topics_and_can_be_removed(store: Store, tmp_path: Path) -> None:
    negative = ALL.changed(sentiment=Choice(("negative",)))
    chosen = find_view_topics(_config(tmp_path), store, negative, None).topics[0].view
    again = find_view_topics(_config(tmp_path), store, chosen, None).topics
    assert [(topic.name, topic.n, topic.chosen, topic.view) for topic in again] == [("wall socket", 20, True, negative)]
    assert [(chip.label, chip.without) for chip in chips(chosen) if chip.facet == "topic"] == [
        ("wall socket", chosen.without("topic"))
    ]


def test_nothing_stands_out_in_everything(store: Store, tmp_path: Path) -> None:
    found = find_view_topics(_config(tmp_path), store, ALL, None)
    assert (found.topics, found.total) == ((), 260)


def test_what_a_view_is_compared_with() -> None:
    everything = MentionFilter()
    assert list(comparisons(everything)) == []
    assert [one.words for one in comparisons(replace(everything, q="x"))] == ["the other mentions of the same time"]
    brand = replace(everything, brand=Choice(("Acme",)), since=NOON, lang=Choice(("en",)))
    assert [one.filter for one in comparisons(brand)] == [
        replace(brand, lang=Choice()),
        replace(brand, lang=Choice(), since=NOON - 28 * DAY, until=NOON),
        replace(brand, lang=Choice(), brand=Choice(exclude=("Acme",))),
    ]


def test_the_page_and_the_line(store: Store, tmp_path: Path) -> None:
    client = app_for(_config(tmp_path), store, Clock()).test_client()
    url = "/mentions/topics?sentiment=negative&range=all"
    page = client.get(url).text
    assert "<h1>What these mentions are about</h1>" in page
    assert "more often here than in the other mentions of the same time" in page
    line = client.get(url, headers={"Sec-Fetch-Dest": "empty"}).text
    assert '<a class="topic" href="/mentions?sentiment=negative&amp;topic=%22wall+socket%22&amp;range=all"' in line
    assert '<a class="exclude" href="/mentions?sentiment=negative&amp;topic=-%22wall+socket%22&amp;range=all"' in line
    chosen = client.get("/mentions?sentiment=negative&topic=%22wall+socket%22&range=all").text
    assert '<details class="facet collapsed" id="topic-facet" open>' in chosen
    assert '<bdi title="wall socket">wall socket</bdi><span class="visually-hidden">, chosen' in chosen
    without = client.get("/mentions?topic=-%22wall+socket%22&range=all").text
    assert '<span id="count">240</span>' in without
    assert "Nothing stands out in these 260 mentions" in client.get("/mentions/topics?range=all").text
    assert "There are no mentions in this view" in client.get("/mentions/topics?q=zyzzyva").text
    assert client.get("/mentions/topics?sentiment=angry").status_code == 400
    assert client.get("/mentions/topics?q=NEAR").status_code == 303


def test_topics_of_the_config_come_first_and_are_filters_by_name(store: Store, tmp_path: Path) -> None:
    topics = (Topic("House", "letter OR garden"), Topic("Coffee & tea", "coffee OR tea"), Topic("Rain", "rain"))
    NamedTopicsJob(store, TopicMatcher(topics)).run(NOON)
    site_config = replace(_config(tmp_path), topics=topics)
    week = MentionsView(MentionFilter(since=NOON - 7 * DAY))
    found = find_view_topics(site_config, store, week, None)
    named = [("House", 8, True), ("Coffee & tea", 4, True)]
    assert [(one.name, one.n, one.is_named) for one in found.topics] == [*named, ("wall socket", 20, False)]
    assert [(one.negative, one.stories.n) for one in found.topics] == [(0, 8), (0, 4), (100, 20)]
    chosen = find_view_topics(site_config, store, week.changed(sentiment=Choice(("positive",))), None).topics
    assert [one.negative for one in chosen if one.is_named] == [None, None]
    for one in found.topics:
        assert store.count(one.view.filter).n == one.n
        assert store.count(one.excluding.filter).n == found.total - one.n
    coffee = week.changed(named_topic=Choice(("Coffee & tea",)))
    again = find_view_topics(site_config, store, coffee, None).topics
    assert [(one.name, one.chosen) for one in again] == [("House", False), ("Coffee & tea", True)]

    # the mentions that these are compared with are newer
    old = Topic("Old", " OR ".join(f'"day {n}"' for n in range(100, 140)))
    older = replace(site_config, topics=(old, Topic("Fine", "fine")))
    NamedTopicsJob(store, TopicMatcher(older.topics)).run(NOON)
    alone = MentionsView(MentionFilter(named_topic=Choice(("Old",))))
    assert [(one.name, one.n) for one in find_view_topics(older, store, alone, None).topics] == [
        ("Fine", 240),
        ("Old", 40),
    ]
    NamedTopicsJob(store, TopicMatcher(topics)).run(NOON)

    client = app_for(site_config, store, Clock()).test_client()
    line = client.get("/mentions/topics?range=all", headers={"Sec-Fetch-Dest": "empty"}).text
    assert '<a class="topic named" href="/mentions?named_topic=Coffee+%26+tea&amp;range=all"' in line
    page = client.get("/mentions?named_topic=-House&range=all").text
    assert '<span id="count">200</span>' in page
    assert re.search(r'<bdi title="Rain">Rain</bdi>.*?<span class="n">0</span>', page, re.DOTALL)
    assert '<span class="tag topic-name" title="Topic"><bdi>Coffee &amp; tea</bdi></span>' in page
    (first, *_) = store.page(MentionFilter(named_topic=Choice(("Coffee & tea",))))
    drawer = client.get(f"/mentions/{first.id}").text
    assert re.search(r'Topic: <a class="tag" href="/mentions\?named_topic=Coffee[^"]*"><bdi>Coffee &amp; tea', drawer)
    unknown = client.get("/mentions?named_topic=Snow")
    assert (unknown.status_code, "House, Coffee &amp; tea, Rain" in unknown.text) == (400, True)
    exported = client.get("/mentions.json?named_topic=House&range=all").get_json()
    assert {tuple(one["topics"]) for one in exported} == {("House",)}
