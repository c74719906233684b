"""No cell of a CSV file that we write is a formula for a spreadsheet."""

from __future__ import annotations

import pytest

from display.csv_format import csv_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"], ids=ascii)
@pytest.mark.parametrize("before", ["", " ", "  ", "\u3000", "\xa0", "\n", "'", "'' "], ids=ascii)
def test_a_cell_that_begins_like_a_formula_is_text(before: str, sign: str) -> None:
    formula = f"{before}{sign}cmd|' /C calc'!A0"
    assert csv_cell(formula) == "'" + formula
    assert csv_cell([formula, "x"]) == "'" + formula + " x"


@pytest.mark.parametrize("value", ["Acme = fine", "a-b", "x@y.example", "'tis", 7, -0.5, 1.0, None, True, ""], ids=repr)
def test_any_other_cell_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) == ("" if value is None else str(value))


def test_a_number_that_is_written_as_text_is_no_number() -> None:
    assert csv_cell("-0.5") == "'-0.5"
