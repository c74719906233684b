"""Backups: whole, verified, private, rotated, and made while other threads write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import database_files, open_store
from monitor.store.backups import checksum_file, make_backup, verify_checksum
from monitor.store.sqlite import verification
from tests.fake_store import judged, raw_connection
from tests.fakes import NOON
from tests.test_store_sqlite_derived import inconsistencies
from tests.test_store_sqlite_schema import old_database

BATCH = 20
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one mention."""
    path = tmp_path / "data" / "wallflower.db"
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged()], now=NOON)
    store.close()
    return path


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_is_one_private_file_with_a_checksum_that_sha256sum_accepts(tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "backups"
    backup = database_files(f"sqlite:///{path}").back_up(folder, NOON, 7)
    assert names(folder) == ["wallflower-2026-03-04T120000Z.db", "wallflower-2026-03-04T120000Z.db.sha256"]
    assert (backup.path, backup.made_at, backup.size) == (folder / names(folder)[0], NOON, backup.path.stat().st_size)
    assert [oct(file.stat().st_mode)[-3:] for file in (folder, *folder.iterdir())] == ["700", "600", "600"]
    subprocess.run(["sha256sum", "--check", "--strict", names(folder)[1]], cwd=folder, check=True, capture_output=True)
    assert raw_connection(backup.path).execute("SELECT count(*) FROM mention").fetchone() == (1,)


def test_a_backup_under_constant_writes_is_one_consistent_snapshot(tmp_path: Path, path: Path) -> None:
    store, files, stop = open_store(f"sqlite:///{path}"), database_files(f"sqlite:///{path}"), threading.Event()

    def save() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            posts = [judged(f"Acme {number} {n}") for n in range(BATCH)]
            store.save("Forum", posts, now=NOON, cursor=number)

    writer = threading.Thread(target=save)
    writer.start()
    try:
        made = [files.back_up(tmp_path / "backups", NOON + timedelta(minutes=n), 9) for n in range(5)]
    finally:
        stop.set()
        writer.join()
        store.close()
    counts = []
    for backup in made:
        assert inconsistencies(backup.path) == []
        copy = open_store(f"sqlite:///{backup.path}")
        counts.append(copy.last_mention_id())
        assert counts[-1] == 1 + BATCH * (copy.cursor("Forum") or 0)  # type: ignore[operator]
        copy.close()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_only_the_newest_backups_are_kept_and_other_files_stay(tmp_path: Path, path: Path) -> None:
    folder, files = tmp_path / "backups", database_files(f"sqlite:///{path}")
    folder.mkdir()
    others = ["notes.txt", "wallflower-2020-01-01.db", "other-2020-01-01T000000Z.db"]
    for name in others:
        (folder / name).write_text("keep me")
    for n in (0, 0, 1, 2):  # two within a second
        files.back_up(folder, NOON + timedelta(seconds=n), 2)
    assert [backup.made_at for backup in files.backups(folder)] == [NOON + timedelta(seconds=n) for n in (2, 1)]
    assert set(names(folder)) == {
        *others,
        *(f"wallflower-2026-03-04T12000{n}Z.db{ending}" for n in (1, 2) for ending in ("", ".sha256")),
    }


def test_what_a_killed_backup_left_is_removed_by_the_next_and_never_counts(tmp_path: Path, path: Path) -> None:
    folder, files = tmp_path / "backups", database_files(f"sqlite:///{path}")
    folder.mkdir()
    for name in (
        "2026-03-01T000000Z.db.partial",
        "2026-03-01T000000Z.db.partial-journal",
        "2026-03-01T000000Z.db.sha256",
    ):
        (folder / f"wallflower-{name}").write_text("half")
    assert files.backups(folder) == []
    files.back_up(folder, NOON, 7)
    assert len(names(folder)) == 2


def test_without_enough_space_nothing_is_written_and_old_backups_stay(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, files = tmp_path / "backups", database_files(f"sqlite:///{path}")
    files.back_up(folder, NOON, 1)
    before = names(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 5000, 5000))
    with pytest.raises(StoreError, match=r"not enough space for a backup in .*: it needs \d MB, and 0 MB are free"):
        files.back_up(folder, NOON + timedelta(days=1), 1)
    assert names(folder) == before


def test_a_backup_that_cannot_be_verified_leaves_nothing_behind(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, files = tmp_path / "backups", database_files(f"sqlite:///{path}")
    files.back_up(folder, NOON, 1)
    before = names(folder)
    monkeypatch.setattr(verification, "integrity_problems", lambda db: ["row 7 missing from index post_key"])
    with pytest.raises(StoreError, match="row 7 missing"):
        files.back_up(folder, NOON + timedelta(days=1), 1)
    assert names(folder) == before


def test_a_damaged_database_is_not_backed_up_over_good_backups(tmp_path: Path, path: Path) -> None:
    folder, files = tmp_path / "backups", database_files(f"sqlite:///{path}")
    files.back_up(folder, NOON, 1)
    before = names(folder)
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 8192, 2):
        content[page * 8192 : page * 8192 + 4096] = os.urandom(4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        files.back_up(folder, NOON + timedelta(days=1), 1)
    assert names(folder) == before


def test_two_backups_into_one_folder_do_not_run_at_once(tmp_path: Path, path: Path) -> None:
    files = database_files(f"sqlite:///{path}")

    def write(target: Path) -> None:
        with pytest.raises(StoreError, match="Another backup is being written"):
            files.back_up(tmp_path, NOON, 7)
        target.write_text("whole")

    assert make_backup(tmp_path, "other", 0, NOON, keep=1, write=write).path.read_text() == "whole"


def test_an_older_database_is_backed_up_as_it_is(tmp_path: Path) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    before = path.read_bytes()
    backup = database_files(f"sqlite:///{path}").back_up(tmp_path / "backups", NOON, 7)
    last = "SELECT max(name) FROM _sqlite_migrations"
    assert raw_connection(backup.path).execute(last).fetchone() == ("m012_incident_news",)
    assert path.read_bytes() == before


def test_a_missing_database_or_an_unusable_folder_is_reported(tmp_path: Path, path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to back up"):
        database_files(f"sqlite:///{tmp_path / 'none.db'}").back_up(tmp_path, NOON, 7)
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"No backup can be written to .*file"):
        database_files(f"sqlite:///{path}").back_up(tmp_path / "file" / "backups", NOON, 7)


def test_a_changed_byte_differs_from_the_checksum(tmp_path: Path, path: Path) -> None:
    backup = database_files(f"sqlite:///{path}").back_up(tmp_path, NOON, 7)
    assert verify_checksum(backup.path)
    content = bytearray(backup.path.read_bytes())
    content[-1] ^= 1
    backup.path.write_bytes(content)
    with pytest.raises(StoreError, match="differs from the checksum"):
        verify_checksum(backup.path)
    checksum_file(backup.path).unlink()
    assert not verify_checksum(backup.path)


def test_the_backup_contains_what_is_only_in_the_log_of_a_killed_process(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "killed" / "wallflower.db"
    copy.parent.mkdir()
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged("Acme again")], now=NOON)
    for ending in ("", "-wal"):  # as after kill -9
        shutil.copy(f"{path}{ending}", f"{copy}{ending}")
    store.close()
    assert Path(f"{copy}-wal").stat().st_size > 0
    backup = database_files(f"sqlite:///{copy}").back_up(tmp_path, NOON, 7)
    with sqlite3.connect(backup.path) as db:
        assert db.execute("SELECT count(*) FROM mention").fetchone() == (2,)
