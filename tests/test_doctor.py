"""``wallflower doctor``: what it finds in a healthy installation, and in those with something wrong."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from display.cli.diagnosis import configuration, data_folder, database, machine, process, proxy
from display.cli.diagnosis.findings import Check, DoctorContext, Finding, Level, lock_holder
from display.cli.doctor import context_of, examine
from display.cli.main import cli
from display.server.running_state import RunningState, read_running_state
from monitor.sources import SourceOptions
from monitor.store import database_files, open_store
from monitor.store.sqlite.erasure_mark import ErasureMark
from tests.fake_site import judged, working_status
from tests.ports import free_port
from tests.run_process import Running, served_feed, until

CONFIG = """
[wallflower]
data = "data"
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[sources]]
kind = "feed"
name = "Forum"
url = "https://forum.invalid/feed.xml"
"""
MakeContext = Callable[..., DoctorContext]


@pytest.fixture(scope="module")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one post, closed."""
    file = tmp_path_factory.mktemp("database") / "wallflower.db"
    store, now = open_store(f"sqlite:///{file}"), datetime.now(UTC)
    store.save("Forum", [judged()], now=now, status=working_status(now))
    store.close()
    return file


@pytest.fixture
def installation(tmp_path: Path, database_file: Path) -> Path:
    """A config and its database."""
    (tmp_path / "config.toml").write_text(CONFIG.format(port=free_port()))
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy2(database_file, tmp_path / "data" / "wallflower.db")
    return tmp_path


def context(folder: Path, **changes: Any) -> DoctorContext:
    found = context_of(folder / "config.toml")
    return DoctorContext(**{**{name: getattr(found, name) for name in found.__dataclass_fields__}, **changes})


def findings(check: Check, folder: Path, **changes: Any) -> list[Finding]:
    return list(check(context(folder, **changes)))


def only(found: list[Finding], level: Level) -> Finding:
    """The only finding of a level; every such one says what to do."""
    (one,) = [finding for finding in found if finding.level is level]
    assert one.text.endswith((".", "?"))
    return one


def write_state(folder: Path, **changes: Any) -> None:
    values: dict[str, Any] = {"version": "1", "pid": os.getpid(), "at": datetime.now(UTC), **changes}
    RunningState(**values).write(folder / "data")


@pytest.fixture
def running(installation: Path) -> Iterator[Path]:
    """An installation whose lock this process holds, as a running Wallflower does."""
    with (installation / "data" / "running.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield installation


def test_a_sound_installation_has_no_problem(installation: Path) -> None:
    database_files(f"sqlite:///{installation}/data/wallflower.db").back_up(
        installation / "data" / "backups", datetime.now(UTC), 7
    )
    found = list(examine(context(installation)))
    problems = [finding for finding in found if finding.level is Level.PROBLEM]
    assert [finding.check for finding in problems] == ["dns"], problems
    unable = [finding for finding in found if "could not be checked" in finding.text]
    assert not unable, unable
    assert {finding.check for finding in found} >= {"config", "keys", "disk", "clock", "sqlite", "database", "backup"}


def test_the_exit_status_and_the_json_say_whether_there_is_a_problem(installation: Path) -> None:
    config = installation / "config.toml"
    result = CliRunner().invoke(cli, ["doctor", "--config", str(config), "--json"])
    assert result.exit_code == 1
    values = json.loads(result.stdout)
    assert [value["check"] for value in values if value["level"] == "problem"] == ["dns"]
    assert {"check", "level", "text", "advice"} == set(values[0])
    config.write_text(config.read_text().replace("https://forum.invalid", "http://127.0.0.1"))
    result = CliRunner().invoke(cli, ["doctor", "--config", str(config)])
    assert result.exit_code == 0, result.output
    assert "0 problems" in result.output


def test_nothing_is_changed(installation: Path) -> None:
    def files() -> dict[str, tuple[int, int]]:
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in sorted(installation.rglob("*"))}

    before = files()
    list(examine(context(installation, full=True)))
    assert files() == before


@pytest.mark.parametrize("text", ["[wallflower", "[wallflower]\ndata = 'data'\ncolour = 1\n", "", "\xff"])
def test_everything_else_is_checked_with_a_broken_config(installation: Path, text: str) -> None:
    (installation / "config.toml").write_bytes(text.encode("latin-1"))
    found = list(examine(context(installation)))
    assert only([one for one in found if one.check == "config"][:1], Level.PROBLEM)
    assert any(one.check == "database" and one.level is Level.OK for one in found)
    assert not [one for one in found if "could not be checked" in one.text]


