"""What identifies an imported post: an id column that can be trusted, the link, or the content of the row."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector.importing.cells import cell, is_rounded_number
from monitor.collector.importing.identity import are_rounded, content_id
from monitor.collector.importing.preparation import ImportPlan
from monitor.model import Post
from tests.import_setup import read_posts

HEADER = "id,date,author,text,url"


def posts_of(folder: Path, lines: Sequence[str], mapping: str = "", header: str = HEADER) -> list[Post]:
    return imported(folder, lines, mapping, header)[0]


def imported(
    folder: Path, lines: Sequence[str], mapping: str = "", header: str = HEADER
) -> tuple[list[Post], list[str]]:
    """The posts and the notes of the summary."""
    file = folder / "posts.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    posts, summary = read_posts(ImportPlan(file, "Old", mapping, UTC, "rules"))
    return posts, summary.notes


def row(own: str, n: int, url: str = "") -> str:
    return f"{own},2026-03-02 09:{n:02},rider{n},Acme number {n},{url}"


@pytest.mark.parametrize(
    "ids",
    [
        ["1.22158E+17"] * 6,
        ["1,22158E+17"] * 6,
        ["1.22E+17", "", "122158000000000000", "7"],
        ["122158000000000000", "122158000000001000", "122158000000002000"],
        ["1221580000000010"] * 6,
    ],
)
def test_rounded_ids_are_not_trusted(tmp_path: Path, ids: list[str]) -> None:
    posts, notes = imported(tmp_path, [row(f'"{own}"', n) for n, own in enumerate(ids)])
    assert len({post.external_id for post in posts}) == len(ids)
    assert notes == ['A spreadsheet rounded the numbers in "id", so they do not identify the posts.']


@pytest.mark.parametrize(
    "ids",
    [
        ["1", "2", "1000000"],
        ["122158000000000000", "122158000000000001"],
        ["122158000000000000"],
        ["1e10", "2f30", "ab12"],
        ["t3_1", "1.5E+17"],
        ['=""122158000000000000""', '=""122158000000001000""', '=""122158000000002000""'],
    ],
)
def test_exact_ids_are_used(tmp_path: Path, ids: list[str]) -> None:
    posts, notes = imported(tmp_path, [row(f'"{own}"', n) for n, own in enumerate(ids)])
    known = [own.strip('="') for own in ids]
    assert [post.external_id for post in posts if post.external_id in known] == [
        own for own in known if not is_rounded_number(own)
    ]
    assert notes == []


@given(st.lists(st.integers(10**17, 10**18 - 1).filter(lambda n: n % 100), min_size=1, max_size=20))
def test_exact_long_numbers_never_look_rounded(numbers: list[int]) -> None:
    assert not are_rounded(map(str, numbers))


@given(st.lists(st.integers(10**14, 10**15 - 1), min_size=2, max_size=20), st.integers(3, 6))
def test_numbers_that_lost_their_digits_look_rounded(numbers: list[int], lost: int) -> None:
    assert are_rounded(str(number * 10**lost) for number in numbers)
    assert are_rounded(f"{number:.5E}" for number in numbers)


def test_a_column_that_most_rows_share_does_not_identify_them(tmp_path: Path) -> None:
    posts, notes = imported(tmp_path, [row("77", n) for n in range(6)])
    assert len({post.external_id for post in posts}) == 6
    assert notes == ['Most rows repeat a value of "id" with other content, so it does not identify the posts.']
    posts, notes = imported(tmp_path, [row("77", n) for n in range(6)], "id=id")
    assert [post.external_id for post in posts] == ["77"]


def test_a_link_identifies_a_post_if_every_row_has_its_own(tmp_path: Path) -> None:
    lines = [row("", n, f"https://a.example/{n}?utm_source=x{n}") for n in range(3)]
    first = posts_of(tmp_path, lines)
    assert all(post.external_id.startswith("link-") for post in first)
    moved = posts_of(
        tmp_path, [line.replace("utm_source=x", "utm_campaign=y").replace("Acme", "Globex") for line in lines]
    )
    assert [post.external_id for post in first] == [post.external_id for post in moved]


def test_comments_that_share_the_link_of_their_thread_stay_apart(tmp_path: Path) -> None:
    posts = posts_of(tmp_path, [row("", n, "https://a.example/thread") for n in range(3)])
    assert len({post.external_id for post in posts}) == 3


def test_the_same_row_twice_is_one_post_even_without_an_id(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("\n".join(["text,date,url", *["Acme,2026-03-02,https://a.example/1"] * 2, "Acme,2026-03-03,"]))
    posts, summary = read_posts(ImportPlan(file, "Old", "", UTC, "rules"))
    assert (len(posts), summary.repeated) == (2, 1)
    assert summary.rejected.first_repeated == [(3, "repeats the row at line 2")]


@pytest.mark.parametrize(
    "other", ["published=When,text=Body", "text=Body,published=When,author=", "author=Body,text=Who,published=Day"]
)
def test_another_map_gives_the_same_ids(tmp_path: Path, other: str) -> None:
    header = "Who,Body,When,Day"
    lines = [f"ann,Acme {n},2026-03-02 09:1{n},2026-03-02" for n in range(3)]
    one = posts_of(tmp_path, lines, "published=Day,text=Body", header)
    two = posts_of(tmp_path, lines, other, header)
    assert [post.external_id for post in one] == [post.external_id for post in two]


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=4), CELLS, min_size=1, max_size=8), st.randoms())
def test_the_id_of_a_content_depends_on_no_order(values: dict[str, str], rng: random.Random) -> None:
    items = list(values.items())
    rng.shuffle(items)
    assert content_id(dict(items)) == content_id(values)
    changed = {**values, items[0][0]: items[0][1] + "x"}
    assert content_id(changed) != content_id(values)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_any_text_survives_in_a_formula(text: str) -> None:
    formula = '="' + text.replace('"', '""') + '"'
    out = io.StringIO()
    csv.writer(out).writerow(["x", formula])
    assert cell({"id": formula}, "id") == text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_any_json_has_an_id(value: object) -> None:
    values = {"a": value, "b": {"c": value}}
    assert content_id(values) == content_id(json.loads(json.dumps(values)))
