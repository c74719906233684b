"""A source that cannot be read as it is set up does not stop the start: it says what to do, and the rest is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from display.cli.main import cli
from display.cli.wiring import load_config
from monitor import sources
from monitor.analysis.staleness import is_stale
from monitor.clock import Clock
from monitor.collector import ConfiguredSource
from monitor.collector.scheduler import watch
from monitor.errors import ConfigError
from monitor.http import Http
from monitor.model import Batch, Health
from tests.fakes import NOON
from tests.test_scheduler import TEN, Counting, House

CONFIG = """
[[brands]]
name = "Acme"
rule = "acme"
ours = true

[[sources]]
kind = "mastodon"
name = "Fediverse"
instances = ["social.example"]
hashtags = ["acme"]
"""


@pytest.fixture
def without_mastodon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python as it is where Mastodon.py was not installed."""
    monkeypatch.setitem(sys.modules, "mastodon", None)
    for name in [name for name in sys.modules if name.startswith("monitor.sources.") and "mastodon" in name]:
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr(sources, name.rpartition(".")[2], raising=False)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "wallflower.db")
    yield made
    if made.scheduler:
        made.scheduler.stop()
    made.store.close()


@pytest.mark.usefixtures("without_mastodon")
def test_its_source_says_what_to_install_and_the_rest_is_read(house: House, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (source,) = load_config(tmp_path / "config.toml").sources
    missing = watch(source, Http(Clock()))
    other = Counting()
    house.start({"Fediverse": missing.source, "Forum": other})
    house.pass_time(3600)
    status = house.status("Fediverse")
    assert (status.health, status.next_check, status.failures) == (Health.BROKEN, None, 1)
    assert "`pip install Mastodon.py`" in status.reason
    assert other.passes == 6
    (gap,) = house.store.gaps(NOON, house.clock.now(), "Fediverse")
    assert gap.until is None


@pytest.mark.usefixtures("without_mastodon")
def test_check_tells_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    result = CliRunner().invoke(cli, ["check", "--config", str(tmp_path / "config.toml")])
    assert result.exit_code == 0
    assert "Packages that are not here:\n  Fediverse: The Python package Mastodon.py" in result.stdout


def test_where_all_is_installed_check_says_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    assert "Packages" not in CliRunner().invoke(cli, ["check", "--config", str(tmp_path / "config.toml")]).stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'kind = "mastodon"\nname = "Fediverse"\ninstances = ["social.example"]\nhashtags = ["acme"]',
            'kind = "x"\nname = "Fediverse"',
            '`budget`: is missing. Write it like budget = "20 USD / month".',
        ),
        ('"mastodon"', '"mastodont"', '`kind`: found "mastodont"; there is no such kind. Did you mean "mastodon"?'),
        ("hashtags", "subreddits", "`subreddits`: this is an option of reddit, not of mastodon."),
        ("hashtags", "budget", "`budget`: this is an option of x, not of mastodon."),
        ('["social.example"]', '["not a host"]', "`instances"),
        ("hashtags = [", "search = true\nhashtags = [", "Of its keys, allowed is one with token ="),
    ],
)
def test_a_slip_in_the_table_of_a_source_is_its_status(
    house: House, tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace(old, new))
    (source,) = load_config(tmp_path / "config.toml").sources
    other = Counting()
    house.take([watch(source, Http(Clock())), ConfiguredSource("Forum", "feed", other, TEN)])
    house.pass_time(3600)
    status = house.status("Fediverse")
    assert (status.health, status.next_check) == (Health.BROKEN, None)
    assert said in status.reason
    assert is_stale(status, NOON + timedelta(seconds=1), NOON)
    assert other.passes == 6
    (gap,) = house.store.gaps(NOON, house.clock.now(), "Fediverse")
    assert (gap.since, gap.until) == (NOON, None)


def test_a_slip_in_the_kind_costs_neither_the_cursor_nor_what_is_known_of_the_source(
    house: House, tmp_path: Path
) -> None:
    read = Counting(lambda n: Batch(cursor={"at": 7}))
    house.start({"Fediverse": read}, kind="mastodon")
    house.pass_time(60)
    last = house.status("Fediverse").last_success
    house.restart()
    (tmp_path / "config.toml").write_text(CONFIG.replace('"mastodon"', '"mastodont"'))
    house.take([watch(load_config(tmp_path / "config.toml").sources[0], Http(Clock()))])
    house.pass_time(3600)
    status = house.status("Fediverse")
    assert (status.kind, status.health, status.last_success) == ("mastodon", Health.BROKEN, last)
    house.restart()
    house.start({"Fediverse": read}, kind="mastodon")
    house.pass_time(60)
    assert read.cursors[-1] == {"at": 7}
    assert house.status("Fediverse").health is Health.WORKING
    (gap,) = house.store.gaps(NOON, house.clock.now(), "Fediverse")
    assert gap.until is not None


def test_every_slip_is_a_problem_of_the_config(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace('"mastodon"', '"mastodont"'))
    with pytest.raises(ConfigError, match=r'there is no such kind\. Did you mean "mastodon"'):
        load_config(tmp_path / "config.toml").check()
    with pytest.raises(ImportError):
        sources.load_or_placeholder("mastodont")
    (tmp_path / "config.toml").write_text(CONFIG + 'budget = "20 USD / month"\n')
    with pytest.raises(ConfigError, match=r"sources\[0\].budget: this is an option of x.*Allowed: .*instances"):
        load_config(tmp_path / "config.toml").check()
