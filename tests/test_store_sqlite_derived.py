"""Derived data of the SQLite engine: after any operations, the cubes and the search index equal the rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.options import OpenOptions
from monitor.store.sql import cube_sums
from monitor.store.sqlite import SqliteStore
from tests import consistency
from tests.fake_store import SOURCES, World, raw_connection, run_random_operations
from tests.fakes import NOON


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.open(tmp_path / "wallflower.db", OpenOptions(lock_timeout=1.0))
    yield store
    store.close()


def inconsistencies(path: Path) -> list[str]:
    """Those of the SQLite file at ``path``."""
    return consistency.inconsistencies(f"sqlite:///{path}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cubes_and_index_equal_the_rows_after_random_operations(store: SqliteStore, seed: int) -> None:
    run_random_operations(store, World(seed), 180)

    assert store.last_mention_id() > 150
    assert inconsistencies(store.path) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mention SET hidden = 1 - hidden WHERE id = (SELECT max(id) FROM mention)",
        "UPDATE mention SET score = 77 WHERE id = (SELECT max(id) FROM mention WHERE score IS NOT NULL AND state < 2)",
        "UPDATE post SET text = 'other', index_text = NULL WHERE id = (SELECT max(post) FROM mention)",
        "UPDATE cube_brand_day SET score = score + 1 WHERE n > 0",
        "DELETE FROM mention WHERE id = (SELECT max(id) FROM mention)",
    ],
)
def test_a_write_that_bypasses_the_store_is_detected(store: SqliteStore, statement: str) -> None:
    run_random_operations(store, World(4), 40)
    db = raw_connection(store.path)
    assert db.execute(statement).rowcount > 0
    db.close()

    assert inconsistencies(store.path) != []


def test_a_wrong_5_minute_count_is_detected(store: SqliteStore) -> None:
    store.save(SOURCES[0], World(3).batch(SOURCES[0], 40), now=NOON)
    db = raw_connection(store.path)
    assert cube_sums.wrong_cubes(db) == []  # type: ignore[arg-type]
    db.execute("UPDATE cube_5min SET negative = negative + 1 WHERE n > 0")
    assert cube_sums.wrong_cubes(db) == ["cube_5min"]  # type: ignore[arg-type]
    db.close()
