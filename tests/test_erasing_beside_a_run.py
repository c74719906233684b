"""When an erasure rewrites the database, and what a running Wallflower makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Erasure, ErasureTarget, PostCounts
from monitor.store import Store, open_store
from monitor.store.sqlite.erasure_mark import ErasureMark, mark_file
from monitor.store.sqlite.locks import file_lock
from tests.fake_store import judged
from tests.fakes import NOON
from tests.test_store_sqlite_health import until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wallflower.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_nothing_is_rewritten_where_nothing_was_found_unless_an_erasure_was_not_finished(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[Path] = []
    monkeypatch.setattr("monitor.store.sqlite.deleted_words.rewrite", rewritten.append)
    store.save("Forum", [judged("Acme one", author="bob"), judged("Acme two", author="cy", reply_to="dana")], now=NOON)
    nobody = ErasureTarget(author="nobody")
    assert store.maintenance.erase(nobody, NOON).rewritten is False
    assert not mark_file(path).exists()
    assert store.maintenance.erase(ErasureTarget(author="dana"), NOON).rewritten, "a reply named her"

    def full(_: Path) -> None:
        raise StoreError("The disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.sqlite.deleted_words.rewrite", full)
        assert "could not be rewritten" in store.maintenance.erase(ErasureTarget(author="bob"), NOON).remaining
    assert mark_file(path).exists()
    assert store.maintenance.erase(ErasureTarget(author="bob"), NOON) == Erasure(PostCounts(0, 0, {}), rewritten=True)
    assert store.maintenance.erase(ErasureTarget(author="bob"), NOON).rewritten is False
    assert rewritten == [path] * 2


def test_while_posts_are_erased_a_running_program_has_a_pause_and_no_fault(path: Path, store: Store) -> None:
    until_time = NOON + timedelta(minutes=3)
    running = open_store(f"sqlite:///{path}", long_running=True)
    with ErasureMark(path) as mark, file_lock(path):
        mark.expect_end(until_time)
        until(lambda: running.health().pause is not None)
        health = running.health()
        assert (health.fault, health.can_store, health.ready) == (None, False, False)
        assert health.pause is not None
        assert health.pause.until == until_time
        assert health.reasons[0].startswith("Posts are being erased since ")
        with pytest.raises(StoreError, match="Another `wallflower erase` is running"), ErasureMark(path):
            pass
    until(lambda: running.health().can_store)
    assert running.health().pause is None
    running.close()
