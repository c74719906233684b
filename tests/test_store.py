"""The contract of every store: nothing is lost or stored twice, edits and deletions are followed, changes logged."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import QueryError, StoreError
from monitor.model import (
    Brand,
    ChangeKind,
    Choice,
    Cue,
    CueKind,
    Gap,
    Health,
    Intent,
    JudgedPost,
    MentionFilter,
    RuleChange,
    SaveResult,
    SourceStatus,
    State,
)
from monitor.query import Document, parse_search
from monitor.store import Store, open_store
from tests.fake_store import ALL, BRANDS, finding, judged, without_findings
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def texts(store: Store, f: MentionFilter = ALL) -> list[tuple[str, str]]:
    return [(m.brand, m.post.text) for m in store.page(f)]


def kinds(store: Store, after: int = 0) -> list[tuple[ChangeKind, int]]:
    return [(c.kind, c.mention) for c in store.changes(after)]


def test_a_mention_is_loaded_as_it_was_saved(store: Store) -> None:
    one = judged(
        "Ärger mit Acme", author="Jorun", title="Title", site="example.com", url="https://example.com/1", lang="de"
    )
    found = finding("Acme", one.post, -0.4567, Intent.RECOMMENDATION | Intent.NOISE)
    evidence = replace(found.score.evidence, cues=(Cue(0, 5, CueKind.COMPARISON),))
    one = replace(one, findings=(replace(found, score=replace(found.score, evidence=evidence)),))

    assert store.save("Forum", [one], now=NOON + HOUR) == SaveResult(new=1, per_brand={"Acme": 1})
    mention = store.mention(1)

    assert mention is not None
    assert mention.post == one.post
    assert (mention.brand, mention.rule, mention.rule_version) == ("Acme", "acme", 1)
    assert mention.score.value == -0.457
    assert mention.score.evidence == one.findings[0].score.evidence
    assert mention.spans == one.findings[0].match.spans
    assert mention.intent == Intent.RECOMMENDATION | Intent.NOISE
    assert mention.added_at == NOON + HOUR


def test_a_post_saved_again_changes_nothing(store: Store) -> None:
    batch = [judged("one"), judged("two", "Acme", "Globex")]
    store.save("Forum", batch, now=NOON)
    last, version = store.last_change_id(), store.page(ALL)

    assert store.save("Forum", [*batch, batch[0]], now=NOON + HOUR) == SaveResult(unchanged=3)
    assert store.page(ALL) == version
    assert store.last_change_id() == last


def test_the_same_id_in_two_sources_is_two_posts(store: Store) -> None:
    store.save("Forum", [judged("one", external_id="7")], now=NOON)
    store.save("News", [judged("two", external_id="7", source="News")], now=NOON)
    assert len(texts(store)) == 2


def test_the_last_post_with_an_id_in_a_batch_counts(store: Store) -> None:
    saved = store.save("Forum", [judged("first", external_id="7"), judged("second", external_id="7")], now=NOON)
    assert saved == SaveResult(new=1, unchanged=1, per_brand={"Acme": 1})
    assert texts(store) == [("Acme", "second")]


def test_an_edited_post_keeps_its_mentions_ids(store: Store) -> None:
    store.save("Forum", [judged("Acme is bad", "Acme", external_id="7", score=-0.5)], now=NOON)
    last = store.last_change_id()

    edited = judged("Acme is great, Globex too", "Acme", "Globex", external_id="7", score=0.8)
    assert store.save("Forum", [edited], now=NOON + HOUR) == SaveResult(new=1, edited=1, per_brand={"Globex": 1})

    assert texts(store, MentionFilter(q="great")) == [("Globex", edited.post.text), ("Acme", edited.post.text)]
    assert store.count(MentionFilter(q="bad")).n == 0
    assert [m.score.value for m in store.mentions([1]).values()] == [0.8]
    assert kinds(store, last) == [(ChangeKind.EDITED, 1), (ChangeKind.SAVED, 2)]


def test_a_mention_is_left_when_an_edit_removes_its_brand_and_restored_when_it_returns(store: Store) -> None:
    one = judged("Acme", "Acme", external_id="7")
    store.save("Forum", [one], now=NOON)

    store.save("Forum", [without_findings(judged("nobody", external_id="7"))], now=NOON)
    assert texts(store, MentionFilter()) == []
    assert texts(store, MentionFilter(state=Choice(("left",)))) == [("Acme", "nobody")]

    store.save("Forum", [one], now=NOON)
    assert texts(store, MentionFilter()) == [("Acme", "Acme")]


def test_a_correction_survives_an_edit_and_can_be_undone(store: Store) -> None:
    store.save("Forum", [judged("Acme", external_id="7", score=-0.5)], now=NOON)
    assert store.correct_score(1, 0.0, NOON)
    store.save("Forum", [judged("Acme.", external_id="7", score=0.9)], now=NOON)

    corrected = store.mentions([1])[1]
    assert (corrected.score.value, corrected.corrected) == (0.0, True)
    assert store.restore_score(1, NOON)
    again = store.mentions([1])[1]
    assert (again.score.value, again.corrected) == (0.9, False)


def test_posts_without_findings_are_stored_only_if_known(store: Store) -> None:
    assert store.save("Forum", [without_findings(judged("nobody"))], now=NOON) == SaveResult()
    assert store.save("Forum", [judged("nobody")], now=NOON) == SaveResult(new=1, per_brand={"Acme": 1})


def test_a_brand_added_later_is_found_in_a_post_that_did_not_change(store: Store) -> None:
    store.save("Forum", [judged("Acme and Hooli", "Acme")], now=NOON)
    saved = store.save("Forum", [judged("Acme and Hooli", "Acme", "Hooli")], now=NOON)
    assert saved == SaveResult(new=1, per_brand={"Hooli": 1})


def test_posts_can_be_deleted_by_a_prefix_of_their_ids(store: Store) -> None:
    ids = ["at://a/post/1", "at://a/post/\U0010fffd2", "at://ab/post/1", "at://a", "at://a/like/1"]
    store.save("Forum", [judged(f"Acme {id_}", external_id=id_) for id_ in ids], now=NOON)
    store.save("Other", [judged("Acme elsewhere", external_id="at://a/post/1", source="Other")], now=NOON)
    assert store.save("Forum", [], now=NOON, deleted_prefixes=["at://a/post/", "", "at://c/"]) == SaveResult(deleted=2)
    left = [("Acme", f"Acme {id_}") for id_ in ids[2:]]
    assert sorted(texts(store)) == sorted([*left, ("Acme", "Acme elsewhere")])
    assert store.count(MentionFilter(q="post")).n == 1


def test_a_deleted_post_is_found_no_more(store: Store) -> None:
    deleted = judged("Acme xylophone quarrel", "Acme", "Globex", external_id="7")
    store.save("Forum", [deleted, judged("stays")], now=NOON)
    last = store.last_change_id()

    assert store.save("Forum", [], now=NOON, deleted=["7", "unknown"]) == SaveResult(deleted=1)

    assert texts(store) == [("Acme", "stays")]
    assert store.count(MentionFilter(q="xylophone")).n == 0
    assert kinds(store, last) == [(ChangeKind.DELETED, 1), (ChangeKind.DELETED, 2)]


def test_a_removed_source_leaves_nothing_behind(store: Store) -> None:
    many = [judged(f"Acme {n}") for n in range(1_200)]
    store.save("Sample", many, now=NOON, cursor={"until": 1})
    store.save("Forum", [judged("Acme is kept")], now=NOON)
    store.buffer_status(SourceStatus("Sample", "sample", sample=True), now=NOON)
    store.open_gap("Sample", NOON - HOUR, "It was down.", NOON)
    store.pause_source("Sample", NOON)

    assert store.remove_source("Sample", NOON) == 1_200

    assert texts(store) == [("Acme", "Acme is kept")]
    assert [value.value for value in store.facets(ALL)["source"]] == ["Forum"]
    assert (store.statuses(), store.source_requests(), store.cursor("Sample")) == ([], {}, None)
    assert store.gaps(NOON - HOUR, NOON + HOUR) == []
    assert store.remove_source("Sample", NOON) == 0


def test_only_actual_changes_by_people_are_logged(store: Store) -> None:
    store.save("Forum", [judged()], now=NOON)
    last = store.last_change_id()

    assert store.set_hidden(1, True, NOON)
    assert not store.set_hidden(1, True, NOON)
    assert store.set_hidden(1, False, NOON)
    assert store.set_state(1, State.CLAIMED, NOON)
    assert not store.set_state(1, State.CLAIMED, NOON)
    assert store.correct_score(1, None, NOON)
    assert not store.correct_score(1, None, NOON)
    assert not store.set_hidden(999, True, NOON)

    assert [kind for kind, _ in kinds(store, last)] == [
        ChangeKind.HIDDEN,
        ChangeKind.UNHIDDEN,
        ChangeKind.STATE,
        ChangeKind.CORRECTED,
    ]


def test_near_duplicates_are_one_story(store: Store) -> None:
    text = "Acme has lost my parcel for the third time this month and nobody answers the phone"
    store.save("Forum", [judged(text, external_id="1")], now=NOON)
    store.save("Forum", [judged("Something else about Acme altogether, quite fine", external_id="2")], now=NOON)
    store.save("Forum", [judged(f"RT {text}", "Acme", "Globex", external_id="3")], now=NOON)

    mentions = store.page(MentionFilter())
    assert [(m.brand, m.post.external_id, m.story, m.near_duplicates) for m in mentions] == [
        ("Globex", "3", 1, 0),
        ("Acme", "3", 1, 1),
        ("Acme", "2", None, 0),
        ("Acme", "1", 1, 1),
    ]
    assert [m.post.external_id for m in store.latest_mentions("Acme", 5)] == ["3", "2"]
    assert [m.id for m in store.page(MentionFilter(story=1, brand=Choice(("Acme",))))] == [3, 1]


def test_a_story_continues_after_a_restart(store: Store, store_url: str) -> None:
    text = "Acme has lost my parcel for the third time this month and nobody answers the phone"
    store.save("Forum", [judged(text, external_id="1"), judged(text + " today", external_id="2")], now=NOON)
    store.close()
    again = open_store(store_url)
    again.save("Forum", [judged(text + " again", external_id="3")], now=NOON)
    assert [m.story for m in again.page(MentionFilter())] == [1, 1, 1]
    again.close()


def test_a_changed_rule_gets_the_next_version(store: Store) -> None:
    store.register_brands([Brand("Acme", "acme OR acmecorp", ours=True)], NOON)
    one = judged("acmecorp")
    store.save("Forum", [replace(one, findings=(finding("Acme", one.post, 0.1, rule="acme OR acmecorp"),))], now=NOON)
    store.save("Forum", [judged("acme")], now=NOON)

    assert [(m.rule, m.rule_version) for m in store.page(ALL)] == [("acme", 1), ("acme OR acmecorp", 2)]
    assert texts(store, MentionFilter(rule=Choice(("Acme@2",)))) == [("Acme", "acmecorp")]
    assert [t.brand for t in store.tallies(NOON - HOUR, NOON)] == ["Acme"]


def test_changes_of_rules_are_known_with_their_time(store: Store) -> None:
    for hours, rule in enumerate(("acme corp", "acme", "acme OR acmecorp")):
        store.register_brands([Brand("Acme", rule, ours=True)], NOON + hours * HOUR)
    assert store.rule_changes(NOON, NOON + 2 * HOUR) == [
        RuleChange("Acme", 2, NOON, entered=0, left=0),
        RuleChange("Acme", 3, NOON + HOUR, entered=0, left=0, widens=True),
    ]
    assert store.rule_changes(NOON + 2 * HOUR, NOON + 3 * HOUR) == [
        RuleChange("Acme", 4, NOON + 2 * HOUR, entered=0, left=0, widens=True)
    ]
    store.register_brands([Brand("Hooli", "hooli", ours=True)], NOON)
    assert store.rule_changes(NOON, NOON + 3 * HOUR) == []


def test_cursor_and_status_are_saved_with_the_posts_or_not_at_all(store: Store) -> None:
    status = SourceStatus("Forum", "feed", Health.LIMITED, "Wait.", next_check=NOON, last_post=NOON + HOUR, failures=2)
    store.save("Forum", [judged("one")], now=NOON, cursor={"etag": "é"}, status=status)
    assert store.cursor("Forum") == {"etag": "é"}
    assert store.statuses() == [status]

    store.save("Forum", [judged("two")], now=NOON)
    assert store.cursor("Forum") == {"etag": "é"}
    store.save("Forum", [], now=NOON, cursor=None)
    assert store.cursor("Forum") is None

    broken = JudgedPost(judged("three").post, judged("three").findings, "no bytes")  # type: ignore[arg-type]
    with pytest.raises(Exception):  # noqa: B017, PT011  a bug, whatever it is
        store.save("Forum", [judged("four"), broken], now=NOON, cursor="never")
    assert store.cursor("Forum") is None
    assert len(texts(store)) == 2
    assert store.health().alive
    assert store.save("Forum", [judged("four")], now=NOON).new == 1


def test_a_gap_is_opened_once_and_ends_where_the_source_is_complete_again(store: Store) -> None:
    store.open_gap("Forum", NOON, "Down.", NOON)
    store.open_gap("Forum", NOON + HOUR, "Still down.", NOON + HOUR)
    day = (NOON - 24 * HOUR, NOON + 24 * HOUR)
    assert store.gaps(*day) == [Gap("Forum", NOON, None, "Still down.")]

    store.close_gaps("Forum", NOON + 3 * HOUR, NOON + 3 * HOUR, complete_since=NOON + 2 * HOUR)
    assert store.gaps(*day) == [Gap("Forum", NOON, NOON + 2 * HOUR, "Still down.")]
    assert store.gaps(NOON + 2 * HOUR, NOON + 3 * HOUR) == []

    store.close_gaps("Forum", NOON + 4 * HOUR, NOON, complete_since=NOON - HOUR)
    assert store.gaps(*day) == []


def test_a_gap_that_cannot_be_filled_ends_at_the_next_pass(store: Store) -> None:
    store.open_gap("Forum", NOON, "Down.", NOON)
    store.close_gaps("Forum", NOON + HOUR, NOON + HOUR)
    assert store.gaps(NOON, NOON + 2 * HOUR) == [Gap("Forum", NOON, NOON + HOUR, "Down.")]


def test_trimming_the_log_moves_its_start(store: Store) -> None:
    assert store.first_change_id() == 1
    store.save("Forum", [judged(str(i)) for i in range(30)], now=NOON)
    store.trim_changes(10)
    assert (store.first_change_id(), store.last_change_id()) == (21, 30)
    store.trim_changes(0)
    assert (store.first_change_id(), store.last_change_id()) == (31, 30)


def test_an_invalid_search_is_a_query_error(store: Store) -> None:
    with pytest.raises(QueryError):
        store.page(MentionFilter(q="acme AND ("))
    assert texts(store, MentionFilter(q=" ")) == []


def test_a_search_of_exclusions_finds_what_the_other_filters_leave(store: Store) -> None:
    store.save("Forum", [judged("Acme, thanks!"), judged("Acme is late"), judged("Globex is late", "Globex")], now=NOON)
    acme = MentionFilter(q="-thanks", brand=Choice(("Acme",)))
    assert texts(store, acme) == [("Acme", "Acme is late")]
    assert store.count(acme).n == 1
    assert {value.value: value.n for value in store.facets(acme)["brand"]} == {"Acme": 1, "Globex": 1, "Initech": 0}
    assert store.count(replace(acme, q="-=Thanks")).n == 2
    assert store.count(replace(acme, q="late OR -thanks -late")).n == 1


@pytest.mark.parametrize("value", ['"', 'x" OR "y', "\ue000b1", "a b", "", "\x00", "'"])
def test_filter_values_are_escaped(store: Store, value: str) -> None:
    store.save("Forum", [judged(author="bob", site="example.com")], now=NOON)
    for facet in ("brand", "source", "lang", "author", "site", "rule", "sentiment", "intent", "state"):
        f = MentionFilter(**{facet: Choice((value,))})  # type: ignore[arg-type]
        assert store.page(f) == [], facet
        store.facets(f)


def test_many_threads_can_write_and_read(store: Store) -> None:
    def work(number: int) -> None:
        for i in range(10):
            store.save(f"Source {number}", [judged(f"{number} {i}", source=f"Source {number}")], now=NOON)
            store.page(MentionFilter())

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count(MentionFilter()).n == 60
    assert [c.id for c in store.changes(0)] == list(range(1, 61))


def test_a_closed_store_raises_a_store_error(store: Store) -> None:
    store.count(MentionFilter())
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.count(MentionFilter())


def test_an_export_excludes_mentions_that_arrive_during_it(store: Store) -> None:
    store.save("Forum", [judged(str(i)) for i in range(1200)], now=NOON)
    rows = store.export(MentionFilter())
    first = next(rows)
    store.save("Forum", [judged("later")], now=NOON)
    assert [first.id, *(m.id for m in rows)] == list(range(1200, 0, -1))


SEARCHES = """acme / acmefail / "coca cola" / cocacola / coca-cola / e.on / .net / at&t / refund* / =Acme / #acmefail
 / acme NEAR/2 late / "coca cola" NEAR/1 late / -acme / acme -fail / الراجحي / راجحي / טבע / k\u0131z\u0131lay"""
PIECES = """Acme acme #BoycottAcme #ACMEfail #acme_fail #AcmeFail #cocacola #CocaCola Coca-Cola
e.on E.ON's e on .NET net AT&T at t late so #NoRefunds2026 refunded
وللراجحي بالراجحي שהטבע לטבע KIZILAY K\u0131z\u0131lay #LateCocaCola coca cola cocacola"""


