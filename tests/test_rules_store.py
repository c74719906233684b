"""Changes of rules in the store: what a preview promises is what happens, and nothing is lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Choice, Finding, JudgedPost, Match, MentionFilter, Post, Score, Span, State
from monitor.query import parse
from monitor.query.comparing import is_certainly_narrower
from monitor.query.fts import compile_bounds
from monitor.rules import RematchStep
from monitor.store import Store, open_store
from monitor.store.sql.rule_preview import PreviewLimits
from monitor.store.sql.rules import SqlRules
from monitor.store.sql.store import SqlStore
from monitor.store.sql.units import EPOCH
from tests.consistency import inconsistencies, raw_database
from tests.rules_setup import (
    BEGIN,
    EDGES,
    END,
    UNITED,
    brands_with,
    finish,
    random_rules,
    rematcher,
    save_tweets,
    use_rule,
)

WORDS = ["flight", "bag", "thanks", "hours", "service", "cancelled", "help", "delayed", "gate", "phone", "time"]
COUNTED = "SELECT id, post, brand, score, sentiment, intent, evidence, state, hidden, corrected FROM mention"
MENTIONS = MentionFilter(brand=Choice((UNITED.name,)))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    store = open_store(store_url)
    assert isinstance(store, SqlStore)
    save_tweets(store, 250)
    yield store
    store.close()


def rows(url: str, where: str = "state < 2") -> list[Any]:
    with raw_database(url) as db:
        return list(db.execute(f"{COUNTED} WHERE {where} ORDER BY id"))


def counted(store: Store) -> int:
    return sum(b.n for b in store.brand_histogram(UNITED.name, EDGES))


def test_for_fifty_edits_the_preview_is_what_happens_and_restoring_brings_everything_back(
    store: Store, store_url: str
) -> None:
    page = store.page(MENTIONS)
    acted, hidden = page[0].id, page[1].id
    store.set_state(acted, State.CLAIMED, END)
    store.correct_score(acted, 0.9, END)
    store.set_hidden(hidden, True, END)
    store.set_state(page[2].id, State.IRRELEVANT, END)
    first, authors = rows(store_url), sorted({one.post.author for one in page})
    entered = 0
    for text in random_rules(50, WORDS, authors):
        before = {row[0]: row for row in rows(store_url)}
        promised = store.rules.preview(UNITED.name, text, EDGES, 5)
        now = counted(store)
        use_rule(store, text)
        assert counted(store) == now - promised.leaving.n + promised.entering.n, text
        after = {row[0]: row for row in rows(store_url)}
        assert (len(after.keys() - before), len(before.keys() - after)) == (promised.entering.n, promised.leaving.n)
        assert all(after[id_] == before[id_] for id_ in after.keys() & before)
        done = store.rules.versions(UNITED.name)[0].rematch
        assert done is not None
        assert (done.entered, done.left, done.done) == (promised.entering.n, promised.leaving.n, 1.0)
        assert promised.exact
        entered += promised.entering.n
    assert entered > 10
    use_rule(store, UNITED.rule)
    assert rows(store_url) == first
    assert inconsistencies(store_url) == []


def test_a_preview_names_the_newest_posts_of_each_side(store: Store) -> None:
    found = store.rules.preview(UNITED.name, "@united -flight OR @jetblue bag*", EDGES, 3)
    assert 0 < len(found.leaving.newest) == min(3, found.leaving.n)
    assert all("flight" in one.post.text.lower() for one in found.leaving.newest)
    assert all("jetblue" in one.post.text.lower() for one in found.entering.newest)
    times = [one.post.published_at for one in found.leaving.newest]
    assert times == sorted(times, reverse=True)
    assert found.posts == 250


def limited(store: SqlStore, **limits: int) -> SqlRules:
    """Previews of ``store`` with lower limits."""
    return SqlRules(store._read, store._write, store._slow_read, PreviewLimits(**limits))


def test_a_preview_that_would_read_too_many_texts_is_an_estimate(store: SqlStore) -> None:
    exact = store.rules.preview(UNITED.name, "=Flight", EDGES, 0)
    found = limited(store, texts=60).preview(UNITED.name, "=Flight", EDGES, 0)
    assert exact.exact
    assert not found.exact
    assert found.leaving.n == pytest.approx(exact.leaving.n, rel=0.5)


def test_above_the_limit_of_posts_a_preview_is_an_estimate_from_an_even_sample(store: SqlStore) -> None:
    rule = "@united OR flight"
    exact = store.rules.preview(UNITED.name, rule, EDGES, 50)
    assert exact.exact
    assert limited(store, posts=exact.posts).preview(UNITED.name, rule, EDGES, 50) == exact
    found = limited(store, posts=exact.posts // 2).preview(UNITED.name, rule, EDGES, 50)
    assert not found.exact
    assert found.posts == exact.posts
    assert found.entering.n == pytest.approx(exact.entering.n, rel=0.5)
    assert set(found.entering.newest) < set(exact.entering.newest)
    assert limited(store, posts=1).preview(UNITED.name, "zyzzyva", EDGES, 5).entering.n == 0
    assert limited(store, posts=exact.posts // 2).preview(UNITED.name, UNITED.rule, EDGES, 5).leaving.n == 0


def test_the_two_bounds_of_a_rule_differ_only_where_the_index_cannot_decide() -> None:
    bounds = {text: compile_bounds(parse(text).tree, lambda n, v: f'"{n}{v}"', '"e"') for text in ("a bcd*", "=A")}
    assert bounds["a bcd*"].at_most == bounds["a bcd*"].at_least
    assert bounds["=A"].at_least == ""


@pytest.mark.parametrize(
    ("new", "old", "narrower"),
    [
        ("acme", "acme", True),
        ("acme NOT jobs", "acme", True),
        ("jobs acme", "acme jobs", True),
        ("acme", "acme OR globex", True),
        ("(acme OR globex) NOT jobs", "globex OR acme OR initech", True),
        ("acme OR globex", "acme", False),
        ("acme", "acme NOT jobs", False),
        ("acm*", "acme", False),
        ("acme lang:en", "acme lang:de", False),
        ("acme NEAR/3 late", "acme NEAR/5 late", False),
    ],
)
def test_a_rule_is_narrower_only_if_that_can_be_seen(new: str, old: str, narrower: bool) -> None:
    assert is_certainly_narrower(parse(new).tree, parse(old).tree) is narrower


def test_versions_say_who_changed_what_and_why(store: Store) -> None:
    store.rules.announce(UNITED.name, "@united NOT bag", "Priya", "Leave out luggage", END)
    use_rule(store, "@united NOT bag")
    use_rule(store, "@united OR bag")
    third, second, first = store.rules.versions(UNITED.name)
    assert (second.person, second.reason, second.widens) == ("Priya", "Leave out luggage", False)
    assert (third.person, third.widens) == ("", True)
    assert first.rematch is None
    assert store.rules.incomparable() == {UNITED.name: [(EPOCH, END)]}
    change = store.rule_changes(BEGIN, END + timedelta(days=1))[0]
    assert (change.person, change.entered, change.left) == ("Priya", second.rematch.entered, second.rematch.left)  # type: ignore[union-attr]


def test_a_withdrawn_or_old_announcement_names_nobody(store: Store) -> None:
    store.rules.announce(UNITED.name, "@united NOT bag", "Priya", "", END)
    store.rules.withdraw(UNITED.name)
    use_rule(store, "@united NOT bag")
    store.rules.announce(UNITED.name, "@united NOT gate", "Priya", "", END - timedelta(days=1))
    use_rule(store, "@united NOT gate")
    assert {one.person for one in store.rules.versions(UNITED.name)} == {""}


def test_a_second_change_supersedes_the_first_and_ends_as_if_it_had_been_the_only_one(
    store: Store, store_url: str
) -> None:
    store.register_brands(brands_with("@united NOT flight"), END)
    assert store.rules.unfinished() == {UNITED.name}
    assert rematcher(store, "@united").step(END) == RematchStep(waits=True)
    assert rematcher(store, "@united NOT flight").step(END)
    store.register_brands(brands_with("@united NOT bag"), END)
    finish(store, "@united NOT bag")
    assert store.rules.unfinished() == frozenset()
    assert not any("bag" in one.post.text.lower().split() for one in store.page(MENTIONS))
    use_rule(store, UNITED.rule)
    assert store.count(MentionFilter(state=Choice(("left",)))).n == 0


def test_posts_that_were_saved_by_the_rule_before_are_matched_too(store: Store) -> None:
    store.register_brands(brands_with("@united NOT bag"), END)
    one = rematcher(store, "@united NOT bag")
    while one.step(END) is not None:
        pass
    post = Post("News", "late", "@united lost my bag", END)
    found = Finding(Match(UNITED.name, UNITED.rule, (Span(0, 7),)), Score(None))
    assert store.save("News", [JudgedPost(post, (found,))], now=END).new == 1
    assert store.count(MentionFilter(q="bag", brand=MENTIONS.brand)).n == 1
    assert one.step(END) is None
    finish(store, "@united NOT bag")
    assert store.count(MentionFilter(q="bag", brand=MENTIONS.brand)).n == 0


def test_a_step_that_another_process_has_saved_changes_nothing(store: Store, store_url: str) -> None:
    store.register_brands(brands_with("@united NOT flight"), END)
    whole = store.rules.next_rematch(END)
    assert whole is not None
    middle = whole.posts[100].id
    work = replace(whole, posts=whole.posts[:101], low=middle)
    lost = [one.id for one in work.posts if one.mention and "flight" in one.post.text.lower()]
    assert store.rules.save_rematch(work, {}, lost, END) == len(lost) > 0
    assert store.rules.unfinished()
    before, version = rows(store_url), store.rules.versions(UNITED.name)[0]
    assert store.rules.save_rematch(work, {}, [one.id for one in work.posts], END) == 0
    assert (rows(store_url), store.rules.versions(UNITED.name)[0]) == (before, version)


DRILL = """
import sys
from pathlib import Path
from monitor.store import open_store
from tests.rules_setup import rematcher, END
store = open_store(f"sqlite:///{sys.argv[1]}")
one = rematcher(store, sys.argv[2])
while (step := one.step(END)) is not None:
    print(step.posts, flush=True)
"""


def test_killing_it_in_the_middle_ends_in_the_same_state(tmp_path: Path) -> None:
    rule, results, begun = "@united OR bag NOT flight", list[list[Any]](), tmp_path / "begun.db"
    store = open_store(f"sqlite:///{begun}")
    save_tweets(store, 1_500)
    store.register_brands(brands_with(rule), END)
    store.close()
    for name, kills in (("once.db", 0), ("killed.db", 2)):
        file = tmp_path / name
        shutil.copy(begun, file)
        for n in range(kills):
            command = [sys.executable, "-c", DRILL, str(file), rule]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                process.stdout.readline()
                for _ in range(random.Random(n).randrange(200_000)):
                    pass
                process.send_signal(signal.SIGKILL)
        store = open_store(f"sqlite:///{file}")
        assert not kills or store.rules.unfinished()
        finish(store, rule)
        store.close()
        assert inconsistencies(f"sqlite:///{file}") == []
        results.append(rows(f"sqlite:///{file}", "true"))
    assert results[0] == results[1]
