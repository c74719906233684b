"""Every row of an import is accounted for once, and a post that another source has is stored once."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector import Judge
from monitor.collector.importing import ImportFailed, ImportPlan, Summary, named_zones, run_import
from monitor.model import Brand, JudgedPost, MentionFilter, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from tests.fakes import FakeClock
from tests.import_setup import AFTER_ALL_EXAMPLES, read_posts

BRANDS = (Brand("Acme", "acme", ours=True),)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Matcher(BRANDS), Scorer(BRANDS))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened.register_brands(BRANDS, AFTER_ALL_EXAMPLES)
    yield opened
    opened.close()


def written(folder: Path, *lines: str) -> Path:
    file = folder / "posts.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def run(file: Path, judge: Judge, store: Store | None = None, source: str = "Old", **options: bool) -> Summary:
    plan = ImportPlan(file, source, "", UTC, "rules", **options)  # type: ignore[arg-type]
    return run_import(plan, judge, store, FakeClock(AFTER_ALL_EXAMPLES))


ROWS = (
    "id,text,date,stars,url",
    "1,acme one,2026-03-02,,https://a.example/1",
    "2,nobody,2026-03-02,,",
    "1,acme again,2026-03-02,,",
    "4,[removed],2026-03-02,,",
    "5,,2026-03-02,4,",
    "6,,2026-03-02,,",
    "7,acme seven,never,,",
    "8,acme eight,2099-03-02,,",
    "9,acme nine,2026-03-02,7,",
    "10,acme ten,2026-03-02,5,",
)


def test_every_kind_of_row_is_counted_once(tmp_path: Path, judge: Judge, store: Store) -> None:
    summary = run(written(tmp_path, *ROWS), judge, store)
    assert (summary.rows, summary.matched, summary.unmatched) == (10, 2, 1)
    assert (summary.repeated, summary.removed, summary.ratings, summary.refused) == (1, 1, 1, 4)
    assert summary.is_balanced
    kept = [json.loads(line) for line in (tmp_path / "posts.csv.rejected.jsonl").read_text().splitlines()]
    assert [(one["line"], one["reason"].split(";")[0]) for one in kept] == [
        (4, "repeats the id of the row at line 2"),
        (7, 'no text in "text"'),
        (8, "\"date\": the time 'never' is not recognised: 'never' is not part of a date"),
        (9, "\"date\": '2099-03-02' is in the future"),
        (10, "\"stars\": '7' is not a number of stars from 1 to 5"),
    ]
    again = run(tmp_path / "posts.csv", judge, store)
    assert (again.skipped, again.matched, again.refused, again.is_balanced) == (3, 0, 4, True)


CELL = st.sampled_from(["", "1", "2", "acme", "[deleted]", "2026-03-02", "03/02/2026", "1E+17", "N/A", "5", '"', "é"])


FIRST = [[str(n), f"text {n}", f"2026-03-0{n}", "", f"https://a.example/{n}"] for n in range(1, 4)]
"""Rows that show where the header is."""


class FindsNothing:
    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        return [JudgedPost(post) for post in posts]


@given(st.lists(st.lists(CELL, max_size=5), max_size=30))
def test_the_numbers_always_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    file = tmp_path_factory.mktemp("any") / "posts.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["id", "text", "date", "stars", "url"], *FIRST, *rows])
    seen: list[bool] = []
    plan = ImportPlan(file, "Old", "", UTC, "rules", date_format="month-first")
    clock = FakeClock(AFTER_ALL_EXAMPLES)
    summary = run_import(plan, FindsNothing(), None, clock, lambda now: seen.append(now.is_balanced))
    assert seen.count(False) == 0
    # a row of empty cells is no row
    assert summary.rows == len(FIRST) + sum(any(row) for row in rows)


def test_a_post_that_a_source_collected_is_not_stored_again(tmp_path: Path, judge: Judge, store: Store) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    collected = Post("Forum", "x", "acme one", at, url="https://a.example/1")
    store.save("Forum", judge.judge([collected], AFTER_ALL_EXAMPLES), now=AFTER_ALL_EXAMPLES)
    summary = run(written(tmp_path, *ROWS[:2], ROWS[-1]), judge, store)
    assert (dict(summary.per_source), summary.matched, summary.new) == ({"Forum": 1}, 2, 1)
    (kept,) = (tmp_path / "posts.csv.rejected.jsonl").read_text().splitlines()
    assert json.loads(kept)["reason"] == "the source 'Forum' has this post already"
    assert len(list(store.export(MentionFilter()))) == 2


def test_an_import_without_times_stops_and_names_the_likely_columns(tmp_path: Path, judge: Judge) -> None:
    file = written(
        tmp_path, "text,Seen by us,Likes,Shop", *(f"acme {n},2 Mar 2026 11:4{n} PM,{n},north" for n in range(5))
    )
    with pytest.raises(ImportFailed) as raised:
        run(file, judge)
    message = str(raised.value)
    assert "no post gets a time that is not its own" in message
    assert (
        """--map "published=Seen by us"    '2 Mar 2026 11:40 PM', '2 Mar 2026 11:41 PM', '2 Mar 2026 11:42 PM'\n"""
        in message
    )
    assert "Likes" not in message
    assert "--undated" in message


def test_a_column_without_a_time_is_not_the_column_of_times(tmp_path: Path, judge: Judge) -> None:
    file = written(tmp_path, "text,date", "acme,Lifetime", "acme,Lifetime")
    with pytest.raises(ImportFailed, match='No value of "date" is a time'):
        run(file, judge)
    with pytest.raises(ImportFailed, match="No value of \"date\" is a time that can be read, such as 'Lifetime'"):
        run_import(ImportPlan(file, "Old", "published=date", UTC, "rules"), judge, None, FakeClock(AFTER_ALL_EXAMPLES))


def test_a_file_for_rejected_rows_that_cannot_be_written_stops_the_import(
    tmp_path: Path, judge: Judge, store: Store
) -> None:
    file = written(tmp_path, "text,date", "acme,2026-03-02", "acme,")
    (tmp_path / f"{file.name}.rejected.jsonl").mkdir()
    with pytest.raises(ImportFailed, match=r"the file for rejected rows, cannot be written: .* Copy the file"):
        run(file, judge, store)


def test_undated_rows_are_stored_outside_every_time_range(tmp_path: Path, judge: Judge, store: Store) -> None:
    summary = run(written(tmp_path, "id,text,date", "1,acme one,", "2,acme two,soon"), judge, store, undated=True)
    assert (summary.new, summary.refused) == (2, 0)
    posts = [mention.post for mention in store.export(MentionFilter())]
    assert [post.undated for post in posts] == [True, True]
    assert list(store.export(MentionFilter(since=datetime(1980, 1, 1, tzinfo=UTC)))) == []


def test_a_time_zone_in_the_name_of_a_column_counts(tmp_path: Path) -> None:
    for name, hour in (("Date (UTC)", 9), ("Time [America/New_York]", 14), ("Date", 8), ("created_utc", 9)):
        (post,), _ = read_posts(zoned_plan(written(tmp_path, f"text,{name}", "acme,2026-03-02 09:15")))
        assert post.published_at.hour == hour
    (post,), _ = read_posts(zoned_plan(written(tmp_path, "text,Date (UTC)", "acme,2026-03-02 09:15"), given=True))
    assert post.published_at.hour == 8


def zoned_plan(file: Path, *, given: bool = False) -> ImportPlan:
    zone, _ = named_zones(["Europe/Berlin"])
    assert zone is not None
    return ImportPlan(file, "Old", "", zone, "rules", zone_is_given=given)


def test_options_for_time_zones() -> None:
    zone, names = named_zones(["Asia/Kolkata", "CST=America/Chicago"])
    assert (str(zone), sorted(names)) == ("Asia/Kolkata", ["CST", "IST"])
    for options in (["Mars/Olympus"], ["IST"], ["UTC", "Europe/Berlin"], ["X=Nowhere"]):
        with pytest.raises(ImportFailed, match="--timezone"):
            named_zones(options)


def test_contradictory_dates_stop_the_import(tmp_path: Path) -> None:
    file = written(tmp_path, "text,date", "acme,13/02/2026", "acme,02/13/2026")
    with pytest.raises(ImportFailed, match="'13/02/2026' has its day first, but '02/13/2026' has its month"):
        read_posts(ImportPlan(file, "Old", "", UTC, "rules"))
    posts, summary = read_posts(ImportPlan(file, "Old", "", UTC, "rules", date_format="day-first"))
    assert (len(posts), summary.refused) == (1, 1)


def test_the_order_is_decided_by_the_last_row_too(tmp_path: Path) -> None:
    lines = [f"acme {n},03/02/2026" for n in range(3_000)]
    posts, _ = read_posts(
        ImportPlan(written(tmp_path, "text,date", *lines, "acme,31/01/2026"), "Old", "", UTC, "rules")
    )
    assert {post.published_at.month for post in posts} == {1, 2}


def test_a_format_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"--date-format: .* Or write day-first or month-first"):
        read_posts(ImportPlan(written(tmp_path, "text,date", "a,b"), "Old", "", UTC, "rules", date_format="soon"))


def test_the_airline_tweets_give_the_counts_that_another_reader_gives(shared_data: Path) -> None:
    file = shared_data / "airline" / "tweets.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    posts, summary = read_posts(ImportPlan(file, "Old", "", UTC, "rules"))
    assert (summary.rows, summary.posts) == (len(rows), len({row["tweet_id"] for row in rows}))
    assert {post.external_id for post in posts} == {row["tweet_id"] for row in rows}
    assert summary.refused == 0


def test_ten_thousand_columns_are_listed_in_a_moment(tmp_path: Path) -> None:
    names = ["text", *(f"column {n}" for n in range(10_000))]
    file = written(tmp_path, ",".join(names), *(",".join(["acme", *["2026-03-02"] * 10_000]) for _ in range(20)))
    with pytest.raises(ImportFailed) as raised:
        read_posts(ImportPlan(file, "Old", "", UTC, "rules"))
    assert len(str(raised.value)) < 2_000


@pytest.mark.parametrize(
    ("text", "stars"),
    [("4", 4), ("4.0", 4), ("4/5", 4), ("4 out of 5 stars", 4), ("1 star", 1), ("\u2605\u2605\u2606\u2606\u2606", 2)],
)
def test_stars_in_many_forms(tmp_path: Path, text: str, stars: int) -> None:
    (post,), _ = read_posts(
        ImportPlan(written(tmp_path, "text,date,stars", f"a,2026-03-02,{text}"), "Old", "", UTC, "")
    )
    assert post.stars == stars
