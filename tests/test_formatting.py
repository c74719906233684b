"""How numbers, times, durations and initials are formatted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from display.formatting import (
    clock_time,
    format_duration,
    format_score,
    format_signed,
    format_time,
    initials,
    join_with_and,
)
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(("value", "text"), [(0.49, "+0.49"), (-0.75, f"{MINUS}0.75"), (0.0, "0.00"), (-0.004, "0.00")])
def test_a_number_has_a_real_minus_sign_and_zero_has_no_sign(value: float, text: str) -> None:
    assert format_signed(value) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.349, "+0.34"),
        (0.35, "+0.35"),
        (-0.599, f"{MINUS}0.59"),
        (-0.6, f"{MINUS}0.60"),
        (0.149, "+0.14"),
        (0.29, "+0.29"),
    ],
)
def test_a_score_below_a_threshold_does_not_look_as_if_it_met_it(score: float, text: str) -> None:
    assert format_score(score) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "now"),
        (timedelta(minutes=-3), "now"),
        (timedelta(minutes=24), "24 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=18), "yesterday 18:00"),
        (timedelta(days=3), "1 Mar"),
        (timedelta(days=400), "28 Jan 2025"),
    ],
)
def test_an_age_has_its_shortest_clear_form(ago: timedelta, text: str) -> None:
    assert format_time(NOON - ago, NOON, LONDON).age == text


def test_yesterday_is_decided_in_the_zone_of_the_reader() -> None:
    just_after_midnight = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    earlier = format_time(just_after_midnight - timedelta(hours=2), just_after_midnight, LONDON)
    assert earlier.age == "yesterday 22:30"
    assert earlier.exact == "Wed 1 Jul 2026, 22:30"
    assert format_time(just_after_midnight - timedelta(minutes=40), just_after_midnight, LONDON).age == "40 min"


def test_a_clock_time_names_the_day_unless_it_is_today_and_the_year_unless_it_is_this_one() -> None:
    assert clock_time(NOON - timedelta(hours=3), NOON, LONDON) == "09:00"
    assert clock_time(NOON - timedelta(hours=13), NOON, LONDON) == "Tue 3 Mar, 23:00"
    assert clock_time(NOON - timedelta(days=400), NOON, LONDON) == "Tue 28 Jan 2025, 12:00"


def test_a_duration_uses_its_largest_unit() -> None:
    texts = [format_duration(timedelta(seconds=s)) for s in (-1, 20, 1440, 9000, 200_000)]
    assert texts == ["0 s", "20 s", "24 min", "2 h", "2 days"]


def test_a_list_in_a_sentence_ends_with_and() -> None:
    assert [join_with_and(["a"]), join_with_and(["a", "b"]), join_with_and(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("author", "letters"),
    [
        ("marta.knits", "MK"),
        ("Nora Keller", "NK"),
        ("@n_keller", "NK"),
        ("dana", "DA"),
        ("שלומי", "של"),
        ("東京 太郎", "東太"),
        ("🦊", "🦊"),
        ("x", "X"),
        ("", ""),
    ],
)
def test_initials_are_two_letters_of_the_name(author: str, letters: str) -> None:
    assert initials(author) == letters
