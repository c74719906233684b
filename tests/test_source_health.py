"""Which sources count as not read, and how the health line of the pages words it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from display.pages.health_line import HealthLine
from display.source_health import SourceHealth, UnreadReason, configured_statuses, source_health, unrecorded_gaps
from monitor.model import Gap, Health, SourceStatus
from tests.fake_site import config, working_status
from tests.fakes import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def health_of(statuses: Sequence[SourceStatus], mentions: dict[str, int] | None = None) -> SourceHealth:
    """The health of a config that has exactly these sources; the program started an hour ago."""
    settings = config(Path(), sources=[status.source for status in statuses])
    return source_health(settings, statuses, NOON, NOON - HOUR, mentions)


def line_of(*statuses: SourceStatus) -> HealthLine:
    return HealthLine(health_of(statuses), NOON, config(Path()).timezone)


def status(source: str = "Forum", **changes: Any) -> SourceStatus:
    return replace(working_status(NOON - MINUTE, source), **changes)


@pytest.mark.parametrize(
    ("changes", "reason", "stale"),
    [
        ({"health": Health.BROKEN, "next_check": NOON + MINUTE}, UnreadReason.BROKEN, False),
        ({"health": Health.BROKEN, "next_check": None}, UnreadReason.BROKEN, True),
        ({"health": Health.NEEDS_KEY}, UnreadReason.NEEDS_KEY, True),
        ({"health": Health.SPENT}, UnreadReason.BUDGET_SPENT, True),
        ({"health": Health.PAUSED}, UnreadReason.PAUSED, True),
        ({"health": Health.LIMITED, "next_check": NOON + 16 * MINUTE}, UnreadReason.RATE_LIMITED, True),
        ({"last_success": NOON - 2 * HOUR}, UnreadReason.STALE, True),
        ({"last_success": None}, UnreadReason.STALE, True),
    ],
)
def test_an_unread_source_has_a_reason(changes: dict[str, Any], reason: UnreadReason, stale: bool) -> None:
    (found,) = health_of([status(**changes)]).unread
    assert (found.reason, found.stale) == (reason, stale)


@pytest.mark.parametrize("changes", [{}, {"health": Health.LIMITED, "next_check": NOON + 15 * MINUTE}])
def test_a_source_that_is_read_or_waits_for_a_short_time_is_not_unread(changes: dict[str, Any]) -> None:
    assert health_of([status(**changes)]).unread == ()


def test_walls_count_a_broken_source_as_read_until_it_is_stale() -> None:
    broken = status(health=Health.BROKEN, next_check=NOON + MINUTE)
    assert (health_of([broken]).read_count, health_of([broken]).all_stale) == (1, False)
    assert line_of(broken).headline == "0 of 1 sources read."


def test_a_source_is_major_from_five_per_cent_of_the_mentions() -> None:
    stale = [status(name, last_success=NOON - 2 * HOUR) for name in ("Small", "Large")]
    health = health_of(stale, {"Small": 4, "Large": 96})
    assert [(one.source, one.major) for one in health.unread] == [("Large", True), ("Small", False)]
    assert [one.source for one in health.major] == ["Large"]
    assert all(one.major for one in health_of(stale).unread)
    new = replace(stale[0], last_post=None)
    assert health_of([new], {"Large": 100}).unread[0].major


def test_a_gap_is_added_only_for_a_source_without_an_open_one() -> None:
    stale = health_of([status(name, last_success=NOON - 2 * HOUR) for name in ("Forum", "Reddit")])
    stored = [Gap("Forum", NOON - HOUR, None, "Down."), Gap("Reddit", NOON - 9 * HOUR, NOON - 8 * HOUR, "Down.")]
    assert unrecorded_gaps(stale.unread, stored) == [Gap("Reddit", NOON - 2 * HOUR, None, "")]
    never = health_of([status(last_success=None)])
    assert unrecorded_gaps(never.unread, []) == []
    assert unrecorded_gaps(never.unread, [], never_read_since=NOON - HOUR) == [Gap("Forum", NOON - HOUR, None, "")]


def test_mentions_are_sample_data_even_if_the_sample_source_was_removed_from_the_config() -> None:
    settings = config(Path(), sources=["Forum"])
    sample = status("Demo", sample=True)
    assert source_health(settings, [status(), sample], NOON, NOON).sample
    assert not source_health(settings, [status()], NOON, NOON).sample


def test_every_configured_source_has_a_status_with_its_kind() -> None:
    settings = config(Path(), sources=["Forum", "New"])
    stored = [status("Removed"), status("Forum", kind="")]
    assert [(s.source, s.kind, s.health) for s in configured_statuses(settings, stored)] == [
        ("Forum", "feed", Health.WORKING),
        ("New", "feed", Health.WAITING),
    ]


# The health line


def test_the_line_says_when_the_newest_source_was_read() -> None:
    line = line_of(status("Forum"), status("Reddit"))
    assert (line.level, line.headline, line.details) == ("ok", "All 2 sources read, last 1 min ago", "")
    assert line_of(status()).headline == "The only source was last read 1 min ago"
    assert line_of(replace(status(), health=Health.PAUSED)).headline == "Every source is paused."
    assert line_of().headline == "No source is set up."
    imported = replace(line_of(), sources=replace(line_of().sources, has_imports=True))
    assert (imported.headline, imported.short) == ("Imported posts only, no source is read.", "Imported posts")


def test_the_line_names_three_sources_those_that_need_a_person_first() -> None:
    line = line_of(
        status("A", last_success=NOON - 2 * HOUR),
        status("B", health=Health.LIMITED, next_check=NOON + HOUR),
        status("C", last_success=None),
        status("D", health=Health.NEEDS_KEY),
        status("E"),
    )
    assert (line.level, line.headline) == ("trouble", "1 of 5 sources read.")
    assert line.details == "D needs a key, A was last read 2 h ago, B asks us to wait until 13:00 and 1 more"
    assert line_of(status("A", last_success=NOON - 2 * HOUR), status("B")).level == "unread"


def test_an_empty_list_names_every_source_that_was_not_read() -> None:
    stale = status("Forum", last_success=NOON - 3 * HOUR)
    later = status("Reddit", last_success=NOON - 2 * HOUR)
    never = status("X", last_success=None)
    assert line_of(stale).missing_sentence == "Forum has not been read since 09:00. There may be more mentions."
    assert line_of(stale, later, never).missing_sentence == (
        "Forum has not been read since 09:00, Reddit since 10:00 and X was never read. There may be more mentions."
    )
    assert line_of(never).missing_sentence == "X was never read. There may be more mentions."
    several = [status(name, last_success=None) for name in ("Forum", "Reddit", "X")]
    assert line_of(*several).missing_sentence == "Forum, Reddit and X were never read. There may be more mentions."
    assert line_of(status()).missing_sentence == ""


def test_the_name_of_a_source_never_changes_the_sentence() -> None:
    """A name may contain words of the sentence itself."""
    stale = [status(f"{name} since 2020", last_success=NOON - 3 * HOUR) for name in ("Mentions", "Reviews")]
    assert line_of(*stale).missing_sentence == (
        "Mentions since 2020 has not been read since 09:00 and Reviews since 2020 since 09:00. "
        "There may be more mentions."
    )


def test_a_thousand_sources_are_written_with_a_comma() -> None:
    line = line_of(*(status(f"Feed {n}", next_check=NOON + 10 * MINUTE) for n in range(1_203)))
    assert line.title == "All 1,203 sources are being read"
    assert line.headline.startswith("All 1,203 sources read")
    assert line.short == "1,203 of 1,203 read"


def test_a_source_that_a_reload_has_just_added_is_not_stale_and_later_has_a_gap_from_then() -> None:
    never_read = status(last_success=None, first_seen=NOON - 14 * MINUTE)
    assert health_of([never_read]).unread == ()
    (found,) = health_of([replace(never_read, first_seen=NOON - 31 * MINUTE)]).unread
    assert [gap.since for gap in unrecorded_gaps([found], [])] == [NOON - 31 * MINUTE]
