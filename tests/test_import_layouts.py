"""Every layout of ``layout_table`` is recognised and read: one example and the expected posts for each.

``tests/import_layouts/NAME.csv`` (or ``.jsonl``, ``.json``, ``.js``) is an export of made-up posts, and
``NAME.expected.json`` lists its posts. ``NAME`` is a layout, or a layout, a dot and a word if it has several examples.
"""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from monitor.collector.importing.account import Summary
from monitor.collector.importing.layout_table import LAYOUTS
from monitor.collector.importing.layouts import layout_named, recognise
from monitor.collector.importing.preparation import ImportPlan
from monitor.collector.importing.rows import ImportFailed
from monitor.model import Post
from scripts.import_layouts import TARGET, with_table
from tests.import_setup import read_posts

FOLDER = Path(__file__).parent / "import_layouts"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))


def as_written(post: Post) -> dict[str, Any]:
    """A post as in the expected JSON: without the fields that are empty."""
    fields = {
        **{"id": post.external_id, "published": f"{post.published_at:%Y-%m-%dT%H:%M:%SZ}", "author": post.author},
        **{"title": post.title, "text": post.text, "url": post.url, "site": post.site},
        **{"lang": post.lang or "", "stars": post.stars or "", "reply_to": post.reply_to, "repost": post.repost or ""},
        "link": post.link,
    }
    return {name: value for name, value in fields.items() if value != ""}


def account(summary: Summary) -> dict[str, int]:
    """The numbers of rows that are no posts."""
    numbers = {
        **{"refused": summary.refused, "repeated": summary.repeated, "removed": summary.removed},
        "ratings": summary.ratings,
    }
    return {name: number for name, number in numbers.items() if number}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_of_the_layout_is_read(example: Path) -> None:
    name = example.name.split(".")[0]
    expected = json.loads((FOLDER / f"{example.name.rpartition('.')[0]}.expected.json").read_text(encoding="utf-8"))
    posts, summary = read_posts(ImportPlan(example, "Old", "", UTC, "rules"))
    assert [as_written(post) for post in posts] == expected["posts"]
    assert account(summary) == expected.get("other_rows", {})
    layout = summary.columns.layout
    assert layout is not None
    assert layout.name == name


def test_every_layout_has_an_example() -> None:
    names = {path.name.split(".")[0] for path in EXAMPLES}
    assert [layout.name for layout in LAYOUTS if layout.name not in names] == []


def test_the_documentation_lists_every_layout() -> None:
    document = TARGET.read_text(encoding="utf-8")
    assert document == with_table(document), "run python -m scripts.import_layouts"
    assert [layout.name for layout in LAYOUTS if f"\n| `{layout.name}` |" not in document] == []


def test_no_layout_is_recognised_in_common_names() -> None:
    assert recognise(("id", "text", "author", "date", "url", "lang"), LAYOUTS) is None


def test_names_of_columns_are_compared_without_case_spaces_and_time_zones() -> None:
    columns = ("TIMESTAMP (America/New_York)", "network", "Message_Type", "from", "message")
    layout = recognise(columns, LAYOUTS)
    assert layout is not None
    assert layout.name == "sprout"


def test_an_unknown_layout_lists_the_known_ones() -> None:
    with pytest.raises(ImportFailed, match=r"no layout 'meltwatr'. Did you mean 'meltwater'\? Known layouts: .*twint"):
        layout_named("meltwatr", LAYOUTS)


def test_a_layout_can_be_named_or_turned_off(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(
        "Document ID,Date,Title,Message,Network,Message Type,From,Timestamp\n1,2026-03-02,a,b,c,d,e,2026-03-03\n"
    )
    for name, date in (("", 3), ("sprout", 3), ("none", 2)):
        (post,), summary = read_posts(ImportPlan(file, "Old", "", UTC, "rules", layout=name))
        assert post.published_at.day == date
        assert (summary.columns.layout is None) == (name == "none")
