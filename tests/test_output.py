"""Output that is closed, full or no longer read: one clear line on stderr, and an exit status that is not 0."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CONFIG = """
[[brands]]
name = "Acme"
ours = true
rule = "acme"

[[sources]]
kind = "sample"
name = "Sample"
"""
POSTS = 1_000
"""Their output is much longer than a pipe's buffer."""
OPML = "<opml><body>" + "<outline text='x' xmlUrl='https://forum.example/rss'/>" * 9 + "</body></opml>"
LONG_OUTPUT = (
    ("export",),
    ("export", "--format", "jsonl"),
    ("match", "acme", "posts.jsonl"),
    ("score", "posts.jsonl"),
)
SHORT_OUTPUT = (
    ("export", "--output", "-"),
    ("sources",),
    ("sources", "--json"),
    ("check",),
    ("fetch", "Sample", "--dry-run"),
    ("opml", "list.opml"),
    ("export", "--help"),
    ("--version",),
)
MODES = {
    "closed": [*LONG_OUTPUT, *SHORT_OUTPUT],
    "full": [*LONG_OUTPUT, ("check",), ("--version",)],
    "head": list(LONG_OUTPUT),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config, a database with mentions, and the files that commands read."""
    folder = tmp_path_factory.mktemp("output")
    (folder / "config.toml").write_text(CONFIG)
    (folder / "list.opml").write_text(OPML)
    rows = ({"id": str(n), "text": f"Acme number {n} " + "and so on " * 9, "brand": "Acme"} for n in range(POSTS))
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert shell(folder, "import posts.jsonl --undated --source Old >/dev/null").returncode == 0
    return folder


def shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run ``wallflower`` in bash; ``command`` may contain redirections and pipes."""
    line = f'"{sys.executable}" -m display.cli.main {command}'
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, list[Any]]:
    """How each command ended in each mode: exit status, lines read, stderr. All run from one process."""
    requests = [(mode, command) for mode, commands in MODES.items() for command in commands]
    line = [sys.executable, "-m", "tests.output_runner"]
    done = subprocess.run(
        line, cwd=folder, input=json.dumps(requests), capture_output=True, text=True, check=True, env=environment()
    )
    return dict(json.loads(done.stdout))


def environment() -> dict[str, str]:
    """An environment in which ``tests`` can be imported from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


@pytest.mark.parametrize("command", MODES["closed"], ids=" ".join)
def test_a_closed_output_is_reported_in_one_line(results: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    assert results[f"closed {' '.join(command)}"] == [1, 0, "The output could not be written: it is closed.\n"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", MODES["full"], ids=" ".join)
def test_a_full_output_is_reported_in_one_line(results: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    error = "The output could not be written: No space left on device.\n"
    assert results[f"full {' '.join(command)}"] == [1, 0, error]


@pytest.mark.parametrize("command", MODES["head"], ids=" ".join)
def test_a_reader_that_stops_reading_gets_no_error(results: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    assert results[f"head {' '.join(command)}"] == [1, 1, ""]


def test_the_results_are_the_same_from_a_shell(folder: Path) -> None:
    closed = shell(folder, "export >&-")
    assert (closed.returncode, closed.stderr) == (1, "The output could not be written: it is closed.\n")
    head = shell(folder, "export | head -1; exit ${PIPESTATUS[0]}")
    assert (head.returncode, head.stdout.count("\n"), head.stderr) == (1, 1, "")


def test_the_exit_status_is_kept_if_stderr_is_closed(folder: Path) -> None:
    assert shell(folder, "check --config nowhere.toml 2>/dev/full").returncode == 78
    assert shell(folder, "check --config nowhere.toml <&- >&- 2>&-").returncode == 78
    assert shell(folder, "check <&- >&- 2>&-").returncode == 1


def test_closed_streams_do_not_damage_the_database(folder: Path) -> None:
    """The next file that is opened gets the descriptor of a closed stream, unless something replaces it."""
    assert shell(folder, "export --output copy.csv <&- >&- 2>&-").returncode == 0
    assert len((folder / "copy.csv").read_text().splitlines()) == POSTS + 1
    assert (folder / "data" / "sample.db").read_bytes()[:6] == b"SQLite"


def test_an_export_is_utf8_whatever_the_encoding_of_the_terminal(folder: Path) -> None:
    (folder / "more.jsonl").write_text(json.dumps({"id": "1", "text": "Acme für 新車"}) + "\n")
    assert shell(folder, "import more.jsonl --undated --source More >/dev/null").returncode == 0
    line = f'PYTHONIOENCODING=latin-1 "{sys.executable}" -m display.cli.main export source=More'
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, check=False)
    assert "Acme für 新車" in done.stdout.decode("utf-8")
