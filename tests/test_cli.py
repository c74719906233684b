"""The command line: what each command prints, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from display.cli.dependencies import create_database, load_config
from display.cli.main import SUMMARIES, cli
from tests.cli_runner import feed, runner
from tests.fake_server import item, serving

CONFIG = """
[wallflower]
data = "data"
[[brands]]
name = "Acme"
ours = true
rule = 'acme'
[[brands]]
name = "Globex"
rule = 'globex'
"""
POSTS = [
    {"id": "1", "text": "Acme is great", "date": "2024-01-01", "author": "ann"},
    {"id": "2", "text": "=SUM(A1) says acme", "date": "2024-01-02", "author": "@bob"},
    {"id": "3", "text": "Globex is terrible and I hate it", "date": "2024-01-03", "author": "cho"},
]


class FakePackagePath:
    """A file of an installed package; see importlib.metadata.PackagePath."""

    name = "config.toml"

    def __init__(self, path: Path) -> None:
        self.locate = lambda: path


Run = Callable[..., Result]


@pytest.fixture
def wallflower(tmp_path: Path) -> Run:
    """Runs a command with a new config and database."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    create_database(load_config(config))
    return run_with(config)


def run_with(config: Path) -> Run:
    """Runs a command with ``config``."""

    def run(command: str, *arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, [command, "--config", str(config), *arguments], input=input)

    return run


@pytest.fixture
def stored(wallflower: Run, tmp_path: Path) -> Run:
    """Runs a command with a new config, after an import of POSTS."""
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(map(json.dumps, POSTS)))
    assert wallflower("import", str(file)).exit_code == 0
    return wallflower


def exported(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_every_command_except_the_demo_takes_a_config() -> None:
    assert set(cli.commands) == {
        *("init", "run", "check", "match", "score", "intents", "import", "export", "demo-wall", "mcp"),
        *(
            "sources",
            "pause",
            "resume",
            "hide",
            "unhide",
            "correct",
            "relevant",
            "not-relevant",
            "fetch",
            "feeds",
            "opml",
            "remove-source",
        ),
        *("backup", "restore", "erase", "audit", "doctor", "repair-clock", "install-service", "user", "wall"),
    }
    groups = [command for command in cli.commands.values() if isinstance(command, click.Group)]
    single = set(cli.commands.values()) - {cli.commands["demo-wall"], *groups}
    for command in [*single, *(command for group in groups for command in group.commands.values())]:
        assert "--config" in [name for param in command.params for name in param.opts]
        assert command.help


def test_the_list_of_commands_shows_the_first_sentence_of_the_help_of_each() -> None:
    assert {
        name: (cli.commands[name].help or "").startswith(text) for name, text in SUMMARIES.items()
    } == dict.fromkeys(cli.commands, True)
    listed = CliRunner().invoke(cli, ["--help"]).stdout
    assert all(f"  {name} " in listed for name in cli.commands)


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = (
        "import atexit, sys; from wallflower.__main__ import main; sys.argv = ['wallflower', '--help'];"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    )
    imported = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stderr.decode().split()
    )
    ours = {name.removeprefix("display.cli.") for name in imported if name.startswith("display.")}
    assert ours == {"display.cli", "main", "exit_codes", "logs", "version"}
    assert {name for name in imported if name.startswith("monitor.") and not name.startswith("monitor.model")} == {
        *("monitor.errors", "monitor.redaction", "monitor.secrets", "monitor.urls")
    }
    assert not {"flask", "numpy", "requests", "babel", "sqlite3", "rich"} & imported


def test_version() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert (result.exit_code, bool(re.match(r"wallflower \d", result.output))) == (0, True)


def test_the_entry_point_is_the_function_in_pyproject() -> None:
    text = (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text()
    assert 'wallflower = "wallflower.__main__:main"' in text
    assert all(entry.value == "wallflower.__main__:main" for entry in entry_points(name="wallflower"))


def test_init_writes_the_sample_config_but_replaces_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "share" / "config.toml"
    installed.parent.mkdir()
    installed.write_text(CONFIG)
    monkeypatch.setattr("display.setup.sample.files", lambda _: [FakePackagePath(installed)])
    target = tmp_path / "mine.toml"
    assert CliRunner().invoke(cli, ["init", "--sample", "--config", str(target)]).exit_code == 0
    assert target.read_text() == CONFIG
    target.write_text("mine")
    assert CliRunner().invoke(cli, ["init", "--sample", "--config", str(target)]).exit_code == 78
    assert target.read_text() == "mine"


def test_check_reports_a_valid_config(wallflower: Run, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    result = wallflower("check")
    assert result.exit_code == 0
    assert "ours: Acme; competitors: 1" in result.output
    assert not (tmp_path / "data").exists()


def test_check_reports_every_problem_and_exits_with_78(wallflower: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace("'globex'", "'(globex'") + "[server]\nport = 0\nhots = 'x'\n")
    result = wallflower("check")
    assert (result.exit_code, result.stdout) == (78, "")
    for text in (
        "brands[1].rule: column 1",
        "server.port: expected at least 1, found 0",
        'server.hots: unknown key. Did you mean "hosts"',
    ):
        assert text in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "wallflower.example"])
