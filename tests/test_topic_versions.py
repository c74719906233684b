"""Changes of the rules of topics in the store: what a preview promises is what happens, and every version is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.model import Choice, MentionFilter, RuleChange, Topic
from monitor.model.rules import Rematch
from monitor.query.topic_matcher import topics_digest
from monitor.store import Store, open_store
from monitor.store.sql.named_topics import SqlNamedTopics
from monitor.store.sql.rule_preview import PreviewLimits
from monitor.store.sql.samples import Samples
from monitor.store.sql.store import SqlStore
from tests.fakes import NOON
from tests.rules_setup import EDGES, random_rules, save_tweets
from tests.test_named_topics import DELIVERY, PRICE, new_store, run, save, use

WORDS = ["flight", "bag", "thanks", "hours", "service", "cancelled", "help", "delayed", "gate", "phone", "time"]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(new_store(store_url)) as store:
        yield store


def listed(store: Store, topic: str) -> set[int]:
    return {one.id for one in store.page(MentionFilter(named_topic=Choice((topic,))), limit=1_000)}


def test_for_fifty_edits_the_preview_of_a_topic_is_what_happens(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        save_tweets(store, 250)
        authors = sorted({one.post.author for one in store.page(MentionFilter())})
        now, before = 0, set[int]()
        for text in random_rules(50, WORDS, authors):
            promised = store.named_topics.preview("Travel", text, EDGES, 5)
            run(store, Topic("Travel", text))
            after = listed(store, "Travel")
            assert promised.exact
            assert sum(promised.now) == now
            assert (len(after - before), len(before - after)) == (promised.entering.n, promised.leaving.n), text
            assert len(after) == now - promised.leaving.n + promised.entering.n
            assert {one.mention for one in promised.entering.newest} <= after
            done = store.named_topics.versions("Travel")[0].rematch
            assert done is not None
            assert (done.entered, done.left, done.done) == (promised.entering.n, promised.leaving.n, 1.0)
            assert store.named_topics.preview("Travel", text, EDGES, 5).entering.n == 0
            now, before = len(after), after
        assert len(store.named_topics.versions("Travel")) == 50


def test_versions_say_who_changed_what_and_why(store: Store) -> None:
    save(store, (), "1 late", "2 the price", "3 nothing")
    store.named_topics.announce("Delivery", DELIVERY.rule, "Dana", "It matters", NOON)
    store.named_topics.announce("Price", "another text", "Dana", "", NOON)
    use(store, DELIVERY, PRICE)
    (first,) = store.named_topics.versions("Delivery")
    assert (first.version, first.person, first.reason) == (1, "Dana", "It matters")
    assert first.rematch == Rematch(0.0)
    assert store.named_topics.versions("Price")[0].person == ""
    run(store, DELIVERY, PRICE)
    run(store, Topic("Delivery", "nothing OR late"), PRICE)
    second = store.named_topics.versions("Delivery")[0]
    assert (second.version, second.person) == (2, "")
    assert second.rematch == Rematch(1.0, 1, 0, NOON)
    assert [one.version for one in store.named_topics.versions("Price")] == [1]
    changes = store.named_topics.changes(NOON, NOON + timedelta(days=1))
    assert changes == [RuleChange("", 2, NOON, "", 1, 0, topic="Delivery")]
    run(store, PRICE)
    assert store.named_topics.changes(NOON, NOON + timedelta(days=1)) == []
    assert store.named_topics.changes(NOON + timedelta(hours=1), NOON + timedelta(days=1)) == []


def test_a_change_before_all_posts_were_matched_supersedes_the_one_before(store: Store) -> None:
    save(store, (), "1 late", "2 the price")
    use(store, DELIVERY)
    run(store, Topic("Delivery", "price"))
    newest, first = store.named_topics.versions("Delivery")
    assert first.rematch == Rematch(1.0, 0, 0, NOON, superseded=True)
    assert newest.rematch == Rematch(1.0, 1, 0, NOON)


def test_a_withdrawn_or_old_announcement_names_nobody(store: Store) -> None:
    store.named_topics.announce("Delivery", DELIVERY.rule, "Dana", "", NOON - timedelta(hours=1))
    store.named_topics.announce("Price", PRICE.rule, "Dana", "", NOON)
    store.named_topics.withdraw("Price")
    use(store, DELIVERY, PRICE)
    assert [store.named_topics.versions(one.name)[0].person for one in (DELIVERY, PRICE)] == ["", ""]


def test_a_topic_of_an_earlier_version_of_the_program_begins_with_its_rule_of_now(store: Store) -> None:
    run(store, DELIVERY)
    store._write(lambda db: db.execute("DELETE FROM named_topic_version"))  # type: ignore[attr-defined]
    save(store, (DELIVERY,), "1 late")
    use(store, DELIVERY)
    (first,) = store.named_topics.versions("Delivery")
    assert (first.text, first.rematch) == (DELIVERY.rule, None)
    assert store.named_topics.next_review().is_empty


def test_beyond_the_limits_the_preview_of_a_topic_is_an_estimate(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        assert isinstance(store, SqlStore)
        save_tweets(store, 250)
        topics = (Topic("Travel", "flight"),)
        run(store, *topics)
        assert topics_digest(topics)
        few = SqlNamedTopics(store._read, store._write, store._slow_read, Samples(), PreviewLimits(posts=125))
        found = few.preview("Travel", "flight OR bag", EDGES, 5)
        exact = store.named_topics.preview("Travel", "flight OR bag", EDGES, 5)
        assert (found.exact, exact.exact) == (False, True)
        assert sum(found.now) == pytest.approx(sum(exact.now), rel=0.6)
