"""Every time in which a source could not be read is stored from its first unread moment, and drawn on every screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from display.pages.health_line import HealthLine
from display.pages.mentions.filters import View
from display.pages.mentions.histogram import Chart
from display.pages.mentions.page import Listing
from display.source_health import source_health
from display.wall_state import WallStates
from monitor.collector import (
    ConfiguredSource,
    Judge,
    Pace,
    PassContext,
    poll,
    record_bug,
    record_hang,
    record_pause,
    timing,
)
from monitor.errors import AuthError, BadResponse, Gone, QuotaSpent, RateLimited, SourceError, Unready
from monitor.model import Batch, Gap, Health, Json, MentionFilter, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store
from tests.fake_site import ALL_WELL, BRANDS, config, judged
from tests.fakes import NOON, FakeClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PACE = Pace(10 * MINUTE, 10 * MINUTE)


class Scripted:
    """A source whose passes the test puts in one by one."""

    def __init__(self) -> None:
        self.next: Batch | SourceError = Batch()

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        if isinstance(self.next, SourceError):
            raise self.next
        return self.next


class House:
    """One source over a real store, read whenever the test says so."""

    def __init__(self, folder: Path) -> None:
        self.config, self.clock, self.source = config(folder), FakeClock(), Scripted()
        self.store = Store.open(self.config.database)
        self.store.register(BRANDS, NOON)
        self.desk = PassContext(
            Judge(Matcher(BRANDS), Scorer(BRANDS)), self.store, (Term("acme"),), self.clock.now, lambda: 0.0
        )
        self.watched = ConfiguredSource("Forum", "feed", self.source, PACE)
        self.status = timing.initial_status("Forum", "feed", PACE, sample=False)

    def read(self, found: Batch | SourceError, after: timedelta = timedelta()) -> SourceStatus:
        """Make a pass that brings ``found``, so much later."""
        self.clock.advance(after.total_seconds())
        self.source.next = found
        self.status = poll(self.watched, self.status, self.desk)
        return self.status

    def gaps(self) -> list[tuple[datetime, datetime | None]]:
        return [(gap.since, gap.until) for gap in self.all_gaps()]

    def all_gaps(self) -> list[Gap]:
        return self.store.gaps(NOON - 9 * DAY, NOON + 9 * DAY)

    def health(self) -> HealthLine:
        now = self.clock.now()
        health = source_health(self.config, self.store.statuses(), now, NOON - DAY)
        return HealthLine(health, now, self.config.timezone)

    def chart(self) -> Chart:
        """The histogram of the Mentions page over the last day."""
        now = self.clock.now()
        view = View(MentionFilter(since=now - DAY, until=now))
        chart = Listing(self.config, self.store, view, self.health()).chart
        assert chart
        return chart

    def hatched_on_the_wall(self) -> int:
        states = WallStates(self.config, self.store, self.clock, health=lambda: ALL_WELL, version="1")
        return len(states.get()["horizon"]["hatches"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.store.save("Forum", [judged(published_at=NOON - DAY)], now=NOON - 2 * DAY)
    made.read(Batch())
    yield made
    made.store.close()


TROUBLES = {
    "down": SourceError("It cannot be reached."),
    "strange": BadResponse("It answers with a login page."),
    "refused": AuthError("The key is refused."),
    "gone": Gone("It is gone."),
    "out of money": QuotaSpent("The budget is used up.", NOON + 9 * DAY),
    "limited for long": RateLimited("It asks us to wait.", NOON + 3 * HOUR),
    "not installed": Unready("A package is missing."),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_a_gap_from_the_last_good_reading_to_the_next(house: House, trouble: str) -> None:
    house.read(TROUBLES[trouble], 10 * MINUTE)
    assert house.gaps() == [(NOON, None)]
    assert house.all_gaps()[0].reason.startswith(str(TROUBLES[trouble]))
    house.clock.advance(3600)
    assert house.chart().hatches
    assert house.hatched_on_the_wall()
    house.read(Batch(), HOUR)
    assert house.gaps() == [(NOON, NOON + 130 * MINUTE)]
    assert house.all_gaps()[0].reason.startswith(str(TROUBLES[trouble]))
    assert house.chart().hatches
    assert house.hatched_on_the_wall()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_the_source_still_offers_closes_or_shrinks_the_gap(house: House, trouble: str) -> None:
    house.read(TROUBLES[trouble], 10 * MINUTE)
    house.read(Batch(complete_since=NOON + HOUR), 3 * HOUR)
    assert house.gaps() == [(NOON, NOON + HOUR)]
    house.read(Batch(complete_since=NOON - HOUR), 10 * MINUTE)
    assert house.gaps() == []
    assert not house.chart().hatches
    assert not house.hatched_on_the_wall()


def test_a_short_limit_is_no_gap(house: House) -> None:
    house.read(RateLimited("Wait.", NOON + 20 * MINUTE), 10 * MINUTE)
    house.read(Batch(), 10 * MINUTE)
    assert house.gaps() == []


def test_short_limits_that_follow_each_other_become_one(house: House) -> None:
    for n in range(1, 5):
        house.read(RateLimited("Wait.", NOON + (n + 1) * 10 * MINUTE), 10 * MINUTE)
    assert house.gaps() == [(NOON, None)]


def test_a_process_that_stood_still_leaves_a_gap(house: House) -> None:
    house.clock.advance(5 * 3600)
    assert house.gaps() == []
    assert house.chart().hatches, "nothing could note it, and every screen shows it all the same"
    assert house.hatched_on_the_wall()
    house.read(Batch())
    assert house.gaps() == [(NOON, NOON + 5 * HOUR)]
    assert house.all_gaps()[0].reason == "Wallflower was not running."


def test_a_site_that_asks_for_patience_makes_nobody_blind(house: House) -> None:
    """A feed with ``max-age`` of three hours that is else read every ten minutes: all of it is read, in time."""
    for hours in (0, 3, 3):
        now = house.clock.now() + hours * HOUR
        house.read(Batch(complete_since=now - 3 * HOUR, not_before=now + 3 * HOUR), hours * HOUR)
        house.clock.advance(2.9 * 3600)
        assert house.gaps() == []
        assert not house.chart().hatches
        assert not house.hatched_on_the_wall()
        house.clock.advance(-2.9 * 3600)
    house.clock.advance(4 * 3600)
    assert house.hatched_on_the_wall(), "it should have been read an hour ago"


def test_a_wait_that_costs_posts_is_told_as_what_it_is(house: House) -> None:
    now = house.clock.now()
    house.read(Batch(not_before=now + 5 * HOUR))
    house.read(Batch(complete_since=now + HOUR), 5 * HOUR)
    assert [(gap.since, gap.until) for gap in house.all_gaps()] == [(now, now + HOUR)]
    assert house.all_gaps()[0].reason == "It was to be read no sooner, and does not go back so far."


def test_what_is_caught_up_with_at_once_is_never_a_gap(house: House) -> None:
    house.read(Batch(complete_since=NOON - HOUR), 5 * HOUR)
    assert house.all_gaps() == []


def test_a_process_that_stood_still_and_then_finds_the_source_down_keeps_the_first_moment(house: House) -> None:
    house.read(SourceError("Down."), 5 * HOUR)
    house.read(Batch(), HOUR)
    assert house.gaps() == [(NOON, NOON + 6 * HOUR)]


def test_a_pause_is_a_gap_and_tells_that_a_person_wanted_it(house: House) -> None:
    house.clock.advance(600)
    house.store.pause("Forum", house.clock.now())
    record_pause(house.status, house.clock.now(), house.desk)
    house.clock.advance(7200)
    assert [status.health for status in house.store.statuses()] == [Health.PAUSED]
    assert house.health().headline == "Every source is paused."
    assert house.chart().hatches
    assert house.hatched_on_the_wall()
    house.store.resume("Forum", house.clock.now())
    house.status = timing.unpaused(house.status, house.clock.now())
    house.read(Batch())
    assert [(g.since, g.until, g.reason) for g in house.all_gaps()] == [
        (NOON, NOON + 130 * MINUTE, "It was paused by hand.")
    ]


def test_a_pass_that_hangs_is_a_gap_that_its_end_closes(house: House) -> None:
    house.clock.advance(600)
    record_hang(house.status, "Reading it does not end.", house.desk)
    assert house.gaps() == [(NOON, None)]
    house.read(Batch(), HOUR)
    assert house.gaps() == [(NOON, NOON + 70 * MINUTE)]


def test_a_fault_of_our_own_is_a_gap(house: House) -> None:
    house.clock.advance(600)
    house.status = record_bug(house.status, house.desk)
    house.read(Batch(), HOUR)
    assert house.gaps() == [(NOON, NOON + 70 * MINUTE)]


def test_a_source_that_was_never_read_is_missed_from_its_first_try(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.read(AuthError("A key is missing."))
    house.read(Batch(), HOUR)
    assert house.gaps() == [(NOON, NOON + HOUR)]
    house.store.close()


def test_a_catch_up_of_many_passes_closes_the_gap_at_its_end_and_not_before(house: House) -> None:
    house.read(SourceError("Down."), HOUR)
    house.read(Batch(complete_since=NOON, more=True), HOUR)
    assert house.gaps() == [(NOON, None)]
    house.read(Batch(complete_since=NOON + HOUR, more=True), MINUTE)
    assert house.gaps() == [(NOON, None)]
    house.read(Batch(complete_since=NOON + 2 * HOUR), MINUTE)
    assert house.gaps() == []


def test_a_catch_up_that_tells_only_at_its_end_fills_the_gap_too(house: House) -> None:
    house.read(SourceError("Down."), HOUR)
    house.read(Batch(more=True), HOUR)
    house.read(Batch(complete_since=NOON - MINUTE), MINUTE)
    assert house.gaps() == []


def test_a_catch_up_that_a_limit_cuts_short_shrinks_the_gap_when_it_ends(house: House) -> None:
    house.read(SourceError("Down."), HOUR)
    house.read(Batch(more=True), HOUR)
    house.read(Batch(not_before=NOON + 3 * HOUR), MINUTE)
    assert house.gaps() == [(NOON, NOON + 121 * MINUTE)]
    house.read(Batch(complete_since=NOON - MINUTE), HOUR)
    assert house.gaps() == []


def test_a_part_that_cannot_be_read_is_a_gap_while_the_rest_goes_on(house: House) -> None:
    part = Batch(unread_since=NOON, note="The searches are used up.")
    for _ in range(12):
        assert house.read(part, 10 * MINUTE).health is Health.WORKING
    assert house.gaps() == [(NOON, None)]
    assert house.all_gaps()[0].reason == "The searches are used up."
    assert house.chart().hatches
    assert house.hatched_on_the_wall()
    house.read(Batch(complete_since=NOON + HOUR), 10 * MINUTE)
    assert house.gaps() == [(NOON, NOON + HOUR)]


def test_a_part_that_stays_unread_is_written_down_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Batch(unread_since=NOON, note="The searches are used up.")
    house.read(part, 10 * MINUTE)
    monkeypatch.setattr(house.store, "open_gap", lambda *_: pytest.fail("it is open"))
    house.read(part, 10 * MINUTE)


def test_an_ordinary_pass_writes_nothing_about_gaps(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.store, "close_gaps", lambda *_: pytest.fail("there is none to close"))
    for _ in range(3):
        house.read(Batch(complete_since=house.clock.now()), 10 * MINUTE)


def test_the_spend_and_the_note_outlive_a_failure(house: House) -> None:
    house.read(Batch(note="Moved for good."), 10 * MINUTE)
    assert house.read(SourceError("Down."), 10 * MINUTE).note == "Moved for good."
    assert house.read(Batch(), 10 * MINUTE).note == ""


def test_a_state_tells_since_when_it_lasts(house: House) -> None:
    assert house.status.since == NOON
    house.read(SourceError("Down."), HOUR)
    house.read(SourceError("Still down."), HOUR)
    assert house.status.since == NOON + HOUR
    house.read(Batch(), HOUR)
    assert house.status.since == NOON + 3 * HOUR
