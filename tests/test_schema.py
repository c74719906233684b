"""Opening the database: what is made, what is updated, and what is refused untouched."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import SchemaError, StoreError
from monitor.query import TOKENIZER
from monitor.store import Store, schema
from tests.fake_store import judged, raw
from tests.fakes import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one mention."""
    path = tmp_path / "data" / "wallflower.db"
    store = Store.open(path)
    store.save("Forum", [judged()], now=NOON)
    store.close()
    return path


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_a_new_database_has_every_migration_and_our_mark(path: Path) -> None:
    db = Database(raw(path))
    assert schema.migrations.pending(db) == []
    assert db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    assert db.execute("PRAGMA page_size").fetchone()[0] == 8192
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_every_table_of_ours_is_strict(path: Path) -> None:
    tables = raw(path).execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    ours = {name: strict for name, strict in tables if not name.startswith(("sqlite_", "_sqlite_"))}
    assert len(ours) >= 11
    assert all(ours.values())


def test_the_index_is_cut_as_queries_are(path: Path) -> None:
    sql = raw(path).execute("SELECT sql FROM sqlite_master WHERE name = 'mention_fts'").fetchone()[0]
    assert f"tokenize='{TOKENIZER}'" in sql


def test_a_migration_that_was_missing_is_applied(path: Path) -> None:
    db = raw(path)
    db.execute("DROP TABLE change")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_changes'")
    db.close()

    store = Store.open(path)
    assert store.last_change() == 0
    assert store.last_mention() == 1
    store.close()


def test_a_migration_that_fails_leaves_nothing_of_itself() -> None:
    broken = schema.Migrations("broken")

    @broken()
    def m001(db: Database) -> None:
        db.execute("CREATE TABLE half (id INTEGER)")
        db.execute("CREATE TABLE half (id INTEGER)")

    db = Database(memory=True)
    with pytest.raises(sqlite3.OperationalError):
        broken.apply(db)
    assert "half" not in db.table_names()
    assert [m.name for m in broken.pending(db)] == ["m001"]


def test_a_newer_database_is_refused_untouched(path: Path) -> None:
    db = raw(path)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('wallflower', 'm999_later', '')"
    )
    db.close()
    before = files(path)

    with pytest.raises(SchemaError, match=r"newer Wallflower.*m999_later"):
        Store.open(path)
    assert files(path) == before


@pytest.mark.parametrize("damage", ["nothing", "text", "cut", "scrambled", "a folder"])
def test_what_is_damaged_is_refused_and_never_replaced(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "nothing": b"",
                "text": b"hello, this is no database " * 2000,
                "cut": content[: len(content) // 2],
                "scrambled": content[:1024] + os.urandom(len(content) - 1024),
            }[damage]
        )
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(StoreError, match=r"newest backup|Check that") as raised:
        Store.open(path)
    assert str(path) in str(raised.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    db = raw(path)
    db.execute("CREATE TABLE invoice (id INTEGER)")
    db.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="not one of Wallflower's"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="may write in it"):
        Store.open(tmp_path / "file" / "wallflower.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path, path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="write permission"):
            Store.open(path)
    finally:
        path.parent.chmod(0o700)


def test_what_a_kill_left_of_the_making_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    path.with_name("wallflower.db.new").write_bytes(b"half a database")
    store = Store.open(path)
    assert store.last_mention() == 0
    store.close()
    assert path.exists()
    assert not path.with_name("wallflower.db.new").exists()
