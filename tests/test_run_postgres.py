"""``wallflower run`` and other commands on a PostgreSQL database, as processes and commands of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from display.cli.dependencies import load_config
from display.cli.main import cli
from monitor.model import MentionFilter
from monitor.store import open_store
from tests.config_text import config_text, table, without_model
from tests.postgres_cluster import Cluster
from tests.run_process import Running, until


@pytest.fixture
def running(postgres: Cluster, tmp_path: Path) -> Iterator[Running]:
    """A run on sample data, whose database is empty."""
    run = Running(tmp_path, 1)
    run.creates = False
    url = postgres.empty_database()
    sample = table("sources", kind="sample", name="Sample", rate=20, history=0.5)
    text = config_text(run.port, sample, without_model())
    run.config.write_text(text.replace("[wallflower]\n", f'[wallflower]\ndatabase = "{url}"\n'), encoding="utf-8")
    yield run
    run.kill()
    postgres.drop(url)


def command(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--config", str(config)])


def stored(run: Running) -> int:
    config = load_config(run.config)
    store = open_store(config.database_url, create=False, installation=config.installation)
    try:
        return store.count(MentionFilter()).n
    finally:
        store.close()


def test_it_stores_and_shows_mentions_and_starts_again(running: Running) -> None:
    running.start()
    until(lambda: stored(running) > 0, running.output)
    assert b"Acme" in running.get("/mentions")[2]
    assert running.get("/wall")[0] == 200
    sources = running.get("/sources")[2]
    assert b"Not made here." in sources
    assert b"Back up now" not in sources
    status, _, document = running.get("/readyz")
    assert (status, json.loads(document)["warnings"]) == (200, [])
    assert "wallflower_backup_age_seconds NaN" in running.get("/metrics")[2].decode()
    assert running.end() == 0
    before = stored(running)
    running.start()
    assert running.end() == 0
    assert stored(running) >= before > 0
    assert "Traceback" not in running.output()
    assert not list((running.folder / "data").glob("*.db*"))
    _commands_say_what_to_do(running)
    _another_installation_is_refused(running)


def _commands_say_what_to_do(run: Running) -> None:
    found = {one["check"]: one for one in json.loads(command(run.config, "doctor", "--json").output)}
    assert (found["database"]["level"], found["postgresql"]["level"]) == ("ok", "ok")
    assert "can be written" in found["database"]["text"]
    assert "sqlite" not in found
    assert "file system" not in found
    for arguments in (["backup"], ["restore", str(run.config), "--yes"], ["restore", str(run.config), "--dry-run"]):
        result = command(run.config, *arguments)
        assert (result.exit_code, "docs/scale.md" in result.output) == (1, True)
        assert result.output.count("\n") == 1
    assert "database: postgresql:///" in command(run.config, "check").output
    exported = command(run.config, "export")
    assert (exported.exit_code, exported.output.count("Acme") > 0) == (0, True)
    assert command(run.config, "erase", "--author", "nobody at all", "--yes").exit_code == 0


def _another_installation_is_refused(run: Running) -> None:
    other = run.folder / "other"
    other.mkdir()
    shutil.copy(run.config, other / "config.toml")
    run.config, run.log = other / "config.toml", other / "log"
    status, output = run.exit_and_output()
    assert status == 1
    assert "belongs to another installation" in output
    assert len(output.splitlines()) == 1
    assert not (other / "data" / "installation").exists()
    found = {one["check"]: one for one in json.loads(command(run.config, "doctor", "--json").output)}
    assert found["database"]["level"] == "problem"
    assert "installation is missing" in found["database"]["text"]
    shutil.copy(run.folder / "data" / "installation", other / "data" / "installation")
    assert stored(run) > 0


def test_what_cannot_be_used_is_one_line(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    url = str(load_config(running.config).postgres_url)
    text = running.config.read_text().replace('kind = "sample"', 'kind = "reddit"').replace("rate = 20", 'subs = ["a"]')
    text = text.replace("history = 0.5\n", "")

    def said(database: str, password: str = "") -> str:
        named = f'"{database}"\ndatabase_password = "DATABASE_PASSWORD"' if password else f'"{database}"'
        running.config.write_text(text.replace(f'"{url}"', named))
        result = command(running.config, "run")
        assert (result.exit_code > 0, result.output.count("\n")) == (True, 1), result.output
        return result.output

    assert "has no tables of Wallflower. In a new installation" in said(url)
    assert "does not exist. Create it with `createdb`" in said(url.replace("/test_", "/none_"))
    assert "cannot be reached" in said(url.replace("?host=", "?host=/none"))
    assert "libpq does not understand" in said(f"{url}&nonsense=1")
    assert "The key DATABASE_PASSWORD is missing" in said(url, "named")
    monkeypatch.setenv("DATABASE_PASSWORD", "swordfish-of-the-tests")
    output = said(url, "named")
    assert "has no tables" in output
    assert "swordfish" not in output
