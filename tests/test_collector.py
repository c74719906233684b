"""One pass: what it stores, and what it makes of a source's status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector import ConfiguredSource, Judge, Pace, PassContext, poll, resume_source, rules_digest, timing
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, Refused, SourceError, Stopped
from monitor.http.error_messages import status_error
from monitor.model import Batch, Brand, Health, Json, Judged, MentionFilter, Post, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store
from tests.fakes import NOON, FakeClock, post

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
PACE = Pace(None, timedelta(minutes=10))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Scripted:
    """A source that does what the test says, one item for each pass."""

    def __init__(self, *passes: Batch | Exception) -> None:
        self.passes = list(passes)
        self.cursors: list[Json] = []
        self.before: list[SourceStatus] = []
        self.store: Store | None = None

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.cursors.append(cursor)
        if self.store:
            self.before += self.store.statuses()
        found = self.passes.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "wallflower.db")
    opened.register(BRANDS, NOON)
    yield opened
    opened.close()


def desk(store: Store, clock: FakeClock, luck: float = 0.0) -> PassContext:
    matcher = Matcher(BRANDS)
    return PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: luck)


def watched(*passes: Batch | Exception, pace: Pace = PACE, sample: bool = False) -> tuple[ConfiguredSource, Scripted]:
    source = Scripted(*passes)
    return ConfiguredSource("Forum", "feed", source, pace, sample), source


def fresh(pace: Pace = PACE) -> SourceStatus:
    return timing.initial_status("Forum", "feed", pace, sample=False)


def test_a_pass_stores_mentions_cursor_and_status_together(store: Store, clock: FakeClock) -> None:
    forum, source = watched(Batch(posts=(post("Acme is great!"), post("Nobody is named")), cursor={"etag": "x"}))
    status = poll(forum, fresh(), desk(store, clock))
    (mention,) = store.page(MentionFilter())
    assert (mention.brand, mention.post.text, mention.post.lang) == ("Acme", "Acme is great!", "en")
    assert (mention.score.value or 0) > 0
    assert store.cursor("Forum") == {"etag": "x"}
    assert store.statuses() == [status]
    assert (status.health, status.last_success, status.failures) == (Health.WORKING, NOON, 0)
    assert source.cursors == [None]


def test_the_next_check_is_stored_before_the_fetch(store: Store, clock: FakeClock) -> None:
    forum, source = watched(Batch())
    source.store = store
    poll(forum, fresh(), desk(store, clock))
    (seen,) = source.before
    assert seen.next_check == NOON + 10 * MINUTE
    assert seen.last_try == NOON


def test_our_own_stop_in_the_middle_of_a_pass_says_nothing_of_the_source(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(cursor=[1]), Stopped("Stopped while waiting to be let through."))
    before = poll(forum, fresh(), desk(store, clock))
    clock.advance(600)
    after = poll(forum, before, desk(store, clock))
    assert (after.health, after.reason, after.failures) == (Health.WORKING, "", 0)
    assert store.statuses() == [after]
    assert store.gaps(NOON, clock.now() + DAY) == []
    assert store.cursor("Forum") == [1]


def test_a_source_gets_its_cursor_back(store: Store, clock: FakeClock) -> None:
    forum, source = watched(Batch(cursor=[1]), Batch(cursor=[2]))
    status = poll(forum, fresh(), desk(store, clock))
    poll(forum, status, desk(store, clock))
    assert source.cursors == [None, [1]]


def test_many_posts_are_saved_in_parts_in_their_order(store: Store, clock: FakeClock) -> None:
    posts = tuple(post(f"acme {n}", external_id=str(n)) for n in range(600))
    forum, _ = watched(Batch(posts=posts, cursor="end"))
    poll(forum, fresh(), desk(store, clock))
    ids = [m.post.external_id for m in store.export(MentionFilter())]
    assert ids == [str(n) for n in reversed(range(600))]
    assert store.cursor("Forum") == "end"


class Poisoned(Judge):
    """A judge that fails on posts that say "poison"."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[Judged]:
        if any("poison" in p.text for p in posts):
            raise RuntimeError("a bug of ours")
        return super().judge(posts, now)


