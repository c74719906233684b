"""Importing a file: every format, every rejection, and interruptions at any point."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector import Judge
from monitor.collector.importing import ImportFailed, ImportPlan, Summary, run_import, seen_ids
from monitor.collector.importing.seen_ids import SeenIds
from monitor.model import Brand, JudgedPost, MentionFilter, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from tests.fakes import NOON, FakeClock

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
ROOT = Path(__file__).resolve().parents[1]
LONDON = ZoneInfo("Europe/London")

TWEETS = '''tweet_id,name,text,tweet_created
1,ann,Acme is great,2015-02-24 11:35:52 -0800
2,bob,"I left Globex,
for ""Acme""",2015-02-24 11:36:00 -0800
3,cho,Nobody is named,2015-02-24 11:37:00 -0800
'''


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Matcher(BRANDS), Scorer(BRANDS))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


@pytest.fixture
def imported(tmp_path: Path, store: Store, judge: Judge, clock: FakeClock) -> Callable[..., Summary]:
    def import_content(content: str | bytes, name: str = "posts.csv", mapping: str = "", dry: bool = False) -> Summary:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return run_import(ImportPlan(file, "Old", mapping, LONDON, "rules"), judge, None if dry else store, clock)

    return import_content


def texts(store: Store) -> list[tuple[str, str, str]]:
    """(external id, brand, text) of every mention, oldest first."""
    found = [(m.post.external_id, m.brand, m.post.text) for m in store.export(MentionFilter())]
    return found[::-1]


def test_a_csv_is_imported(imported: Callable[..., Summary], store: Store) -> None:
    summary = imported(TWEETS)
    assert (summary.rows, summary.posts, summary.matched, summary.new) == (3, 3, 2, 3)
    assert dict(summary.per_brand) == {"Acme": 2, "Globex": 1}
    assert {(i, b) for i, b, _ in texts(store)} == {("1", "Acme"), ("2", "Acme"), ("2", "Globex")}
    first = store.page(MentionFilter())[-1]
    assert first.post.published_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)
    assert (first.post.author, first.post.source) == ("ann", "Old")
    counts = store.volume_series("Acme", datetime(2015, 2, 24, tzinfo=UTC), datetime(2015, 2, 25, tzinfo=UTC))
    assert {source: sum(n) for source, n in counts.n.items()} == {"Old": 2}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_usual_separators(imported: Callable[..., Summary], separator: str) -> None:
    rows = ["id", "text", "date"], ["1", "acme, really; yes", "2020-01-01"]
    content = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert imported(content).new == 1


def test_json_lines_with_objects_inside(imported: Callable[..., Summary], store: Store) -> None:
    lines = [{"id": 7, "text": "acme", "user": {"screen_name": "ann"}, "created_at": 1424806552, "lang": "en"}]
    assert imported("\n".join(map(json.dumps, lines)) + "\n\n", "p.jsonl", "author=user.screen_name").new == 1
    (mention,) = store.page(MentionFilter())
    assert (mention.post.external_id, mention.post.author, mention.post.lang) == ("7", "ann", "en")


def test_stars_are_imported_and_invalid_ones_rejected(imported: Callable[..., Summary], store: Store) -> None:
    rows = [
        "id,text,rating,date",
        "1,acme is fine,4,2020-01-01",
        "2,acme again,5.0,2020-01-01",
        "3,acme three,,2020-01-01",
        "4,acme four,8,2020-01-01",
        "5,acme five,4.5,2020-01-01",
    ]
    summary = imported("\n".join(rows), mapping="stars=rating")
    assert {m.post.external_id: m.post.stars for m in store.page(MentionFilter())} == {"1": 4, "2": 5, "3": None}
    assert summary.new == 3


@pytest.mark.parametrize("name", ["posts.csv.gz", "posts.gz"])
def test_gzip(imported: Callable[..., Summary], name: str) -> None:
    assert imported(gzip.compress(TWEETS.encode()), name).new == 3


def test_a_byte_order_mark_is_not_part_of_the_first_column(imported: Callable[..., Summary], store: Store) -> None:
    imported(b"\xef\xbb\xbf" + TWEETS.encode())
    assert texts(store)[0][0] == "1"


def test_columns_named_by_the_user(imported: Callable[..., Summary], store: Store) -> None:
    content = "text,Words,Key,When\nglobex,acme,k1,24.02.2015 11:00\n"
    summary = imported(content, mapping="text=words, id=Key,published=When")
    assert summary.columns.by_field == {"text": "Words", "id": "Key", "published": "When"}
    assert texts(store) == [("k1", "Acme", "acme")]


@pytest.mark.parametrize(
    ("content", "mapping", "said"),
    [
        (TWEETS, "txt=text", "there is no field 'txt'. Did you mean 'text'?"),
        (TWEETS, "text=txet", "no column 'txet'. Did you mean 'text'?"),
        (TWEETS, "text", "--map text: name its column, as in text=COLUMN. Write FIELD=COLUMN, where FIELD is text, id"),
        ("a,b\n1,2\n", "", "--map text=COLUMN. Columns of the file: a, b."),
        ("", "", "is empty"),
        ("\n\n", "", "is empty"),
        (b"text\n\xab\xcc\xf9 \xd8\x80\xff\xfd\n", "", "its encoding is not clear"),
    ],
)
def test_files_that_cannot_be_imported(
    imported: Callable[..., Summary], content: str | bytes, mapping: str, said: str
) -> None:
    with pytest.raises(ImportFailed) as raised:
        imported(content, mapping=mapping)
    assert said in str(raised.value)


def test_of_a_damaged_gzip_file_nothing_is_imported(imported: Callable[..., Summary], store: Store) -> None:
    lines = "".join(f"{n},acme {n * 7919},2020-01-01\n" for n in range(20_000))
    with pytest.raises(ImportFailed, match="is damaged or not complete"):
        imported(gzip.compress(("id,text,date\n" + lines).encode())[:-300], "posts.csv.gz")
    assert store.last_change_id() == 0


def test_objects_on_one_line_are_imported_after_an_interruption(
    imported: Callable[..., Summary], store: Store, tmp_path: Path, judge: Judge
) -> None:
    """The position in a file is a row, because all objects of a JSON array may be on the first line."""
    objects = [{"id": n, "text": "acme", "date": 1424806552} for n in range(3_000)]
    file = tmp_path / "posts.json"
    file.write_text(json.dumps(objects))
    plan = ImportPlan(file, "Old", "", LONDON, "rules")

    def interrupt(summary: Summary) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        run_import(plan, judge, store, FakeClock(), interrupt)
    run_import(plan, judge, store, FakeClock())
    assert len(texts(store)) == 3_000


def test_every_rejected_row_is_written_with_its_line_and_reason(
    imported: Callable[..., Summary], tmp_path: Path, store: Store
) -> None:
    content = (
        b"id,text,date\n1,acme \xc3\xa9\xc3\xa9,2020-01-01\n2,,2020-01-01\n3,acme,yesterday\n4,acme,\n"
        b'5,acme,2020-01-01,more\n6,acme caf\xe9,2020-01-01\n\n8,"acme\nlast",2020-01-01\n9,acme nine,x\n'
    )
    rejected = imported(content).rejected
    assert [r.line for r in rejected.first] == [3, 4, 5, 6, 7, 11]
    reasons = [r.reason for r in rejected.first]
    for reason, said in zip(reasons, ["no text", "'yesterday'", "no time", "4 cells", "not UTF-8", "'x'"], strict=True):
        assert said in reason
    kept = [json.loads(line) for line in (tmp_path / "posts.csv.rejected.jsonl").read_text().splitlines()]
    assert [k["line"] for k in kept] == [3, 4, 5, 6, 7, 11]
    assert kept[1]["row"] == {"id": "3", "text": "acme", "date": "yesterday"}
    assert [i for i, _, _ in texts(store)] == ["1", "8"]


def test_rejected_lines_of_json(imported: Callable[..., Summary]) -> None:
    long = '{"text": "' + "x" * 1_200_000 + '"}'
    content = "\n".join(['{"text": "acme", "date": 1424806552}', '{"text": ', "[1]", long, '{"text": 5}'])
    rejected = imported(content, "p.jsonl").rejected
    assert [r.line for r in rejected.first] == [2, 3, 4, 5]
    assert "longer than" in rejected.first[2].reason


def test_the_file_of_rejected_rows_is_removed_once_none_is_rejected(
    imported: Callable[..., Summary], tmp_path: Path
) -> None:
    imported("id,text,date\n1,acme,never\n2,acme,2020-01-01\n")
    assert (tmp_path / "posts.csv.rejected.jsonl").exists()
    imported("id,text,date\n1,acme,2020-01-01\n")
    assert not (tmp_path / "posts.csv.rejected.jsonl").exists()


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(imported: Callable[..., Summary]) -> None:
    rows = "".join(f"{n},acme {n},2020-01-01\n" for n in range(20_000))
    summary = imported(f'id,text,date\nx,"open,2020-01-01\n{rows}')
    assert summary.rejected.count >= 1
    assert summary.new > 10_000


def test_a_row_over_a_thousand_lines_is_rejected(imported: Callable[..., Summary]) -> None:
    lines = "\n".join(["a line"] * 1500)
    summary = imported(f'id,text,date\n1,"acme {lines}",2020-01-01\n2,acme,2020-01-01\n')
    assert (summary.new, [row.line for row in summary.rejected.first]) == (1, [2])
    assert "is a quote not closed?" in summary.rejected.first[0].reason


def test_rows_without_an_id_get_a_stable_one(imported: Callable[..., Summary], store: Store) -> None:
    content = "text,date,by\nacme,2020-01-01,ann\nacme,2020-01-01,ann\nacme,2020-01-01,bob\n"
    assert (imported(content).new, imported(content + "acme,2020-01-02,ann\n").new) == (2, 1)


def test_the_first_row_of_an_id_counts(imported: Callable[..., Summary], store: Store) -> None:
    content = "id,text,date\n1,acme first,2020-01-01\n1,acme second,2020-01-01\n"
    summary = imported(content)
    assert (summary.posts, summary.repeated) == (1, 1)
    assert texts(store) == [("1", "Acme", "acme first")]


def test_a_second_run_changes_nothing(imported: Callable[..., Summary], store: Store, tmp_path: Path) -> None:
    imported(TWEETS)
    before, changes = content(tmp_path), store.last_change_id()
    summary = imported(TWEETS)
    assert (summary.new, summary.edited, summary.skipped) == (0, 0, 3)
    assert (content(tmp_path), store.last_change_id()) == (before, changes)


class UnusedJudge:
    """Fails if it has to judge a post."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        pytest.fail("what an earlier run imported must not be judged again")


def test_a_second_run_judges_nothing(imported: Callable[..., Summary], store: Store, tmp_path: Path) -> None:
    imported(TWEETS)
    plan = ImportPlan(tmp_path / "posts.csv", "Old", "", LONDON, "rules")
    assert run_import(plan, UnusedJudge(), store, FakeClock()).skipped == 3


def test_the_cursor_of_a_polled_source_is_kept(store: Store, judge: Judge, tmp_path: Path) -> None:
    store.save("Old", (), now=NOON, cursor="position in the feed")
    (tmp_path / "posts.csv").write_text(TWEETS)
    plan = ImportPlan(tmp_path / "posts.csv", "Old", "", LONDON, "rules", stores_position=False)
    assert run_import(plan, judge, store, FakeClock()).new == 3
    assert store.cursor("Old") == "position in the feed"
    assert run_import(plan, judge, store, FakeClock()).skipped == 0


def test_changed_rules_judge_everything_again(imported: Callable[..., Summary], store: Store, tmp_path: Path) -> None:
    imported(TWEETS)
    other = ImportPlan(tmp_path / "posts.csv", "Old", "", LONDON, "other rules")
    brands = (*BRANDS, Brand("Nobody", "nobody"))
    summary = run_import(other, Judge(Matcher(brands), Scorer(brands)), store, FakeClock())
    assert (summary.skipped, summary.new) == (0, 1)


def test_a_dry_run_stores_nothing(imported: Callable[..., Summary], store: Store, tmp_path: Path) -> None:
    summary = imported(TWEETS + "4,x,acme,never\n", dry=True)
    assert (summary.new, dict(summary.per_brand), summary.rejected.count) == (0, {"Acme": 2, "Globex": 1}, 1)
    assert store.last_change_id() == 0
    assert not (tmp_path / "posts.csv.rejected.jsonl").exists()


class EmptyJudge:
    """Finds nothing."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        return [JudgedPost(post) for post in posts]


@given(st.binary(max_size=400), st.sampled_from(["p.csv", "p.jsonl", "p.csv.gz"]))
def test_any_bytes_are_imported_or_rejected(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(b"text,id,date\nacme,1,2020-01-01\n" + data if name == "p.csv" else data)
    with suppress(ImportFailed):
        summary = run_import(ImportPlan(file, "Old", "", LONDON, ""), EmptyJudge(), None, FakeClock())
        assert summary.is_balanced


# Killed with kill -9, and run again

KILLED = """
import os, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from monitor.clock import Clock
from monitor.collector import Judge
from monitor.collector.importing import ImportPlan, run_import
from monitor.query.matcher import Matcher
from monitor.model import Brand
from monitor.sentiment import Scorer
from monitor.store import Store, open_store

brands = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
file, database, batches = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
store = open_store(f"sqlite:///{database}")
store.register_brands(brands, Clock().now())
seen = []
def on_progress(summary):
    seen.append(summary)
    if len(seen) == batches:
        os.kill(os.getpid(), 9)
plan = ImportPlan(file, "Old", "", ZoneInfo("UTC"), "rules")
run_import(plan, Judge(Matcher(brands), Scorer(brands)), store, Clock(), on_progress)
store.close()
"""


def content(folder: Path) -> list[tuple[Any, ...]]:
    """All rows that an import writes, without our own times."""
    with sqlite3.connect(folder / "wallflower.db") as db:
        posts = db.execute("SELECT id, external_id, author, text, lang, published_at FROM post ORDER BY id").fetchall()
        mentions = db.execute("SELECT id, post, brand, rule, score, story FROM mention ORDER BY id").fetchall()
        changes = db.execute("SELECT kind, mention FROM change ORDER BY id").fetchall()
    return [*posts, *mentions, *changes]


def test_an_import_killed_anywhere_and_run_again_gives_the_same_result(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    names = ["Acme", "Globex", "Acme and Globex", "Nobody"]
    rows = [f"{n},u{n % 7},{names[n % 4]} has {n % 50} new shops in the old town,2020-01-01" for n in range(5_000)]
    file.write_text("\n".join(["id,author,text,date", *rows, *rows[:50]]))

    def imported(folder: Path, batches: int) -> int:
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-c", KILLED, str(file), str(folder / "wallflower.db"), str(batches)]
        return subprocess.run(command, cwd=ROOT, check=False).returncode

    assert imported(tmp_path / "whole", 0) == 0
    for batches in (1, 3, 2):
        assert imported(tmp_path / "killed", batches) == -signal.SIGKILL
    assert imported(tmp_path / "killed", 0) == 0
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def test_repeated_ids_are_recognised_after_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_ids, "MAX_PART_IDS", 100_000)
    seen = SeenIds()
    assert not any(seen.add(f"id {n}", n + 1) for n in range(320_000))
    assert all(seen.add(f"id {n}", 1_000_000) == n + 1 for n in range(0, 320_000, 777))
    assert seen.add("another", 1) is None
