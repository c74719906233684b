"""Buffered statuses: readers see them at once, they are written with others, and never replace a later one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import poll
from monitor.errors import StoreError
from monitor.model import Batch, Health, SourceStatus
from monitor.store import KEEP
from monitor.store.options import OpenOptions
from monitor.store.sql.status_buffer import StatusBuffer, WrittenStatuses
from monitor.store.sqlite import SqliteStore
from tests.fake_store import judged, raw_connection
from tests.fake_writer import new_writer
from tests.fakes import NOON, FakeClock
from tests.pass_setup import new_status, pass_context, scripted

MINUTE = timedelta(minutes=1)


def status(minutes: int = 0, source: str = "Forum", **fields: Any) -> SourceStatus:
    return SourceStatus(source, "feed", Health.WORKING, last_try=NOON + minutes * MINUTE, **fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wallflower.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.open(path, OpenOptions(lock_timeout=1.0))
    opened._writer._buffer_seconds = 3600.0
    yield opened
    opened.close()


def on_disk(path: Path) -> tuple[str, Any]:
    """The last try and the cursor of the first source, as another program sees them."""
    stored, cursor = raw_connection(path).execute("SELECT status, cursor FROM source ORDER BY id").fetchone()
    return json.loads(stored)["last_try"], None if cursor is None else json.loads(cursor)


def at(minutes: int) -> str:
    return (NOON + minutes * MINUTE).isoformat()


def test_the_first_status_is_written_at_once_and_others_with_the_next_write(store: SqliteStore, path: Path) -> None:
    store.buffer_status(status(), now=NOON)
    assert on_disk(path) == (at(0), None)
    store.buffer_status(status(1), now=NOON, cursor=["a"])
    store.buffer_status(status(2), now=NOON)
    assert on_disk(path) == (at(0), None)
    assert (store.cursor("Forum"), store.statuses(), store.recorded_statuses()) == (["a"], [status(2)], [status(2)])
    store.save("News", [judged(source="News")], now=NOON)
    assert on_disk(path) == (at(2), ["a"])
    assert store.statuses() == [status(2)]


def test_buffered_statuses_are_written_before_the_store_closes(store: SqliteStore, path: Path) -> None:
    store.buffer_status(status(), now=NOON)
    store.buffer_status(status(1), now=NOON, cursor={"etag": "x"})
    store.close()
    assert on_disk(path) == (at(1), {"etag": "x"})


def test_a_later_save_replaces_a_buffered_status_and_keeps_its_cursor(store: SqliteStore, path: Path) -> None:
    store.buffer_status(status(), now=NOON)
    store.buffer_status(status(1), now=NOON, cursor="buffered")
    store.save_status(status(2), NOON)
    assert on_disk(path) == (at(2), "buffered")
    store.buffer_status(status(3), now=NOON, cursor="buffered")
    store.save("Forum", (), now=NOON, cursor="saved", status=status(4))
    assert on_disk(path) == (at(4), "saved")
    assert (store.cursor("Forum"), store.statuses()) == ("saved", [status(4)])


def test_a_buffered_cursor_is_copied(store: SqliteStore) -> None:
    mine = {"seen": ["a"]}
    store.buffer_status(status(), now=NOON, cursor=mine)
    mine["seen"].append("b")
    store.cursor("Forum")["seen"].append("c")  # type: ignore[index, call-overload, union-attr]
    assert store.cursor("Forum") == {"seen": ["a"]}


def test_a_failed_write_keeps_the_buffer_and_the_next_status_is_written_at_once(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.buffer_status(status(), now=NOON)
    store.buffer_status(status(1), now=NOON, cursor="a")

    def failing(*_: Any) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as full:
        full.setattr(store._buffer, "write", failing)
        with pytest.raises(StoreError):
            store.save("News", [judged(source="News")], now=NOON)
        with pytest.raises(StoreError):
            store.buffer_status(status(2), now=NOON)
    assert on_disk(path) == (at(0), None)
    assert store.cursor("Forum") == "a"
    store.buffer_status(status(3), now=NOON)
    store.close()
    assert on_disk(path)[1] == "a"


class CommitEventBuffer(StatusBuffer):
    """Sets an event after each commit."""

    def __init__(self) -> None:
        super().__init__()
        self.committed = threading.Event()

    def discard(self, written: WrittenStatuses) -> None:
        super().discard(written)
        self.committed.set()


def test_buffered_statuses_are_written_while_the_writer_is_idle(path: Path) -> None:
    SqliteStore.open(path, OpenOptions(lock_timeout=1.0)).close()
    buffer = CommitEventBuffer()
    writer = new_writer(path, buffer)
    writer._buffer_seconds = 0.0
    writer.submit(lambda db: db.execute("INSERT INTO source (name) VALUES ('Forum')"))
    buffer.committed.clear()
    buffer.add(status(1), 0, KEEP)
    writer.wake()
    assert buffer.committed.wait(10)
    assert on_disk(path) == (at(1), None)
    assert not buffer
    writer.close()


@pytest.mark.parametrize(
    ("batch", "at_once"),
    [
        (Batch(cursor="new"), False),
        (Batch(cursor="new", deleted=("a",)), True),
        (Batch(cursor="new", deleted_prefixes=("a",)), True),
        (Batch(cursor="new", more=True), True),
        (Batch(cursor="new", note="Something to know."), True),
    ],
)
def test_only_a_pass_that_finds_nothing_is_buffered(
    store: SqliteStore, path: Path, batch: Batch, at_once: bool
) -> None:
    clock = FakeClock()
    forum, _ = scripted(Batch(cursor="old"), batch)
    before = poll(forum, new_status(), pass_context(store, clock))
    clock.advance(600)
    after = poll(forum, before, pass_context(store, clock))
    assert (store.cursor("Forum"), store.statuses()) == ("new", [after])
    assert (on_disk(path)[1] == "new") is at_once