def test_a_damaged_database_is_a_problem_with_the_command_that_restores(installation: Path) -> None:
    file = installation / "data" / "wallflower.db"
    content = bytearray(file.read_bytes())
    pages = len(content) // 8192
    for page in range(2, pages):
        content[page * 8192 : page * 8192 + 4000] = os.urandom(4000)
    file.write_bytes(content)
    found = only(findings(database.database, installation), Level.PROBLEM)
    assert "damaged" in found.text
    assert "restore" in found.text + found.advice
    file.write_bytes(b"not a database" * 1000)
    assert "damaged or not a database" in only(findings(database.database, installation), Level.PROBLEM).text


def test_a_database_of_a_newer_version_and_of_another_program(installation: Path) -> None:
    file = installation / "data" / "wallflower.db"
    with closing(sqlite3.connect(file)) as db, db:
        (table,) = db.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '%migration%' AND type = 'table'"
        ).fetchone()
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        listed = ", ".join("'m999_later'" if column == "name" else column for column in columns if column != "id")
        kept = ", ".join(column for column in columns if column != "id")
        db.execute(f"INSERT INTO {table} ({kept}) SELECT {listed} FROM {table} LIMIT 1")
    assert "newer Wallflower" in findings(database.database, installation)[0].text
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE other (x)")
    assert "another program" in only(findings(database.database, installation), Level.PROBLEM).text


