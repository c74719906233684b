"""``wallflower fetch`` while Wallflower is running: it requests a pass, waits for it and reports the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from display.cli import fetch as fetch_command
from display.cli.dependencies import create_database, load_config
from display.cli.fetch_request import CannotFetchNow, posts_since, request_fetch
from display.cli.main import cli
from display.server.startup_checks import single_instance
from monitor.clock import Clock
from monitor.collector import PollingPolicy, timing
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


class AnsweringClock(FakeClock):
    """Runs a step of the running Wallflower at the end of each wait."""

    def __init__(self, step: Callable[[Store], object], store: Store) -> None:
        super().__init__()
        self._step, self._store = step, store

    def wait(self, seconds: float) -> bool:
        stopped = super().wait(seconds)
        self._step(self._store)
        return stopped


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a source that was read once."""
    with closing(open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")) as store:
        store.register_brands([Brand("Acme", "acme", ours=True)], NOON)
        status = SourceStatus("Forum", "feed", Health.WORKING, last_try=NOON, last_success=NOON, next_check=NOON)
        store.save("Forum", [judged("old")], now=NOON, status=status)
        yield store


def test_a_pass_is_requested_and_waited_for(store: Store) -> None:
    steps: list[datetime] = []

    def step(store: Store) -> None:
        steps.append(clock.now())
        requested = store.source_request("Forum").check_requested_at
        if len(steps) == 2 and requested:
            (status,) = store.recorded_statuses()
            store.save_status(timing.pass_started(status, clock.now()), clock.now())
        if len(steps) == 4:
            found = [judged("new"), judged("elsewhere", source="Other")]
            (status,) = store.recorded_statuses()
            after = timing.pass_succeeded(status, Batch(), PollingPolicy(None, timedelta(minutes=10)), clock.now(), 0.5)
            store.save("Other", found[1:], now=clock.now())
            store.save("Forum", found[:1], now=clock.now(), status=after)

    clock = AnsweringClock(step, store)
    clock.advance(60)
    last_change = store.last_change_id()
    after = request_fetch(store, "Forum", clock)
    assert len(steps) == 4
    assert after.last_success == steps[3]
    posts, new, edited = posts_since(store, "Forum", last_change)
    assert ([one.post.text for one in posts], new, edited) == (["new"], 1, 0)
    assert posts[0].findings[0].match.brand == "Acme"


@pytest.mark.parametrize(
    "error", [BadResponse("No."), RateLimited("Wait.", NOON + timedelta(hours=2)), AuthError("No key.")]
)
def test_a_failed_pass_is_returned_too(store: Store, error: SourceError) -> None:
    def step(store: Store) -> None:
        (status,) = store.recorded_statuses()
        started = timing.pass_started(status, clock.now())
        store.save_status(timing.pass_failed(started, error, clock.now(), 0.5), clock.now())

    clock = AnsweringClock(step, store)
    clock.advance(60)
    assert request_fetch(store, "Forum", clock).reason == str(error)


def test_the_wait_has_a_limit_and_a_paused_source_is_not_requested(store: Store) -> None:
    clock = FakeClock()
    clock.advance(60)
    with pytest.raises(CannotFetchNow, match="has not finished within 180 seconds"):
        request_fetch(store, "Forum", clock)
    store.pause_source("Forum", NOON)
    with pytest.raises(CannotFetchNow, match="Resume it"):
        request_fetch(store, "Forum", clock)


def test_the_command_requests_a_pass_and_reports_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    create_database(load_config(tmp_path / "config.toml"))

    def fetch(*options: str) -> Result:
        return CliRunner().invoke(cli, ["fetch", "Forum", "--config", str(tmp_path / "config.toml"), *options])

    def answer(store: Store, name: str, clock: Clock) -> SourceStatus:
        assert store.request_check(name, clock.now())
        (status,) = store.recorded_statuses()
        store.save(name, [judged("Acme news", source=name)], now=clock.now())
        return replace(status, health=Health.WORKING)

    monkeypatch.setenv("A_KEY", "a-made-up-secret-1234")
    assert fetch().exit_code == 0
    monkeypatch.setattr(fetch_command, "request_fetch", answer)
    with single_instance(load_config(tmp_path / "config.toml")):
        result = fetch()
        assert result.exit_code == 0, result.output
        assert "Wallflower is running; asking it" in result.stderr
        assert "«Acme» news" in result.stdout
        assert "Stored: 1 new mention." in result.stdout
        assert "posts returned" not in result.stdout
        assert fetch("--dry-run").exit_code == 0


def test_a_failed_pass_of_the_running_wallflower_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    create_database(load_config(tmp_path / "config.toml"))
    failed = SourceStatus("Forum", "webhook", Health.BROKEN, failures=1, reason="It is down.")
    arguments = ["fetch", "Forum", "--config", str(tmp_path / "config.toml")]
    monkeypatch.setenv("A_KEY", "a-made-up-secret-1234")
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    monkeypatch.setattr(fetch_command, "request_fetch", lambda store, name, clock: failed)
    with single_instance(load_config(tmp_path / "config.toml")):
        result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Forum could not be read.")
    assert "Health: broken. It is down." in result.stdout
