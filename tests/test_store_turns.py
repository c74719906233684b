"""Two of our programs on one database: never do both write at the same moment."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.connections import Connection, open_writer
from monitor.store.notes import Notes
from monitor.store.writer import Writer, turn


def is_free(path: Path) -> bool:
    """Whether another program could begin to write now."""
    with path.with_name(path.name + ".writing").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_transaction_keeps_others_out_and_lets_them_in_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    writer = Writer(open_writer(path, 1.0), path, Notes(), rolled_back=lambda: None)

    def look(db: Connection) -> bool:
        return is_free(path)

    assert writer.submit(look) is False
    assert is_free(path)
    writer.close()


def test_a_block_that_fails_gives_its_turn_back(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    try:
        with turn(path):
            assert not is_free(path)
            raise RuntimeError
    except RuntimeError:
        pass
    assert is_free(path)


def test_a_turn_that_never_ends_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    with turn(path), pytest.raises(StoreError, match="kept busy by another Wallflower command"), turn(path, patience=0):
        pass