def test_what_this_user_may_not_read_is_unknown(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may run as root, who may read everything."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as forbidden:
        forbidden.setattr(Path, "open", refuse)
        found = list(examine(context(installation), [database.database, database.engine, machine.clock]))
    assert "cannot be read by this user" in only([one for one in found if one.check == "database"], Level.UNKNOWN).text
    assert not [one for one in found if one.level is Level.PROBLEM]
    monkeypatch.setattr(process.os, "access", lambda *_: False)
    assert only(findings(process.program, installation), Level.UNKNOWN).advice.startswith("Run this as the user")


def test_a_locked_database_is_not_to_be_restored(installation: Path) -> None:
    file = installation / "data" / "wallflower.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("CREATE TABLE x (y)")
        found = only(findings(database.database, installation), Level.PROBLEM)
    assert "locked" in found.text
    assert "restore" not in found.text + found.advice


def test_a_check_that_takes_too_long_says_how_to_complete_it(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("display.cli.diagnosis.findings.QUICK_SECONDS", -1.0)
    monkeypatch.setattr("monitor.store.sqlite.examination.STEPS_BETWEEN_CHECKS", 1)
    found = only(findings(database.database, installation), Level.UNKNOWN)
    assert "--full" in found.advice
    assert "its indexes match" in only(findings(database.database, installation, full=True), Level.OK).text


def test_a_missing_database_may_be_a_missing_volume(installation: Path) -> None:
    (installation / "data" / "wallflower.db").unlink()
    assert "not mounted" in only(findings(database.database, installation), Level.WARNING).advice


def test_the_age_of_the_newest_backup(installation: Path) -> None:
    assert "no backup" in only(findings(database.backup, installation), Level.WARNING).text
    files, folder = database_files(f"sqlite:///{installation}/data/wallflower.db"), installation / "data" / "backups"
    files.back_up(folder, datetime.now(UTC) - timedelta(days=3), 7)
    assert "3 days old" in only(findings(database.backup, installation), Level.WARNING).text
    files.back_up(folder, datetime.now(UTC), 7)
    assert "of 2 backups" in only(findings(database.backup, installation), Level.OK).text


def test_files_that_others_can_read_and_leftovers(installation: Path) -> None:
    folder = installation / "data"
    assert [one.level for one in findings(data_folder.data_folder, installation)] == [Level.OK]
    folder.chmod(0o755)
    (folder / "wallflower.db").chmod(0o644)
    found = only(findings(data_folder.data_folder, installation), Level.WARNING)
    assert "wallflower.db" in found.text
    assert found.advice == f"Run `chmod -R go-rwx {folder}`.", "backups, a folder in it, must stay usable"
    (folder / "wallflower.db.new").touch()
    assert "wallflower.db.new" in only(findings(data_folder.leftovers, installation), Level.WARNING).text
    (folder / "wallflower.db.new").unlink()
    with ErasureMark(folder / "wallflower.db"):
        assert only(findings(data_folder.leftovers, installation), Level.OK)
    assert "An erasure was not finished" in only(findings(data_folder.leftovers, installation), Level.WARNING).text
    (installation / "config.toml").chmod(0o666)
    assert "can change" in only(findings(configuration.configuration, installation), Level.WARNING).text


def test_posts_of_sources_that_left_the_config(installation: Path) -> None:
    config = installation / "config.toml"
    config.write_text(config.read_text().replace('"Forum"', '"Other"'))
    found = only(findings(data_folder.leftovers, installation), Level.OK)
    assert 'remove-source "Forum"' in found.advice


def test_a_clock_that_is_behind_what_was_stored(installation: Path) -> None:
    assert not [one for one in findings(machine.clock, installation) if one.level is Level.PROBLEM]
    behind = datetime.now(UTC) - timedelta(hours=2)
    found = only(findings(machine.clock, installation, now=behind), Level.PROBLEM)
    assert "1 h later" in found.text or "2 h later" in found.text


def test_the_disk_and_its_file_system(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "self" / "mounts"
    mounts.parent.mkdir()
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {installation / 'data'} nfs4 rw 0 0\nbroken\n")
    found = findings(machine.file_system, installation, proc=tmp_path)
    assert "network file system" in only(found, Level.PROBLEM).text
    assert machine.file_system_of(installation, mounts) == "ext4"
    mounts.write_text(r"/dev/sdb /with\040space tmpfs rw 0 0")
    assert machine.file_system_of(Path("/with space/data"), mounts) == "tmpfs"
    for level, free in ((Level.PROBLEM, 1 << 20), (Level.WARNING, 1 << 29), (Level.OK, 1 << 34)):
        usage = type("usage", (), {"free": free})
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert findings(machine.disk, installation)[0].level is level


def test_keys_of_sources(installation: Path) -> None:
    config = installation / "config.toml"
    config.write_text(config.read_text() + '[[sources]]\nkind = "youtube"\nname = "Videos"\nkey = "VIDEO_KEY"\n')
    assert "VIDEO_KEY is missing" in only(findings(configuration.keys, installation, environ={}), Level.PROBLEM).text
    key = installation / "key"
    key.write_text("a-made-up-key")
    key.chmod(0o644)
    environ = {"VIDEO_KEY_FILE": str(key)}
    found = findings(configuration.keys, installation, environ=environ)
    assert "Other users" in only(found, Level.WARNING).text
    assert only(found, Level.OK).text == "The keys VIDEO_KEY are there."


def test_a_key_that_only_the_running_service_has_is_no_problem(running: Path) -> None:
    config = running / "config.toml"
    config.write_text(config.read_text() + '[[sources]]\nkind = "youtube"\nname = "Videos"\nkey = "VIDEO_KEY"\n')
    assert "systemd credential" in only(findings(configuration.keys, running, environ={}), Level.UNKNOWN).text


def test_weights_of_the_language_model_that_are_missing_or_others_are_a_problem(installation: Path) -> None:
    config = installation / "config.toml"
    config.write_text(config.read_text() + '[languages]\nweights = "e5.bin"\n')
    missing = only(findings(configuration.language_model, installation), Level.PROBLEM)
    assert "e5.bin" in missing.text
    assert "wallflower[languages]" in missing.advice
    (installation / "e5.bin").write_bytes(b"E5S1")
    assert "SHA-256 differs" in only(findings(configuration.language_model, installation), Level.PROBLEM).text


def test_host_names_are_looked_up_and_addresses_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Options(SourceOptions):
        url: str = "https://forum.example/feed"
        hosts: tuple[str, ...] = ("wss://stream.example:443", "http://192.0.2.7/x", "http://[::1]/", "not one")

    assert configuration.configured_hosts([Options(name="Forum"), None]) == ["forum.example", "stream.example"]
    never = threading.Event()

    def resolve(host: str, *_: object, **__: object) -> list[object]:
        if host == "slow.example":
            never.wait()
        if host == "unknown.example":
            raise OSError("Name or service not known")
        return []

    monkeypatch.setattr(configuration.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(configuration, "DNS_SECONDS", 0.2)
    found = configuration.look_up(["known.example", "unknown.example", "slow.example"])
    never.set()
    assert found == {"known.example": True, "unknown.example": False}


def test_a_lock_is_recognised_without_taking_it(running: Path) -> None:
    lock = running / "data" / "running.lock"
    assert lock_holder(lock, Path("/proc/locks")) == os.getpid()
    assert lock_holder(running / "config.toml", Path("/proc/locks")) is None
    assert lock_holder(running / "missing", Path("/proc/locks")) is None


def test_the_running_program(running: Path) -> None:
    def found(**changes: Any) -> list[Finding]:
        write_state(running, **changes)
        return [*findings(process.program, running, version="1"), *findings(process.walls, running, version="1")]

    assert [one.level for one in found()] == [Level.OK, Level.OK]
    assert "Version 0.9 runs" in only(found(version="0.9"), Level.WARNING).text
    assert "Nothing new is stored" in only(found(stopped_parts=("writer",)), Level.PROBLEM).text
    screen = only(found(dark_screens={"CEO desk": "Dark since 09:12"}), Level.WARNING)
    assert screen.text == "The screen CEO desk is dark. Dark since 09:12."
    dark = only(found(dark_walls={"lobby": "Not seen since 09:12"}), Level.WARNING)
    assert dark.text == "No screen shows the wall lobby. Not seen since 09:12."
    assert "does not use the config" in only(found(config_problem="brands: missing."), Level.WARNING).text
    old = datetime.now(UTC) - timedelta(hours=1)
    assert "1 h" in only(found(at=old, dark_walls={"lobby": "x"}), Level.WARNING).text
    (running / "data" / "running.json").write_text('{"version": 1}')
    assert read_running_state(running / "data") is None


def test_the_state_of_a_program_is_readable_by_its_user_only(installation: Path) -> None:
    write_state(installation)
    assert (installation / "data" / "running.json").stat().st_mode & 0o777 == 0o600
    write_state(installation / "nowhere")


def test_the_port(installation: Path) -> None:
    assert findings(process.port, installation)[0].level is Level.OK
    port = context(installation).config.server.port  # type: ignore[union-attr]
    with closing(socket.create_server(("127.0.0.1", port))):
        assert "in use" in only(findings(process.port, installation), Level.PROBLEM).text


def test_a_program_that_does_not_answer(running: Path) -> None:
    assert "does not answer" in only(findings(process.port, running), Level.PROBLEM).text


class Proxy(BaseHTTPRequestHandler):
    """Answers as ``server.answer`` says."""

    def do_GET(self) -> None:
        status, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.mark.parametrize(
    ("status", "body", "level", "text"),
    [
        (
            200,
            b'{"writer": true, "scheduler": true, "watch": true, "web": true, "notifications": true}',
            Level.OK,
            "leads to Wallflower",
        ),
        (200, b"<h1>It works!</h1>", Level.PROBLEM, "not as Wallflower does"),
        (502, b"Bad gateway", Level.PROBLEM, "status 502"),
        (400, b"Wallflower does not serve this host name.\n", Level.PROBLEM, "refuses the host name"),
    ],
)
def test_the_address_that_people_use(installation: Path, status: int, body: bytes, level: Level, text: str) -> None:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.answer = (status, body)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/team/"
        assert text in only(findings(proxy.proxy, installation, url=url), level).text
    finally:
        server.shutdown()
        server.server_close()
    assert "does not answer" in only(findings(proxy.proxy, installation, url=url), Level.PROBLEM).text
    assert "not the address" in only(findings(proxy.proxy, installation, url="ftp://x"), Level.PROBLEM).text


UNIT = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success", "NRestarts": "0"}


@pytest.mark.parametrize(
    ("changes", "level", "text"),
    [
        ({}, Level.OK, "is active"),
        ({"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "78"}, Level.PROBLEM, "exit status 78"),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, Level.PROBLEM, "fails"),
        ({"ActiveState": "inactive"}, Level.WARNING, "systemctl start"),
        ({"NRestarts": "12"}, Level.WARNING, "12 times"),
        ({"NeedDaemonReload": "yes"}, Level.WARNING, "daemon-reload"),
        ({"UnitFileState": "disabled"}, Level.WARNING, "enable"),
        ({"LoadState": "not-found"}, Level.OK, "not installed"),
    ],
)
def test_the_unit(changes: dict[str, str], level: Level, text: str) -> None:
    found = list(process.unit_findings({**UNIT, **changes}, {}))
    assert any(one.level is level and text in one.text + one.advice for one in found), found
    stopped = list(process.unit_findings(UNIT, {"LoadState": "loaded", "ActiveState": "inactive"}))
    assert "timer" in only(stopped, Level.WARNING).text


def test_a_check_that_fails_does_not_hide_the_others(installation: Path) -> None:
    def broken(_: DoctorContext) -> Iterator[Finding]:
        raise PermissionError("no")

    found = list(examine(context(installation), [broken, database.engine]))
    assert (found[0].level, found[0].check) == (Level.UNKNOWN, "broken")
    assert len(found) == 2


def test_no_secret_is_printed(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_TOKEN", "c4nary-value")
    config = installation / "config.toml"
    config.write_text(config.read_text() + '[[sources]]\nkind = "c4nary-value"\nname = "x"\n')
    for options in ([], ["--json"]):
        result = CliRunner().invoke(cli, ["doctor", "--config", str(config), *options])
        assert "c4nary" not in result.output


def test_a_running_wallflower_is_examined(tmp_path: Path) -> None:
    with served_feed() as feed:
        run = Running(tmp_path, feed.server_port)
        run.start()
        try:
            until(lambda: read_running_state(tmp_path / "data") is not None, run.output)
            found = {one.check: one for one in examine(context(tmp_path))}
        finally:
            run.end()
    assert found["program"].level is Level.OK, found["program"]
    assert found["port"].level is Level.OK, found["port"]
    assert found["database"].level is Level.OK, found["database"]
    assert found["descriptors"].text.startswith("The running Wallflower"), found["descriptors"]
    assert found["walls"].level is Level.OK
