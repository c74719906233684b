"""Edits of single tables in a config: the comments stay, and the result means what the edit should mean."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from display.setup.toml_edits import CannotEdit, add_table, remove_table, set_keys, set_table

EXAMPLE = (Path(__file__).resolve().parents[1] / "config.toml").read_text(encoding="utf-8")
COMMENTS = [line for line in EXAMPLE.splitlines() if line.startswith("#")]
TEXT = """\
# the head

[wallflower]
timezone = "Europe/London"  # of the office

# ---- Brands ----
# what they are

[[brands]]
name = "Acme"     # us
ours = true
rule = 'acme OR "acme air"'  # ask Dana before changing it
# aliases = ["acmehelp"]

# how Globex is found
[[brands]]
name = "Globex"
rule = "globex"

# ---- Sources ----

# an old forum
[[sources]]
kind = "feed"
name = "Forum"
url = "https://forum.example/rss"

[[topics]]
name = "delivery"
rule = "parcel"
"""


def lines_added(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_a_value_is_changed_in_its_line() -> None:
    changed = set_table(TEXT, "brands", 0, {"rule": 'acme -"acme corp"', "name": "Acme"})
    assert lines_added(TEXT, changed) == ["""rule = 'acme -"acme corp"'  # ask Dana before changing it"""]
    assert len(changed.splitlines()) == len(TEXT.splitlines())


def test_what_stays_equal_is_not_written_again() -> None:
    brand = {"name": "Acme", "ours": True, "rule": 'acme OR "acme air"'}
    assert set_table(TEXT, "brands", 0, brand) == TEXT


def test_keys_are_added_and_removed_within_their_table() -> None:
    changed = set_table(TEXT, "brands", 1, {"aliases": ["Globex Air"], "colour": "#112233"})
    assert 'rule = "globex"\naliases = ["Globex Air"]\ncolour = "#112233"\n\n# ---- Sources ----' in changed
    assert set_table(changed, "brands", 1, {"aliases": None, "colour": None}) == TEXT


def test_a_new_table_follows_the_last_of_its_sort() -> None:
    changed = add_table(TEXT, "brands", {"name": "Initech", "rule": "initech"})
    assert 'rule = "globex"\n\n[[brands]]\nname = "Initech"\nrule = "initech"\n\n# ---- Sources ----\n' in changed
    assert changed.replace('\n[[brands]]\nname = "Initech"\nrule = "initech"\n', "") == TEXT


def test_the_first_table_of_its_sort_comes_last() -> None:
    assert add_table(TEXT, "walls", {"name": "office"}) == f'{TEXT}\n[[walls]]\nname = "office"\n'


def test_a_table_is_removed_with_its_own_comments_only() -> None:
    without = remove_table(TEXT, "brands", 1)
    assert "Globex" not in without
    assert '# aliases = ["acmehelp"]\n\n# ---- Sources ----\n\n# an old forum\n' in without
    without = remove_table(TEXT, "sources", 0)
    assert "forum" not in without
    assert "# ---- Sources ----\n\n[[topics]]" in without


def test_general_keys_are_set_even_if_their_table_is_missing() -> None:
    changed = set_keys(TEXT, "wallflower", {"timezone": "UTC"})
    assert lines_added(TEXT, changed) == ['timezone = "UTC"  # of the office']
    assert tomllib.loads(set_keys(TEXT, "backup", {"keep": 3}))["backup"] == {"keep": 3}


def test_windows_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    changed = set_table(text, "brands", 1, {"rule": "globex air"})
    assert changed == text.replace('"globex"', '"globex air"')


@pytest.mark.parametrize(
    "text",
    [
        'brands = [{ name = "Acme", rule = "acme" }]\n',
        'x = """\n[[brands]]\n"""\n[[brands]]\nname = "Acme"\nrule = "acme"\n',
        '["brands"]\nname = "Acme"\n',
    ],
)
def test_an_unusual_file_is_refused_and_not_damaged(text: str) -> None:
    with pytest.raises(CannotEdit):
        set_table(text, "brands", 0, {"rule": "acme air"})
    with pytest.raises(CannotEdit):
        remove_table(text, "brands", 0)


def test_all_comments_of_the_example_survive() -> None:
    text = add_table(EXAMPLE, "brands", {"name": "Pedalo", "rule": "pedalo"})
    text = set_table(text, "brands", 1, {"rule": "globex air", "aliases": None, "colour": "#123456"})
    text = remove_table(text, "brands", 2)
    text = add_table(
        remove_table(text, "sources", 0), "sources", {"kind": "feed", "name": "F", "url": "https://f.example"}
    )
    text = add_table(text, "walls", {"name": "office", "brands": ["Acme"]})
    text = set_keys(text, "wallflower", {"keep": "400d"})
    assert [line for line in text.splitlines() if line.startswith("#")] == COMMENTS
    assert [brand["name"] for brand in tomllib.loads(text)["brands"]] == ["Acme", "Globex", "Pedalo"]


VALUES = st.one_of(
    st.text(max_size=30), st.booleans(), st.integers(-(2**40), 2**40), st.lists(st.text(max_size=10), max_size=3)
)
KEYS = st.sampled_from(["name", "rule", "aliases", "colour", "every", "url"])


@given(
    st.integers(0, 1), st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, st.none() | VALUES, max_size=4)
)
@settings(max_examples=150, deadline=None)
def test_any_values_are_written_and_read_back(position: int, new: dict[str, Any], values: dict[str, Any]) -> None:
    added = add_table(TEXT, "brands", new)
    assert tomllib.loads(added)["brands"][2] == new
    changed = set_table(added, "brands", position, values)
    expected = tomllib.loads(added)
    for key, value in values.items():
        if value is None:
            expected["brands"][position].pop(key, None)
        else:
            expected["brands"][position][key] = value
    assert tomllib.loads(changed) == expected
    assert remove_table(add_table(TEXT, "brands", new), "brands", 2) == TEXT
