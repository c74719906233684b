"""``wallflower run`` as a real process while its database cannot be used: what it answers, logs and exits with."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.config_text import webhook
from tests.fake_store import raw_connection
from tests.run_process import TIMEOUT_SECONDS, Running, until

SECRET = "a-made-up-secret-1234"
WEBHOOK = webhook("Hook", "HOOK_SECRET")


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A run with a webhook, whose only feed is out of reach."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    run = Running(tmp_path, 1)
    run.config.write_text(run.config.read_text() + WEBHOOK)
    yield run
    if run.process and run.process.poll() is None:
        run.process.terminate()
        run.process.wait(TIMEOUT_SECONDS)


def readiness(run: Running) -> dict[str, Any]:
    try:
        return dict(json.loads(run.get("/readyz")[2]))
    except HTTPError as error:
        return dict(json.loads(error.read()))


def deliver(run: Running, text: str) -> int:
    """The status of a delivery of one post."""
    body = json.dumps({"id": text, "text": f"Acme {text}"}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request = Request(f"http://127.0.0.1:{run.port}/in/Hook", body, {"X-Hub-Signature-256": signature})
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_lock_is_named_pages_answer_and_the_log_has_it_once(running: Running) -> None:
    running.start()
    until(lambda: readiness(running)["ready"], running.output)
    assert deliver(running, "first") == 202
    with closing(raw_connection(running.folder / "data" / "wallflower.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        until(lambda: not readiness(running)["ready"], running.output)
        found = readiness(running)
        assert found["store"]["fault"]["kind"] == "locked"
        assert "another program has locked the database" in found["reasons"][0]
        assert str(running.folder) not in json.dumps(found)
        assert running.health() == {
            "writer": True,
            "scheduler": True,
            "watch": True,
            "web": True,
            "notifications": True,
        }
        assert running.get("/mentions")[0] == running.get("/sources")[0] == 200
        until(lambda: "Nothing can be stored since" in running.output(), running.output)
        other.execute("ROLLBACK")
    until(lambda: readiness(running)["ready"] and "; storing again." in running.output(), running.output)
    assert running.end() == 0
    assert running.output().count("Nothing can be stored since") == 1
    assert running.output().count("; storing again.") == 1
    assert not (running.folder / "data" / "wallflower.db.running").exists()


def test_what_was_refused_before_a_kill_is_a_gap_after_the_next_start(running: Running) -> None:
    running.start()
    assert deliver(running, "first") == 202
    database = running.folder / "data" / "wallflower.db"
    read = "SELECT 1 FROM source WHERE name = 'Hook' AND json_extract(status, '$.last_success') IS NOT NULL"
    until(lambda: bool(_rows(database, read)), running.output)
    with closing(raw_connection(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        until(lambda: "Nothing can be stored since" in running.output(), running.output)
        running.kill()
    running.start()
    gaps = "SELECT reason FROM gap JOIN source ON source.id = gap.source WHERE name = 'Hook'"
    until(lambda: bool(_rows(database, gaps)), running.output)
    ((reason,),) = _rows(database, gaps)
    assert reason.startswith("Nothing could be stored: another program had locked the database.")


def _rows(database: Path, select: str) -> list[tuple[Any, ...]]:
    with closing(raw_connection(database)) as db:
        return list(db.execute(select))


def test_a_database_that_was_moved_ends_the_run_acknowledges_nothing_and_is_not_created_again(running: Running) -> None:
    running.start()
    assert deliver(running, "stored") == 202
    database = running.folder / "data" / "wallflower.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700
    os.replace(database, database.with_name("aside.db"))
    assert deliver(running, "lost") == 503
    assert running.process
    assert running.process.wait(TIMEOUT_SECONDS) == 74
    assert "was moved, deleted or replaced" in running.output()
    shutil.rmtree(database.parent)
    running.creates = False
    status, output = running.exit_and_output()
    assert status == 74
    assert "If its disk or volume is not mounted, mount it" in output
    assert "Traceback" not in output
    assert not database.parent.exists()


def test_a_worker_that_cannot_open_the_database_again_ends_the_run(running: Running) -> None:
    running.start()
    database = running.folder / "data" / "wallflower.db"
    worker = running.worker()
    worker.suspend()
    os.replace(database, database.with_name("aside.db"))
    worker.kill()
    assert running.process
    assert running.process.wait(TIMEOUT_SECONDS) == 74
    assert "does not exist" in running.output()
    assert "Traceback" not in running.output()
