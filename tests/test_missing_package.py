"""A source that cannot be read as configured does not prevent a start: it reports what to do, and the rest is read."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from display.cli.dependencies import load_config
from display.cli.main import cli
from monitor import sources
from monitor.analysis.staleness import is_stale
from monitor.clock import Clock
from monitor.collector import ConfiguredSource
from monitor.collector.scheduler import configured_source
from monitor.errors import ConfigError
from monitor.http import Http
from monitor.model import Batch, Health
from tests.fake_sources import CountingSource
from tests.fakes import NOON
from tests.scheduler_setup import EVERY_TEN_MINUTES, SchedulerRun

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
    """Python without the package Mastodon.py."""
    monkeypatch.setitem(sys.modules, "mastodon", None)
    for name in [name for name in sys.modules if name.startswith("monitor.sources.") and "mastodon" in name]:
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr(sources, name.rpartition(".")[2], raising=False)


@pytest.mark.usefixtures("without_mastodon")
def test_the_source_reports_what_to_install_and_the_rest_is_read(scheduler_run: SchedulerRun, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (source,) = load_config(tmp_path / "config.toml").sources
    missing = configured_source(source, Http(Clock()))
    other = CountingSource()
    scheduler_run.start({"Fediverse": missing.source, "Forum": other})
    scheduler_run.advance(3600)
    status = scheduler_run.status("Fediverse")
    assert (status.health, status.next_check, status.failures) == (Health.BROKEN, None, 1)
    assert "`pip install Mastodon.py`" in status.reason
    assert other.passes == 6
    (gap,) = scheduler_run.store.gaps(NOON, scheduler_run.clock.now(), "Fediverse")
    assert gap.until is None


@pytest.mark.usefixtures("without_mastodon")
def test_check_reports_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    result = CliRunner().invoke(cli, ["check", "--config", str(tmp_path / "config.toml")])
    assert result.exit_code == 0
    assert "Missing packages:\n  Fediverse: The Python package Mastodon.py" in result.stdout


def test_check_lists_no_packages_if_all_are_installed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    assert "Packages" not in CliRunner().invoke(cli, ["check", "--config", str(tmp_path / "config.toml")]).stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'kind = "mastodon"\nname = "Fediverse"\ninstances = ["social.example"]\nhashtags = ["acme"]',
            'kind = "x"\nname = "Fediverse"',
            '`budget`: this key is required. Example: budget = "20 USD / month".',
        ),
        ('"mastodon"', '"mastodont"', '`kind`: there is no kind "mastodont". Did you mean "mastodon"?'),
        ("hashtags", "subreddits", "`subreddits`: this is an option of reddit, not of mastodon."),
        ("hashtags", "budget", "`budget`: this is an option of x, not of mastodon."),
        ('["social.example"]', '["not a host"]', "`instances"),
        ("hashtags = [", "search = true\nhashtags = [", "Its table: expected one with token ="),
    ],
)
def test_a_mistake_in_the_table_of_a_source_becomes_its_status(
    scheduler_run: SchedulerRun, tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace(old, new))
    (source,) = load_config(tmp_path / "config.toml").sources
    other = CountingSource()
    scheduler_run.start_configured(
        [configured_source(source, Http(Clock())), ConfiguredSource("Forum", "feed", other, EVERY_TEN_MINUTES)]
    )
    scheduler_run.advance(3600)
    status = scheduler_run.status("Fediverse")
    assert (status.health, status.next_check) == (Health.BROKEN, None)
    assert said in status.reason
    assert is_stale(status, NOON + timedelta(seconds=1), NOON)
    assert other.passes == 6
    (gap,) = scheduler_run.store.gaps(NOON, scheduler_run.clock.now(), "Fediverse")
    assert (gap.since, gap.until) == (NOON, None)


def test_a_typo_in_the_kind_keeps_the_cursor_and_the_status(scheduler_run: SchedulerRun, tmp_path: Path) -> None:
    read = CountingSource(lambda n: Batch(cursor={"at": 7}))
    scheduler_run.start({"Fediverse": read}, kind="mastodon")
    scheduler_run.advance(60)
    last = scheduler_run.status("Fediverse").last_success
    scheduler_run.stop()
    (tmp_path / "config.toml").write_text(CONFIG.replace('"mastodon"', '"mastodont"'))
    scheduler_run.start_configured([configured_source(load_config(tmp_path / "config.toml").sources[0], Http(Clock()))])
    scheduler_run.advance(3600)
    status = scheduler_run.status("Fediverse")
    assert (status.kind, status.health, status.last_success) == ("mastodon", Health.BROKEN, last)
    scheduler_run.stop()
    scheduler_run.start({"Fediverse": read}, kind="mastodon")
    scheduler_run.advance(60)
    assert read.cursors[-1] == {"at": 7}
    assert scheduler_run.status("Fediverse").health is Health.WORKING
    (gap,) = scheduler_run.store.gaps(NOON, scheduler_run.clock.now(), "Fediverse")
    assert gap.until is not None


def test_every_mistake_is_a_problem_of_the_config(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace('"mastodon"', '"mastodont"'))
    with pytest.raises(ConfigError, match=r'there is no kind "mastodont"\. Did you mean "mastodon"'):
        load_config(tmp_path / "config.toml").check()
    with pytest.raises(ImportError):
        sources.load_or_placeholder("mastodont")
    (tmp_path / "config.toml").write_text(CONFIG + 'budget = "20 USD / month"\n')
    with pytest.raises(ConfigError, match=r"sources\[0\].budget: this is an option of x.*Allowed: .*instances"):
        load_config(tmp_path / "config.toml").check()
