"""What an export writes, an import reads: every field of a post, in CSV and in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from display.pages.mentions.export import csv_lines, json_array, json_lines
from monitor.collector.importing.preparation import ImportPlan
from monitor.model import UNDATED, Mention, Post, Score
from monitor.text.cleaning import clean
from tests.fakes import NOON, post
from tests.import_setup import read_posts

Format = Callable[[Iterable[Mention]], Iterator[str]]
FORMATS = pytest.mark.parametrize("lines", [csv_lines, json_lines, json_array])
NAMES = st.one_of(st.text(max_size=12), st.sampled_from(["null", "-", "n/a", "'=x", "@ann", "12345", "did:plc:bob"]))
TEXTS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.builds(
        lambda start, rest: start + rest,
        st.sampled_from(["=", "'@", "''-", '{"text":"', "RT @a: "]),
        st.text(max_size=9),
    ),
)
POSTS = st.builds(
    post,
    text=TEXTS,
    **dict.fromkeys(("title", "author", "site", "reply_to"), NAMES),
    url=st.sampled_from(["", "https://a.example/1", "https://b.example/?q=1,2"]),
    lang=st.sampled_from([None, "en", "pt"]),
    stars=st.sampled_from([None, 1, 5]),
    repost=st.booleans(),
    published_at=st.datetimes(NOON.replace(year=1999, tzinfo=None), NOON.replace(tzinfo=None), timezones=st.just(UTC)),
)


def mentions_of(posts: Sequence[Post]) -> list[Mention]:
    return [Mention(n, one, "Acme", "acme", 1, Score(-0.5), NOON) for n, one in enumerate(posts, 1)]


def round_trip(lines: Format, posts: Sequence[Post], undated: bool = False) -> list[Post]:
    """The posts as an import of their export stores them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "out"
        file.write_text("".join(lines(mentions_of(posts))), encoding="utf-8", newline="")
        found, _ = read_posts(ImportPlan(file, posts[0].source, "", UTC, "rules", undated=undated))
    return [clean(one, NOON) for one in found]


@FORMATS
@settings(max_examples=60)
@given(written=st.lists(POSTS, min_size=1, max_size=4))
def test_every_field_survives(lines: Format, written: list[Post]) -> None:
    posts = [clean(replace(one, external_id=f"id{n}"), NOON) for n, one in enumerate(written)]
    posts = [one for one in posts if one.body.strip()]
    if posts:
        assert round_trip(lines, posts) == posts


@FORMATS
def test_times_and_undated_posts_survive(lines: Format) -> None:
    exact = post("Acme is late.", external_id="1", published_at=NOON - timedelta(days=400, microseconds=1))
    posts = [exact, post("Acme is early.", external_id="2", published_at=UNDATED)]
    assert round_trip(lines, posts, undated=True) == posts


@FORMATS
def test_a_post_about_two_brands_is_one_post(lines: Format) -> None:
    one = post("Acme or Globex?", external_id="1")
    assert round_trip(lines, [one, one]) == [one]