def test_the_search_finds_what_the_matcher_matches(store: Store) -> None:
    rng = random.Random(13)
    posts = [
        judged(" ".join(rng.choices(PIECES.split(), k=rng.randint(1, 6))), external_id=str(i)).post for i in range(400)
    ]
    store.save("Forum", [judged(post.text, external_id=post.external_id) for post in posts], now=NOON)
    for q in SEARCHES.split(" / "):
        found = {mention.post.external_id for mention in store.export(MentionFilter(q=q))}
        matching = {post.external_id for post in posts if parse_search(q).matches(Document.of(post))}
        assert found == matching, q
        assert 0 < len(matching) < len(posts), q


def test_the_story_of_an_edited_post_is_the_same_after_a_restart(store: Store, store_url: str) -> None:
    first, second = "Acme closes all its shops in the north today", "Globex opens ten new shops in the south today"
    posts = {"a1": first, "a2": first, "g1": second, "g2": second}
    store.save("Forum", [judged(text, external_id=id_) for id_, text in posts.items()], now=NOON)
    store.save("Forum", [replace(judged(second, external_id="a1"), findings=())], now=NOON)
    store.delete_posts("Forum", ["g1", "g2"], NOON)
    store.save("Forum", [judged(second, external_id="before")], now=NOON)
    with closing(open_store(store_url)) as reopened:
        reopened.save("Forum", [judged(second, external_id="after")], now=NOON)
        stories = {m.post.external_id: m.story for m in reopened.page(ALL)}
    assert len(set(stories.values())) == 1
