"""The text of a field: nested, joined, cut off, in JSON, or in place of a value that is missing."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector.importing.cells import cell, complete_text, date_getter, short_cell, text_getter
from monitor.collector.importing.columns import FileColumns, choose_columns
from monitor.collector.importing.preparation import ImportPlan
from monitor.collector.importing.rows import ImportFailed
from tests.import_setup import read_posts


@pytest.mark.parametrize(
    ("values", "column", "text"),
    [
        ({"a": " b "}, "a", " b "),
        ({"a": None}, "a", ""),
        ({}, "a", ""),
        ({"a.b": "flat"}, "a.b", "flat"),
        ({"a": {"b": "nested"}}, "a.b", "nested"),
        ({"a": {"b": {"c": 1}}}, "a.b.c", "1"),
        ({"a": [{"b": "first"}, {"b": "second"}]}, "a.0.b", "first"),
        ({"a": []}, "a.0.b", ""),
        ({"a": "text"}, "a.b", ""),
        ({"a": '="0012"'}, "a", "0012"),
        ({"a": '= "say ""yes"""'}, "a", 'say "yes"'),
        ({"a": "=SUM(A1)"}, "a", "=SUM(A1)"),
    ],
)
def test_a_cell(values: dict[str, Any], column: str, text: str) -> None:
    assert cell(values, column) == text


@pytest.mark.parametrize("text", ["N/A", "n/a", " NaN ", "null", "None", "-", ""])
def test_placeholders_are_empty(text: str) -> None:
    assert short_cell({"a": text}, "a") == ""


@pytest.mark.parametrize(
    ("cells", "joined"),
    [
        (["A headline", "The text"], "A headline\nThe text"),
        (["The beginning of...", "The beginning of the text"], "The beginning of the text"),
        (["The whole text here", "whole text"], "The whole text here"),
        (["", "Only this"], "Only this"),
        (["Same", "Same"], "Same"),
    ],
)
def test_joined_texts_repeat_nothing(cells: list[str], joined: str) -> None:
    assert text_getter(["a", "b"])(dict(zip("ab", cells, strict=True))) == joined


@pytest.mark.parametrize(
    ("cells", "joined"),
    [
        (["2026-03-02", "09:15", "+0100"], "2026-03-02 09:15 +0100"),
        (["2026-03-02 09:15", "09:15 AM", ""], "2026-03-02 09:15"),
        (["", "", ""], ""),
    ],
)
def test_a_date_and_its_time(cells: list[str], joined: str) -> None:
    assert date_getter(["a", "b", "c"])(dict(zip("abc", cells, strict=True))) == joined


@pytest.mark.parametrize(
    ("text", "other", "complete"),
    [
        ("It rings\u2026", "It rings and rings", "It rings and rings"),
        ("It rings...", "It rings and rings", "It rings and rings"),
        ("It rings\u2026 https://t.co/x", "It rings and rings", "It rings and rings"),
        ("RT @ann: It rings\u2026", "It rings and rings", "RT @ann: It rings and rings"),
        ("It rings\u2026", "Something else", "It rings\u2026"),
        ("It rings", "It rings and rings", "It rings"),
        ("It rings\u2026", "It rings", "It rings\u2026"),
    ],
)
def test_a_text_that_is_cut_off_is_completed(text: str, other: str, complete: str) -> None:
    assert complete_text(text, [other]) == complete


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{"text":"a "},{"text":"b"}', "a b"),
        ('{"takeoutSegments":[{"text":"a "},{"text":"b"}]}', "a b"),
        ('[{"text":"a"}]', "a"),
        ('{"text":"a"', '{"text":"a"'),
        ('{"other":"a"}', '{"other":"a"}'),
        ('{"text":5}', '{"text":5}'),
        ("{smile}", "{smile}"),
    ],
)
def test_a_text_in_json(text: str, plain: str) -> None:
    assert text_getter(["a"])({"a": text}) == plain


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_texts_can_be_joined_and_completed(one: str, two: str) -> None:
    assert isinstance(text_getter(["a", "b"], ["b"])({"a": one, "b": two}), str)
    assert text_getter(["a"])({"a": json.dumps({"text": one})}) == one or not one


def chosen(mapping: str, names: str, *rows: str) -> dict[str, str]:
    columns = names.split(",")
    sample = [dict(zip(columns, row.split(","), strict=True)) for row in rows]
    return dict(choose_columns(mapping, FileColumns(columns, sample)).by_field)