def test_one_poisonous_post_is_set_aside_and_the_rest_go_on(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    batch = Batch((post("Acme one"), post("Acme poison"), post("Acme two")), cursor=1)
    at_work = replace(desk(store, clock), judge=Poisoned(Matcher(BRANDS), Scorer(BRANDS)))
    status = poll(watched(batch)[0], fresh(), at_work)
    assert [m.post.text for m in store.page(MentionFilter())] == ["Acme two", "Acme one"]
    assert (status.set_aside, store.statuses()[0].set_aside, store.cursor("Forum")) == (1, 1, 1)
    assert "cannot be judged and is set aside" in caplog.text


def test_when_no_post_can_be_judged_none_is_passed_over(store: Store, clock: FakeClock) -> None:
    at_work = replace(desk(store, clock), judge=Poisoned(Matcher(BRANDS), Scorer(BRANDS)))
    with pytest.raises(RuntimeError, match="a bug of ours"):
        poll(watched(Batch((post("poison"), post("more poison")), cursor=1))[0], fresh(), at_work)
    assert store.cursor("Forum") is None


def test_deletions_are_followed(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(posts=(post("acme", external_id="a"),)), Batch(deleted=("a",)))
    status = poll(forum, fresh(), desk(store, clock))
    poll(forum, status, desk(store, clock))
    assert store.page(MentionFilter()) == []


@pytest.mark.parametrize("more", [1, 600])
def test_an_author_who_left_and_came_back_keeps_what_is_new(store: Store, clock: FakeClock, more: int) -> None:
    back = tuple(post(f"acme again {n}", external_id=f"ann/{n + 2}") for n in range(more))
    first = (post("acme", external_id="ann/1"), post("acme", external_id="bob/1"))
    forum, _ = watched(Batch(posts=first), Batch(posts=back, deleted_below=("ann/",)))
    status = poll(forum, fresh(), desk(store, clock))
    poll(forum, status, desk(store, clock))
    ids = {mention.post.external_id for mention in store.export(MentionFilter())}
    assert ids == {"bob/1", *(one.external_id for one in back)}


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
def test_what_an_error_makes_of_the_status(
    store: Store, clock: FakeClock, error: Exception, health: Health, next_check: Any, failures: int, gaps: int
) -> None:
    forum, _ = watched(error)
    status = poll(forum, fresh(), desk(store, clock))
    assert (status.health, status.next_check, status.failures) == (health, next_check, failures)
    assert str(error) in status.reason
    assert store.statuses() == [status]
    assert len(store.gaps(NOON - DAY, NOON + DAY)) == gaps


def test_a_bug_is_not_caught_and_leaves_the_cursor(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(cursor=1), ZeroDivisionError())
    status = poll(forum, fresh(), desk(store, clock))
    with pytest.raises(ZeroDivisionError):
        poll(forum, status, desk(store, clock))
    assert store.cursor("Forum") == 1


def test_a_gap_lasts_from_the_last_success_to_the_next(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(), SourceError("Down."), SourceError("Down."), Batch())
    status = poll(forum, fresh(), desk(store, clock))
    for _ in range(3):
        clock.advance(600)
        status = poll(forum, status, desk(store, clock))
    (gap,) = store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, NOON + 30 * MINUTE)
    assert status.health is Health.WORKING


def test_what_the_source_still_offers_is_no_gap(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(), SourceError("Down."), Batch(complete_since=NOON - DAY))
    status = poll(forum, fresh(), desk(store, clock))
    for _ in range(2):
        clock.advance(600)
        status = poll(forum, status, desk(store, clock))
    assert store.gaps(NOON - DAY, NOON + DAY) == []


