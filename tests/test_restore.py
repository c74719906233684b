"""Restoring a backup: what is refused, what is kept, and that a kill leaves the old database or the new one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from display.cli.main import cli
from display.cli.restore import RESTORED
from monitor.errors import SchemaError, StoreError
from monitor.model import ErasureTarget
from monitor.model.actions import Actor, BlockKind, BlockTarget
from monitor.store import database_files, open_store
from monitor.store.backups import checksum_file
from tests.cli_runner import Run, runner
from tests.fake_server import Server
from tests.fake_site import working_status
from tests.fake_store import ALL, judged, raw_connection
from tests.fakes import NOON
from tests.test_store_sqlite_derived import inconsistencies
from tests.test_store_sqlite_kill import SAVER, content
from tests.test_store_sqlite_schema import old_database

HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM post").fetchone()
print("open", flush=True)
sys.stdin.read()
"""
KILLED = 9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with two mentions."""
    path = tmp_path / "data" / "wallflower.db"
    save(path, "Acme is old", "Acme is older")
    return path


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup with one mention."""
    path = tmp_path / "other" / "wallflower.db"
    save(path, "Acme is new")
    return database_files(f"sqlite:///{path}").back_up(tmp_path / "backups", NOON, 7).path


def save(path: Path, *texts: str) -> None:
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged(text) for text in texts], now=NOON)
    store.close()


def texts(path: Path) -> list[str]:
    db = raw_connection(path)
    found = [text for (text,) in db.execute("SELECT text FROM post ORDER BY text")]
    db.close()
    return found


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith(".writing")}


def test_the_backup_takes_the_place_of_the_database_which_is_kept(path: Path, backup: Path) -> None:
    restored = database_files(f"sqlite:///{path}").restore(backup, NOON)
    assert (restored.content.posts, restored.content.mentions, restored.has_checksum) == (1, 1, True)
    assert restored.replaced == path.with_name("wallflower-replaced-2026-03-04T120000Z.db")
    assert (texts(path), texts(restored.replaced)) == (["Acme is new"], ["Acme is old", "Acme is older"])
    assert set(files(path)) == {path.name, restored.replaced.name}
    assert oct(path.stat().st_mode)[-3:] == "600"
    again = database_files(f"sqlite:///{path}").restore(backup, NOON)
    assert again.replaced == path.with_name("wallflower-replaced-2026-03-04T120000Z-2.db")


def test_a_dry_run_changes_nothing(path: Path, backup: Path) -> None:
    before = files(path), files(backup)
    restored = database_files(f"sqlite:///{path}").restore(backup, NOON, dry_run=True)
    assert (restored.content.mentions, restored.replaced) == (1, None)
    assert (files(path), files(backup)) == before


def test_a_backup_is_restored_where_there_is_no_database(tmp_path: Path, backup: Path) -> None:
    path = tmp_path / "new" / "folder" / "wallflower.db"
    assert database_files(f"sqlite:///{path}").restore(backup, NOON).replaced is None
    assert texts(path) == ["Acme is new"]


def refused(path: Path, file: Path, error: type[StoreError], match: str) -> None:
    before = files(path)
    with pytest.raises(error, match=match):
        database_files(f"sqlite:///{path}").restore(file, NOON)
    assert files(path) == before


