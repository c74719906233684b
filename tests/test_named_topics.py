"""The topics of the config in mentions: stored with new posts, and found in stored ones after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.analysis.jobs import NamedTopicsJob
from monitor.collector import Judge
from monitor.model import Brand, ChangeKind, Choice, MentionFilter, Post, Topic
from monitor.query import Document, parse
from monitor.query.matcher import Matcher
from monitor.query.topic_matcher import TopicMatcher, topics_digest
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from monitor.store.sql import named_topics, topic_counts
from tests.consistency import inconsistencies
from tests.fake_store import ALL
from tests.fakes import NOON

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
DELIVERY, PRICE = Topic("Delivery", "late OR deliver*"), Topic("Price", "price OR cost*")
RULES = ("late", "price OR cost*", "late -price", "lang:en", '"late price"', "nobody")
TEXTS = ("late", "price", "costs", "late price", "nothing")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(new_store(store_url)) as store:
        yield store


def new_store(url: str) -> Store:
    store = open_store(url)
    store.register_brands(BRANDS, NOON)
    return store


def save(store: Store, topics: Sequence[Topic], *texts: str, brand: str = "Acme") -> None:
    """Save posts, whose ids are the first words of their texts, by a process that has ``topics``."""
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS), topics=TopicMatcher(topics))
    posts = [Post("Forum", text.split()[0], f"{text} {brand}", NOON, lang="en") for text in texts]
    store.save("Forum", judge.judge(posts, NOON), now=NOON)


def use(store: Store, *topics: Topic) -> None:
    """Begin to use ``topics``, without a run of the job."""
    store.named_topics.use(topics, topics_digest(topics), NOON)


def run(store: Store, *topics: Topic) -> None:
    NamedTopicsJob(store, TopicMatcher(topics)).run(NOON)


def found(store: Store) -> dict[str, tuple[str, ...]]:
    """External id -> topics."""
    return {one.post.external_id: one.topics for one in store.page(ALL, limit=100)}


def counts(store: Store, f: MentionFilter = ALL) -> dict[str, int]:
    return {value.value: value.n for value in store.named_topics.counts(f)}


def test_new_mentions_carry_all_topics_that_fit_and_can_be_filtered_by_them(store: Store, store_url: str) -> None:
    use(store, DELIVERY, PRICE)
    save(store, (DELIVERY, PRICE), "1 late", "2 the price of delivery", "3 nothing")
    assert found(store) == {"1": ("Delivery",), "2": ("Delivery", "Price"), "3": ()}
    assert counts(store) == {"Delivery": 2, "Price": 1}
    assert counts(store, MentionFilter(named_topic=Choice(("Price",)))) == {"Delivery": 2, "Price": 1}
    listed = {
        choice: [one.post.external_id for one in store.page(MentionFilter(named_topic=choice))]
        for choice in (
            Choice(("Delivery",)),
            Choice(("Price", "Delivery")),
            Choice(("Delivery",), ("Price",)),
            Choice((), ("Delivery",)),
            Choice(("Unknown",)),
            Choice((), ("Unknown",)),
        )
    }
    assert list(listed.values()) == [["2", "1"], ["2", "1"], ["1"], ["3"], [], ["3", "2", "1"]]
    store.close()
    assert inconsistencies(store_url) == []


def test_stored_mentions_get_the_topics_of_a_changed_config(store: Store, store_url: str) -> None:
    save(store, (), "1 late", "2 the price", "3 nothing")
    last = store.last_change_id()
    run(store, DELIVERY, PRICE)
    assert found(store) == {"1": ("Delivery",), "2": ("Price",), "3": ()}
    assert [(c.kind, c.mention) for c in store.changes(last)] == [(ChangeKind.JUDGED, 1), (ChangeKind.JUDGED, 2)]
    run(store, PRICE, Topic("Delivery", "nothing"))
    assert found(store) == {"1": (), "2": ("Price",), "3": ("Delivery",)}
    run(store)
    assert found(store) == {"1": (), "2": (), "3": ()}
    assert counts(store) == {}
    store.close()
    assert inconsistencies(store_url) == []


def test_the_order_of_topics_needs_no_matching(store: Store) -> None:
    save(store, (), "1 late price")
    run(store, DELIVERY, PRICE)
    use(store, PRICE, DELIVERY)
    assert store.named_topics.next_review().is_empty
    assert found(store) == {"1": ("Price", "Delivery")}


def test_a_post_saved_or_edited_by_a_process_with_other_topics_is_matched_again(store: Store) -> None:
    run(store, DELIVERY, PRICE)
    save(store, (DELIVERY, PRICE), "1 late", "2 late")
    save(store, (Topic("Price", "late"),), "2 late again", "3 late price")
    save(store, (DELIVERY, PRICE), "1 costs now", brand="Nobody")  # loses its brand
    assert store.named_topics.posts_to_review() == 3
    run(store, DELIVERY, PRICE)
    assert found(store) == {"1": ("Price",), "2": ("Delivery",), "3": ("Delivery", "Price")}
    assert store.named_topics.posts_to_review() == 0


def test_a_post_that_is_edited_while_it_is_matched_keeps_its_new_topics(store: Store) -> None:
    save(store, (), "1 late", "2 late")
    use(store, DELIVERY)
    review = store.named_topics.next_review()
    save(store, (DELIVERY,), "1 nothing")
    store.delete_posts("Forum", ["2"], NOON)
    store.named_topics.save_review(review, {one.id: ("Delivery",) for one in review.posts}, NOON)
    assert found(store) == {"1": ()}


def test_a_review_that_was_read_before_the_topics_changed_again_is_dropped(store: Store) -> None:
    save(store, (), "1 late")
    use(store, DELIVERY)
    review = store.named_topics.next_review()
    use(store, PRICE)
    assert store.named_topics.save_review(review, {review.posts[0].id: ("Delivery",)}, NOON) == 0
    run(store, PRICE)
    assert found(store) == {"1": ()}


def test_an_interrupted_review_goes_on_where_it_ended(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_topics, "REVIEWED_POSTS", 2)
    with closing(new_store(store_url)) as store:
        save(store, (), *(f"{n} late" for n in range(5)))
        use(store, DELIVERY)
        review = store.named_topics.next_review()
        assert [one.post.external_id for one in review.posts] == ["4", "3"]
        store.named_topics.save_review(review, {one.id: ("Delivery",) for one in review.posts}, NOON)
    with closing(new_store(store_url)) as store:
        assert store.named_topics.posts_to_review() == 3
        assert counts(store) == {"Delivery": 2}
        run(store, DELIVERY)
        assert counts(store) == {"Delivery": 5}


def test_of_many_topics_in_a_sample_only_the_rarest_are_counted_one_by_one() -> None:
    assert topic_counts.rarest({f"T{n:02}": 1_000 - n for n in range(50)}) == {f"T{n}" for n in range(38, 50)}
    assert topic_counts.rarest({"Price": 30_000, "Delivery": 3}) == {"Delivery"}


def test_fifty_topics_can_be_replaced_again_and_again(store: Store) -> None:
    save(store, (), "1 late")
    for generation in range(4):
        topics = [Topic(f"{generation}.{n}", "late" if n % 2 else "price") for n in range(50)]
        use(store, *topics)  # no stored post is matched before the next generation
    run(store, *topics)
    assert found(store)["1"] == tuple(topic.name for topic in topics if topic.rule == "late")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.integers(0, 5), st.sampled_from(TEXTS), st.booleans()),
        st.tuples(st.just("topics"), st.dictionaries(st.sampled_from("ABC"), st.sampled_from(RULES), max_size=3)),
        st.tuples(st.just("step")),
        st.tuples(st.just("delete"), st.integers(0, 5)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_topics_are_the_truth_after_any_changes(new_url: Callable[[], str], steps: list[object]) -> None:
    url, topics, before = new_url(), (), ()
    with closing(new_store(url)) as store:
        for kind, *values in steps:
            if kind == "save":
                number, text, is_late = values
                save(store, before if is_late else topics, f"{number} {text}")
            elif kind == "topics":
                before, topics = topics, tuple(Topic(name, rule) for name, rule in values[0].items())
                use(store, *topics)
            elif kind == "delete":
                store.delete_posts("Forum", [str(values[0])], NOON)
            elif not (review := store.named_topics.next_review()).is_empty:
                matcher = TopicMatcher(topics)
                fits = {one.id: matcher.fit(one.post).names for one in review.posts}
                store.named_topics.save_review(review, fits, NOON)
        run(store, *topics)
        mentions = store.page(ALL, limit=100)
        for topic in topics:
            query = parse(topic.rule)
            fitting = {one.id for one in mentions if query.matches(Document.of(one.post))}
            assert {one.id for one in mentions if topic.name in one.topics} == fitting
            assert {one.id for one in store.page(MentionFilter(named_topic=Choice((topic.name,))))} == fitting
            assert counts(store)[topic.name] == len(fitting)
    assert inconsistencies(url) == []
