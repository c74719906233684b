"""No cell of a CSV file that we write is a formula for a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.csv_format import csv_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"], ids=ascii)
@pytest.mark.parametrize("before", ["", " ", "  ", "\u3000", "\xa0", "\n", "'", "'' "], ids=ascii)
def test_a_cell_that_begins_like_a_formula_is_text(before: str, sign: str) -> None:
    formula = f"{before}{sign}cmd|' /C calc'!A0"
    assert csv_cell(formula) == "'" + formula
    assert csv_cell([formula, "x"]) == "'" + formula + " x"


@pytest.mark.parametrize(
    "text",
    [
        "@bob",
        "@bob.b-c@example.social",
        "@acme thanks!! Where is it? #late",
        "@ana: 1 + 1 = 2",
        "@Ana, Acme's is -5 &c",
    ],
)
def test_a_handle_is_text_for_every_spreadsheet(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "@SUM(1+9)*cmd|' /C calc'!A0",
        "@SUM (A1)",
        '@bob HYPERLINK("https://evil.example")',
        "@bob cmd|' /C calc'!A0",
        "@bob '[x.xlsx]Sheet1'!A1",
        "@bob Sheet1!A1",
        "@A1\n(2)",
        "@",
        "@@bob",
        "@ bob",
        " @bob",
        "'@bob",
        "@(bob)",
        "@=1",
        "\uff20bob",
    ],
)
def test_what_could_be_a_formula_after_an_at_sign_is_guarded(text: str) -> None:
    assert csv_cell(text) == "'" + text


@given(st.text(alphabet="@ab1 =+-!|()[]'\t\n\uff08\uff20", max_size=12))
def test_a_cell_without_a_guard_has_nothing_that_a_formula_needs(text: str) -> None:
    cell = csv_cell(text)
    assert cell in (text, "'" + text)
    if cell == text and text.lstrip()[:1] in tuple("=+-@\t\uff20"):
        assert text == "" or text.strip() == "" or (text[0] == "@" and not set(text) & set("(|["))


@pytest.mark.parametrize("value", ["Acme = fine", "a-b", "x@y.example", "'tis", 7, -0.5, 1.0, None, True, ""], ids=repr)
def test_any_other_cell_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) == ("" if value is None else str(value))


def test_a_number_that_is_written_as_text_is_no_number() -> None:
    assert csv_cell("-0.5") == "'-0.5"
