"""One pass: what it stores, and the status that it leaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import Judge, PassContext, poll
from monitor.collector.passes import BATCH_SIZE
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, SourceError, Stopped
from monitor.logs import FaultLog
from monitor.model import Batch, Health, JudgedPost, MentionFilter, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from tests.fakes import NOON, FakeClock, post
from tests.pass_setup import BRANDS, new_status, pass_context, scripted

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


@pytest.fixture
def context(store: Store, clock: FakeClock) -> PassContext:
    return pass_context(store, clock)


def test_a_pass_stores_mentions_cursor_and_status_together(store: Store, context: PassContext) -> None:
    forum, source = scripted(Batch(posts=(post("Acme is great!"), post("No brand here")), cursor={"etag": "x"}))
    status = poll(forum, new_status(), context)
    (mention,) = store.page(MentionFilter())
    assert (mention.brand, mention.post.text, mention.post.lang) == ("Acme", "Acme is great!", "en")
    assert (mention.score.value or 0) > 0
    assert store.cursor("Forum") == {"etag": "x"}
    assert store.statuses() == [status]
    assert (status.health, status.last_success, status.failures) == (Health.WORKING, NOON, 0)
    assert source.cursors == [None]


def test_the_next_check_is_stored_before_the_fetch(store: Store, context: PassContext) -> None:
    forum, source = scripted(Batch())
    source.store = store
    poll(forum, new_status(), context)
    (before,) = source.statuses_before
    assert before.next_check == NOON + 10 * MINUTE
    assert before.last_try == NOON


def test_stopping_during_a_pass_does_not_count_against_the_source(
    store: Store, clock: FakeClock, context: PassContext
) -> None:
    forum, _ = scripted(Batch(cursor=[1]), Stopped("Stopped while waiting for the rate limiter."))
    before = poll(forum, new_status(), context)
    clock.advance(600)
    after = poll(forum, before, context)
    assert (after.health, after.reason, after.failures) == (Health.WORKING, "", 0)
    assert store.statuses() == [after]
    assert store.gaps(NOON, clock.now() + DAY) == []
    assert store.cursor("Forum") == [1]


def test_a_source_gets_its_cursor_back(context: PassContext) -> None:
    forum, source = scripted(Batch(cursor=[1]), Batch(cursor=[2]))
    status = poll(forum, new_status(), context)
    poll(forum, status, context)
    assert source.cursors == [None, [1]]


def test_many_posts_are_saved_in_several_transactions_in_order(store: Store, context: PassContext) -> None:
    posts = tuple(post(f"acme {n}", external_id=str(n)) for n in range(600))
    forum, _ = scripted(Batch(posts=posts, cursor="end"))
    poll(forum, new_status(), context)
    ids = [m.post.external_id for m in store.export(MentionFilter())]
    assert ids == [str(n) for n in reversed(range(600))]
    assert store.cursor("Forum") == "end"


class CountingJudge:
    """Finds nothing, and records how many posts it gets at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        self.sizes.append(len(posts))
        return [JudgedPost(one) for one in posts]


