"""A kind whose package is missing does not stop the start: its own source says what to install, the rest is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from display.commands.wiring import load_config
from monitor import sources
from monitor.clock import Clock
from monitor.errors import ConfigError
from monitor.http import Http
from monitor.model import Health
from monitor.scheduler import watch
from tests.fakes import NOON
from tests.test_scheduler import Counting, House

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
    missing = watch(source, sources.load_if_possible("mastodon"), Http(Clock()))
    other = Counting()
    house.start({"Fediverse": missing.source, "Forum": other})
    house.pass_time(3600)
    status = house.status("Fediverse")
    assert (status.health, status.next_check, status.failures) == (Health.BROKEN, None, 1)
    assert "`pip install Mastodon.py`" in status.reason
    assert other.passes == 6
    (gap,) = house.store.gaps(NOON, house.clock.now(), "Fediverse")
    assert gap.until is None


def test_a_kind_that_does_not_exist_is_still_a_problem_of_the_config(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace('"mastodon"', '"mastodont"'))
    with pytest.raises(ConfigError, match=r'there is no such kind\. Did you mean "mastodon"'):
        load_config(tmp_path / "config.toml")
    with pytest.raises(ImportError):
        sources.load_if_possible("mastodont")


def test_an_option_of_another_kind_is_named_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + 'budget = "20 USD / month"\n')
    with pytest.raises(ConfigError, match=r"sources\[0\].budget: this key is not known.*Allowed: .*instances"):
        load_config(tmp_path / "config.toml")
