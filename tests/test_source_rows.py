"""The table of sources: every state in words, what to do about it, and the order of the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from display.pages.sources.rows import SPARK_BINS, RowContext, SourceRow, source_rows
from display.pages.sources.views import summary
from monitor.collector.search_coverage import SearchCoverage
from monitor.model import Gap, Health, SourceStatus, Spend
from tests.fake_site import config, working_status
from tests.fakes import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def row(gaps: tuple[Gap, ...] = (), volume: tuple[int, ...] = (0,) * SPARK_BINS, **changes: Any) -> SourceRow:
    status = replace(working_status(NOON - MINUTE, next_check=NOON + 9 * MINUTE, since=NOON - 3 * HOUR), **changes)
    return SourceRow(status, RowContext(NOON, config(Path()).timezone, NOON - DAY), gaps, volume)


@pytest.mark.parametrize(
    ("changes", "mark", "state", "below", "to_do"),
    [
        ({}, "working", "Working", "", "Nothing."),
        ({"note": "It moved for good."}, "working", "Working", "", "Nothing. It moved for good."),
        (
            {"health": Health.QUIET, "last_post": NOON - 31 * HOUR, "reason": "Nothing came for 31 hours."},
            *("quiet", "Working but quiet", "nothing for 31 h"),
            "Nothing, if the site itself is quiet. Nothing came for 31 hours.",
        ),
        (
            {"health": Health.LIMITED, "next_check": NOON + HOUR, "reason": "It asks us to wait."},
            *("limited", "Limited until 13:00", "since 09:00"),
            "Nothing. It resumes automatically at 13:00. It asks us to wait.",
        ),
        (
            {"health": Health.NEEDS_KEY, "next_check": None, "last_success": None, "reason": "The key K is missing."},
            *("needs-key", "Needs a key", "never read"),
            "The key K is missing. Then restart Wallflower.",
        ),
        (
            {"health": Health.BROKEN, "failures": 9, "reason": "It answers 404."},
            *("broken", "Broken", "since 09:00, 9 tries"),
            "It answers 404. The next try is at 12:09.",
        ),
        (
            {"health": Health.BROKEN, "next_check": None, "failures": 1, "reason": "It is gone."},
            *("broken", "Broken", "since 09:00"),
            "It is gone.",
        ),
        (
            {"health": Health.SPENT, "next_check": NOON + 9 * DAY, "reason": "The budget is used up."},
            *("spent", "Budget spent", "since 09:00"),
            "The budget is used up. It resumes at Fri 13 Mar, 12:00.",
        ),
        (
            {"health": Health.PAUSED, "next_check": None},
            *("paused", "Paused", "since 09:00"),
            "It is not read until you resume it.",
        ),
        (
            {"last_success": NOON - 5 * HOUR, "next_check": NOON - 4 * HOUR},
            *("late", "Late", "since 07:00"),
            "Its check was due at 08:00. Is Wallflower running? If so, its log says what is delaying the check.",
        ),
    ],
)
def test_every_state_has_a_symbol_a_label_and_something_to_do(
    changes: dict[str, Any], mark: str, state: str, below: str, to_do: str
) -> None:
    one = row(**changes)
    assert (one.mark, one.state, one.detail, one.to_do) == (mark, state, below, to_do)


def test_a_search_that_finds_nothing_about_a_brand_is_the_first_thing_to_do() -> None:
    sentence = "It finds nothing about Acme: `author:ann` alone satisfies the rule. Add a word."
    coverage = SearchCoverage(missed=(sentence,), unsearchable=("Acme",))
    closed = row(note="r/acme is closed to us.")
    gone = row(health=Health.BROKEN, reason="It is gone.", next_check=None)
    assert replace(row(), coverage=coverage).to_do == sentence
    assert replace(closed, coverage=coverage).to_do == f"{sentence} r/acme is closed to us."
    assert replace(gone, coverage=coverage).to_do == "It is gone."
    assert replace(row(), coverage=SearchCoverage(checked_locally=("-jobs",))).to_do == "Nothing."


def test_a_source_that_was_never_read_waits_after_a_start_and_is_late_later() -> None:
    one = row(health=Health.WAITING, last_success=None, next_check=None)
    assert (one.mark, one.next_check) == ("late", "now")
    just_started = replace(one, context=replace(one.context, started=NOON - MINUTE))
    assert (just_started.mark, just_started.to_do) == ("waiting", "Nothing. Its first check is due.")


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "none"),
        ([(2, None)], "since 10:00"),
        ([(9 * 24, None)], "all of it"),
        ([(26, 19)], "7 h on Tue 3"),
        ([(26, 19), (3, 1)], "9 h in 2 gaps"),
        ([(26, 19), (1, None)], "since 11:00, 8 h in all"),
    ],
)
def test_the_times_that_were_not_read_in_words(spans: list[tuple[int, int | None]], words: str) -> None:
    gaps = tuple(Gap("Forum", NOON - a * HOUR, None if b is None else NOON - b * HOUR, "") for a, b in spans)
    assert row(gaps).not_read == words


def test_the_spend_of_an_earlier_month_does_not_count() -> None:
    assert row().spent == "free"
    assert row(spend=Spend("2026-03", 38.2, 60.0)).spent == "$38.20 of $60"
    assert row(spend=Spend("2026-02", 60.0, 60.0)).spent == "$0.00 of $60"


@pytest.mark.parametrize(
    ("spend", "days", "to_do"),
    [
        (Spend("2026-03", 6.0, 60.0), 0, "Nothing. On course for $53 by 31 Mar."),
        (Spend("2026-03", 30.0, 60.0), 0, "Nothing. On course for $60 by 31 Mar."),
        (Spend("2026-03", 0.0, 60.0), 0, "Nothing."),
        (Spend("2026-03", 6.0, 60.0), -3, "Nothing."),
        (None, 0, "Nothing."),
    ],
)
def test_a_source_that_costs_money_projects_the_spend_of_the_month(spend: Spend | None, days: int, to_do: str) -> None:
    one = row(spend=spend)
    assert replace(one, context=replace(one.context, now=NOON + days * DAY)).to_do == to_do


def test_everything_counts_as_not_read_if_a_source_was_never_read() -> None:
    broken = row((Gap("Forum", NOON - HOUR, None, ""),), health=Health.NEEDS_KEY, last_success=None, next_check=None)
    assert broken.not_read == "all of it"
    assert replace(broken, volume=(0,) * (SPARK_BINS - 1) + (3,)).not_read == "since 11:00"
    assert row(health=Health.WAITING, last_success=None, next_check=None).not_read == "none"


def test_rows_are_sorted_by_trouble_then_limits_then_volume_and_paused_last() -> None:
    def status(name: str, health: Health) -> SourceStatus:
        return working_status(NOON, name, health=health, next_check=NOON + HOUR)

    statuses = [
        status("paused", Health.PAUSED),
        status("small", Health.WORKING),
        status("large", Health.QUIET),
        status("limited", Health.LIMITED),
        status("key", Health.NEEDS_KEY),
        status("broken", Health.BROKEN),
    ]
    volumes = {"large": [3], "small": [1], "broken": [2], "paused": [9]}
    found = source_rows(statuses, [], volumes, row().context, {})
    assert [one.name for one in found] == ["broken", "key", "limited", "large", "small", "paused"]
    assert summary(found) == (
        "broken and key need attention. limited resumes automatically. paused is paused and not counted."
    )


def test_numbers_in_names_are_sorted_as_numbers() -> None:
    names = ["Feed 10", "feed 2", "Feed", "7th", "Feed 2b", "9\u0663"]
    found = source_rows(
        [working_status(NOON, name) for name in names], (), {}, RowContext(NOON, config(Path()).timezone, NOON), {}
    )
    assert [one.name for one in found] == ["7th", "9\u0663", "Feed", "feed 2", "Feed 2b", "Feed 10"]


@pytest.mark.parametrize(("minutes", "mark"), [(1, "working"), (3, "late")])
def test_a_source_is_late_two_minutes_after_its_check_was_due(minutes: int, mark: str) -> None:
    one = row(last_success=NOON - 5 * HOUR, next_check=NOON - minutes * MINUTE)
    assert one.mark == mark
    just_started = replace(one, context=replace(one.context, started=NOON - MINUTE))
    assert just_started.mark == "working"


def test_a_source_that_is_polled_every_few_seconds_is_always_on() -> None:
    assert row(interval=5).next_check == "always on"
    assert row(interval=60).next_check == "12:09"
    assert row(interval=5, health=Health.LIMITED, next_check=NOON + HOUR).next_check == "13:00"


def test_the_next_check_of_a_source_that_waits_for_a_person() -> None:
    assert row(health=Health.PAUSED, next_check=None).next_check == "when resumed"
    assert row(health=Health.NEEDS_KEY, next_check=None).next_check == "with a key"
    assert row(health=Health.BROKEN, next_check=None).next_check == "after a restart"


def test_the_summary_names_three_sources_and_counts_more() -> None:
    def broken(*names: str) -> list[SourceRow]:
        return [row(source=name, health=Health.BROKEN) for name in names]

    assert summary(broken("A", "B", "C")) == "A, B and C need attention."
    assert summary(broken("A", "B", "C", "D")) == "4 need attention."
    assert summary(broken("A")) == "A needs attention."
