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
        "test_what_must_be_read_at_a_glance_is_large",
    ),
    "2 no scroll, nothing moves, nothing leaves": (
        "test_no_text_moves_a_neighbour",
        "test_figures_and_states_are_never_cut",
        "test_no_text_overlaps_another",
        "test_the_hero_takes_the_largest_size_that_fits",
        "test_the_sign_of_sample_data_leaves_room_for_a_lost_connection",
    ),
    "3 bars are the number, none in a gap": (
        "test_the_four_bright_bars_are_the_number_at_any_minute",
        "test_no_bar_is_drawn_where_no_source_was_read",
        "test_the_bars_are_the_number",
    ),
    "4 contrast and luminance": (
        "test_every_state_is_legible_at_night",
        "test_every_state_is_dark_at_night",
        "test_little_stays_lit_when_the_layout_changes",
    ),
    "5 layouts by the clock": (
        "test_layouts_change_by_the_clock_even_offline",
        "test_zones_move_with_the_layout",
        "test_little_stays_lit_when_the_layout_changes",
    ),
    "6 silence": ("test_silence_is_reported_in_steps", "test_offline_for_ten_minutes_and_back"),
    "7 a source stopped": (
        "test_a_weighty_source_that_is_not_read_is_named_and_hatched",
        "test_the_headline_never_says_normal_while_a_weighty_source_is_not_read",
    ),
    "8 incidents": (
        "test_a_spike_becomes_an_incident_within_minutes_and_ends_by_itself",
        "test_an_incident_takes_over_the_screen_and_leaves_it",
        "test_five_mentions_are_no_incident_for_a_quiet_brand_but_forty_are",
        "test_flapping_is_one_incident",
    ),
    "9 a flood": (
        "test_a_flood_leaves_the_queue_short_and_the_pace_unchanged",
        "test_a_hero_stays_as_long_as_it_takes_to_read",
        "test_the_dom_never_has_more_than_three_mentions",
        "test_in_a_burst_walls_receive_several_changes_with_one_state_and_pages_every_change",
        "test_sampling_is_reported_if_not_everything_can_be_shown",
    ),
    "10 hidden, deleted, masked": (
        "test_hidden_and_deleted_mentions_disappear_at_once",
        "test_a_hidden_post_disappears_at_once_and_still_counts",
        "test_a_masked_wall_names_nobody",
        "test_masked_authors_have_no_handle_and_no_disc",
    ),
    "11 too few to say": (
        "test_a_mood_is_shown_only_if_it_is_certain_enough",
        "test_an_unscored_mention_is_never_neutral",
    ),
    "12 shapes without colour": (
        "test_marks_differ_in_shape_without_any_colour",
        "test_our_mark_keeps_its_shape_at_a_quarter_of_the_size",
    ),
    "13 legible at 480x270": ("test_a_quarter_of_the_size_is_enough_for_a_glance",),
    "no report, no error, no outside request": ("test_no_error_no_csp_report_and_no_request_elsewhere",),
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
