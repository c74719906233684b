"""Output that nobody reads, that is closed or that has no room: one clear line, and a status that is not 0."""

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
POSTS = 2_000
"""Much more than a pipe holds."""
OPML = "<opml><body>" + "<outline text='x' xmlUrl='https://forum.example/rss'/>" * 9 + "</body></opml>"
MUCH = (
    ("export",),
    ("export", "--format", "jsonl"),
    ("match", "acme", "posts.jsonl"),
    ("score", "posts.jsonl"),
)
LITTLE = (
    ("export", "--output", "-"),
    ("sources",),
    ("sources", "--json"),
    ("check",),
    ("fetch", "Sample", "--dry-run"),
    ("opml", "list.opml"),
    ("export", "--help"),
    ("--version",),
)


WAYS = {
    "closed": [*MUCH, *LITTLE],
    "full": [*MUCH, ("check",), ("--version",)],
    "head": list(MUCH),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config, a database with mentions, and the files that commands read."""
    made = tmp_path_factory.mktemp("output")
    (made / "config.toml").write_text(CONFIG)
    (made / "list.opml").write_text(OPML)
    rows = ({"id": str(n), "text": f"Acme number {n} " + "and so on " * 9, "brand": "Acme"} for n in range(POSTS))
    (made / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert told(made, "import posts.jsonl --source Old >/dev/null").returncode == 0
    return made


def told(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What became of ``wallflower`` with a tail of the shell's."""
    line = f'"{sys.executable}" -m display.cli.main {command}'
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def ended(folder: Path) -> dict[str, list[Any]]:
    """How each command ended in each way: status, lines read, what stood on stderr. One start serves all of them."""
    asked = [(way, command) for way, commands in WAYS.items() for command in commands]
    line = [sys.executable, "-m", "tests.outputs"]
    done = subprocess.run(
        line, cwd=folder, input=json.dumps(asked), capture_output=True, text=True, check=True, env=with_tests()
    )
    return dict(json.loads(done.stdout))


def with_tests() -> dict[str, str]:
    """The environment in which ``tests`` can be imported from anywhere."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


@pytest.mark.parametrize("command", WAYS["closed"], ids=" ".join)
def test_a_closed_output_is_one_line(ended: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    assert ended[f"closed {' '.join(command)}"] == [1, 0, "The output could not be written: it is closed.\n"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", WAYS["full"], ids=" ".join)
def test_an_output_without_room_is_one_line(ended: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    why = "The output could not be written: No space left on device.\n"
    assert ended[f"full {' '.join(command)}"] == [1, 0, why]


@pytest.mark.parametrize("command", WAYS["head"], ids=" ".join)
def test_a_reader_that_has_had_enough_is_told_nothing(ended: dict[str, list[Any]], command: tuple[str, ...]) -> None:
    assert ended[f"head {' '.join(command)}"] == [1, 1, ""]


def test_a_shell_sees_the_same(folder: Path) -> None:
    closed = told(folder, "export >&-")
    assert (closed.returncode, closed.stderr) == (1, "The output could not be written: it is closed.\n")
    head = told(folder, "export | head -1; exit ${PIPESTATUS[0]}")
    assert (head.returncode, head.stdout.count("\n"), head.stderr) == (1, 1, "")


def test_a_status_is_kept_where_nobody_hears_the_reason(folder: Path) -> None:
    assert told(folder, "check --config nowhere.toml 2>/dev/full").returncode == 78
    assert told(folder, "check --config nowhere.toml <&- >&- 2>&-").returncode == 78
    assert told(folder, "check <&- >&- 2>&-").returncode == 1


def test_closed_files_leave_the_database_alone(folder: Path) -> None:
    """Without something in their place the next file that is opened gets the number that is printed to."""
    assert told(folder, "export --output copy.csv <&- >&- 2>&-").returncode == 0
    assert len((folder / "copy.csv").read_text().splitlines()) == POSTS + 1
    assert (folder / "data" / "wallflower.db").read_bytes()[:6] == b"SQLite"


def test_an_export_is_utf8_whatever_the_terminal_speaks(folder: Path) -> None:
    (folder / "more.jsonl").write_text(json.dumps({"id": "1", "text": "Acme für 新車"}) + "\n")
    assert told(folder, "import more.jsonl --source More >/dev/null").returncode == 0
    line = f'PYTHONIOENCODING=latin-1 "{sys.executable}" -m display.cli.main export source=More'
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, check=False)
    assert "Acme für 新車" in done.stdout.decode("utf-8")
