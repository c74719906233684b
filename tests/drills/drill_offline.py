"""Screens without a network for ten minutes, while posts arrive and the server restarts; and a worker that hangs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from bench._soak_live import LiveConnection
from display.cli.dependencies import load_config
from tests.attack.running_server import RunningServer
from tests.browser.conftest import browser, context, page, page_errors  # noqa: F401 - fixtures
from tests.fake_store import raw_connection
from tests.senders import POSTS_PER_DELIVERY, Sender

OFFLINE_SECONDS = 600.0
PAUSE_SECONDS = 20.0
"""Between two deliveries."""
BACK_WITHIN_SECONDS = 60.0
HANGING_WITHIN_SECONDS = 90.0
"""A worker has not answered for 30 s before it is ended; the rest is its end and the start of the next one."""


class Network:
    """A relay on loopback to the server at ``port``, which can be cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._connections: set[socket.socket] = set()
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection, and every new one at once."""
        self._is_cut = True
        for connection in self._connections.copy():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self._is_cut:
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                pair = {client, server}
                self._connections |= pair
                back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
                back.start()
                self._copy(client, server)
                back.join()
                self._connections -= pair

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path)
    yield running.start()
    running.stop()


@pytest.fixture
def network(server: RunningServer) -> Iterator[Network]:
    relay = Network(server.port)
    yield relay
    relay.close()


def deliver(server: RunningServer, name: str) -> int:
    """Deliver some posts; return how many."""
    sender = Sender(server, "Forum", name, threading.Event())
    sender.deliver_once(0)
    assert len(sender.acknowledged) == POSTS_PER_DELIVERY, (sender.statuses, server.output()[-2000:])
    return POSTS_PER_DELIVERY


def test_ten_minutes_without_a_network_and_a_restart(server, network, page, page_errors) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    url = f"http://127.0.0.1:{network.port}"
    live = LiveConnection(room="pages")
    live.connect(url, requests.Session())
    posts = deliver(server, "before")
    page.goto(f"{url}/wall")
    expect(page.locator("h1")).to_contain_text(f"{posts} mentions in the last hour")
    page.evaluate("window.same = true")
    network.cut()
    start, is_restarted = time.monotonic(), False
    while (offline := time.monotonic() - start) < OFFLINE_SECONDS:
        posts += deliver(server, f"after {offline:.0f} s")
        if offline > OFFLINE_SECONDS / 2 and not is_restarted:
            is_restarted = True
            server.stop()
            server.start()
        page.wait_for_timeout(PAUSE_SECONDS * 1000)
    expect(page.locator("h1")).to_contain_text("Not live")
    print(f"the wall says {page.locator('h1').text_content()!r}")
    network.mend()
    mended = time.monotonic()
    expect(page.locator("h1")).to_contain_text(f"{posts} mentions in the last hour", timeout=BACK_WITHIN_SECONDS * 1000)
    print(f"the wall was current {time.monotonic() - mended:.1f} s after the network was back")
    assert page.evaluate("window.same"), "the page has not reloaded"
    with contextlib.closing(raw_connection(load_config(server.config).database)) as db:
        newest = db.execute("SELECT max(id) FROM change").fetchone()[0]
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(newest))
    assert [error for error in page_errors if "WebSocket connection" not in error] == []
    live.connect(url, requests.Session())
    server.until(lambda: len(live.received) + live.omitted >= posts)
    assert (live.lost, live.doubled, live.reloads) == (0, [], [])
    live.disconnect()


def test_a_worker_that_hangs_is_replaced(server: RunningServer) -> None:
    worker, posts = server.worker(), deliver(server, "before")
    worker.suspend()
    start = time.monotonic()
    while worker.is_running() and time.monotonic() - start < HANGING_WITHIN_SECONDS:
        time.sleep(0.5)
    assert not worker.is_running()
    server.until(lambda: server.answers())
    print(f"a worker that hung was replaced after {time.monotonic() - start:.0f} s")
    posts += deliver(server, "after")
    assert f"{posts} mention" in server.request("/mentions?range=all")[1].decode()
