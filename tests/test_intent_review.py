"""Mentions that were stored before the rules in use: judged again behind the pipeline, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import pytest

from display.pages.mentions.shown_changes import changing_spans
from monitor.analysis.jobs import IntentsJob
from monitor.collector import Judge
from monitor.intent import IntentFinder, load_intent_rules, parse_intent_rules
from monitor.intent.rules import rules_digest
from monitor.judging import LanguagePolicy, Rejudger
from monitor.judging.scoring import english_score
from monitor.model import (
    Brand,
    ChangeKind,
    Choice,
    Evidence,
    JudgedMention,
    MentionFilter,
    Opinion,
    Post,
    RulesReview,
    Score,
    Span,
    Trust,
    WordWeight,
)
from monitor.query.matcher import Matcher
from monitor.rules import incomparable_spans, judgements_are_comparable
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from monitor.store.intents import REVIEW_DELAY
from monitor.store.sql.intents import REVIEWED_IDS
from tests.consistency import inconsistencies
from tests.fake_store import ALL
from tests.fakes import NOON

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
LATER = NOON + REVIEW_DELAY
DAY = timedelta(days=1)
SpansOf: TypeAlias = Mapping[str, Sequence[Span]]
_NO_SPANS: SpansOf = {}
OTHER_RULES = '[[price]]\nlang = "en"\npatterns = ["opens at"]'


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


def finder(own_rules: str = "") -> IntentFinder:
    return IntentFinder(parse_intent_rules(own_rules, "own.toml") if own_rules else load_intent_rules(), BRANDS)


def rejudger(own_rules: str = "", scorer: Scorer | None = None) -> Rejudger:
    return Rejudger(scorer or Scorer(BRANDS), finder(own_rules))


def save(store: Store, *texts: str, title: str = "", intents: IntentFinder | None = None) -> None:
    """Save posts, whose ids are their texts without the last word, as a judge without intents finds them."""
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS), intents=intents)
    posts = [Post("Forum", text.rpartition(" ")[0], text, NOON, title=title, lang="en") for text in texts]
    store.save("Forum", judge.judge(posts, NOON), now=NOON)


def review(store: Store, own_rules: str = "") -> None:
    """Run the job as the program does: once at the change of the rules, and again after the delay."""
    job = IntentsJob(store, rejudger(own_rules))
    job.run(NOON)
    job.run(LATER)


def intents(store: Store) -> list[tuple[str, list[str]]]:
    """The brand of each mention, the newest first, with its intents and their words."""
    return [
        (one.brand, [f"{str(p.intent.name).lower()}: {one.post.body[p.start : p.end]}" for p in one.intents])
        for one in store.page(ALL)
    ]


def test_stored_mentions_get_the_intents_that_new_ones_would_have(store: Store, store_url: str) -> None:
    save(store, "We moved from Acme to Globex last week", "Acme opens at nine")
    save(store, "It lost my parcel", title="Goodbye Acme")
    assert all(found == [] for _, found in intents(store))
    known = store.last_change_id()

    review(store)

    assert intents(store) == [
        ("Acme", ["switching_from: Goodbye Acme", "complaint: lost my parcel"]),
        ("Acme", []),
        ("Globex", ["switching_to: moved from Acme to Globex"]),
        ("Acme", ["switching_from: moved from Acme"]),
    ]
    assert {value.value: value.n for value in store.facets(ALL)["intent"]}["switching_from"] == 2
    assert store.count(MentionFilter(intent=Choice(("complaint",)))).n == 1
    assert sorted((c.kind, c.mention) for c in store.changes(known)) == [(ChangeKind.JUDGED, n) for n in (1, 2, 4)]
    store.close()
    assert inconsistencies(store_url) == []


def test_a_complaint_that_its_score_shows_is_found_in_stored_mentions_too(store: Store) -> None:
    text = "@acme I was told to call and tried twice"
    save(store, text)
    review(store)
    expected = [("Acme", ["complaint: I was told to call and tried twice"])]
    assert intents(store) == expected
    review(store, OTHER_RULES)
    assert intents(store) == [("Acme", [])]
    review(store)
    assert intents(store) == expected


def test_the_review_begins_when_no_pass_can_save_by_the_rules_before(store: Store) -> None:
    save(store, "Goodbye Acme now")
    job = IntentsJob(store, rejudger())
    job.run(NOON)
    job.run(LATER - timedelta(seconds=1))
    assert intents(store) == [("Acme", [])]
    save(store, "Again: goodbye Acme now")  # by a pass that began before the rules changed
    job.run(LATER)
    assert all(found != [] for _, found in intents(store))


def test_the_same_rules_review_nothing_and_others_review_all(store: Store) -> None:
    save(store, "Goodbye Acme, it opens at nine")
    review(store)
    assert store.intents.next_review(LATER + REVIEW_DELAY) == RulesReview()
    known = store.last_change_id()
    review(store)
    assert store.last_change_id() == known

    review(store, OTHER_RULES)
    assert intents(store) == [("Acme", ["price: opens"])]


def test_a_run_is_bounded_and_the_next_program_continues_with_older_posts(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        save(store, *(f"Goodbye Acme {n} now" for n in range(REVIEWED_IDS + 1)))
        store.intents.use_rules(rejudger().digest, NOON)
        IntentsJob(store, rejudger(), monotonic=iter([0.0, 9.0]).__next__).run(LATER)
        assert [bool(one.intents) for one in store.mentions([1, 2]).values()] == [False, True]
    with closing(open_store(store_url)) as store:
        IntentsJob(store, rejudger()).run(LATER)
        assert store.count(MentionFilter(intent=Choice(("switching_from",)))).n == REVIEWED_IDS + 1


def test_a_post_that_was_edited_meanwhile_keeps_what_was_found_in_it(store: Store) -> None:
    save(store, "Goodbye Acme now")
    store.intents.use_rules(rejudger().digest, NOON)
    late = store.intents.next_review(LATER)
    save(store, "Goodbye Acme tomorrow", intents=finder())
    old = [one for post in late.posts for one in rejudger().judge(post, LATER)]
    assert store.intents.save_review(late, old, LATER) == 0
    assert store.intents.next_review(LATER).reviewed_to == late.reviewed_to
    assert intents(store) == [("Acme", ["switching_from: Goodbye Acme"])]


def test_a_mention_whose_brand_left_its_post_gets_no_intents(store: Store) -> None:
    save(store, "Goodbye Acme now")
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS))
    edited = judge.judge([Post("Forum", "Goodbye Acme", "They lost my parcel", NOON, lang="en")], NOON)
    store.save("Forum", edited, now=NOON)
    review(store)
    assert store.mentions([1])[1].intents == ()


def test_corrections_and_opinions_do_not_change_what_is_found(store: Store) -> None:
    """The score that a rule asks for is that of the words, as for new posts."""
    save(store, "Acme lost my parcel", "Acme staff hung up on me")
    store.opinions.use_model("e5", "1", ["en"])
    work = store.opinions.next_work(10)
    answers = [JudgedMention(one.id, Opinion(0.1, 0.1, 0.8), 0.9) for post in work.posts for one in post.mentions]
    store.opinions.save_opinions(work, answers, NOON)
    store.correct_score(1, 1.0, NOON)
    review(store)
    assert [found[0].partition(":")[0] for _, found in intents(store)] == ["complaint"] * 2
    assert store.mentions([1])[1].score.value == 1.0


def test_the_digest_changes_with_each_part_of_the_rules() -> None:
    (rules,) = parse_intent_rules(OTHER_RULES, "own.toml")
    others = [
        replace(rules, lang="de"),
        replace(rules, unless=rules.cues),
        replace(rules, question=True),
        replace(rules, addressed=False),
        replace(rules, score="not negative"),
        *parse_intent_rules(OTHER_RULES.replace("price", "cancels"), "own.toml"),
        *parse_intent_rules(OTHER_RULES.replace("opens", "closes"), "own.toml"),
    ]
    digests = [rules_digest([one]) for one in (rules, *others)]
    assert len(set(digests)) == len(digests)
    assert rules_digest(parse_intent_rules(OTHER_RULES, "own.toml")) == digests[0]


class OtherScorer(Scorer):
    """The rules of another version."""

    def score(self, body: str, brands: Sequence[str], lang: str | None, spans: SpansOf = _NO_SPANS) -> dict[str, Score]:
        words = (WordWeight(0, 4, -4.0),)
        return dict.fromkeys(brands, Score(-0.5, Evidence((Span(0, 4),), words)))


def other_rules() -> Rejudger:
    return Rejudger(OtherScorer(BRANDS), finder(OTHER_RULES))


def rejudge(store: Store, judge: Rejudger) -> None:
    job = IntentsJob(store, judge)
    job.run(NOON)
    job.run(LATER)


def test_stored_mentions_get_the_scores_of_the_rules_in_use(store: Store, store_url: str) -> None:
    save(store, "Acme is great today", "Globex is so so")
    store.correct_score(1, 1.0, NOON)
    before = {id_: one.score for id_, one in store.mentions([1, 2]).items()}
    rejudge(store, other_rules())
    found = store.mentions([1, 2])
    assert (found[1].score.value, found[1].program_score) == (1.0, -0.5)
    assert found[2].score.value == -0.5
    assert found[2].score.evidence.words == (WordWeight(0, 4, -4.0),)
    assert store.count(MentionFilter(sentiment=Choice(("negative",)))).n == 1
    rejudge(store, rejudger())
    found = store.mentions([1, 2])
    assert found[2].score == before[2]
    assert found[1].score.value == 1.0
    store.close()
    assert inconsistencies(store_url) == []


def test_a_stored_opinion_counts_again_with_the_new_score_of_the_words(store: Store) -> None:
    save(store, "Acme opened a shop")
    store.opinions.use_model("e5", "1", ["en"])
    work = store.opinions.next_work(10)
    opinion = Opinion(0.1, 0.1, 0.8)
    store.opinions.save_opinions(work, [JudgedMention(1, opinion, 0.9)], NOON)
    judge = Rejudger(OtherScorer(BRANDS), finder(OTHER_RULES), LanguagePolicy({"en": Trust.ON}))
    rejudge(store, judge)
    found = store.mentions([1])[1]
    expected = english_score(-0.5, opinion, Evidence())
    assert expected is not None
    assert found.score.value == pytest.approx(expected, abs=0.001)
    store.opinions.use_model("e5", "2", ["en"])
    (post,) = store.opinions.next_work(10).posts
    assert post.mentions[0].words_score == -0.5


def test_a_language_that_is_not_scored_by_its_words_keeps_its_score(store: Store) -> None:
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS))
    store.save("Forum", judge.judge([Post("Forum", "1", "Acme ist toll", NOON, lang="de")], NOON), now=NOON)
    rejudge(store, other_rules())
    assert store.mentions([1])[1].score.value is None


def test_no_moods_are_compared_until_all_posts_are_judged_by_the_same_rules(store: Store) -> None:
    save(store, "Acme is great today")
    assert judgements_are_comparable(store)
    job = IntentsJob(store, rejudger())
    job.run(NOON)
    assert store.intents.posts_to_review() == 1
    assert not judgements_are_comparable(store)
    assert incomparable_spans(store, ["Acme"], NOON - DAY, NOON) == [], "counts do not depend on scores"
    assert changing_spans(store, MentionFilter(), ["Acme"], NOON - DAY, NOON) == []
    negative = MentionFilter(sentiment=Choice(("negative",)))
    assert changing_spans(store, negative, ["Acme"], NOON - DAY, NOON) == [(NOON - DAY, NOON)]
    job.run(LATER)
    assert store.intents.posts_to_review() == 0
    assert judgements_are_comparable(store)


def test_a_new_database_has_nothing_to_review(store: Store) -> None:
    store.intents.use_rules("1", NOON)
    save(store, "Acme is great today")
    assert store.intents.posts_to_review() == 0
