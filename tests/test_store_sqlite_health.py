"""Whether the store knows that it cannot store, and why: it finds that by itself, and writes nothing in vain."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import FaultKind, MentionFilter, StoreHealth
from monitor.store.options import OpenOptions
from monitor.store.sql import write_thread
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sqlite import SqliteStore, integrity, writer
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.integrity import UncleanStopCheck
from monitor.store.sqlite.locks import file_lock
from tests.fake_store import judged, raw_connection
from tests.fake_time import TIMEOUT_SECONDS
from tests.fake_writer import new_writer
from tests.fakes import NOON, FakeClock

LONG_RUNNING = OpenOptions(lock_timeout=TIMEOUT_SECONDS, long_running=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a database with 30 mentions, after a clean stop."""
    path = tmp_path / "data" / "wallflower.db"
    store = SqliteStore.open(path)
    store.save("Forum", [judged(f"kept {n} " + "long " * 2000) for n in range(30)], now=NOON)
    store.close()
    return path


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    """A store that tests itself many times a second, as ``wallflower run`` does every few seconds."""
    monkeypatch.setattr(write_thread, "TEST_SECONDS", 0.02)
    monkeypatch.setattr(writer, "LOCKED_AFTER_SECONDS", 0.05)
    monkeypatch.setattr(write_thread, "CLOSE_SECONDS", 0.1)
    store = SqliteStore.open(path, LONG_RUNNING)
    until(lambda: store.health().last_commit_at is not None)
    yield store
    store.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for ``condition``, which a thread of the store makes true."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def fault_kind(health: StoreHealth) -> FaultKind | None:
    return health.fault.kind if health.fault else None


def test_an_idle_store_shows_by_writing_that_it_can_write(store: SqliteStore) -> None:
    first = raw_connection(store.path)
    version = first.execute("PRAGMA data_version").fetchone()
    until(lambda: first.execute("PRAGMA data_version").fetchone() != version)
    health = store.health()
    assert (health.ready, health.can_store, health.reasons) == (True, True, ())
    assert health.free_bytes


def test_a_lock_is_named_while_it_lasts_and_ends_with_it(store: SqliteStore) -> None:
    other = raw_connection(store.path)
    other.execute("BEGIN IMMEDIATE")
    until(lambda: fault_kind(store.health()) is FaultKind.LOCKED)
    assert store.health().reasons[0].startswith("Cannot store since ")
    assert "another program has locked the database" in store.health().reasons[0]
    assert len(store.page(MentionFilter())) > 0, "reading still works"
    other.execute("ROLLBACK")
    until(lambda: store.health().ready)


def test_a_lock_of_another_command_is_named_too(store: SqliteStore) -> None:
    with file_lock(store.path):
        until(lambda: fault_kind(store.health()) is FaultKind.LOCKED)
        fault = store.health().fault
        assert fault is not None
        assert "another Wallflower command" in fault.message
    until(lambda: store.health().ready)


