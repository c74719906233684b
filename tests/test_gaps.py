"""Every gap is stored from its first unread moment, and shown on every screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from display.pages.health_line import HealthLine
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.histogram import Histogram
from display.pages.mentions.page import MentionsPage
from display.source_health import source_health
from display.wall_state import WallStates
from monitor.collector import (
    ConfiguredSource,
    Judge,
    PassContext,
    PollingPolicy,
    poll,
    record_bug,
    record_hang,
    record_pause,
    timing,
)
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, SetupError, SourceError
from monitor.model import Batch, Gap, Health, Json, MentionFilter, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store
from tests.fake_site import ALL_HEALTHY, BRANDS, config, judged, working_status
from tests.fakes import NOON, FakeClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLLING = PollingPolicy(10 * MINUTE, 10 * MINUTE)


class NextPassSource:
    """Returns or raises ``next``."""

    def __init__(self) -> None:
        self.next: Batch | SourceError = Batch()

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        if isinstance(self.next, SourceError):
            raise self.next
        return self.next


class PolledSource:
    """One source over a real store, polled when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.config, self.clock, self.source = config(folder), FakeClock(), NextPassSource()
        self.store = open_store(self.config.database_url)
        self.store.register_brands(BRANDS, NOON)
        self.context = PassContext(
            Judge(Matcher(BRANDS), Scorer(BRANDS)), self.store, (Term("acme"),), self.clock.now, lambda: 0.0
        )
        self.configured = ConfiguredSource("Forum", "feed", self.source, POLLING)
        self.status = timing.initial_status("Forum", "feed", POLLING, sample=False)

    def poll(self, result: Batch | SourceError, after: timedelta = timedelta()) -> SourceStatus:
        """Let the time ``after`` go by, then make a pass with this result."""
        self.clock.advance(after.total_seconds())
        self.source.next = result
        self.status = poll(self.configured, self.status, self.context)
        return self.status

    def gaps(self) -> list[tuple[datetime, datetime | None]]:
        return [(gap.since, gap.until) for gap in self.all_gaps()]

    def all_gaps(self) -> list[Gap]:
        return self.store.gaps(NOON - 9 * DAY, NOON + 9 * DAY)

    def health(self) -> HealthLine:
        now = self.clock.now()
        health = source_health(self.config, self.store.statuses(), now, NOON - DAY)
        return HealthLine(health, now, self.config.timezone)

    def chart(self) -> Histogram:
        """The histogram of the Mentions page over the last day."""
        now = self.clock.now()
        view = MentionsView(MentionFilter(since=now - DAY, until=now))
        chart = MentionsPage(self.config, self.store, view, self.health()).chart
        assert chart
        return chart

    def hatched_on_the_wall(self) -> int:
        states = WallStates(self.config, self.store, self.clock, health=lambda: ALL_HEALTHY, version="1")
        return len(states.get()["horizon"]["hatches"])


@pytest.fixture
def forum(tmp_path: Path) -> Iterator[PolledSource]:
    made = PolledSource(tmp_path)
    made.store.save_status(working_status(NOON - 2 * DAY), NOON - 2 * DAY)
    made.store.save("Forum", [judged(published_at=NOON - DAY)], now=NOON - 2 * DAY)
    made.poll(Batch())
    yield made
    made.store.close()


