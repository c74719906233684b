"""What a pass changes in the store, decided without one: the status, and the gaps that open or close."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.collector import outcomes
from monitor.collector.outcomes import GapsToClose, GapToOpen, PassOutcome
from monitor.errors import BadResponse, RateLimited, SourceError
from monitor.model import Batch, Gap, Health, SourceStatus, Spend
from tests.fakes import NOON, post
from tests.pass_setup import POLLING, new_status

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def read_at(last: datetime, **changes: Any) -> SourceStatus:
    """Polled well at ``last``, with a pass that started at NOON."""
    return replace(new_status(), health=Health.WORKING, last_success=last, last_try=NOON, **changes)


def after_batch(before: SourceStatus, batch: Batch, *gaps: Gap, due: datetime = NOON) -> PassOutcome:
    """The outcome of a pass that takes a minute."""
    return outcomes.after_batch(before, batch, gaps, POLLING, due, NOON + MINUTE, 0.0)


def gap(since: datetime, until: datetime | None = None, reason: str = "Down.") -> Gap:
    return Gap("Forum", since, until, reason)


def test_an_idle_pass_in_time_can_be_buffered_and_leaves_the_gaps() -> None:
    outcome = after_batch(read_at(NOON - 10 * MINUTE), Batch())
    assert (outcome.gaps_to_open, outcome.gaps_to_close, outcome.can_buffer) == ((), None, True)
    assert outcome.status.last_success == NOON + MINUTE


@pytest.mark.parametrize(
    "batch",
    [
        Batch(posts=(post(),)),
        Batch(deleted=("a",)),
        Batch(deleted_prefixes=("a",)),
        Batch(more=True),
        Batch(spend=Spend("2026-03", 1.0, 20.0)),
        Batch(note="It has moved."),
    ],
)
def test_a_pass_whose_loss_would_matter_is_not_buffered(batch: Batch) -> None:
    assert not after_batch(read_at(NOON - 10 * MINUTE), batch).can_buffer


def test_a_recovery_is_not_buffered() -> None:
    assert not after_batch(replace(read_at(NOON - 10 * MINUTE), health=Health.BROKEN), Batch()).can_buffer


@pytest.mark.parametrize(
    ("started", "due", "reason"),
    [
        (NOON, NOON - 5 * HOUR, "Wallflower was not running."),
        (NOON, NOON, "The site asked us to wait, and its history is shorter than the wait."),
        (NOON - 5 * HOUR, NOON - 5 * HOUR, "Reading it took too long."),
    ],
)
def test_time_that_nothing_could_record_becomes_a_closed_gap(started: datetime, due: datetime, reason: str) -> None:
    last = NOON - 5 * HOUR - MINUTE
    outcome = after_batch(replace(read_at(last), last_try=started), Batch(), due=due)
    assert outcome.gaps_to_open == (GapToOpen(last, reason),)
    assert outcome.gaps_to_close == GapsToClose(NOON + MINUTE, None)


def test_what_the_batch_catches_up_needs_no_gap() -> None:
    outcome = after_batch(read_at(NOON - 5 * HOUR), Batch(complete_since=NOON - 5 * HOUR))
    assert (outcome.gaps_to_open, outcome.gaps_to_close) == ((), None)


def test_an_open_gap_is_closed_and_no_second_one_opened() -> None:
    outcome = after_batch(read_at(NOON - 5 * HOUR), Batch(complete_since=NOON - HOUR), gap(NOON - 5 * HOUR))
    assert outcome.gaps_to_open == ()
    assert outcome.gaps_to_close == GapsToClose(NOON + MINUTE, NOON - HOUR)


def test_a_past_gap_in_what_was_caught_up_is_cut() -> None:
    before, batch = read_at(NOON - 10 * MINUTE), Batch(complete_since=NOON - 3 * HOUR)
    assert outcomes.gap_range(before, batch, NOON)[0] == NOON - 3 * HOUR
    outcome = after_batch(before, batch, gap(NOON - 2 * HOUR, NOON - HOUR))
    assert outcome.gaps_to_close == GapsToClose(NOON + MINUTE, NOON - 3 * HOUR)


def test_a_pass_with_more_to_read_closes_no_gap() -> None:
    before, batch = read_at(NOON - 10 * MINUTE), Batch(more=True, complete_since=NOON - HOUR)
    assert after_batch(before, batch, gap(NOON - HOUR)).gaps_to_close is None
    assert outcomes.gap_range(before, batch, NOON)[0] == NOON


def test_an_unread_part_opens_a_gap_once() -> None:
    batch = Batch(unread_since=NOON - HOUR, note="The searches are used up.")
    before = read_at(NOON - 10 * MINUTE)
    opened = (GapToOpen(NOON - HOUR, "The searches are used up."),)
    for gaps in ((), (gap(NOON - HOUR),), (gap(NOON, reason=batch.note),), (gap(NOON - HOUR, NOON, batch.note),)):
        outcome = after_batch(before, batch, *gaps)
        assert (outcome.gaps_to_open, outcome.gaps_to_close) == (opened, None)
    assert after_batch(before, batch, gap(NOON - 2 * HOUR, reason=batch.note)).gaps_to_open == ()


def test_an_error_opens_a_gap_from_the_last_success_or_earlier() -> None:
    last, error = NOON - 10 * MINUTE, SourceError("Down.")
    assert outcomes.after_error(read_at(last), error, NOON, 0.0).gaps_to_open == (GapToOpen(last, "Down."),)
    error.unread_since = NOON - HOUR
    assert outcomes.after_error(read_at(last), error, NOON, 0.0).gaps_to_open == (GapToOpen(NOON - HOUR, "Down."),)
    assert outcomes.after_error(new_status(), BadResponse("No."), NOON, 0.0).gaps_to_open == (GapToOpen(NOON, "No."),)


def test_a_short_wait_that_the_site_asks_for_opens_no_gap() -> None:
    before = read_at(NOON - 10 * MINUTE)
    assert outcomes.after_error(before, RateLimited("Wait.", NOON + 10 * MINUTE), NOON, 0.0).gaps_to_open == ()
    assert outcomes.after_error(before, RateLimited("Wait.", NOON + HOUR), NOON, 0.0).gaps_to_open != ()
