"""The notifications of a running program: one step does everything, and no error ends the thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.model.notifications import ChannelKind, NewChannel, NewSubscription
from monitor.notifications.alert_watch import AlertSources
from monitor.notifications.service import Notifications
from monitor.notifications.vault import Vault
from monitor.store import Store, open_store
from tests.fake_server import Server, http_for, serving
from tests.fake_store import BRANDS, judged
from tests.fakes import FakeClock
from tests.notification_setup import LONDON

EVERYTHING = 1
"""A view that every database has."""


class StoppingClock(FakeClock):
    """Stops itself after a few waits."""

    waits = 3

    def wait(self, seconds: float) -> bool:
        self.waits -= 1
        if self.waits <= 0:
            self.stop()
        return super().wait(seconds)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        yield store


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def notifications(store: Store, server: Server, folder: Path, clock: FakeClock) -> Notifications:
    """With a channel, through which the view Everything notifies."""
    store.register_brands(BRANDS, clock.now())
    vault = Vault(folder / "channels.key")
    sealed = vault.seal({"url": f"{server.url}/hook", "secret": "s"})
    channel = store.notifications.add_channel(NewChannel("CRM", ChannelKind.WEBHOOK, "", sealed), clock.now())
    store.notifications.add_subscription(NewSubscription(EVERYTHING, None, channel.id), clock.now())
    sources = AlertSources(list)
    http = http_for(server, clock=clock)
    return Notifications(store, clock, vault, sources, BRANDS, LONDON, "https://old.example", http=http)


def test_a_step_matches_decides_and_sends(store: Store, server: Server, tmp_path: Path) -> None:
    clock = FakeClock()
    running = notifications(store, server, tmp_path, clock)
    running.use(BRANDS, LONDON, "https://new.example", [server.host])
    running.step()
    store.save("Forum", [judged()], now=clock.now())
    clock.advance(3)
    assert not running.step()
    running.sender.wait(10)
    (request,) = server.requests
    assert json.loads(request.body)["link"].startswith("https://new.example/mentions/")


def test_the_thread_survives_a_bug_and_reports_it_once(
    store: Store, server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = StoppingClock()
    running = notifications(store, server, tmp_path, clock)

    def broken(now: Any) -> bool:
        raise ZeroDivisionError

    running.flow.step = broken  # type: ignore[method-assign]
    assert not running.alive()
    running.start()
    running.stop(10)
    assert clock.waits <= 0
    assert caplog.text.count("a bug in Wallflower: ZeroDivisionError()") == 1
