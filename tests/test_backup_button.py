"""The backup that an admin starts on /sources: in the background, one at a time, with its state on the page."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from display.pages.sources import backups as module
from display.pages.sources.backups import BackupTask
from monitor.errors import StoreError
from monitor.store import Store, open_store
from tests.fake_site import BRANDS, app_for, config, judged
from tests.fakes import NOON, FakeClock

WAIT_SECONDS = 30.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(config(tmp_path).database_url)
    opened.register_brands(BRANDS, NOON)
    opened.save("Forum", [judged()], now=NOON)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: FakeClock) -> Flask:
    return app_for(config(tmp_path), store, clock)


def line(app: Flask) -> str:
    """The line "Backups" of the page, as text."""
    found = re.search(r'<div id="backup".*?</div>', app.test_client().get("/sources").text, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>", " ", found[0])).replace("  ", " ").strip()


def wait(app: Flask) -> None:
    task: BackupTask = app.extensions["backup"]
    task.wait(WAIT_SECONDS)
    assert task.state.running_since is None


def test_a_backup_runs_in_the_background_and_its_state_is_shown(
    app: Flask, store: Store, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "None. Install the timer for a daily one, or make one now. Back up now" in " ".join(line(app).split())
    proceed, made = threading.Event(), module._back_up
    monkeypatch.setattr(module, "_back_up", lambda context: (proceed.wait(WAIT_SECONDS), made(context))[1])
    answer = app.test_client().post("/sources/backup")
    assert (answer.status_code, answer.location) == (303, "/sources#backup")
    assert "Running since 12:00." in " ".join(line(app).split())
    assert "Back up now" not in line(app), "a second one would not start"
    assert app.test_client().post("/sources/backup").status_code == 303
    proceed.set()
    wait(app)
    clock.advance(7200)
    assert "2 h old, the newest of 1 backup with" in " ".join(line(app).split())
    (entry,) = store.people.audit_log()
    (file,) = config(tmp_path).backups.glob("*.db")
    assert (entry.actor, entry.action, entry.target) == ("local", "made backup", file.name)
    clock.advance(timedelta(days=3).total_seconds())
    assert "3 days old, the newest of 1 backup" in " ".join(line(app).split())
    assert "Check the timer" in line(app)


def test_a_failure_is_shown_until_the_next_backup(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise StoreError("There is not enough space for a backup in /mnt/backup.")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_back_up", fail)
        app.test_client().post("/sources/backup")
        wait(app)
    assert "Failed at 12:00: There is not enough space for a backup in /mnt/backup." in " ".join(line(app).split())
    assert "The backup failed: There is not enough space" in caplog.text
    app.test_client().post("/sources/backup")
    wait(app)
    assert "0 s old, the newest of 1 backup" in " ".join(line(app).split())


def test_a_bug_does_not_leave_it_running(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "_back_up", lambda context: 1 / 0)
        app.test_client().post("/sources/backup")
        wait(app)
    assert "A bug; the log has the details." in line(app)


def test_a_get_makes_no_backup(app: Flask) -> None:
    assert app.test_client().get("/sources/backup").status_code in (404, 405)