@pytest.mark.parametrize(("minutes", "gaps"), [(29, 0), (31, 1)])
def test_a_long_stop_of_ours_is_a_gap(store: Store, clock: FakeClock, minutes: int, gaps: int) -> None:
    forum, _ = watched(Batch(), Batch())
    status = poll(forum, fresh(), desk(store, clock))
    clock.advance(minutes * 60)
    poll(forum, status, desk(store, clock))
    found = store.gaps(NOON - DAY, NOON + DAY)
    assert [(g.since, g.until) for g in found] == [(NOON, NOON + minutes * MINUTE)] * gaps


def test_a_limit_that_lasts_becomes_a_gap(store: Store, clock: FakeClock) -> None:
    forum, _ = watched(Batch(), RateLimited("Wait.", NOON + HOUR))
    status = poll(forum, fresh(), desk(store, clock))
    clock.advance(45 * 60)
    poll(forum, status, desk(store, clock))
    (gap,) = store.gaps(NOON - DAY, NOON + DAY)
    assert (gap.since, gap.until) == (NOON, None)


# When a source is read next: pure functions


def status_of(**changes: Any) -> SourceStatus:
    return replace(fresh(), last_try=NOON, last_success=NOON - HOUR, **changes)


def test_our_own_pace_follows_the_posts_between_five_minutes_and_a_day() -> None:
    assert PACE.interval(0) == 600
    assert PACE.interval(2) == 1800
    assert PACE.interval(1000) == 300
    assert PACE.interval(0.001) == 86_400


def test_what_the_person_says_replaces_our_guess() -> None:
    assert Pace(2 * MINUTE, 10 * MINUTE).interval(1000) == 120
    assert Pace(7 * DAY, 10 * MINUTE).interval(1000) == 7 * 86_400


def test_a_kind_made_to_be_read_often_is() -> None:
    assert Pace(None, timedelta(seconds=2)).interval(0.01) == 2


def test_the_wish_of_the_site_wins_over_what_the_person_says() -> None:
    pace = Pace(2 * MINUTE, 10 * MINUTE)
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON + HOUR), pace, NOON, 0.0)
    assert after.next_check == NOON + HOUR
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON), pace, NOON, 0.0)
    assert after.next_check == NOON + 2 * MINUTE


def test_a_wish_of_a_year_is_cut_to_a_day() -> None:
    after = timing.pass_succeeded(status_of(), Batch(not_before=NOON + 365 * DAY), PACE, NOON, 0.0)
    assert after.next_check == NOON + DAY
    after = timing.pass_failed(status_of(), RateLimited("", NOON + 365 * DAY), NOON, 0.0)
    assert after.next_check == NOON + timing.LONGEST_WISH


def test_a_pass_that_was_cut_goes_on_at_once() -> None:
    assert timing.pass_succeeded(status_of(), Batch(more=True), PACE, NOON, 1.0).next_check == NOON


@pytest.mark.parametrize(
    ("interval", "longest"), [(5, HOUR), (600, HOUR), (1800, 3 * HOUR), (6 * 3600, DAY), (7 * 86_400, 7 * DAY)]
)
def test_a_site_that_fails_is_tried_again_before_it_forgets_what_we_missed(interval: int, longest: timedelta) -> None:
    status = status_of(interval=float(interval))
    for _ in range(40):
        status = timing.pass_failed(status, BadResponse("No."), NOON, 0.0)
    assert status.next_check == NOON + longest
    assert timing.pass_started(status, NOON).next_check == NOON + longest
    assert timing.faulted(status, NOON, 0.0).next_check == NOON + longest


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refused), (404, Refused), (422, Refused), (408, BadResponse), (503, BadResponse)]
)
def test_only_what_a_person_must_mend_is_a_refusal(status: int, kind: type[BadResponse]) -> None:
    assert type(status_error(status, "forum.example")) is kind


