"""What the cells of an import say about whom a post replies to and what it shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.collector.importing.contexts import replied_to_name, states_repost
from tests.test_import_habits import imported


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("ann", "ann"),
        ("@ann", "@ann"),
        ("http://twitter.com/ann/statuses/1801", "ann"),
        ("https://x.com/ann/status/1801, https://x.com/bob/status/1802", "ann"),
        ("https://x.com/i/status/1801", ""),
        ("https://forum.example/posts/7", ""),
        ("1801000000000000001", ""),
        ("1801000000000.0", ""),
        ("1.80100E+18", ""),
        ("[]", ""),
        ("[{'screen_name': 'ann', 'name': 'Ann'}]", "ann"),
        ('{"id": 7, "userName": "ann"}', "ann"),
        ("", ""),
    ],
)
def test_the_name_replied_to(cell: str, name: str) -> None:
    assert replied_to_name(cell) == name


@pytest.mark.parametrize(
    "cell", ["True", "1", "retweet", "RETWEETED", "1801000000000000001", "https://x.com/a/status/1"]
)
def test_a_repost(cell: str) -> None:
    assert states_repost(cell)


@pytest.mark.parametrize("cell", ["", "False", "0", "no", "quote", "Reply", "original", "12", "[]", "COMMENT"])
def test_no_repost(cell: str) -> None:
    assert not states_repost(cell)


def test_common_names_of_columns(tmp_path: Path) -> None:
    rows = "text,date,in_reply_to_screen_name,is_retweet\nAcme,2026-03-02,ann,no\nGlobex,2026-03-02,,yes\n"
    posts, _ = imported(tmp_path, rows)
    assert [(one.reply_to, one.repost) for one in posts] == [("ann", False), ("", True)]


def test_a_column_that_counts_reposts_is_not_one_that_states_them(tmp_path: Path) -> None:
    (one,), summary = imported(tmp_path, "text,date,repost\nAcme,2026-03-02,1\n")
    assert (one.repost, summary.columns.by_field.get("repost")) == (False, None)


def test_the_page_that_a_post_shares(tmp_path: Path) -> None:
    rows = "text,date,url,shared_link\nAcme,2026-03-02,https://a.example/1,https://news.example/acme\nGlobex,2026-03-02,,\n"
    posts, _ = imported(tmp_path, rows)
    assert [one.link for one in posts] == ["https://news.example/acme", ""]

    rows = "text,date,article\nAcme,2026-03-02,https://news.example/acme\n"
    (one,), _ = imported(tmp_path, rows, "link=article")
    assert (one.link, one.url) == ("https://news.example/acme", "")


def test_map_names_them(tmp_path: Path) -> None:
    posts, _ = imported(tmp_path, "text,date,to,shares\nAcme,2026-03-02,ann,true\n", "reply_to=to,repost=shares")
    assert [(one.reply_to, one.repost) for one in posts] == [("ann", True)]
