"""The SQLite store: locks, full disks, connections, and what a deletion leaves in the file."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import DatabaseMissing, StoreError
from monitor.model import MentionFilter, SaveResult, SourceStatus, Topics
from monitor.store import open_store
from monitor.store.options import OpenOptions
from monitor.store.sql import brand_figures, saving, sources
from monitor.store.sql.changes import MAX_LOG_ROWS
from monitor.store.sql.units import to_ms
from monitor.store.sqlite import SqliteStore
from monitor.store.sqlite.connections import MAX_READERS
from monitor.store.sqlite.database_status import SAFE_VERSION
from tests.fake_site import working_status
from tests.fake_store import BRANDS, judged, raw_connection, without_findings
from tests.fakes import NOON
from tests.test_store_analysis import DAY, INCIDENT, MINUTE, save_fresh_and_old_mentions


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.open(tmp_path / "wallflower.db", OpenOptions(lock_timeout=0.3))
    yield store
    store.close()


def texts(store: SqliteStore) -> list[str]:
    return [m.post.text for m in store.page(MentionFilter())]


@pytest.mark.parametrize("url", ["", "wallflower.db", "sqlite:wallflower.db", "sqlite:///", "oracle:///wallflower.db"])
def test_an_unsupported_url_is_a_store_error(url: str) -> None:
    with pytest.raises(StoreError, match="Supported: sqlite:///"):
        open_store(url)


def test_a_missing_database_is_created_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "new" / "wallflower.db"
    with pytest.raises(DatabaseMissing, match="volume is not mounted"):
        open_store(f"sqlite:///{path}", create=False)
    assert not path.parent.exists()
    open_store(f"sqlite:///{path}").close()
    open_store(f"sqlite:///{path}", create=False).close()


def test_posts_without_findings_are_not_stored(store: SqliteStore) -> None:
    store.save("Forum", [without_findings(judged("nobody"))], now=NOON)
    assert raw_connection(store.path).execute("SELECT count(*) FROM post").fetchone() == (0,)


@pytest.mark.parametrize(
    ("owner", "step"),
    [(saving.BatchSaver, "save"), (sources, "save_cursor"), (sources, "save_status")],
    ids=["posts", "cursor", "status"],
)
def test_posts_cursor_and_status_are_stored_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    url = f"sqlite:///{tmp_path / 'wallflower.db'}"
    store = open_store(url)
    store.save("Forum", [judged("first")], now=NOON, cursor=1, status=working_status(NOON))
    original = getattr(owner, step)

    def fail_afterwards(*args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)
        raise StoreError("The disk is full.")

    later = NOON + MINUTE
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fail_afterwards)
        with pytest.raises(StoreError):
            store.save("Forum", [judged("second")], now=later, cursor=2, status=working_status(later))
    store.close()
    reopened = open_store(url)
    assert [m.post.text for m in reopened.page(MentionFilter())] == ["first"]
    assert reopened.cursor("Forum") == 1
    assert [status.last_success for status in reopened.statuses()] == [NOON]
    reopened.close()


def test_a_deleted_text_leaves_the_file(store: SqliteStore) -> None:
    secret = "Acme xylophone quarrel"
    store.save("Forum", [judged(secret, "Acme", "Globex", external_id="7"), judged("stays")], now=NOON)
    store.save("Forum", [], now=NOON, deleted=["7"])
    store.close()
    assert secret.encode() not in store.path.read_bytes()
    if sqlite3.sqlite_version_info >= (3, 42):  # before, words stay in the index until it merges
        assert b"xylophone" not in store.path.read_bytes()


def test_the_log_trims_itself(store: SqliteStore) -> None:
    raw_connection(store.path).execute("INSERT INTO change (id, kind, mention, at) VALUES (1, 'saved', 1, 0)")
    raw_connection(store.path).execute(
        "UPDATE sqlite_sequence SET seq = ? WHERE name = 'change'", (MAX_LOG_ROWS + 5_990,)
    )
    store.save("Forum", [judged(str(i)) for i in range(100, 120)], now=NOON)
    store.save("Forum", [judged("last")], now=NOON)
    assert store.first_change_id() > MAX_LOG_ROWS
    assert store.last_change_id() == MAX_LOG_ROWS + 6_011


def test_a_database_locked_by_another_program_is_a_store_error_until_the_lock_ends(store: SqliteStore) -> None:
    other = raw_connection(store.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        store.save("Forum", [judged()], now=NOON)
    assert texts(store) == []
    other.execute("ROLLBACK")
    assert store.save("Forum", [judged()], now=NOON).new == 1


def test_a_write_waits_for_a_lock_that_ends_in_time(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "patient.db", OpenOptions(lock_timeout=15))
    other = raw_connection(store.path)
    other.execute("BEGIN IMMEDIATE")
    saved: list[SaveResult] = []
    thread = threading.Thread(target=lambda: saved.append(store.save("Forum", [judged()], now=NOON)))
    thread.start()
    other.execute("ROLLBACK")
    thread.join(15)
    assert saved == [SaveResult(new=1, per_brand={"Acme": 1})]
    store.close()


def test_a_full_disk_keeps_whole_batches_and_recovers(store: SqliteStore) -> None:
    store.save("Forum", [judged("kept")], now=NOON)
    max_pages = "PRAGMA max_page_count"
    pages = store._write(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    store._write(lambda db: db.execute(f"{max_pages} = {pages + 1}").fetchone())
    with pytest.raises(StoreError, match="disk is full"):
        store.save("Forum", [judged(f"Acme {i} " + "long " * 3000) for i in range(50)], now=NOON, cursor="never")
    assert (texts(store), store.cursor("Forum"), store.health().alive) == (["kept"], None, True)

    store._write(lambda db: db.execute(f"{max_pages} = 1073741823").fetchone())
    assert store.save("Forum", [judged("again")], now=NOON).new == 1
    assert raw_connection(store.path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_ended_write_thread_is_reported(store: SqliteStore) -> None:
    assert store.health().alive
    store._writer.close()
    assert not store.health().alive
    with pytest.raises(StoreError, match="write thread has ended"):
        store.save("Forum", [judged()], now=NOON)


def test_many_threads_share_few_read_connections(store: SqliteStore) -> None:
    together, used = threading.Barrier(40), []

    def read() -> None:
        together.wait()
        store._read(used.append)

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(used) == 40
    assert len({id(db) for db in used}) <= MAX_READERS


def test_a_thread_connection_ends_with_its_thread(store: SqliteStore) -> None:
    thread = threading.Thread(target=store._readers.data_version)
    thread.start()
    thread.join()
    gc.collect()
    assert len(store._readers._all) == 0


def test_readers_cannot_write(store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        store._read(lambda db: db.execute("DELETE FROM mention"))


def test_the_status_includes_the_write_ahead_log(store: SqliteStore) -> None:
    store.save("Forum", [judged(str(i)) for i in range(50)], now=NOON)
    status = store.database_status()
    files = [store.path, store.path.with_name("wallflower.db-wal")]
    assert status.used_bytes == sum(file.stat().st_size for file in files)
    assert status.free_bytes is not None
    assert (status.engine, status.version) == ("SQLite", sqlite3.sqlite_version)


@pytest.mark.parametrize(("found", "upgrade_to"), [((3, 51, 2), "3.51.3"), (SAFE_VERSION, "")])
def test_an_unsafe_sqlite_is_reported(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, found: tuple[int, ...], upgrade_to: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", found)
    assert store.database_status().upgrade_to == upgrade_to


def test_arrivals_of_a_flood_are_extrapolated(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    save_fresh_and_old_mentions(store)
    monkeypatch.setattr(brand_figures, "MAX_ARRIVALS_READ", 2)
    store.register_brands(BRANDS, NOON)
    assert store.count_arrivals("Acme", NOON, NOON + 7 * MINUTE, 30 * MINUTE) == int(2 * 7 / 4)


def test_an_incident_that_was_deleted_is_inserted_again(store: SqliteStore) -> None:
    saved = store.save_incident(INCIDENT)
    db = raw_connection(store.path)
    db.execute("DELETE FROM incident")
    db.close()
    again = store.save_incident(saved)
    assert again.id > saved.id
    assert store.incidents(NOON, NOON + DAY) == [again]


def test_topics_of_another_version_can_be_loaded(store: SqliteStore) -> None:
    store.save_topics(Topics("Acme", NOON))
    db = raw_connection(store.path)
    db.execute("UPDATE topics SET topics = json_set(topics, '$.later', 1)")
    db.close()
    assert store.topics("Acme") == Topics("Acme", NOON)


def test_the_next_check_is_a_column(store: SqliteStore) -> None:
    store.save_status(SourceStatus("Forum", "feed", next_check=NOON), NOON)
    (row,) = raw_connection(store.path).execute("SELECT next_check, status FROM source").fetchall()
    assert row[0] == to_ms(NOON)
    assert "next_check" not in row[1]
