"""The acceptance checklist of the wall: each line names the tests that check it.

Two lines are measured by benchmarks instead, because tests never assert times: ``bench.live`` measures how soon a
change is painted, ``bench.flood`` how much memory minutes of fifty mentions a second take.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CHECKLIST = {
    "1 sizes of type": (
        "test_every_state_is_legible_and_within_the_safe_area",
        "test_what_must_be_got_in_a_glance_is_large",
    ),
    "2 no scroll, nothing moves, nothing leaves": (
        "test_no_text_moves_a_neighbour",
        "test_nothing_is_cut_that_must_be_whole",
        "test_no_text_stands_on_another",
        "test_the_hero_takes_the_largest_size_that_fits",
        "test_the_sign_of_sample_data_leaves_room_for_a_lost_connection",
    ),
    "3 bars are the number, none in a gap": (
        "test_the_four_bright_bars_are_the_number_at_any_minute",
        "test_no_bar_is_drawn_inside_a_full_gap",
        "test_the_bars_are_the_number",
    ),
    "4 contrast and luminance": (
        "test_every_state_is_legible_at_night",
        "test_the_night_is_dark_whatever_the_state",
        "test_little_is_lit_both_before_and_after_a_change_of_layout",
    ),
    "5 layouts by the clock": (
        "test_layouts_take_turns_offline_too",
        "test_zones_change_places_with_the_layout",
        "test_little_is_lit_both_before_and_after_a_change_of_layout",
    ),
    "6 silence": ("test_silence_is_told_in_steps", "test_offline_for_ten_minutes_and_back"),
    "7 a source stopped": (
        "test_a_blind_source_of_weight_is_named_and_hatched",
        "test_nobody_says_normal_or_quiet_while_a_source_that_matters_is_blind",
    ),
    "8 incidents": (
        "test_a_spike_becomes_an_incident_within_minutes_and_ends_by_itself",
        "test_an_incident_takes_the_screen_and_leaves_it",
        "test_from_one_to_five_is_no_incident_but_forty_are",
        "test_flapping_makes_one_incident",
    ),
    "9 a flood": (
        "test_a_flood_leaves_few_waiting_and_the_pace_as_it_is",
        "test_a_hero_stays_as_long_as_it_takes_to_read",
        "test_the_document_never_holds_more_than_three_mentions",
        "test_in_a_burst_walls_receive_one_state_per_second_and_pages_every_change",
        "test_sampling_is_said_where_not_all_have_their_turn",
    ),
    "10 hidden, deleted, masked": (
        "test_a_hidden_and_a_deleted_mention_leave_at_once",
        "test_a_hidden_post_leaves_at_once_and_still_counts",
        "test_a_masked_wall_names_nobody",
        "test_masked_authors_have_no_handle_and_no_disc",
    ),
    "11 too few to say": ("test_a_mood_is_said_only_when_it_can_be", "test_unscored_is_never_neutral"),
    "12 shapes without colour": (
        "test_marks_differ_in_shape_without_any_colour",
        "test_our_mark_keeps_its_shape_at_a_quarter_of_the_size",
    ),
    "13 legible at 480x270": ("test_a_quarter_of_the_size_is_enough_for_a_glance",),
    "no report, no error, no outside request": ("test_nothing_was_refused_complained_of_or_asked_elsewhere",),
}


@pytest.fixture(scope="module")
def defined() -> set[str]:
    """The names of all test functions."""
    files = (path for path in TESTS.rglob("test_*.py") if path != Path(__file__))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in files)
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", CHECKLIST)
def test_the_tests_of_each_line_exist(line: str, defined: set[str]) -> None:
    assert set(CHECKLIST[line]) <= defined
