"""Times that were stored while the machine's clock was ahead, and how they are corrected."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import Choice, Finding, JudgedPost, Match, Mention, MentionFilter, Score
from monitor.store import open_store
from monitor.store.sql import cube_sums
from monitor.store.sqlite.store import SqliteStore
from tests.cli_runner import runner
from tests.fake_server import serving
from tests.fake_site import BRANDS, judged, working_status
from tests.fakes import NOON, post

YEAR, HOUR, MINUTE = timedelta(days=400), timedelta(hours=1), timedelta(minutes=1)
NOW = NOON + 2 * HOUR


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    assert isinstance(store, SqliteStore)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def about_two_brands(text: str, **changes: object) -> JudgedPost:
    findings = tuple(Finding(Match(brand, text), Score(0.0)) for brand in ("Acme", "Globex"))
    return JudgedPost(post(text, **changes), findings)


def save_with_a_wrong_clock(store: SqliteStore) -> None:
    """Save three batches; the clock is 400 days ahead during the second."""
    store.save("Forum", [judged("before", published_at=NOON - HOUR)], now=NOON, status=working_status(NOON))
    wrong = NOON + YEAR
    batch = [
        about_two_brands("dated by us", published_at=wrong),
        judged("dated by the site", published_at=NOON + MINUTE),
    ]
    store.save("Forum", batch, now=wrong, status=working_status(wrong, next_check=wrong + HOUR))
    store.open_gap("Forum", wrong, "Down.", wrong)
    later = [about_two_brands("later", published_at=NOON + HOUR), judged("old", published_at=NOON - 100 * HOUR)]
    store.save("Forum", later, now=NOON + HOUR)
    store.save(
        "files", [judged("imported", published_at=NOON + YEAR, url="https://a.example/1")], now=NOW, imported=True
    )


def mentions(store: SqliteStore) -> list[Mention]:
    return sorted(store.mentions(range(1, 100)).values(), key=lambda m: m.id)


def test_one_wrong_clock_dates_everything_later_wrongly_too(store: SqliteStore) -> None:
    save_with_a_wrong_clock(store)
    found = store.maintenance.future_times(NOW)
    assert (found.mentions, found.newest) == (7, NOON + YEAR)


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_repair_restores_every_invariant(store: SqliteStore, tmp_path: Path, limit: int) -> None:
    save_with_a_wrong_clock(store)
    repaired = 0
    while step := store.maintenance.repair_times(NOW, limit):
        repaired += step
    assert repaired == 7
    assert store.maintenance.future_times(NOW).newest is None
    times = {m.post.text: (m.post.published_at - NOON, m.added_at - NOON) for m in mentions(store)}
    assert times == {
        "before": (-HOUR, timedelta()),
        "dated by us": (timedelta(), timedelta()),
        "dated by the site": (MINUTE, MINUTE),
        "later": (HOUR, HOUR),
        "old": (-100 * HOUR, HOUR),
        "imported": (HOUR, HOUR),
    }
    added = [m.added_at for m in mentions(store)]
    assert added == sorted(added)
    with closing(sqlite3.connect(tmp_path / "wallflower.db")) as db:
        assert cube_sums.wrong_cubes(db) == []
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
        wrong_posts = """SELECT count(*) FROM post JOIN mention ON mention.post = post.id
            WHERE post.published_at <> mention.published_at OR post.added_at > mention.added_at"""
        assert db.execute(wrong_posts).fetchone() == (0,)
        assert db.execute("SELECT published_at FROM post_link").fetchall() == [
            (round((NOON + HOUR).timestamp() * 1000),)
        ]


def test_filters_find_repaired_mentions_by_their_corrected_times(store: SqliteStore) -> None:
    save_with_a_wrong_clock(store)
    while store.maintenance.repair_times(NOW):
        pass
    last_hours = MentionFilter(since=NOON - 2 * HOUR, until=NOW)
    assert store.count(last_hours).n == len(store.page(last_hours)) == 7
    assert [m.post.text for m in store.page(replace(last_hours, q="site", brand=Choice(("Acme",))))] == [
        "dated by the site"
    ]
    store.save("Forum", [judged("new", published_at=NOW)], now=NOW + MINUTE)
    assert mentions(store)[-1].added_at == NOW + MINUTE, "the time is not pinned any more"


def test_a_repair_also_corrects_statuses_and_gaps(store: SqliteStore) -> None:
    save_with_a_wrong_clock(store)
    while store.maintenance.repair_times(NOW):
        pass
    (status,) = store.recorded_statuses()
    assert (status.last_success, status.last_try, status.next_check) == (NOW, NOW, NOW)
    (gap,) = store.gaps(NOON, NOW + MINUTE)
    assert (gap.since, gap.until) == (NOW, None)


def test_right_times_stay_as_they_are(store: SqliteStore) -> None:
    status = working_status(NOON, next_check=NOW + HOUR)
    store.save("Forum", [judged("one", published_at=NOON), judged("two", published_at=NOON)], now=NOON, status=status)
    before = mentions(store)
    assert store.maintenance.repair_times(NOW) == 0
    assert mentions(store) == before
    assert store.recorded_statuses() == [status]


def test_the_command_repairs_after_a_question(tmp_path: Path) -> None:
    with serving() as server:
        run = runner(tmp_path, server)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}")
    store.register_brands(BRANDS[:1], NOON)
    store.save("Forum", [judged("Acme far ahead", published_at=NOON)], now=NOON + timedelta(days=36_500))
    store.close()
    assert "1 mention was added after that, the last one " in run("repair-clock", "--dry-run").output
    assert run("repair-clock", input="n\n").exit_code == 1
    done = run("repair-clock", input="y\n")
    assert done.exit_code == 0, done.output
    assert "Corrected the times of 1 mention" in done.output
    assert "No mention was added after that." in run("repair-clock", "--dry-run").output