def test_a_burst_is_judged_and_saved_in_bounded_batches(
    store: Store, context: PassContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, saved, save = CountingJudge(), list[int](), store.save

    def counting_save(source: str, judged: Sequence[JudgedPost], **rest: Any) -> Any:
        saved.append(len(judged))
        return save(source, judged, **rest)

    monkeypatch.setattr(store, "save", counting_save)
    forum, _ = scripted(Batch(tuple(post(f"acme {n}") for n in range(10 * BATCH_SIZE + 1))))
    poll(forum, new_status(), replace(context, judge=judge))
    assert judge.sizes == saved == [BATCH_SIZE] * 10 + [1]


def test_an_idle_pass_reads_the_gaps_once_and_writes_nothing_at_once(
    store: Store, clock: FakeClock, context: PassContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum, _ = scripted(Batch(cursor=1), Batch(cursor=2))
    status = poll(forum, new_status(), context)
    reads, gaps = [], store.gaps
    monkeypatch.setattr(store, "gaps", lambda *args: [reads.append(args), gaps(*args)][1])
    for write in ("save", "save_status", "open_gap", "close_gaps"):
        monkeypatch.setattr(store, write, lambda *_, **__: pytest.fail("an idle pass must not write"))
    clock.advance(600)
    poll(forum, status, context)
    assert len(reads) == 1
    assert store.cursor("Forum") == 2


class JudgeWithBug(Judge):
    """Fails on posts that contain "poison"."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        if any("poison" in p.text for p in posts):
            raise RuntimeError("a bug of ours")
        return super().judge(posts, now)


@pytest.fixture
def context_with_bug(context: PassContext) -> PassContext:
    return replace(context, judge=JudgeWithBug(Matcher(BRANDS), Scorer(BRANDS)))


def test_one_post_that_cannot_be_judged_is_skipped(
    store: Store, context_with_bug: PassContext, caplog: pytest.LogCaptureFixture
) -> None:
    batch = Batch((post("Acme one"), post("Acme poison"), post("Acme two")), cursor=1)
    status = poll(scripted(batch)[0], new_status(), context_with_bug)
    assert [m.post.text for m in store.page(MentionFilter())] == ["Acme two", "Acme one"]
    assert (status.skipped, store.statuses()[0].skipped, store.cursor("Forum")) == (1, 1, 1)
    assert (
        "Posts are skipped, because a bug in Wallflower keeps them from being judged: RuntimeError in " in caplog.text
    )
    assert f"(first: post {batch.posts[1].external_id} of Forum)" in caplog.text


def test_a_bug_that_hits_many_posts_is_logged_once_and_when_it_is_over(
    context_with_bug: PassContext, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "wallflower.collector")
    context = replace(context_with_bug, faults=FaultLog(logging.getLogger("wallflower.collector"), clock.monotonic))
    posts = tuple(post(f"acme {'poison' if n % 2 else ''} {n}", external_id=str(n)) for n in range(40))
    status = new_status()
    for _ in range(3):  # the next batch without such a post does not end it: the one after that has them again
        status = poll(scripted(Batch(posts))[0], status, context)
        status = poll(scripted(Batch((post("acme"),)))[0], status, context)
    assert caplog.text.count("Traceback") == caplog.text.count("a bug in Wallflower") == 1
    clock.advance(3600)
    poll(scripted(Batch((post("acme"),)))[0], status, context)
    assert "No more posts are skipped because of a bug in Wallflower, after 60 min (60 failures)" in caplog.text


def test_skipped_posts_are_counted_over_all_parts_of_a_batch(context_with_bug: PassContext) -> None:
    posts = tuple(post("poison" if n % 100 == 0 else f"acme {n}", external_id=str(n)) for n in range(600))
    assert poll(scripted(Batch(posts))[0], new_status(), context_with_bug).skipped == 6


def test_if_no_post_can_be_judged_none_is_skipped(store: Store, context_with_bug: PassContext) -> None:
    with pytest.raises(RuntimeError, match="a bug of ours"):
        poll(scripted(Batch((post("poison"), post("more poison")), cursor=1))[0], new_status(), context_with_bug)
    assert store.cursor("Forum") is None


def test_deletions_at_the_source_are_followed(store: Store, context: PassContext) -> None:
    forum, _ = scripted(Batch(posts=(post("acme", external_id="a"),)), Batch(deleted=("a",)))
    status = poll(forum, new_status(), context)
    poll(forum, status, context)
    assert store.page(MentionFilter()) == []


@pytest.mark.parametrize("more", [1, 600])
def test_an_author_who_left_and_returned_keeps_the_new_posts(store: Store, context: PassContext, more: int) -> None:
    returned = tuple(post(f"acme again {n}", external_id=f"ann/{n + 2}") for n in range(more))
    first = (post("acme", external_id="ann/1"), post("acme", external_id="bob/1"))
    forum, _ = scripted(Batch(posts=first), Batch(posts=returned, deleted_prefixes=("ann/",)))
    status = poll(forum, new_status(), context)
    poll(forum, status, context)
    ids = {mention.post.external_id for mention in store.export(MentionFilter())}
    assert ids == {"bob/1", *(one.external_id for one in returned)}


@pytest.mark.parametrize(
    ("error", "health", "next_check", "failures", "gaps"),
    [
        (BadResponse("No feed."), Health.BROKEN, NOON + 15 * MINUTE, 1, 1),
        (SourceError("Cannot be reached."), Health.BROKEN, NOON + 15 * MINUTE, 1, 1),
        (AuthError("The key is refused."), Health.NEEDS_KEY, None, 1, 1),
        (Gone("It is gone."), Health.BROKEN, None, 1, 1),
        (RateLimited("Wait.", NOON + 3 * HOUR), Health.LIMITED, NOON + 3 * HOUR, 0, 1),
        (RateLimited("Wait.", NOON + 15 * MINUTE), Health.LIMITED, NOON + 15 * MINUTE, 0, 0),
        (QuotaSpent("Used up.", NOON + 9 * DAY), Health.SPENT, NOON + 9 * DAY, 0, 1),
    ],
)
def test_the_status_and_gaps_after_an_error(
    store: Store, context: PassContext, error: Exception, health: Health, next_check: Any, failures: int, gaps: int
) -> None:
    forum, _ = scripted(error)
    status = poll(forum, new_status(), context)
    assert (status.health, status.next_check, status.failures) == (health, next_check, failures)
    assert str(error) in status.reason
    assert store.statuses() == [status]
    assert len(store.gaps(NOON - DAY, NOON + DAY)) == gaps


def test_a_bug_is_not_caught_and_keeps_the_cursor(store: Store, context: PassContext) -> None:
    forum, _ = scripted(Batch(cursor=1), ZeroDivisionError())
    status = poll(forum, new_status(), context)
    with pytest.raises(ZeroDivisionError):
        poll(forum, status, context)
    assert store.cursor("Forum") == 1


def test_a_gap_lasts_from_the_last_success_to_the_next(store: Store, clock: FakeClock, context: PassContext) -> None:
    forum, _ = scripted(Batch(), SourceError("Down."), SourceError("Down."), Batch())
    status = poll(forum, new_status(), context)
    for _ in range(3):
        clock.advance(600)
        status = poll(forum, status, context)
    (gap,) = store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, NOON + 30 * MINUTE)
    assert status.health is Health.WORKING


def test_what_the_source_still_offers_is_no_gap(store: Store, clock: FakeClock, context: PassContext) -> None:
    forum, _ = scripted(Batch(), SourceError("Down."), Batch(complete_since=NOON - DAY))
    status = poll(forum, new_status(), context)
    for _ in range(2):
        clock.advance(600)
        status = poll(forum, status, context)
    assert store.gaps(NOON - DAY, NOON + DAY) == []


@pytest.mark.parametrize(("minutes", "gaps"), [(29, 0), (31, 1)])
def test_a_long_downtime_of_ours_is_a_gap(
    store: Store, clock: FakeClock, context: PassContext, minutes: int, gaps: int
) -> None:
    forum, _ = scripted(Batch(), Batch())
    status = poll(forum, new_status(), context)
    clock.advance(minutes * 60)
    poll(forum, status, context)
    found = store.gaps(NOON - DAY, NOON + DAY)
    assert [(g.since, g.until) for g in found] == [(NOON, NOON + minutes * MINUTE)] * gaps


def test_a_rate_limit_that_lasts_becomes_a_gap(store: Store, clock: FakeClock, context: PassContext) -> None:
    forum, _ = scripted(Batch(), RateLimited("Wait.", NOON + HOUR))
    status = poll(forum, new_status(), context)
    clock.advance(45 * 60)
    poll(forum, status, context)
    (gap,) = store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, None)


def test_a_source_that_fails_again_and_again_is_logged_once_for_each_cause_and_when_it_works(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wallflower.collector")
    context, status = pass_context(store, clock), new_status()
    failures = [SourceError("It does not answer."), SourceError("It has an internal error.")] * 20
    source, _ = scripted(*failures, Batch())
    for _ in range(len(failures) + 1):
        status = poll(source, status, context)
    assert [record.getMessage().partition(", after")[0] for record in caplog.records] == [
        "Forum: broken. It does not answer.",
        "Forum: broken. It has an internal error.",
        "Forum: working",
    ]
    assert caplog.records[-1].getMessage().endswith("(40 failures)")
