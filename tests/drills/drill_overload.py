"""Ten times what can be stored arrives by webhook, while walls do not read: memory stays flat, and nothing is lost."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bench._soak_live import LiveConnection
from display.cli.dependencies import load_config
from display.server.capacity import DELIVERIES, THREADS
from monitor.model import MentionFilter
from monitor.store import open_store
from tests.attack.running_server import RunningServer
from tests.config_text import config_text, feed, webhook
from tests.run_process import served_feed
from tests.senders import Sender, sending

CALM_SECONDS, OVERLOAD_SECONDS, RECOVERY_SECONDS = 10.0, 90.0, 60.0
SENDERS = 10 * THREADS[DELIVERIES]
"""Ten times the deliveries that are handled at once. Each sends as fast as it is answered, also after a refusal."""
STALLED_WALLS = 20
MAX_PAGE_SECONDS = 10.0
MAX_GROWTH_MB = 120.0
"""Between the first third of the overload and its end. Unbounded queues would take gigabytes."""
HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CONNECT = '40{"room": "wall", "last_id": 0}'


def stalled_wall(server: RunningServer) -> socket.socket:
    """A wall that connects and then reads nothing."""
    client = server.connected(HANDSHAKE.format(port=server.port).encode(), receive_buffer=2048)
    assert b" 101 " in client.recv(1024)
    payload = CONNECT.encode()
    client.sendall(bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
    return client


@pytest.fixture
def site() -> Iterator[Any]:
    with served_feed() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, site: Any) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path)
    forum = feed("Forum", f"http://127.0.0.1:{site.server_port}/feed.xml")
    running.config.write_text(
        config_text(running.port, forum, webhook("Hook", "FORUM_SECRET"), site=site.server_port), encoding="utf-8"
    )
    yield running.start()
    running.stop()


class Measures:
    """What is seen of the server while it is overloaded."""

    def __init__(self, server: RunningServer) -> None:
        self._server, self._worker = server, server.worker()
        self.memory: list[float] = []
        self.pages: list[float] = []
        self.threads: list[int] = []

    def take(self) -> None:
        started = time.monotonic()
        assert self._server.status("/mentions") == 200
        assert self._server.status("/healthz") == 200
        self.pages.append(time.monotonic() - started)
        self.memory.append(self._worker.memory_info().rss / 2**20)
        self.threads.append(self._worker.num_threads())

    def growth(self) -> float:
        third = len(self.memory) // 3
        return max(self.memory[-third:]) - max(self.memory[:third])


def overload(server: RunningServer, measures: Measures, wall: LiveConnection, site: Any) -> list[Sender]:
    """Let ten senders deliver, with walls that do not read."""
    with contextlib.ExitStack() as stack, sending(server, "Hook", SENDERS, "many") as senders:
        for _ in range(STALLED_WALLS):
            stack.enter_context(stalled_wall(server))
        end, fetched = time.monotonic() + OVERLOAD_SECONDS, len(site.paths)
        while time.monotonic() < end:
            measures.take()
            time.sleep(1)
        assert wall.connected, wall.ends
        assert len(site.paths) > fetched + OVERLOAD_SECONDS / 10, "the feed is still read"
    return senders


def test_ten_times_overload_and_stalled_walls(server: RunningServer, site: Any) -> None:
    url = f"http://127.0.0.1:{server.port}"
    wall = LiveConnection(room="wall")
    wall.connect(url, requests.Session())
    with sending(server, "Hook", 1, "calm") as calm:
        time.sleep(CALM_SECONDS)
    worker, measures = server.worker().pid, Measures(server)
    many = overload(server, measures, wall, site)
    acknowledged = [one for sender in (*calm, *many) for one in sender.acknowledged]
    statuses = sum((sender.statuses for sender in many), Counter[int]())
    per_second = len(calm[0].acknowledged) / CALM_SECONDS, sum(len(s.acknowledged) for s in many) / OVERLOAD_SECONDS
    print(f"stored per second: {per_second[0]:.0f} calm, {per_second[1]:.0f} overloaded; deliveries {dict(statuses)}")
    print(f"memory: {[round(one) for one in measures.memory[::10]]} MB; growth {measures.growth():.0f} MB")
    print(f"threads at most {max(measures.threads)}; two pages at most {max(measures.pages):.1f} s")
    assert server.worker().pid == worker
    assert statuses[503] > statuses[202], "it was not overloaded"
    assert measures.growth() < MAX_GROWTH_MB
    assert max(measures.pages) < MAX_PAGE_SECONDS
    recovered(server, wall, acknowledged)


def recovered(server: RunningServer, wall: LiveConnection, acknowledged: list[str]) -> None:
    """Assert that soon after the overload everything that was acknowledged is stored once and was sent to walls."""
    assert json.loads(server.request("/readyz")[1])["ready"]
    store = open_store(load_config(server.config).database_url)
    with contextlib.closing(store):
        end = time.monotonic() + RECOVERY_SECONDS
        while wall.last_id < store.last_change_id() and time.monotonic() < end:
            time.sleep(0.5)
        assert wall.last_id == store.last_change_id()
        stored = Counter(mention.post.external_id for mention in store.export(MentionFilter()))
    assert (wall.lost, wall.ends) == (0, [])
    assert {one for one in acknowledged if stored[one] != 1} == set()
    assert max(stored.values()) == 1
    assert "Traceback" not in server.output()
    wall.disconnect()