def test_common_names_in_any_spelling() -> None:
    assert chosen(
        "", "Post Message,Published Date,User Name,Post_URL,tweetId", "a,2026-03-02,b,https://c.example,1"
    ) == {
        "text": "Post Message",
        "published": "Published Date",
        "author": "User Name",
        "url": "Post_URL",
        "id": "tweetId",
    }


def test_of_several_columns_the_first_that_holds_a_value_is_chosen() -> None:
    assert chosen("", "text,content,url,link", ",Acme,no link,https://a.example")["text"] == "content"
    assert chosen("", "text,content,url,link", ",Acme,no link,https://a.example")["url"] == "link"
    assert "stars" not in chosen("", "text,rating", "a,5", "b,8.5")
    assert chosen("", "text,rating", "a,5", "b,4.0")["stars"] == "rating"


def test_of_a_text_and_its_beginning_the_whole_is_chosen() -> None:
    assert chosen("", "text,content", "Acme ri...,Acme rings", "Bells,Bells")["text"] == "content"
    assert chosen("", "text,content", "Acme rings,Acme rings", "Bells,Bells")["text"] == "text"
    assert chosen("", "text,description", "Acme rings,A page about bells", "Bells,Bells and more")["text"] == "text"


def test_a_date_without_its_time_is_joined_with_the_time_of_day() -> None:
    assert chosen("", "text,Date,Time", "a,2026-03-02,09:15")["published"] == "Date + Time"
    assert chosen("", "text,Date,Hour", "a,2026-03-02,9:15 PM")["published"] == "Date + Hour"
    assert chosen("", "text,Date,Time", "a,2026-03-02 09:15,09:20")["published"] == "Date"
    assert chosen("", "text,Date,Time", "a,2026-03-02,3 min")["published"] == "Date"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("text=a,text=b", "names the field text twice"),
        ("text=a,title=a", "names the column 'a' twice"),
        ("published=b+c,title=c", "names the column 'c' twice"),
        ("published=b+x", "no column 'x'"),
        ("txet=a", "no field 'txet'. Did you mean 'text'?"),
    ],
)
def test_a_wrong_map_is_refused(mapping: str, said: str) -> None:
    with pytest.raises(ImportFailed, match=said.replace("?", r"\?")):
        chosen(mapping, "a,b,c")


def test_a_column_whose_name_has_a_plus(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("text,Day,Hour,Day+Hour\nAcme,2026-03-02,09:15,2026-03-04\n")
    for mapping, day in (("published=Day+Hour", 4), ("published=Day + Hour", 2)):
        (post,), _ = read_posts(ImportPlan(file, "Old", mapping, UTC, "rules"))
        assert post.published_at.day == day


def test_a_map_reaches_into_objects_and_lists(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    post = {
        "text": "Acme",
        "date": "2026-03-02",
        "from": {"who": {"nick": "ann"}},
        "links": [{"to": "https://a.example/1"}],
    }
    file.write_text(json.dumps(post) + "\n" + json.dumps({**post, "links": []}) + "\n")
    posts, _ = read_posts(ImportPlan(file, "Old", "author=from.who.nick,url=links.0.to", UTC, "rules"))
    assert [(post.author, post.url) for post in posts] == [("ann", "https://a.example/1"), ("ann", "")]
    with pytest.raises(ImportFailed, match=r"no column 'from.who.nock'"):
        read_posts(ImportPlan(file, "Old", "author=from.who.nock", UTC, "rules"))


HOSTILE = st.sampled_from(
    ["http://[", "/\ud800", "...http://", "\u2026 ", '="', '{"text":', "[removed]", "(", "1E+17", "N/A", "a" * 300]
)


@given(st.lists(st.lists(HOSTILE, max_size=4).map("".join), min_size=1, max_size=4))
def test_any_cells_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("any") / "posts.jsonl"
    names = ["permalink", "subreddit", "title", "body", "id"]
    rows = [{**dict.fromkeys(names, text), "date": "2026-03-02"} for text in texts]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    for layout in ("", "none", "reddit-posts", "meta", "twarc"):
        with suppress(ImportFailed):
            read_posts(ImportPlan(file, "Old", "", UTC, "rules", layout=layout, undated=True))


def test_long_hostile_texts_take_no_time() -> None:
    for text in ("...http://" * 100_000, "\u2026" + " " * 900_000 + "x", '="' * 400_000, '{"' * 400_000):
        assert text_getter(["a", "b"], ["b"])({"a": text, "b": text})
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert cell({"a": nested}, "a") == ""