def test_refusals_stretch_the_interval_up_to_a_day() -> None:
    status, delays = status_of(), []
    for _ in range(40):
        status = timing.pass_failed(status, Refused("No."), NOON, 0.0)
        assert status.next_check is not None
        delays.append(status.next_check - NOON)
    assert delays[:3] == [15 * MINUTE, 22.5 * MINUTE, 33.75 * MINUTE]
    assert delays == sorted(delays)
    assert delays[-1] == DAY
    assert timing.pass_succeeded(status, Batch(), PACE, NOON, 0.0).failures == 0


def test_a_first_pass_tells_the_rate_from_the_times_of_the_posts() -> None:
    posts = tuple(post(published_at=NOON - n * HOUR) for n in range(1, 13))
    old = tuple(post(published_at=NOON - 300 * DAY) for _ in range(50))
    assert timing.posts_per_hour(fresh(), (*posts, *old), NOON) == pytest.approx(1.0)


def test_later_passes_tell_it_from_what_they_bring() -> None:
    status, now = replace(fresh(), last_success=NOON, posts_per_hour=0.0), NOON
    for _ in range(24 * 60):
        now += HOUR
        rate = timing.posts_per_hour(status, (post(), post()), now)
        status = replace(status, last_success=now, posts_per_hour=rate)
    assert status.posts_per_hour == pytest.approx(2.0, rel=0.05)


def test_quiet_is_not_broken() -> None:
    busy = status_of(posts_per_hour=2.0, last_post=NOON - 13 * HOUR)
    after = timing.pass_succeeded(busy, Batch(), PACE, NOON, 0.0)
    assert after.health is Health.QUIET
    assert "Nothing came for 13 hours" in after.reason
    back = timing.pass_succeeded(after, Batch(posts=(post(),)), PACE, NOON + HOUR, 0.0)
    assert (back.health, back.reason, back.last_post) == (Health.WORKING, "", NOON + HOUR)


def test_a_slow_source_is_not_quiet_so_soon() -> None:
    slow = status_of(posts_per_hour=1 / 24, last_post=NOON - 5 * DAY)
    assert timing.pass_succeeded(slow, Batch(), PACE, NOON, 0.0).health is Health.WORKING
    assert not timing.is_quiet(fresh(), NOON + 100 * DAY)


def test_what_was_left_out_is_counted_and_told() -> None:
    after = timing.pass_succeeded(status_of(set_aside=2), Batch(set_aside=3), PACE, NOON, 0.0)
    assert after.set_aside == 5
    assert "3 unreadable entries" in after.reason
    assert timing.pass_succeeded(status_of(), Batch(note="It has moved."), PACE, NOON, 0.0).reason == "It has moved."


def test_a_restart_honours_the_stored_next_check() -> None:
    wish = status_of(next_check=NOON + 5 * HOUR, health=Health.WORKING)
    assert timing.resumed(wish, "feed", PACE, NOON, sample=False).next_check == NOON + 5 * HOUR


def test_a_shorter_every_counts_from_the_last_try() -> None:
    ours = status_of(interval=86_400.0, next_check=NOON + DAY, health=Health.WORKING)
    resumed = timing.resumed(ours, "feed", Pace(10 * MINUTE, HOUR), NOON + HOUR, sample=False)
    assert resumed.next_check == NOON + 10 * MINUTE
    failing = replace(ours, failures=3)
    assert timing.resumed(failing, "feed", Pace(MINUTE, HOUR), NOON, sample=False).next_check == NOON + DAY


def test_a_source_that_was_stopped_is_tried_at_a_start() -> None:
    stopped = timing.pass_failed(status_of(), AuthError("No key."), NOON, 0.0)
    assert timing.resumed(stopped, "feed", PACE, NOON, sample=False).next_check is None


@pytest.mark.parametrize("health", [Health.WORKING, Health.LIMITED])
def test_a_clock_that_was_set_back_makes_no_wait_longer(health: Health) -> None:
    tried = replace(status_of(), last_try=NOON + DAY, next_check=NOON + DAY + 10 * MINUTE, health=health)
    assert timing.resumed(tried, "feed", PACE, NOON, sample=False).next_check == NOON + 10 * MINUTE


