"""The exit codes of commands, as docs/operations.md promises them."""

from __future__ import annotations

import re
import stat
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from display.cli import dependencies
from display.cli.dependencies import create_database, load_config
from display.cli.exit_codes import ExitCode, exit_code
from display.cli.main import cli
from monitor.errors import (
    ConfigError,
    DatabaseMissing,
    FilterError,
    QueryError,
    SchemaError,
    SourceError,
    StoreError,
    WallflowerError,
)
from monitor.model import FaultKind
from monitor.store import open_store
from monitor.store.permissions import restrict_folder
from tests.cli_runner import CONFIG
from tests.fake_store import raw_connection

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "operations.md"


def test_every_code_is_documented() -> None:
    section = DOCUMENT.read_text().split("### Exit codes")[1].split("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == set(ExitCode)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError(Path("config.toml"), ["It is wrong."]), 78),
        (QueryError("(", 1, "It is not closed."), 2),
        (FilterError("lang", "x", "en"), 2),
        (DatabaseMissing(Path("wallflower.db")), 74),
        (SchemaError("It is newer."), 74),
        (StoreError("It is damaged.", FaultKind.CORRUPT), 74),
        (StoreError("It was moved.", FaultKind.REPLACED), 74),
        *(
            (StoreError("Later.", kind), 75)
            for kind in FaultKind
            if kind not in (FaultKind.CORRUPT, FaultKind.REPLACED)
        ),
        (StoreError("It is closed."), 1),
        (SourceError("It is down."), 1),
        (WallflowerError("Something else."), 1),
    ],
)
def test_the_code_of_each_error(error: WallflowerError, code: int) -> None:
    assert exit_code(error) == code


def test_a_command_that_finds_the_database_locked_says_that_it_may_work_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(host="127.0.0.1:1", url="http://127.0.0.1:1"))
    config = load_config(tmp_path / "config.toml")
    create_database(config)
    monkeypatch.setattr(dependencies, "open_store", partial(open_store, lock_timeout=0.1))
    with closing(raw_connection(config.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = CliRunner().invoke(cli, ["pause", "Forum", "--config", str(config.path)])
    assert (result.exit_code, "is locked by another program" in result.stderr) == (75, True)


def test_only_a_data_folder_of_its_own_is_closed_to_other_users(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "data"
    for folder in (own, tmp_path):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        restrict_folder(folder, tmp_path / "config.toml")
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755, "the config of other programs may be in it too"
    assert "Use a folder of its own" in caplog.text
