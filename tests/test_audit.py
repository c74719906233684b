"""``wallflower audit``: the audit log on the command line, and what commands add to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from display.cli.dependencies import create_database, load_config
from monitor.store import open_store
from tests.cli_runner import Run, runner
from tests.fake_server import Server
from tests.fake_site import BRANDS, app_for
from tests.fake_site import config as site_config
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return runner(tmp_path, Server())


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a database with a mention of a source that is not configured."""
    url = f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}"
    store = open_store(url)
    store.save("Old", [judged()], now=NOON)
    store.close()
    return url


def test_commands_that_change_something_are_recorded(tmp_path: Path, url: str, run: Run) -> None:
    for arguments in (
        ("hide", "1"),
        ("unhide", "1"),
        ("correct", "1", "0.5"),
        ("backup",),
        ("remove-source", "Old", "--yes"),
    ):
        assert run(*arguments).exit_code == 0
    (backup,) = (tmp_path / "data" / "backups").glob("*.db")
    entries = [json.loads(line) for line in run("audit", "--json").output.splitlines()]
    assert {entry["actor"] for entry in entries} == {"command line"}
    assert [(entry["action"], entry["target"]) for entry in entries] == [
        ("hid mention", "1"),
        ("showed mention", "1"),
        ("corrected score", "1"),
        ("made backup", backup.name),
        ("removed source", "Old"),
    ]
    assert [entry["details"] for entry in entries[2::2]] == [{"score": 0.5}, {"posts": 1}]
    assert run("restore", str(backup), "--yes").exit_code == 0
    last = run("audit", "--last", "1").output
    assert f"UTC  command line  restored backup {backup.name} (mentions: 1)" in last
    assert len(run("audit").output.splitlines()) == 4, "the log is that of the backup"


def test_pausing_a_source_on_a_page_and_on_the_command_line_is_recorded(tmp_path: Path, run: Run) -> None:
    config = site_config(tmp_path / "site", sources=("Forum",))
    store = open_store(config.database_url)
    store.register_brands(BRANDS, NOON)
    client = app_for(config, store, FakeClock()).test_client()
    for action in ("pause", "pause", "resume", "resume"):
        assert client.post(f"/sources/Forum/{action}").status_code == 303
    entries = [(entry.actor, entry.action, entry.target) for entry in store.people.audit_log()]
    assert entries == [("local", "resumed source", "Forum"), ("local", "paused source", "Forum")]
    store.close()
    create_database(load_config(tmp_path / "config.toml"))
    for command in ("pause", "pause", "resume", "resume"):
        assert run(command, "Forum").exit_code == 0
    actions = [json.loads(line)["action"] for line in run("audit", "--json").output.splitlines()]
    assert actions == ["paused source", "resumed source"]


def test_an_export_has_all_entries_in_order_and_each_on_one_line(url: str, run: Run) -> None:
    store = open_store(url)
    for number in range(2_500):
        store.people.record(f"ana\n{number}", "did", "\x1b[2Jsomething\u202e", {}, NOON)
    store.close()
    entries = [json.loads(line) for line in run("audit", "--json").output.splitlines()]
    assert [entry["actor"] for entry in entries] == [f"ana\n{number}" for number in range(2_500)]
    lines = run("audit", "--last", "1200").output.splitlines()
    assert len(lines) == 1200
    assert lines[-1].endswith("UTC  ana\\n2499  did \\x1b[2Jsomething\\u202e")


def test_an_empty_log_says_so(url: str, run: Run) -> None:
    assert run("audit").output == "The audit log is empty.\n"
    assert run("audit", "--json").output == ""
