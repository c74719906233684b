"""The pings of all connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import engineio
import pytest
from engineio.packet import PING
from engineio.socket import Socket

from display.server import patches
from display.server.pings import PingScheduler

PING_INTERVAL_SECONDS, TIMEOUT_SECONDS = 0.0, 20.0


@pytest.fixture
def server() -> Iterator[Any]:
    """An engineio server that pings its connections without delay."""
    server, pings = engineio.Server(async_mode="threading", ping_interval=PING_INTERVAL_SECONDS), PingScheduler()
    patches.schedule_pings(server, pings)
    yield server
    pings.stop()


def connection_to(server: Any) -> Any:
    """A connection whose ping is scheduled."""
    connection = Socket(server, "1")
    connection.schedule_ping()
    return connection


def test_one_thread_pings_every_connection(server: Any) -> None:
    before = threading.active_count()
    connections = [connection_to(server) for _ in range(50)]
    assert threading.active_count() <= before + 1
    assert {c.queue.get(timeout=TIMEOUT_SECONDS).packet_type for c in connections} == {PING}


def test_a_closed_or_failing_connection_does_not_delay_the_others(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.ping_interval = 0.05
    closed, broken, open_one = (connection_to(server) for _ in range(3))
    closed.closed = True
    monkeypatch.setattr(broken, "send", None)
    assert open_one.queue.get(timeout=TIMEOUT_SECONDS).packet_type == PING
    assert closed.queue.empty()
    open_one.schedule_ping()
    assert open_one.queue.get(timeout=TIMEOUT_SECONDS).packet_type == PING


def test_other_background_tasks_of_engineio_keep_their_threads(server: Any) -> None:
    done = threading.Event()
    server.start_background_task(done.set)
    assert done.wait(TIMEOUT_SECONDS)
