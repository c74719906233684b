"""The file lock of the writer: two of our processes never write to one database at the same moment."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.sqlite.connections import Connection, open_writer
from monitor.store.sqlite.locks import file_lock
from tests.fake_writer import new_writer


def is_free(path: Path) -> bool:
    """Whether another process could start writing now."""
    with path.with_name(path.name + ".writing").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_transaction_holds_the_lock_and_releases_it(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    writer = new_writer(path)

    def job(db: Connection) -> bool:
        return is_free(path)

    assert writer.submit(job) is False
    assert is_free(path)
    writer.close()


def test_a_failed_block_releases_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    try:
        with file_lock(path):
            assert not is_free(path)
            raise RuntimeError
    except RuntimeError:
        pass
    assert is_free(path)


def test_a_lock_that_is_not_released_in_time_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    with (
        file_lock(path),
        pytest.raises(StoreError, match="locked by another Wallflower command"),
        file_lock(path, timeout=0),
    ):
        pass


def test_several_processes_may_create_the_database_at_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)

    def opened(path: Path) -> None:
        barrier.wait()
        open_writer(path, 10.0).close()

    with ThreadPoolExecutor(6) as threads:
        for n in range(5):
            list(threads.map(opened, [tmp_path / str(n) / "wallflower.db"] * 6))
            assert not (tmp_path / str(n) / "wallflower.db.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_lock_of_a_command_that_root_runs_belongs_to_the_owner_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    path.touch()
    os.chown(path, 65_534, 65_534)
    with file_lock(path):
        assert path.with_name("wallflower.db.writing").stat().st_uid == 65_534