ERRORS = {
    "down": SourceError("It cannot be reached."),
    "strange": BadResponse("It answers with a login page."),
    "refused": AuthError("The key is refused."),
    "gone": Gone("It is gone."),
    "out of money": QuotaSpent("The budget is used up.", NOON + 9 * DAY),
    "limited for long": RateLimited("It asks us to wait.", NOON + 3 * HOUR),
    "not installed": SetupError("A package is missing."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_a_gap_from_the_last_success_to_the_next(forum: PolledSource, name: str) -> None:
    forum.poll(ERRORS[name], 10 * MINUTE)
    assert forum.gaps() == [(NOON, None)]
    assert forum.all_gaps()[0].reason.startswith(str(ERRORS[name]))
    forum.clock.advance(3600)
    assert forum.chart().hatches
    assert forum.hatched_on_the_wall()
    forum.poll(Batch(), HOUR)
    assert forum.gaps() == [(NOON, NOON + 130 * MINUTE)]
    assert forum.all_gaps()[0].reason.startswith(str(ERRORS[name]))
    assert forum.chart().hatches
    assert forum.hatched_on_the_wall()


@pytest.mark.parametrize("name", ERRORS)
def test_what_the_source_still_offers_closes_or_shrinks_the_gap(forum: PolledSource, name: str) -> None:
    forum.poll(ERRORS[name], 10 * MINUTE)
    forum.poll(Batch(complete_since=NOON + HOUR), 3 * HOUR)
    assert forum.gaps() == [(NOON, NOON + HOUR)]
    forum.poll(Batch(complete_since=NOON - HOUR), 10 * MINUTE)
    assert forum.gaps() == []
    assert not forum.chart().hatches
    assert not forum.hatched_on_the_wall()


def test_a_short_limit_is_no_gap(forum: PolledSource) -> None:
    forum.poll(RateLimited("Wait.", NOON + 20 * MINUTE), 10 * MINUTE)
    forum.poll(Batch(), 10 * MINUTE)
    assert forum.gaps() == []


def test_repeated_short_limits_become_a_gap(forum: PolledSource) -> None:
    for n in range(1, 5):
        forum.poll(RateLimited("Wait.", NOON + (n + 1) * 10 * MINUTE), 10 * MINUTE)
    assert forum.gaps() == [(NOON, None)]


def test_a_downtime_of_the_process_is_a_gap(forum: PolledSource) -> None:
    forum.clock.advance(5 * 3600)
    assert forum.gaps() == []
    assert forum.chart().hatches, "nothing could record it, but every screen shows it"
    assert forum.hatched_on_the_wall()
    forum.poll(Batch())
    assert forum.gaps() == [(NOON, NOON + 5 * HOUR)]
    assert forum.all_gaps()[0].reason == "Wallflower was not running."


def test_a_wait_that_the_site_asks_for_is_not_shown_as_unread(forum: PolledSource) -> None:
    """A feed that is read every ten minutes sends ``max-age`` of three hours: everything is read in time."""
    for hours in (0, 3, 3):
        now = forum.clock.now() + hours * HOUR
        forum.poll(Batch(complete_since=now - 3 * HOUR, not_before=now + 3 * HOUR), hours * HOUR)
        forum.clock.advance(2.9 * 3600)
        assert forum.gaps() == []
        assert not forum.chart().hatches
        assert not forum.hatched_on_the_wall()
        forum.clock.advance(-2.9 * 3600)
    forum.clock.advance(4 * 3600)
    assert forum.hatched_on_the_wall(), "it was due an hour ago"


def test_a_wait_that_costs_posts_is_reported_as_such(forum: PolledSource) -> None:
    now = forum.clock.now()
    forum.poll(Batch(not_before=now + 5 * HOUR))
    forum.poll(Batch(complete_since=now + HOUR), 5 * HOUR)
    assert [(gap.since, gap.until) for gap in forum.all_gaps()] == [(now, now + HOUR)]
    assert forum.all_gaps()[0].reason == "The site asked us to wait, and its history is shorter than the wait."


def test_what_is_caught_up_at_once_is_never_a_gap(forum: PolledSource) -> None:
    forum.poll(Batch(complete_since=NOON - HOUR), 5 * HOUR)
    assert forum.all_gaps() == []


def test_a_downtime_followed_by_an_error_is_one_gap(forum: PolledSource) -> None:
    forum.poll(SourceError("Down."), 5 * HOUR)
    forum.poll(Batch(), HOUR)
    assert forum.gaps() == [(NOON, NOON + 6 * HOUR)]


def test_a_pause_is_a_gap_with_its_own_reason(forum: PolledSource) -> None:
    forum.clock.advance(600)
    forum.store.pause_source("Forum", forum.clock.now())
    record_pause(forum.status, forum.clock.now(), forum.context)
    forum.clock.advance(7200)
    (status,) = forum.store.statuses()
    assert (status.health, status.reason) == (Health.PAUSED, "It was paused manually.")
    assert forum.health().headline == "Every source is paused."
    assert forum.chart().hatches
    assert forum.hatched_on_the_wall()
    forum.store.resume_source("Forum", forum.clock.now())
    forum.status = timing.unpaused(forum.status, forum.clock.now())
    forum.poll(Batch())
    assert [(g.since, g.until, g.reason) for g in forum.all_gaps()] == [
        (NOON, NOON + 130 * MINUTE, "It was paused manually.")
    ]


def test_a_pass_that_hangs_is_a_gap_until_it_ends(forum: PolledSource) -> None:
    forum.clock.advance(600)
    record_hang(forum.status, "It hangs.", forum.context)
    assert forum.gaps() == [(NOON, None)]
    forum.poll(Batch(), HOUR)
    assert forum.gaps() == [(NOON, NOON + 70 * MINUTE)]


def test_a_bug_of_ours_is_a_gap(forum: PolledSource) -> None:
    forum.clock.advance(600)
    forum.status = record_bug(forum.status, forum.context)
    forum.poll(Batch(), HOUR)
    assert forum.gaps() == [(NOON, NOON + 70 * MINUTE)]


def test_the_gap_of_a_source_that_was_never_read_begins_at_the_first_try(tmp_path: Path) -> None:
    forum = PolledSource(tmp_path)
    forum.poll(AuthError("A key is missing."))
    forum.poll(Batch(), HOUR)
    assert forum.gaps() == [(NOON, NOON + HOUR)]
    forum.store.close()


def test_catching_up_in_several_passes_closes_the_gap_at_the_end(forum: PolledSource) -> None:
    forum.poll(SourceError("Down."), HOUR)
    forum.poll(Batch(complete_since=NOON, more=True), HOUR)
    assert forum.gaps() == [(NOON, None)]
    forum.poll(Batch(complete_since=NOON + HOUR, more=True), MINUTE)
    assert forum.gaps() == [(NOON, None)]
    forum.poll(Batch(complete_since=NOON + 2 * HOUR), MINUTE)
    assert forum.gaps() == []


def test_catching_up_closes_the_gap_if_only_the_last_pass_knows_how_far_it_read(forum: PolledSource) -> None:
    forum.poll(SourceError("Down."), HOUR)
    forum.poll(Batch(more=True), HOUR)
    forum.poll(Batch(complete_since=NOON - MINUTE), MINUTE)
    assert forum.gaps() == []


def test_catching_up_that_a_rate_limit_interrupts_shrinks_the_gap_later(forum: PolledSource) -> None:
    forum.poll(SourceError("Down."), HOUR)
    forum.poll(Batch(more=True), HOUR)
    forum.poll(Batch(not_before=NOON + 3 * HOUR), MINUTE)
    assert forum.gaps() == [(NOON, NOON + 121 * MINUTE)]
    forum.poll(Batch(complete_since=NOON - MINUTE), HOUR)
    assert forum.gaps() == []


def test_a_part_that_cannot_be_read_is_a_gap_while_the_rest_is_read(forum: PolledSource) -> None:
    part = Batch(unread_since=NOON, note="The searches are used up.")
    for _ in range(12):
        assert forum.poll(part, 10 * MINUTE).health is Health.WORKING
    assert forum.gaps() == [(NOON, None)]
    assert forum.all_gaps()[0].reason == "The searches are used up."
    assert forum.chart().hatches
    assert forum.hatched_on_the_wall()
    forum.poll(Batch(complete_since=NOON + HOUR), 10 * MINUTE)
    assert forum.gaps() == [(NOON, NOON + HOUR)]


def test_a_part_that_stays_unread_is_written_once(forum: PolledSource, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Batch(unread_since=NOON, note="The searches are used up.")
    forum.poll(part, 10 * MINUTE)
    monkeypatch.setattr(forum.store, "open_gap", lambda *_: pytest.fail("it is open already"))
    forum.poll(part, 10 * MINUTE)


def test_an_ordinary_pass_writes_nothing_about_gaps(forum: PolledSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forum.store, "close_gaps", lambda *_: pytest.fail("there is none to close"))
    for _ in range(3):
        forum.poll(Batch(complete_since=forum.clock.now()), 10 * MINUTE)


def test_the_note_outlives_a_failure(forum: PolledSource) -> None:
    forum.poll(Batch(note="Moved for good."), 10 * MINUTE)
    assert forum.poll(SourceError("Down."), 10 * MINUTE).note == "Moved for good."
    assert forum.poll(Batch(), 10 * MINUTE).note == ""


def test_a_status_knows_when_its_health_began(forum: PolledSource) -> None:
    assert forum.status.since == NOON
    forum.poll(SourceError("Down."), HOUR)
    forum.poll(SourceError("Still down."), HOUR)
    assert forum.status.since == NOON + HOUR
    forum.poll(Batch(), HOUR)
    assert forum.status.since == NOON + 3 * HOUR
