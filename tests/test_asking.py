"""fetch while Wallflower runs: the one that runs is asked, waited for, and what it brought is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from display.cli import fetch as fetching
from display.cli.fetch_request import NotNow, ask, brought
from display.cli.main import cli
from display.cli.wiring import load_config
from display.server.startup_checks import single_instance
from monitor.clock import Clock
from monitor.collector import Pace, timing
from monitor.errors import AuthError, BadResponse, RateLimited, SourceError
from monitor.model import Batch, Brand, Health, SourceStatus
from monitor.store import Store, open_store
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock

CONFIG = """
[wallflower]
data = "data"
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[sources]]
kind = "webhook"
name = "Forum"
secret = "A_KEY"
"""


class Answering(FakeClock):
    """While somebody waits, the Wallflower that runs has its turns: one for each wait, after the first."""

    def __init__(self, turn: Callable[[Store], object], store: Store) -> None:
        super().__init__()
        self._turn, self._store = turn, store

    def wait(self, seconds: float) -> bool:
        stopped = super().wait(seconds)
        self._turn(self._store)
        return stopped


@pytest.fixture
def read_before(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'asked.db'}")) as store:
        store.register_brands([Brand("Acme", "acme", ours=True)], NOON)
        status = SourceStatus("Forum", "feed", Health.WORKING, last_try=NOON, last_success=NOON, next_check=NOON)
        store.save("Forum", [judged("old")], now=NOON, status=status)
        yield store


def test_the_wallflower_that_runs_is_asked_and_waited_for(read_before: Store) -> None:
    turns: list[datetime] = []

    def turn(store: Store) -> None:
        turns.append(clock.now())
        asked = store.source_request("Forum").asked
        if len(turns) == 2 and asked:
            (status,) = store.recorded_statuses()
            store.save_status(timing.pass_started(status, clock.now()), clock.now())
        if len(turns) == 4:
            found = [judged("new"), judged("elsewhere", source="Other")]
            (status,) = store.recorded_statuses()
            after = timing.pass_succeeded(status, Batch(), Pace(None, timedelta(minutes=10)), clock.now(), 0.5)
            store.save("Other", found[1:], now=clock.now())
            store.save("Forum", found[:1], now=clock.now(), status=after)

    clock = Answering(turn, read_before)
    clock.advance(60)
    seen = read_before.last_change_id()
    after = ask(read_before, "Forum", clock)
    assert len(turns) == 4
    assert after.last_success == turns[3]
    posts, new, edited = brought(read_before, "Forum", seen)
    assert ([one.post.text for one in posts], new, edited) == (["new"], 1, 0)
    assert posts[0].findings[0].match.brand == "Acme"


@pytest.mark.parametrize(
    "error", [BadResponse("No."), RateLimited("Wait.", NOON + timedelta(hours=2)), AuthError("No key.")]
)
def test_a_pass_that_fails_is_an_answer_too(read_before: Store, error: SourceError) -> None:
    def turn(store: Store) -> None:
        (status,) = store.recorded_statuses()
        begun = timing.pass_started(status, clock.now())
        store.save_status(timing.pass_failed(begun, error, clock.now(), 0.5), clock.now())

    clock = Answering(turn, read_before)
    clock.advance(60)
    assert ask(read_before, "Forum", clock).reason == str(error)


def test_nobody_waits_for_ever_nor_for_what_is_paused(read_before: Store) -> None:
    clock = FakeClock()
    clock.advance(60)
    with pytest.raises(NotNow, match="has not ended that within 180 seconds"):
        ask(read_before, "Forum", clock)
    read_before.pause_source("Forum", NOON)
    with pytest.raises(NotNow, match="Resume it"):
        ask(read_before, "Forum", clock)


def test_the_command_asks_and_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)

    def fetch(*options: str) -> Result:
        return CliRunner().invoke(cli, ["fetch", "Forum", "--config", str(tmp_path / "config.toml"), *options])

    def answer(store: Store, name: str, clock: Clock) -> SourceStatus:
        assert store.request_check(name, clock.now())
        (status,) = store.recorded_statuses()
        store.save(name, [judged("Acme news", source=name)], now=clock.now())
        return replace(status, health=Health.WORKING)

    monkeypatch.setenv("A_KEY", "a-made-up-secret-1234")
    assert fetch().exit_code == 0
    monkeypatch.setattr(fetching, "ask", answer)
    with single_instance(load_config(tmp_path / "config.toml")):
        result = fetch()
        assert result.exit_code == 0, result.output
        assert "Wallflower is running, so it is asked" in result.stderr
        assert "«Acme» news" in result.stdout
        assert "Stored: 1 new mention." in result.stdout
        assert "posts came" not in result.stdout
        assert fetch("--dry-run").exit_code == 0