def test_a_full_disk_ends_only_once_a_batch_has_room(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    with monkeypatch.context() as disk:
        disk.setattr(os, "posix_fallocate", no_space)
        with pytest.raises(StoreError, match="the disk is full"):
            store._write(full)
        before = store.health().last_commit_seconds
        assert before is not None
        until(lambda: (store.health().last_commit_seconds or 0) < before)
        assert fault_kind(store.health()) is FaultKind.DISK_FULL, "a test write of one page fits long before a batch"
    until(lambda: store.health().ready)
    assert not store.path.with_name("wallflower.db.reserve").exists()


@pytest.mark.parametrize("how", ["moved", "replaced", "deleted", "without its log", "with its folder"])
def test_a_database_that_is_not_in_its_place_any_more_stores_nothing_more(store: SqliteStore, how: str) -> None:
    aside = store.path.with_name("aside.db")
    if how == "replaced":
        shutil.copy(store.path, aside)
        os.replace(aside, store.path)
    elif how == "without its log":
        store.path.with_name("wallflower.db-wal").unlink()
    elif how == "with its folder":
        store.path.parent.rename(store.path.parent.with_name("unmounted"))
    else:
        os.replace(store.path, aside) if how == "moved" else store.path.unlink()
    with pytest.raises(StoreError, match="moved, deleted or replaced"):
        store.save("Forum", [judged("never acknowledged")], now=NOON)
    assert fault_kind(store.health()) is FaultKind.REPLACED
    until(lambda: not store.health().ready)
    assert store.path.exists() is (how in ("replaced", "without its log")), "no empty database takes its place"


def damage(path: Path, seed: int) -> None:
    """Overwrite the last third with random bytes, as a broken disk may; the tables that opening needs are before."""
    pick, size = random.Random(seed), path.stat().st_size // 8192
    with path.open("r+b") as file:
        for page in range(size * 2 // 3, size):
            file.seek(page * 8192)
            file.write(pick.randbytes(4096))


def test_damage_found_while_running_stops_all_writes(path: Path) -> None:
    damage(path, 1)
    store = SqliteStore.open(path, OpenOptions(lock_timeout=1.0))
    with pytest.raises(StoreError, match="wallflower restore FILE"):
        store.page(MentionFilter(), limit=100)
    assert fault_kind(store.health()) is FaultKind.CORRUPT
    wal = path.with_name("wallflower.db-wal").stat().st_size
    with pytest.raises(StoreError, match="wallflower restore FILE"):
        store.set_hidden(1, True, NOON)
    assert path.with_name("wallflower.db-wal").stat().st_size == wal
    store.close()


@pytest.mark.parametrize("seed", range(3))
def test_damage_is_found_after_an_unclean_stop(path: Path, seed: int) -> None:
    path.with_name("wallflower.db.running").touch()
    damage(path, seed)
    before = path.read_bytes()
    for _ in range(2):  # and again: the mark of the unclean stop stays
        with pytest.raises(StoreError, match="is damaged"):
            SqliteStore.open(path, LONG_RUNNING)
    assert path.read_bytes() == before


def test_a_clean_stop_removes_the_mark_and_an_unclean_one_keeps_it(path: Path) -> None:
    mark = path.with_name("wallflower.db.running")
    store = SqliteStore.open(path, LONG_RUNNING)
    assert mark.exists()
    SqliteStore.open(path).close()
    assert mark.exists(), "another command beside the run does not remove it"
    store.close()
    assert not mark.exists()


def test_a_large_database_is_checked_in_the_background_and_is_not_ready_until_then(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow_check(*_: object) -> None:
        assert go_on.wait(TIMEOUT_SECONDS)

    monkeypatch.setattr(integrity, "quick_check", slow_check)
    monkeypatch.setattr(integrity, "BACKGROUND_BYTES", 0)
    path.with_name("wallflower.db.running").touch()
    store = SqliteStore.open(path, LONG_RUNNING)
    assert store.health().reasons == ("The database is being checked, because Wallflower was not stopped cleanly.",)
    go_on.set()
    until(lambda: store.health().ready)
    store.close()


def test_damage_found_in_the_background_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "BACKGROUND_BYTES", 0)
    damage(path, 7)
    path.with_name("wallflower.db.running").touch()
    tracker = FaultTracker(FakeClock())
    check = UncleanStopCheck(path, tracker)
    check.start()
    until(lambda: not check.running)
    assert tracker.current is not None
    assert tracker.current.kind is FaultKind.CORRUPT
    check.finish()
    assert path.with_name("wallflower.db.running").exists()


def test_a_stop_interrupts_a_check(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "BACKGROUND_BYTES", 0)
    monkeypatch.setattr(integrity, "STEPS_BETWEEN_INTERRUPTS", 1)
    path.with_name("wallflower.db.running").touch()
    check = UncleanStopCheck(path, FaultTracker(FakeClock()))
    check._interrupted = True
    check.start()
    check.finish()
    assert path.with_name("wallflower.db.running").exists(), "the next start checks it"


def test_writes_that_wait_too_long_are_never_run(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    queued = new_writer(path, timeout=0.5)
    run: list[int] = []
    errors: list[str] = []

    def submit(n: int) -> None:
        try:
            queued.submit(lambda _: run.append(n))
        except StoreError as error:
            errors.append(str(error))

    with file_lock(path):
        threads = [threading.Thread(target=submit, args=(n,)) for n in range(100)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        assert len(errors) == 100, "they do not wait one after the other"
    queued.submit(lambda _: None)
    assert run == []
    assert queued.health()[:3] == (True, 0, 0.0)
    queued.close()


def test_a_write_that_runs_long_is_the_oldest_one(tmp_path: Path) -> None:
    busy = new_writer(tmp_path / "wallflower.db", timeout=TIMEOUT_SECONDS)
    started, go_on = threading.Event(), threading.Event()

    def slow(_: object) -> None:
        started.set()
        assert go_on.wait(TIMEOUT_SECONDS)

    thread = threading.Thread(target=busy.submit, args=(slow,))
    thread.start()
    assert started.wait(TIMEOUT_SECONDS)
    until(lambda: busy.health().oldest_seconds > 0.01)
    go_on.set()
    thread.join(TIMEOUT_SECONDS)
    busy.close()


@pytest.mark.parametrize(
    ("flags", "free", "kind"),
    [(os.ST_RDONLY, 9000, FaultKind.READ_ONLY), (0, 3, FaultKind.DISK_FULL), (0, 9000, FaultKind.IO_ERROR)],
)
def test_an_error_of_the_disk_is_named_by_its_cause(
    path: Path, monkeypatch: pytest.MonkeyPatch, flags: int, free: int, kind: FaultKind
) -> None:
    status = os.statvfs_result((4096, 4096, 9000, free, free, 9, 9, 9, flags, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: status)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    with pytest.raises(StoreError) as raised, store_errors(path):
        raise error
    assert raised.value.fault == kind


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_other_users_cannot_read_the_files(tmp_path: Path, path: Path) -> None:
    assert mode(path.parent) == 0o700
    path.chmod(0o644)
    path.with_name("wallflower.db.writing").chmod(0o666)
    store = SqliteStore.open(path, LONG_RUNNING)
    store.save("Forum", [judged()], now=NOON)
    modes = {file.name: mode(file) for file in path.parent.iterdir()}
    suffixes = ("", "-shm", "-wal", ".running", ".writing")
    assert modes == {f"wallflower.db{suffix}": 0o600 for suffix in suffixes}
    store.close()