def test_a_damaged_backup_is_refused_with_and_without_its_checksum(path: Path, backup: Path) -> None:
    damaged = bytearray(backup.read_bytes())
    for page in range(3, len(damaged) // 8192, 3):
        damaged[page * 8192 : page * 8192 + 100] = bytes(100)
    backup.write_bytes(damaged)
    refused(path, backup, StoreError, "differs from the checksum")
    checksum_file(backup).unlink()
    refused(path, backup, StoreError, "damaged")


def test_what_is_not_a_backup_of_this_version_is_refused(tmp_path: Path, path: Path, backup: Path) -> None:
    (tmp_path / "notes").write_text("no database")
    refused(path, tmp_path / "notes", StoreError, "not a database")
    refused(path, tmp_path / "missing", StoreError, "cannot be read: No such file")
    refused(path, path, StoreError, "the database itself")
    db = raw_connection(tmp_path / "other.db")
    db.execute("CREATE TABLE invoice (id INTEGER)")
    db.close()
    refused(path, tmp_path / "other.db", StoreError, "not a database of Wallflower")
    checksum_file(backup).unlink()
    db = raw_connection(backup)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('wallflower', 'm999', '')")
    db.close()
    refused(path, backup, SchemaError, "newer Wallflower")


def test_an_older_backup_is_restored_and_migrated_at_the_next_start(tmp_path: Path, path: Path) -> None:
    old = old_database(tmp_path, "m012_incident_news")
    restored = database_files(f"sqlite:///{path}").restore(old, NOON)
    assert restored.content.mentions == 62
    open_store(f"sqlite:///{path}").close()
    assert inconsistencies(path) == []


def test_a_database_that_another_program_has_open_is_not_replaced(path: Path, backup: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdin and other.stdout.readline() == b"open\n"  # noqa: PT018
        with pytest.raises(StoreError, match="open in another program"):
            database_files(f"sqlite:///{path}").restore(backup, NOON)
        assert texts(path) == ["Acme is old", "Acme is older"]
        other.stdin.close()
    database_files(f"sqlite:///{path}").restore(backup, NOON)
    assert texts(path) == ["Acme is new"]


def test_the_log_of_a_damaged_database_is_moved_away_with_it(path: Path, backup: Path) -> None:
    path.write_bytes(b"damaged" * 5000)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).write_bytes(b"log" * 5000)
    restored = database_files(f"sqlite:///{path}").restore(backup, NOON)
    assert restored.replaced
    aside = {f"{restored.replaced.name}{ending}" for ending in ("", "-wal", "-shm")}
    assert set(files(path)) == {path.name, *aside}
    assert texts(path) == ["Acme is new"]


# Erasures


def test_what_was_erased_since_the_backup_does_not_return_with_it(path: Path, tmp_path: Path) -> None:
    kept, gone = "Acme is new, says zqkept", "Acme told zqtravesty"
    store = open_store(f"sqlite:///{path}")
    posts = [
        judged(gone, author="Zqbrontosaur"),
        judged(kept, author="ben", reply_to="zqbrontosaur"),
        judged("Acme zqmonolith"),
    ]
    store.save("Forum", posts, now=NOON)
    store.maintenance.erase(ErasureTarget(mention=1), NOON)
    store.actions.block(BlockTarget(BlockKind.AUTHOR, "Zqbrontosaur", "Forum"), Actor("local"), NOON)
    restoring = database_files(f"sqlite:///{path}")
    backup = restoring.back_up(tmp_path / "backups", NOON, 7).path
    assert b"zqtravesty" in backup.read_bytes()
    store.maintenance.erase(ErasureTarget(author="zqbrontosaur"), NOON)
    single = next(mention.id for mention in store.export(ALL) if mention.post.text == "Acme zqmonolith")
    store.maintenance.erase(ErasureTarget(mention=single), NOON)
    store.close()
    assert restoring.restore(backup, NOON).erased_again == 2
    assert texts(path) == [kept, "Acme is older"]
    assert [word for word in (b"travesty", b"monolith", b"brontosaur") if word in path.read_bytes().lower()] == []
    assert inconsistencies(path) == []
    store = open_store(f"sqlite:///{path}")
    assert set(store.save("Forum", posts, now=NOON).refused) == {gone, "Acme zqmonolith"}
    store.close()
    assert restoring.restore(backup, NOON).erased_again == 2
    assert restoring.restore(restoring.back_up(tmp_path / "backups", NOON, 7).path, NOON).erased_again == 0


def test_erasures_of_a_damaged_or_another_database_are_unknown(path: Path, backup: Path, tmp_path: Path) -> None:
    for database in (path, tmp_path / "other" / "wallflower.db"):
        store = open_store(f"sqlite:///{database}")
        store.maintenance.erase(ErasureTarget(author="ana"), NOON)
        store.close()
    other = database_files(f"sqlite:///{tmp_path / 'other' / 'wallflower.db'}").back_up(tmp_path, NOON, 7).path
    restoring = database_files(f"sqlite:///{path}")
    assert restoring.restore(other, NOON).erased_again is None
    path.write_bytes(b"damaged" * 5000)
    assert restoring.restore(backup, NOON).erased_again is None


# kill -9


def killed_after(steps: int, action: Callable[[], object]) -> bool:
    """Run ``action`` in a child process that ends, without any clean-up, at its step number ``steps``.

    A step is anything that changes a file or a folder. Return False if the action ended before.
    """
    child = os.fork()
    if child == 0:
        left = [steps]

        def count(event: str, _args: tuple[object, ...]) -> None:
            if event in ("os.rename", "os.link", "os.remove", "open", "sqlite3.connect", "os.truncate", "os.mkdir"):
                left[0] -= 1
                if left[0] <= 0:
                    os._exit(KILLED)

        sys.addaudithook(count)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def test_a_kill_at_any_step_leaves_the_old_or_the_new_database_and_a_second_run_finishes(
    tmp_path: Path, backup: Path
) -> None:
    seen, step = [], 0
    while True:
        step += 1
        path = tmp_path / str(step) / "wallflower.db"
        save(path, "Acme is old", "Acme is older")
        restoring = database_files(f"sqlite:///{path}")
        if not killed_after(step, lambda: restoring.restore(backup, NOON)):  # noqa: B023
            break
        seen.append(texts(path))
        assert inconsistencies(path) == []
        restored = restoring.restore(backup, NOON + timedelta(minutes=1))
        assert texts(path) == ["Acme is new"]
        assert not [name for name in files(path) if name.endswith(("-wal", "-shm", ".restoring"))]
        kept = [texts(file) for file in path.parent.glob("*-replaced-*.db")]
        assert ["Acme is old", "Acme is older"] in kept
        assert restored.replaced
    assert step > 10
    assert [one for one, other in pairwise(seen) if one != other] == [["Acme is old", "Acme is older"]]
    assert seen[-1] == ["Acme is new"]


def test_restore_drill_after_kill_9_of_a_writing_process(tmp_path: Path) -> None:
    """A backup is made under writes, the process is killed, the database is restored and equals the backup."""
    path, pick = tmp_path / "wallflower.db", random.Random(4)
    restoring = database_files(f"sqlite:///{path}")
    with subprocess.Popen([sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(8):
            process.stdout.readline()
        backup = restoring.back_up(tmp_path / "backups", NOON, 7).path
        for _ in range(pick.randint(2, 5)):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert path.with_name("wallflower.db-wal").exists()
    expected = content(backup)
    restored = restoring.restore(backup, NOON)
    assert not path.with_name("wallflower.db-wal").exists()
    assert inconsistencies(path) == []
    assert content(path) == expected
    assert restored.content.mentions == len(expected["mention"]) > 100
    assert restored.replaced
    assert len(content(restored.replaced)["mention"]) > restored.content.mentions


# The commands


@pytest.fixture
def run(tmp_path: Path) -> Run:
    server = Server()
    return runner(tmp_path, server)


def test_the_commands_back_up_verify_and_restore(tmp_path: Path, path: Path, run: Run) -> None:
    made = run("backup")
    assert (made.exit_code, "verified. 1 backup kept." in made.output) == (0, True)
    (file,) = (tmp_path / "data" / "backups").glob("*.db")
    save(path, "Acme is later")
    dry = run("restore", str(file), "--dry-run")
    assert "2 posts with 2 mentions, the last one added at 2026-03-04 12:00 UTC" in dry.output
    assert "Nothing was changed" in dry.output
    assert run("restore", str(file), input="n\n").exit_code == 1
    unanswered = run("restore", str(file))
    assert (unanswered.exit_code, "nothing was changed. In a script, give --yes." in unanswered.stderr) == (2, True)
    assert len(texts(path)) == 3
    done = run("restore", str(file), input="y\n")
    assert (done.exit_code, len(texts(path))) == (0, 2)
    assert "The old database is" in done.output


def test_what_the_backup_does_not_contain_is_a_gap(tmp_path: Path, path: Path, run: Run) -> None:
    store = open_store(f"sqlite:///{path}")
    store.save_status(working_status(NOON, "Forum"), NOON)
    store.close()
    run("backup")
    (file,) = (tmp_path / "data" / "backups").glob("*.db")
    assert run("restore", str(file), "--yes").exit_code == 0
    store = open_store(f"sqlite:///{path}")
    (gap,) = store.gaps(NOON - timedelta(days=1), NOON + timedelta(days=1))
    store.close()
    assert (gap.source, gap.since, gap.until, gap.reason) == ("Forum", NOON, None, RESTORED)


def test_restore_refuses_while_wallflower_runs(path: Path, backup: Path, run: Run) -> None:
    with path.with_name("running.lock").open("a+") as lock:
        holder = subprocess.Popen(["flock", "--no-fork", str(lock.name), "cat"], stdin=subprocess.PIPE)
        while subprocess.run(["flock", "--nonblock", str(lock.name), "true"], check=False).returncode == 0:
            pass
        result = run("restore", str(backup))  # it does not even ask
        assert holder.stdin
        holder.stdin.close()
        holder.wait()
    assert (result.exit_code, "Stop it first; nothing was changed." in result.output) == (1, True)
    assert len(texts(path)) == 2


def test_every_command_is_registered() -> None:
    assert {"backup", "restore"} <= set(cli.commands)
