"""A full disk, a lock of a minute with 150 deliveries, and 600 damaged pages, on the real process."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from monitor.store import open_store
from tests.fake_store import judged, raw_connection
from tests.fakes import NOON
from tests.run_process import TIMEOUT_SECONDS, Running, served_feed, until
from tests.test_run_faults import SECRET, WEBHOOK, deliver, readiness

NAMED_WITHIN_SECONDS = 10.0
LOCKED_SECONDS = 60.0
MAX_WAIT_SECONDS = 20.0
"""The deadline of a write is 15 s; the rest is for a machine under load."""
DELIVERIES = 150
DAMAGED_PAGES = 600
PAGE_BYTES = 8192


@pytest.fixture
def feed() -> Iterator[Any]:
    with served_feed() as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, feed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A run with a feed that is read every second, and a webhook; its folder is ``tmp_path / "disk"``."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    folder = tmp_path / "disk"
    folder.mkdir()
    run = Running(folder, feed.server_port, model=True)
    run.config.write_text(run.config.read_text() + WEBHOOK)
    run.log = tmp_path / "log"
    yield run
    if run.process and run.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.wait(TIMEOUT_SECONDS)


@pytest.fixture
def small_disk(running: Running) -> Iterator[Path]:
    """The folder of ``running`` on a disk of 24 MB."""
    config = running.config.read_text()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(running.folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    running.config.write_text(config)
    yield running.folder
    if running.process and running.process.poll() is None:
        running.end()
    subprocess.run(["umount", str(running.folder)], check=True)


def soon(condition: Callable[[], bool], output: Callable[[], str], seconds: float = NAMED_WITHIN_SECONDS) -> None:
    """Assert that ``condition`` is true within the promised time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, output()
        threading.Event().wait(0.1)


def fault(run: Running) -> str:
    found = readiness(run)["store"]["fault"]
    return found["kind"] if found else ""


def integrity(database: Path) -> str:
    with closing(raw_connection(database)) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


def test_a_full_disk_is_named_nothing_is_fetched_and_all_goes_on_by_itself(
    running: Running, small_disk: Path, feed: Any
) -> None:
    running.start()
    until(lambda: readiness(running)["ready"] and running.mentions() == 3, running.output)
    assert deliver(running, "before") == 202
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    soon(lambda: fault(running) == "disk_full", running.output)
    threading.Event().wait(2)  # passes that were under way have ended
    fetched, statuses = len(feed.paths), Counter[int]()
    for n in range(10):
        statuses[deliver(running, f"during {n}")] += 1
        assert running.get("/mentions")[0] == running.get("/sources")[0] == 200
        threading.Event().wait(1)
    assert statuses == {503: 10}
    assert len(feed.paths) == fetched, "what cannot be stored is not fetched"
    ballast.unlink()
    soon(lambda: readiness(running)["ready"], running.output)
    assert deliver(running, "during 0") == 202
    soon(lambda: len(feed.paths) > fetched, running.output)
    database = small_disk / "data" / "wallflower.db"
    with closing(raw_connection(database)) as db:
        gaps = "SELECT reason FROM gap JOIN source ON source.id = gap.source WHERE name = 'Hook'"
        soon(lambda: len(db.execute(gaps).fetchall()) == 1, running.output)
    assert running.end() == 0
    assert running.mentions() == 5
    assert integrity(database) == "ok"
    output = running.output()
    assert output.count("Nothing can be stored since") == output.count("; storing again.") == 1
    assert "ERROR" not in output
    assert "Traceback" not in output


def test_a_lock_of_a_minute_with_150_deliveries_blocks_no_page(running: Running) -> None:
    running.start()
    until(lambda: readiness(running)["ready"], running.output)
    statuses: Counter[int] = Counter()
    waited: list[float] = []
    database = running.folder / "data" / "wallflower.db"

    def send(n: int) -> None:
        started = time.monotonic()
        statuses[deliver(running, f"locked {n}")] += 1
        waited.append(time.monotonic() - started)

    with closing(raw_connection(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + LOCKED_SECONDS
        threads = [threading.Thread(target=send, args=(n,)) for n in range(DELIVERIES)]
        for thread in threads:
            thread.start()
        soon(lambda: fault(running) == "locked", running.output)
        pages = []
        while time.monotonic() < end:
            started = time.monotonic()
            assert running.get("/mentions")[0] == running.get("/healthz")[0] == 200
            pages.append(time.monotonic() - started)
            threading.Event().wait(1)
        for thread in threads:
            thread.join(MAX_WAIT_SECONDS)
        other.execute("ROLLBACK")
    print(f"slowest page {max(pages):.2f} s, slowest delivery {max(waited):.1f} s")
    assert statuses == {503: DELIVERIES}
    assert max(waited) < MAX_WAIT_SECONDS
    soon(lambda: readiness(running)["ready"], running.output)
    for n in range(DELIVERIES):
        assert deliver(running, f"locked {n}") == 202
    assert running.end() == 0
    with closing(raw_connection(database)) as db:
        stored = db.execute("SELECT count(*), count(DISTINCT external_id) FROM post WHERE external_id LIKE 'locked%'")
        assert stored.fetchone() == (DELIVERIES, DELIVERIES)


def damage(database: Path, seed: int) -> int:
    """Overwrite 600 random pages with random bytes; return the size of the database in pages."""
    pick, pages = random.Random(seed), database.stat().st_size // PAGE_BYTES
    with database.open("r+b") as file:
        for page in pick.sample(range(1, pages), DAMAGED_PAGES):
            file.seek(page * PAGE_BYTES)
            file.write(pick.randbytes(PAGE_BYTES))
    return pages


@pytest.fixture
def large_database(running: Running) -> Path:
    """A database of more than 30 MB, after a clean stop."""
    database = running.folder / "data" / "wallflower.db"
    store = open_store(f"sqlite:///{database}")
    words = [f"word{n}" for n in range(5000)]
    pick = random.Random(1)
    for batch in range(34):
        texts = [f"Acme {batch}-{n} {' '.join(pick.choices(words, k=100))}" for n in range(250)]
        store.save("Forum", [judged(text) for text in texts], now=NOON)
    store.close()
    assert database.stat().st_size > 30_000_000
    return database


@pytest.mark.parametrize("seed", range(3))
def test_600_damaged_pages_are_found_at_the_start_after_a_kill(
    running: Running, large_database: Path, seed: int
) -> None:
    running.start()
    assert running.process
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait(TIMEOUT_SECONDS)
    with closing(raw_connection(large_database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(large_database, seed)
    before = large_database.read_bytes()
    status, output = running.exit_and_output()
    assert status == 74
    assert "wallflower restore FILE" in output
    assert "Traceback" not in output
    assert large_database.read_bytes() == before


def test_600_pages_damaged_while_running_are_found_by_those_who_read_them(
    running: Running, large_database: Path
) -> None:
    running.start()
    until(lambda: readiness(running)["ready"], running.output)
    damage(large_database, 1)
    for page in ("/mentions?range=all", "/mentions?q=word1&range=all", "/mentions.csv?range=all", "/sources"):
        with contextlib.suppress(OSError, HTTPException):
            running.get(page)
    soon(lambda: fault(running) == "corrupt", running.output)
    assert deliver(running, "not acknowledged") == 503
    assert running.get("/healthz")[0] == 200
    assert running.end() == 0
    assert running.output().count("Nothing can be stored since") == 1
    print(running.output())
