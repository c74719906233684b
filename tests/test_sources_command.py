"""``wallflower sources``: one line for each source, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from display.cli.main import cli
from monitor.clock import Clock
from monitor.model import Health, Spend
from monitor.store import Store, open_store
from tests.fake_site import working_status
from tests.fakes import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

CONFIG = """
[[brands]]
name = "Acme"
rule = "acme"
ours = true

[[sources]]
kind = "sample"
name = "Sample"
"""


@pytest.fixture
def broken_source(tmp_path: Path) -> Iterator[Store]:
    """A config with one source, which is broken, costs money, and has a gap of two hours and an open one."""
    (tmp_path / "config.toml").write_text(CONFIG)
    store, now = open_store(f"sqlite:///{tmp_path / 'data' / 'sample.db'}"), Clock().now()
    paid = Spend(f"{now:%Y-%m}", 1.5, 20.0)
    status = working_status(
        now - HOUR, "Sample", health=Health.BROKEN, reason="It is down.", spend=paid, since=now - HOUR
    )
    store.save_status(replace(status, next_check=now + HOUR, posts_per_hour=4.2), now)
    store.open_gap("Sample", now - DAY, "It was down.", now)
    store.close_gaps("Sample", now - 22 * HOUR, now)
    store.open_gap("Sample", now - HOUR, "It is down.", now)
    yield store
    store.close()


def run_sources(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(cli, ["sources", "--config", str(folder / "config.toml"), *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_source_is_one_line(broken_source: Store, tmp_path: Path) -> None:
    broken_source.save_status(working_status(NOON, "Old forum"), NOON)
    first, second = run_sources(tmp_path).splitlines()
    name, state, since, last, next_, rate, unread, spent, to_do = first.split("\t")
    assert (name, state, rate, spent) == ("Sample", "Broken", "4.2", "$1.50 of $20")
    assert unread.startswith("3.0 h in 2 gaps, open since ")
    assert to_do.startswith("It is down. The next try is at ")
    assert all((since, last, next_))
    assert second.startswith("Old forum\tnot in the config\t")


def test_sources_as_json(broken_source: Store, tmp_path: Path) -> None:
    (one,) = json.loads(run_sources(tmp_path, "--json"))
    assert (one["source"], one["state"], one["trouble"], one["posts_per_hour"]) == ("Sample", "broken", True, 4.2)
    assert one["gap_hours_7_days"] == pytest.approx(3, abs=0.05)
    assert [gap["until"] is None for gap in one["gaps"]] == [False, True]
    assert one["spend"]["budget_usd"] == 20
