"""``wallflower pause`` and ``resume``, and what they and ``wallflower sources`` print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_runner import Run, feed, runner
from tests.fake_server import Server, item, serving

TIME = r"\d\d:\d\d"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(feed(item(1))) as server:
        yield server


@pytest.fixture
def wallflower(tmp_path: Path, server: Server) -> Run:
    return runner(tmp_path, server)


def test_pause_and_resume_print_since_when_a_source_is_paused(wallflower: Run) -> None:
    assert wallflower("resume", "Forum").stdout == "Forum was not paused.\n"
    first = wallflower("pause", "forum").stdout
    assert first == "Forum is paused. It is not read until you resume it, even after a restart.\n"
    assert re.fullmatch(rf"Forum has been paused since {TIME}\.\n", wallflower("pause", "Forum").stdout)
    resumed = wallflower("resume", "Forum").stdout
    expected = rf"Forum had been paused since {TIME}\. Wallflower reads it again now, or when it next runs\.\n"
    assert re.fullmatch(expected, resumed)
    assert wallflower("resume", "Forum").stdout == "Forum was not paused.\n"


def test_sources_describes_a_paused_source(wallflower: Run) -> None:
    wallflower("fetch", "Forum")
    wallflower("pause", "Forum")
    name, state, since, last_read, next_check, *_, to_do = wallflower("sources").stdout.rstrip("\n").split("\t")
    assert (name, state, next_check) == ("Forum", "Paused", "when resumed")
    assert re.fullmatch(TIME, since)
    assert re.fullmatch(TIME, last_read)
    assert to_do == "It is not read until you resume it."


def test_the_json_of_sources_keeps_its_keys(wallflower: Run) -> None:
    """Scripts rely on these keys."""
    wallflower("fetch", "Forum")
    wallflower("pause", "Forum")
    (source,) = json.loads(wallflower("sources", "--json").stdout)
    assert list(source) == [
        *("source", "kind", "state", "since", "trouble", "reason", "note", "to_do", "search"),
        *("last_success", "last_try", "next_check", "failures", "set_aside", "posts_per_hour", "mentions_7_days"),
        *("gap_hours_7_days", "gaps", "spend", "sample"),
    ]
    assert (source["state"], source["trouble"], source["failures"]) == ("paused", False, 0)


def test_a_paused_source_is_not_fetched(wallflower: Run, server: Server) -> None:
    wallflower("pause", "Forum")
    result = wallflower("fetch", "Forum")
    assert result.exit_code == 1
    assert result.stderr == "Forum is paused. Resume it first with `wallflower resume` or on the Sources page.\n"
    assert server.requests == []
