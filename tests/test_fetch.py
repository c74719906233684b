"""``wallflower fetch``, over a server on loopback and a real database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from display.cli.dependencies import create_database, load_config
from monitor.model import Health
from monitor.store import open_store
from tests.cli_runner import Run, feed, runner
from tests.fake_server import Connection, Server, item, rss, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(feed(item(1), item(2, "Nothing to see."))) as server:
        yield server


@pytest.fixture
def wallflower(tmp_path: Path, server: Server) -> Run:
    return runner(tmp_path, server)


def stored(folder: Path) -> list[str]:
    """Everything in the database."""
    db = sqlite3.connect(folder / "data" / "wallflower.db")
    lines = [line for line in db.iterdump() if "mention_fts" not in line]
    db.close()
    return lines


def test_the_report_lists_posts_and_why_they_matched(wallflower: Run, server: Server) -> None:
    server.script = feed(
        item(1, "Acme is fine, and I love how they work with us every day."), item(2, "Nothing to see.")
    )
    result = wallflower("fetch", "Forum")
    assert result.exit_code == 0, result.output
    for text in (
        "Forum (feed), never read before",
        "2 posts returned, 1 of them mentions a brand",
        "«Acme» is «fine», and",
        'by the rule «acme» («fine» OR "very good") -jobs',
        "1 post without a mention, such as:",
        "Nothing to see.",
        "Health: working.",
        "Next check: 20",
        "Stored: 1 new mention.",
    ):
        assert text in result.stdout
    score_line = next(line for line in result.stdout.splitlines() if line.startswith("  Acme: "))
    assert "positive" in score_line
    assert "love +" in score_line


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "Rate limits: none reported in 1 request."),
        (
            {"x_ratelimit_remaining": "58", "x_ratelimit_limit": "60", "x_ratelimit_reset": "1772625600"},
            "allows 58 of 60 more until 2026-03-04 12:00.",
        ),
        ({"x_rate_limit_remaining": "0"}, "Rate limits: after 1 request, 127.0.0.1"),
        ({"ratelimit_remaining": "many"}, "Rate limits: none reported"),
    ],
)
def test_the_report_lists_the_rate_limits_of_a_site(
    wallflower: Run, server: Server, headers: dict[str, str], text: str
) -> None:
    server.script = lambda connection: connection.answer(
        body=rss(item(1)), content_type="application/rss+xml", **headers
    )
    assert text in wallflower("fetch", "Forum", "--dry-run").stdout


def test_a_pass_is_stored_as_the_daemon_stores_it(wallflower: Run, server: Server, tmp_path: Path) -> None:
    wallflower("fetch", "Forum")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}")
    (status,) = store.statuses()
    assert (status.source, status.kind, status.health) == ("Forum", "feed", Health.WORKING)
    assert status.next_check is not None
    assert store.last_mention_id() == 1
    store.close()
    server.script = feed(item(1), item(2, "Nothing to see."), item(3, "acme is fine again"))
    result = wallflower("fetch", "forum")
    assert "Forum (feed), last read at 20" in result.stdout
    assert "1 post returned, 1 of them mentions a brand" in result.stdout
    assert "Stored: 1 new mention." in result.stdout
    assert "Stored: no new mentions." in wallflower("fetch", "Forum").stdout


def test_a_dry_run_changes_nothing(wallflower: Run, server: Server, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    result = wallflower("fetch", "Forum", "--dry-run")
    assert result.exit_code == 0
    assert "2 posts returned, 1 of them mentions a brand" in result.stdout
    assert "Nothing was stored: this was a dry run." in result.stdout
    assert not (tmp_path / "data").exists()
    create_database(load_config(tmp_path / "config.toml"))
    wallflower("fetch", "Forum")
    before = stored(tmp_path)
    server.script = feed(item(1), item(3, "acme is fine again"))
    again = wallflower("fetch", "Forum", "--dry-run")
    assert "1 post returned, 1 of them mentions a brand" in again.stdout
    from_start = wallflower("fetch", "Forum", "--dry-run", "--from-start")
    assert "2 posts returned, 2 of them mention a brand" in from_start.stdout
    assert stored(tmp_path) == before


def test_an_import_does_not_move_the_position_of_a_polled_source(wallflower: Run, tmp_path: Path) -> None:
    wallflower("fetch", "Forum")
    posts = tmp_path / "posts.csv"
    posts.write_text("id,text,date\nold,acme is fine,2024-01-01\n")
    with closing(open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}")) as store:
        cursor = store.cursor("Forum")
        assert wallflower("import", str(posts), "--source", "Forum").exit_code == 0
        assert store.cursor("Forum") == cursor


def test_a_changed_rule_finds_posts_that_were_skipped_before(wallflower: Run, server: Server, tmp_path: Path) -> None:
    server.script = feed(item(1, "acme is fine"), item(2, "Initech is fine"))
    assert "Stored: 1 new mention." in wallflower("fetch", "Forum").stdout
    config = tmp_path / "config.toml"
    config.write_text(config.read_text() + '[[brands]]\nname = "Initech"\nrule = "initech"\n')
    assert "2 posts returned, 2 of them mention a brand" in wallflower("fetch", "Forum", "--dry-run").stdout
    assert "Stored: 1 new mention." in wallflower("fetch", "Forum").stdout
    assert "0 posts returned" in wallflower("fetch", "Forum").stdout


def test_the_report_says_how_long_the_site_asks_us_to_wait(wallflower: Run, server: Server) -> None:
    server.script = feed(item(1), cache_control="max-age=7200")
    result = wallflower("fetch", "Forum", "--dry-run")
    assert "The site asks us to wait until 20" in result.stdout


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_failed_pass_is_reported_and_exits_with_1(wallflower: Run, server: Server, options: list[str]) -> None:
    server.script = partial(Connection.answer, status=500)
    result = wallflower("fetch", "Forum", *options)
    assert result.exit_code == 1
    assert "Health: broken." in result.stdout
    assert "has an internal error (500)" in result.stdout
    assert result.stderr == "Forum could not be read.\n"


def test_a_site_that_asked_us_to_wait_gets_no_request(wallflower: Run, server: Server) -> None:
    server.script = partial(Connection.answer, status=429, retry_after="7200")
    assert "limited" in wallflower("fetch", "Forum").stdout
    before = len(server.requests)
    for arguments in ([], ["--dry-run"]):
        result = wallflower("fetch", "Forum", *arguments)
        assert result.exit_code == 1
        assert "Forum was not read, because it is rate-limited until" in result.stderr
    assert len(server.requests) == before


def test_a_source_that_charges_per_post_has_no_dry_run(wallflower: Run, tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[[sources]]\nkind = "x"\nname = "X"\nbudget = "20 USD / month"\n')
    result = wallflower("fetch", "X", "--dry-run")
    assert result.exit_code == 1
    assert "charges per post" in result.stderr


def test_an_unknown_source_suggests_a_similar_name(wallflower: Run) -> None:
    result = wallflower("fetch", "Forun")
    assert result.exit_code == 78
    assert 'Did you mean "Forum"?' in result.stderr
    assert wallflower("fetch", "Forum", "--from-start").exit_code == 2


def test_a_paused_source_has_a_dry_run_and_is_fetched_once_resumed(wallflower: Run) -> None:
    wallflower("pause", "Forum")
    assert wallflower("fetch", "Forum").exit_code == 1
    assert wallflower("fetch", "Forum", "--dry-run").exit_code == 0
    wallflower("resume", "Forum")
    assert wallflower("fetch", "Forum").exit_code == 0


def test_a_source_with_a_problem_in_the_config_can_be_paused(wallflower: Run, tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[[sources]]\nkind = "reddlt"\nname = "Reddit"\n')
    assert wallflower("pause", "Reddit").exit_code == 0
    assert wallflower("pause", "Redit").exit_code == 78
    assert wallflower("fetch", "Reddit").exit_code == 78


def test_show_limits_the_printed_mentions(wallflower: Run, server: Server) -> None:
    server.script = feed(*(item(n, f"acme is fine {n}") for n in range(1, 8)))
    result = wallflower("fetch", "Forum", "--dry-run", "--show", "2")
    assert result.stdout.count("by the rule") == 2
    assert "… and 5 older mentions" in result.stdout


def test_terminal_control_characters_are_not_printed(wallflower: Run, server: Server) -> None:
    server.script = feed(item(1, "acme is fine \x9b2J\u202e \u0085"))
    result = wallflower("fetch", "Forum", "--dry-run")
    assert "\x9b" not in result.stdout
    assert "\u202e" not in result.stdout


@pytest.mark.parametrize("command", ["fetch", "pause", "resume"])
def test_no_command_creates_a_database(wallflower: Run, tmp_path: Path, command: str) -> None:
    shutil.rmtree(tmp_path / "data")
    result = wallflower(command, "Forum")
    assert (result.exit_code, "volume is not mounted" in result.stderr) == (74, True)
    assert not (tmp_path / "data").exists()