def test_a_host_that_other_machines_can_reach_is_valid(wallflower: Run, tmp_path: Path, host: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + f'[server]\nhost = "{host}"\n')
    assert wallflower("check").exit_code == 0


def test_a_host_that_this_machine_does_not_have_is_reported(wallflower: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + '[server]\nhost = "192.0.2.1"\n')
    result = wallflower("run")
    assert result.exit_code == 1
    assert 'This machine has no address "192.0.2.1". Set `host` in [server]' in result.stderr
    assert not (tmp_path / "data" / "running.lock").exists()


@pytest.mark.parametrize("command", ["check", "run", "sources", "export"])
def test_a_missing_config_is_reported_with_the_remedy(command: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, [command, "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 78
    assert "--config PATH" in result.stderr


def test_match_prints_the_lines_that_match(wallflower: Run) -> None:
    lines = ["Acme's new phone", "acmeville", json.dumps({"text": "ACME", "author": "ann"}), "", '{"text": broken acme']
    result = wallflower("match", "acme", input="\n".join(lines))
    assert result.stdout.splitlines() == [lines[0], lines[2], lines[4]]


def test_match_uses_fields_and_language(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    lines = [
        json.dumps({"text": "acme one", "author": "ann", "lang": "de"}),
        json.dumps({"text": "acme two", "url": "https://pinterest.com/x", "lang": "en"}),
        json.dumps({"text": "acme three", "source": "Forum", "lang": "en"}),
    ]
    file.write_text("\n".join(lines))
    assert wallflower("match", "acme lang:en", str(file)).stdout.splitlines() == lines[1:]
    assert wallflower("match", "acme author:ann", str(file)).stdout.splitlines() == lines[:1]
    assert wallflower("match", "acme source:Forum", str(file)).stdout.splitlines() == lines[2:]


def test_an_invalid_rule_exits_with_2(wallflower: Run) -> None:
    result = wallflower("match", "(acme", input="acme")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Column 1: ")


def test_score_is_towards_the_brand(wallflower: Run) -> None:
    text = "Switched from Globex to Acme - Globex was terrible, Acme is fantastic!"
    lines = [{"id": n, "text": text, "brand": b, "aliases": []} for n, b in enumerate(["Globex", "Acme"])]
    result = wallflower("score", input="\n".join(map(json.dumps, lines)))
    globex, acme = map(json.loads, result.stdout.splitlines())
    assert (globex["id"], acme["id"]) == (0, 1)
    assert globex["score"] < -0.15
    assert acme["score"] > 0.15
    assert "terrible" in [word["word"] for word in globex["evidence"]["words"]]
    assert globex["evidence"]["cues"] == [{"kind": "comparison", "words": "from"}]


def test_an_unscored_text_has_null_and_a_reason(wallflower: Run) -> None:
    line = {"id": "x", "text": "Le service est nul, je déteste Acme et je ne reviendrai jamais", "brand": "Acme"}
    answer = json.loads(wallflower("score", input=json.dumps(line)).stdout)
    assert answer["score"] is None
    assert answer["evidence"]["reason"]


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "x"}', '{"text": 1, "brand": "x"}'])
def test_an_invalid_line_is_reported_by_its_number(wallflower: Run, line: str) -> None:
    result = wallflower("score", input='{"text": "a", "brand": "b"}\n' + line)
    assert result.exit_code == 1
    assert result.stderr.startswith("Line 2: ")


def test_import_reports_mentions_and_rejected_rows(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("id,text,date\n1,Acme and Globex,2024-01-01\n2,nobody,2024-01-01\n3,acme,never\n")
    result = wallflower("import", str(file), "--source", "Archive", "--map", "published=date")
    assert result.exit_code == 0
    for text in (
        "2 new mentions",
        "Acme: 1",
        "Globex: 1",
        "'Archive'",
        "1 was refused",
        'line 4: "date": the time',
        "posts.csv.rejected.jsonl",
    ):
        assert text in result.stdout
    again = wallflower("import", str(file), "--source", "Archive", "--map", "published=date")
    assert "0 new mentions" in again.stdout
    assert "Acme: 1" in again.stdout


def test_a_dry_run_shows_the_first_posts(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    rows = [f"{n},Acme number {n},0{n + 1}/20/2024 11:47 PM,ann,https://a.example/{n}" for n in range(9)]
    file.write_text(
        "\n".join(["id,text,date,author,url", *rows, "0,Acme,02/20/2024 1:00 AM,,", "a,nobody,01/02/2024 1:00 AM,,"])
    )
    result = wallflower("import", str(file), "--dry-run", "--timezone", "America/New_York")
    for line in (
        "  Sat 20 Jan 2024 23:47:00 EST  ann",
        "    Acme number 0",
        "    id 0  https://a.example/0",
        "  9 mention a brand",
        "  1 mentions no brand: not stored",
        "  1 repeats an earlier row",
    ):
        assert line in result.stdout.splitlines()


def test_an_ambiguous_date_stops_an_import_until_its_order_is_named(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("id,text,date\n1,Acme,03/02/2024\n")
    result = wallflower("import", str(file))
    assert (result.exit_code, "--date-format day-first or" in result.stderr) == (1, True)
    assert wallflower("import", str(file), "--date-format", "day-first").exit_code == 0


def test_a_dry_run_creates_no_folder(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("id,text,date\n1,Acme,2024-01-01\n")
    shutil.rmtree(tmp_path / "data")
    result = wallflower("import", str(file), "--dry-run")
    assert "Acme: 1" in result.stdout
    assert not (tmp_path / "data").exists()


def test_an_impossible_import_exits_with_1(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("a,b\n1,2\n")
    result = wallflower("import", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--map text=COLUMN" in result.stderr


def test_export_is_csv_without_formulas(stored: Run) -> None:
    rows = exported(stored("export"))
    assert [row["external_id"] for row in rows] == ["3", "2", "1"]
    assert rows[1]["text"] == "'=SUM(A1) says acme"
    assert rows[1]["author"] == "bob"


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["brand=Globex"], ["3"]),
        (["--brand", "Globex"], ["3"]),
        (["--brand", "-Globex"], ["2", "1"]),
        (["sentiment=positive", "sentiment=negative"], ["3", "1"]),
        (["--q", "great OR terrible", "--order", "old"], ["1", "3"]),
        (["--since", "2024-01-02T00:00", "--until", "2024-01-03T00:00"], ["2"]),
        (["http://127.0.0.1:8750/mentions?brand=Acme&range=all"], ["2", "1"]),
        (["?brand=Acme&q=great&range=all"], ["1"]),
        (["--range", "24h"], []),
        (["--view", "2"], []),  # its last seven days
        (["http://127.0.0.1:8750/mentions?view=2&range=all&sentiment="], ["2", "1"]),
    ],
)
def test_export_takes_the_filters_of_the_page(stored: Run, filters: list[str], ids: list[str]) -> None:
    assert [row["external_id"] for row in exported(stored("export", *filters))] == ids


def test_export_as_json_lines_to_a_file(stored: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = stored("export", "--format", "jsonl", "--output", str(out), "brand=Acme")
    assert (result.exit_code, result.stdout) == (0, "")
    assert [json.loads(line)["text"] for line in out.read_text().splitlines()] == [
        "=SUM(A1) says acme",
        "Acme is great",
    ]


def test_an_output_file_that_cannot_be_written_is_reported(stored: Run, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "out.csv"
    result = stored("export", "--output", str(out))
    assert (result.exit_code, result.stderr) == (1, f"{out} could not be written: No such file or directory.\n")


@pytest.mark.parametrize(
    "bad",
    [
        ["brand=Nobody"],
        ["colour=red"],
        ["--sentiment", "sad"],
        ["q=(acme"],
        ["brand"],
        ["until=9999-12-31T23:59"],
        ["view=99"],
    ],
)
def test_an_invalid_filter_exits_with_2(stored: Run, bad: list[str]) -> None:
    result = stored("export", *bad)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_hide_unhide_and_correct(stored: Run) -> None:
    id_ = exported(stored("export", "brand=Globex"))[0]["id"]
    assert stored("hide", id_).exit_code == 0
    assert exported(stored("export", "brand=Globex"))[0]["hidden"] == "True"
    assert exported(stored("export", "brand=Globex", "state=unclaimed")) == []
    assert stored("unhide", id_).exit_code == 0
    assert stored("correct", id_, "-0.5").exit_code == 0
    (row,) = exported(stored("export", "brand=Globex"))
    assert (row["score"], row["corrected"]) == ("-0.5", "True")
    assert stored("correct", id_, "none").exit_code == 0
    assert exported(stored("export", "brand=Globex"))[0]["sentiment"] == "unscored"


def test_hiding_a_post_hides_its_mentions_of_all_brands(stored: Run, tmp_path: Path) -> None:
    file = tmp_path / "both.jsonl"
    file.write_text(json.dumps({"id": "both", "text": "acme and globex alike", "published": "2026-03-02T10:00:00Z"}))
    assert stored("import", str(file)).exit_code == 0
    both = [row["id"] for row in exported(stored("export")) if row["text"] == "acme and globex alike"]
    assert len(both) == 2
    result = stored("hide", both[0])
    assert result.stdout == (
        f"Mention {both[0]} is now hidden.\nSo are the mentions of other brands in the same post: {both[1]}.\n"
    )
    assert {row["id"] for row in exported(stored("export", "state=hidden"))} == {*both}
    assert stored("unhide", both[1]).exit_code == 0
    assert exported(stored("export", "state=hidden")) == []


def test_a_mention_is_marked_as_relevant_or_not_and_that_is_taken_back(stored: Run) -> None:
    id_ = exported(stored("export", "brand=Globex"))[0]["id"]
    assert stored("not-relevant", id_).stdout == f"Mention {id_} is marked as not relevant, and counts nowhere.\n"
    assert exported(stored("export", "brand=Globex")) == []
    assert [row["id"] for row in exported(stored("export", "--state", "irrelevant"))] == [id_]
    assert stored("not-relevant", id_).stdout == f"Nothing changed for mention {id_}.\n"
    assert stored("relevant", id_).stdout == f"Mention {id_} is marked as relevant.\n"
    assert [row["id"] for row in exported(stored("export", "brand=Globex"))] == [id_]
    assert stored("relevant", "--undo", id_).exit_code == 0
    actions = [json.loads(line)["action"] for line in stored("audit", "--json").stdout.splitlines()]
    assert actions[-3:] == [
        *("marked mention as not relevant", "marked mention as relevant", "took back relevance of mention"),
    ]


def test_an_unknown_mention_is_reported(stored: Run) -> None:
    for command in (["hide", "999"], ["correct", "999", "0"], ["relevant", "999"], ["not-relevant", "999"]):
        result = stored(*command)
        assert (result.exit_code, result.stderr) == (1, "There is no mention with the id 999.\n")
    assert stored("correct", "1", "2").exit_code == 2


@pytest.mark.parametrize(
    "command",
    [["sources"], ["export"], ["hide", "1"], ["import", "config.toml"], ["run"]],
)
def test_a_missing_database_is_not_created(wallflower: Run, tmp_path: Path, command: list[str]) -> None:
    shutil.rmtree(tmp_path / "data")
    result = wallflower(command[0], *(str(tmp_path / one) if "." in one else one for one in command[1:]))
    assert result.exit_code == 74
    assert "wallflower.db does not exist." in result.stderr
    assert not (tmp_path / "data").exists()


def test_the_import_names_the_file_with_rows_that_another_source_has(wallflower: Run, tmp_path: Path) -> None:
    row = "Acme is late,2026-03-02 09:15,https://a.example/1"
    for name in ("first", "second"):
        (tmp_path / f"{name}.csv").write_text(f"text,date,url\n{row}\n")
        result = wallflower("import", str(tmp_path / f"{name}.csv"))
    assert "1 is in the database already, from 'first'" in result.stdout
    assert f"The rows that were refused, repeated or in the database already are in {tmp_path}" in result.stdout
    assert (tmp_path / "second.csv.rejected.jsonl").exists()


def test_a_source_is_removed_once_it_has_left_the_config(stored: Run, tmp_path: Path) -> None:
    refused = stored("remove-source", "Posts")
    assert (refused.exit_code, "Nothing is stored from a source called" in refused.stderr) == (1, True)
    declined = stored("remove-source", "posts", input="n\n")
    assert "Delete posts with" in declined.output
    assert len(exported(stored("export"))) == len(POSTS)
    removed = stored("remove-source", "posts", "--yes")
    assert (removed.exit_code, removed.stdout[:14]) == (0, "Deleted posts:")
    assert exported(stored("export")) == []


def test_a_source_in_the_config_is_not_removed(tmp_path: Path) -> None:
    with serving(feed(item(1))) as server:
        result = runner(tmp_path, server)("remove-source", "forum", "--yes")
    assert (result.exit_code, "sources[0]: Forum is still in the config" in result.stderr) == (78, True)


def test_a_damaged_database_is_reported_and_left_as_it_is(wallflower: Run, tmp_path: Path) -> None:
    database = tmp_path / "data" / "wallflower.db"
    database.write_bytes(b"not a database" * 1000)
    result = wallflower("export")
    assert result.exit_code == 74
    assert "damaged" in result.stderr
    assert database.read_bytes() == b"not a database" * 1000
