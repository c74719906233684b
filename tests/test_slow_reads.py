"""Slow queries: at most two at a time, and cancelled when the client has left."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import pytest

from display.server.abandoned_requests import has_left
from monitor.clock import Clock
from monitor.errors import QueryCancelled
from monitor.model import MentionFilter
from monitor.store.cancellation import cancelled_when
from monitor.store.sqlite import slow_reads
from monitor.store.sqlite.connections import Connection, Readers, open_writer
from monitor.store.sqlite.slow_reads import MAX_SLOW_READS, SlowReads
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fakes import NOON

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def count_forever(db: Connection) -> object:
    return db.execute(ENDLESS).fetchone()


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Readers]:
    path = tmp_path / "wallflower.db"
    open_writer(path, 1.0).close()
    readers = Readers(path)
    yield readers
    readers.close()


def test_an_abandoned_query_ends_and_leaves_the_connection_usable(readers: Readers) -> None:
    reads, checks = SlowReads(readers), iter([False, False, True])
    with cancelled_when(lambda: next(checks)), pytest.raises(QueryCancelled):
        reads.run(count_forever)
    assert list(checks) == []
    with cancelled_when(lambda: True):
        assert reads.run(lambda db: db.execute("SELECT 1").fetchone()) == (1,)


def test_a_query_without_a_client_is_not_cancelled(readers: Readers) -> None:
    limited = f"{ENDLESS.removesuffix(' SELECT count(*) FROM n').replace('FROM n)', 'FROM n WHERE i < 300000)')}"
    assert SlowReads(readers).run(lambda db: db.execute(limited + " SELECT count(*) FROM n").fetchone()) == (300_000,)


def test_a_query_that_waits_for_its_turn_is_cancelled_too(readers: Readers) -> None:
    reads, began, may_end = SlowReads(readers), [Event() for _ in range(MAX_SLOW_READS)], Event()

    def hold(number: int) -> None:
        reads.run(lambda db: (began[number].set(), may_end.wait(60)))

    with ExitStack() as stack:
        for number in range(MAX_SLOW_READS):
            thread = Thread(target=hold, args=(number,))
            stack.callback(thread.join)
            thread.start()
        stack.callback(may_end.set)
        assert all(event.wait(60) for event in began)
        with cancelled_when(lambda: True), pytest.raises(QueryCancelled):
            reads.run(count_forever)
    assert reads.run(lambda db: db.execute("SELECT 2").fetchone()) == (2,)


def test_a_list_does_not_wait_for_slow_queries(tmp_path: Path) -> None:
    """With every place for slow queries taken, a page of mentions is still read."""
    store = data.new_store(tmp_path, NOON)
    data.save_posts(store, NOON)
    with ExitStack() as stack:
        for _ in range(MAX_SLOW_READS):
            stack.enter_context(store._slow_reads._turn())  # type: ignore[attr-defined]
        assert store.page(MentionFilter())
        with cancelled_when(lambda: True), pytest.raises(QueryCancelled):
            store.facets(MentionFilter())
    store.close()


def test_whether_a_client_has_left() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not has_left(ours)
        theirs.sendall(b"GET / HTTP/1.1\r\n")
        assert not has_left(ours)
        assert ours.recv(3) == b"GET"
        ours.recv(100)
        theirs.close()
        assert has_left(ours)
    assert has_left(ours)


def test_a_page_whose_tab_shows_another_one_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_reads, "OPERATIONS_PER_CHECK", 1)
    store = data.new_store(tmp_path, NOON)
    data.save_posts(store, NOON)
    client = app_for(config(tmp_path, sources=data.SOURCES, brands=data.BRANDS), store, Clock()).test_client()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert client.get("/mentions?range=all", environ_overrides={"gunicorn.socket": ours}).status_code == 200
        theirs.close()
        assert client.get("/mentions?range=all", environ_overrides={"gunicorn.socket": ours}).status_code == 499
    assert client.get("/mentions?range=all").status_code == 200
    store.close()


def test_who_comes_first_has_the_first_turn_whoever_gives_up(readers: Readers) -> None:
    slow = SlowReads(readers)
    running = [slow._enqueue() for _ in range(MAX_SLOW_READS)]
    first, leaver, second = (slow._enqueue() for _ in range(3))
    assert all(turn.is_set() for turn in running)
    assert not any(turn.is_set() for turn in (first, leaver, second))
    slow._leave(leaver)
    slow._leave(running.pop())
    again = slow._enqueue()
    assert (first.is_set(), second.is_set(), again.is_set()) == (True, False, False)
    slow._leave(first)
    assert (second.is_set(), again.is_set()) == (True, False)
    for turn in (*running, second, again):
        slow._leave(turn)
    assert slow._enqueue().is_set()