def test_a_person_may_ask_after_the_clock_was_set_back() -> None:
    tried = replace(status_of(), last_try=NOON + HOUR, health=Health.WORKING)
    assert timing.asked_for(tried, NOON, NOON) == NOON


def test_a_clock_that_was_wrong_does_not_silence_a_source() -> None:
    far = status_of(next_check=NOON + 900 * DAY, health=Health.WORKING)
    assert timing.resumed(far, "feed", PACE, NOON, sample=False).next_check == NOON + DAY


ERRORS = st.sampled_from(
    [
        BadResponse("x"),
        RateLimited("x", NOON + DAY),
        QuotaSpent("x", NOON - DAY),
        SourceError("x"),
        Batch(),
        Batch(more=True),
    ]
)


@given(st.lists(ERRORS, max_size=30), st.floats(0, 1), st.integers(0, 100_000))
def test_whatever_happens_the_next_check_is_neither_past_nor_never(passes: list[Any], luck: float, every: int) -> None:
    pace = Pace(timedelta(seconds=every) if every else None, 10 * MINUTE)
    status = fresh(pace)
    for one in passes:
        status = timing.pass_started(status, NOON)
        if isinstance(one, Batch):
            status = timing.pass_succeeded(status, one, pace, NOON, luck)
        else:
            status = timing.pass_failed(status, one, NOON, luck)
        assert status.next_check is not None
        least = timedelta() if one == Batch(more=True) else timedelta(seconds=status.interval)
        assert NOON + least <= status.next_check <= NOON + timing.LONGEST_WISH + 2 * DAY


def test_judging_a_post_changes_nothing_of_it_but_its_language() -> None:
    said = Post(
        source="news",
        external_id="1",
        text="We have been waiting for this with them for a very long time",
        published_at=NOON,
        author="ada",
        title="Acme ships it",
        url="https://news.example/1",
        site="r/acme",
        stars=4,
    )
    filled = [f.name for f in fields(Post) if f.default is MISSING or getattr(said, f.name) != f.default]
    assert filled == [f.name for f in fields(Post) if f.name != "lang"], "a new field needs a value above"
    judge = Judge(Matcher([Brand("Acme", "acme")]), Scorer([Brand("Acme", "acme")]))
    assert judge.judge([said], NOON)[0].post == replace(said, lang="en")


class Rereads:
    """A source that can read once more what it passed over."""

    def fetch(self, terms: Any, cursor: Json, now: datetime) -> Batch:
        return Batch(cursor=cursor)

    def reset_cursor(self, cursor: Json) -> Json:
        return ["afresh", cursor]


@pytest.mark.parametrize(
    ("before", "now", "ready", "left"),
    [
        ("one", "two", True, ["afresh", "here"]),
        ("one", "one", True, "here"),
        ("", "two", True, "here"),
        ("one", "", True, "here"),
        ("one", "two", False, "here"),
    ],
)
def test_other_rules_read_afresh(
    store: Store, clock: FakeClock, before: str, now: str, ready: bool, left: Json
) -> None:
    status = replace(status_of(), rules=before)
    store.save("Forum", (), now=NOON, cursor="here", status=status)
    watched = ConfiguredSource("Forum", "feed", Rereads(), PACE, ready=ready)
    after = resume_source(watched, status, replace(desk(store, clock), rules=now))
    assert store.cursor("Forum") == left
    assert after.rules == (now if now and ready else before)
    resume_source(watched, after, replace(desk(store, clock), rules=now))
    assert store.cursor("Forum") == left


def test_the_mark_of_rules_tells_brands_and_words() -> None:
    acme, globex = Brand("Acme", "acme"), Brand("Globex", "globex")
    assert rules_digest([acme, globex]) == rules_digest([globex, acme])
    assert (
        len({rules_digest(brands) for brands in ([acme], [globex], [acme, globex], [Brand("Acme", "acme -jobs")])}) == 4
    )
