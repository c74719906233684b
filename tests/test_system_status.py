"""The status of the program and of its database, as /sources shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from display.pages.sources.system_status import StatusLine, SystemFacts, format_bytes, status_lines
from monitor.judging import LanguagePolicy, OpinionStatus
from monitor.model import DatabaseStatus, Trust
from tests.fake_site import ALL_HEALTHY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GIGABYTE = 1_000_000_000


def database(used: int = 2 * GIGABYTE, free: int | None = 22 * GIGABYTE) -> DatabaseStatus:
    return DatabaseStatus("SQLite", "3.51.3", used, free)


def facts(**changes: Any) -> SystemFacts:
    fields: dict[str, Any] = {
        "version": "1.4.2",
        "uptime": 12 * DAY,
        "database": database(),
        "mentions": 2_800_000,
        "mentions_last_week": 70_000,
        "waiting_writes": 0,
        **changes,
    }
    return SystemFacts(**fields)


def line(name: str, health: dict[str, bool] | None = None, **changes: Any) -> StatusLine:
    lines = status_lines(facts(**changes), health or dict(ALL_HEALTHY), for_admin=True)
    (found,) = [one for one in lines if one.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "changes", "figure", "text"),
    [
        ("Version", {}, "1.4.2", "has been up for 12 days"),
        ("Version", {"uptime": HOUR / 100}, "1.4.2", "has just started"),
        ("Database", {}, "2.0 GB", "used, 22 GB free, enough for about 8 years at this rate"),
        ("Database", {"mentions_last_week": 0}, "2.0 GB", "used, 22 GB free"),
        ("Database", {"mentions": 999}, "2.0 GB", "used, 22 GB free"),
        ("Database", {"database": database(5_000, None)}, "5 kB", "used, free space unknown"),
        ("SQLite", {}, "3.51.3", "is safe for writes by several programs"),
        ("Saving", {}, "Running.", "Stores new mentions."),
        ("Saving", {"waiting_writes": 1}, "Running.", "Stores new mentions; 1 batch is waiting."),
        ("Saving", {"waiting_writes": 2}, "Running.", "Stores new mentions; 2 batches are waiting."),
        ("Watching", {}, "Running.", "Looks for incidents and topics."),
    ],
)
def test_a_line_without_trouble(name: str, changes: dict[str, Any], figure: str, text: str) -> None:
    assert line(name, **changes) == StatusLine(name, figure, text)


@pytest.mark.parametrize(
    "changes", [{"database": database(GIGABYTE, GIGABYTE)}, {"mentions_last_week": 2_800_000, "mentions": 2_800_000}]
)
def test_too_little_space_is_trouble_and_says_what_to_do(changes: dict[str, Any]) -> None:
    found = line("Database", **{"database": database(2 * GIGABYTE, 2 * GIGABYTE), **changes})
    assert found.trouble
    assert "Free some space" in found.text


def test_an_old_sqlite_is_reported_without_trouble() -> None:
    found = line("SQLite", database=DatabaseStatus("SQLite", "3.40.1", 0, None, upgrade_to="3.51.3"))
    assert (found.figure, found.trouble) == ("3.40.1", False)
    assert found.text.startswith("can, very rarely, damage a database")


@pytest.mark.parametrize(("part", "name"), [("writer", "Saving"), ("scheduler", "Reading"), ("watch", "Watching")])
def test_a_part_that_has_stopped_is_trouble(part: str, name: str) -> None:
    found = line(name, {**ALL_HEALTHY, part: False})
    assert (found.figure, found.trouble) == ("Stopped.", True)
    assert found.text.endswith("Restart Wallflower; its log says why it stopped.")


def test_an_unknown_part_that_has_stopped_is_named() -> None:
    assert line("mailer", {"mailer": False}).text.startswith("The part mailer is missing.")


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 kB"),
        (240_000, "240 kB"),
        (999_600, "1.0 MB"),
        (1_840_000_000, "1.8 GB"),
        (22e9, "22 GB"),
        (9e15, "9,000 TB"),
    ],
)
def test_bytes_are_written_with_at_least_two_digits(n: int, text: str) -> None:
    assert format_bytes(int(n)) == text


TRUST = {"en": Trust.ON, "fr": Trust.ON, "ar": Trust.ON, "de": Trust.ROUGH, "tr": Trust.UNMEASURED, "hi": Trust.OFF}
WORKING = OpinionStatus(is_used=True, policy=LanguagePolicy(TRUST), posts_per_second=50.0)


@pytest.mark.parametrize(
    ("opinions", "waiting", "figure", "text"),
    [
        (WORKING, 0, "English.", "Also Arabic and French. Roughly German. Never measured: Turkish."),
        (WORKING, 1, "English.", "1 post waits for the language model, which takes about 1 s."),
        (WORKING, 9_000, "English.", "9,000 posts wait for the language model, which takes about 3 min."),
        (WORKING, 100_000, "English.", "100,000 or more posts wait for the language model, which takes about 33 min."),
        (OpinionStatus(), 0, "English only.", "pip install 'wallflower[languages]' and restart Wallflower."),
    ],
)
def test_the_languages_that_are_scored(opinions: OpinionStatus, waiting: int, figure: str, text: str) -> None:
    found = line("Languages", opinions=opinions, waiting_posts=waiting)
    assert (found.figure, found.trouble) == (figure, False)
    assert found.text.endswith(text)


def test_only_admins_read_how_to_install_the_language_model() -> None:
    (found,) = [one for one in status_lines(facts(), dict(ALL_HEALTHY), for_admin=False) if one.name == "Languages"]
    assert found.text == "Posts in other languages are counted, but not scored."


def test_a_language_model_that_fails_is_trouble() -> None:
    found = line("Languages", opinions=OpinionStatus(is_used=True, problem="It crashed."), waiting_posts=12)
    assert found == StatusLine("Languages", "English only.", "It crashed. 12 posts wait.", trouble=True)


def test_stored_mentions_that_are_judged_again_are_counted() -> None:
    found = line("Stored mentions", posts_to_rejudge=1200)
    assert found.figure == "Being judged again."
    assert "about 1,200 posts are left" in found.text
    names = [one.name for one in status_lines(facts(), dict(ALL_HEALTHY), for_admin=True)]
    assert "Stored mentions" not in names
