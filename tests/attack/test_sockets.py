"""Sockets: nobody receives anything before signing in, or after a session has ended."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio

from display.access import tokens
from monitor.model.people import Role
from monitor.store import open_store
from tests.access_setup import PASSWORD, add_people
from tests.fake_site import RunningApp, config, judged
from tests.fakes import FakeClock

TIMEOUT_SECONDS = 20
HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{cookie}\r\n"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    served = RunningApp(config(tmp_path)).start()
    add_people(served.store, FakeClock(served.clock.now()))
    yield served
    served.stop()


class Browser:
    """A client of the live updates that collects what it receives."""

    def __init__(self, served: RunningApp, name: str = "", *, cookie: str = "", room: str = "pages") -> None:
        self.served, self.messages = served, queue.SimpleQueue[tuple[str, Any]]()
        self.session = requests.Session()
        if name:
            answer = self.session.post(f"{served.url}/login", data={"name": name, "password": PASSWORD})
            assert answer.ok, answer.text
            cookie = f"wallflower_session={self.session.cookies['wallflower_session']}"
        self.cookie, self.room = cookie, room
        self.client = socketio.Client(reconnection=False)
        for event in ("changes", "heartbeat", "reload"):
            self.client.on(event, lambda data, event=event: self.messages.put((event, data)))
        self.client.on("disconnect", lambda *_: self.messages.put(("disconnect", None)))

    def connect(self) -> None:
        """Open the socket and wait until it receives."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        self.client.connect(
            self.served.url, headers=headers, auth={"room": self.room}, transports=["websocket"],
            wait_timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
        assert self.messages.get(timeout=TIMEOUT_SECONDS)[0] == "heartbeat"

    def until(self, event: str) -> Any:
        """The payload of the next ``event``."""
        while True:
            name, data = self.messages.get(timeout=TIMEOUT_SECONDS)
            if name == event:
                return data

    def received(self) -> list[str]:
        """The names of the events received and not yet taken."""
        return [self.messages.get()[0] for _ in range(self.messages.qsize())]


def handshake_status(served: RunningApp, cookie: str = "") -> bytes:
    """The status line of the answer to a WebSocket handshake."""
    host = served.url.removeprefix("http://")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=TIMEOUT_SECONDS) as connection:
        line = f"Cookie: {cookie}\r\n" if cookie else ""
        connection.sendall(HANDSHAKE.format(host=host, cookie=line).encode())
        return connection.recv(1000).partition(b"\r\n")[0]


@pytest.mark.parametrize("cookie", ["", "wallflower_session=" + "a" * 43, "wallflower_wall=x", "wallflower_session="])
def test_a_stranger_is_refused_before_the_handshake(served: RunningApp, cookie: str) -> None:
    assert handshake_status(served, cookie) == b"HTTP/1.1 401 Unauthorized"
    assert served.live.connections() == 0
    with pytest.raises(socketio.exceptions.ConnectionError):
        Browser(served, cookie=cookie).connect()


@pytest.mark.parametrize("change", ["signed out", "password", "role", "removed"])
def test_a_socket_ends_with_its_session_also_when_another_process_ends_it(served: RunningApp, change: str) -> None:
    dana, priya = Browser(served, "dana"), Browser(served, "priya")
    dana.connect()
    priya.connect()
    other = open_store(served.config.database_url)  # as the command line opens it
    account, now = other.people.account("dana"), served.clock.now()
    assert account is not None
    if change == "signed out":
        assert dana.session.post(f"{served.url}/logout").ok
    elif change == "password":
        other.people.set_password(account.id, "hash", now, "command line")
    elif change == "role":
        other.people.set_role(account.id, Role.VIEWER, now, "command line")
    else:
        other.people.remove_account(account.id, now, "command line")
    other.close()
    assert dana.until("reload") == {"reason": "access"}
    dana.until("disconnect")
    served.save(judged("Acme is late."))
    priya.until("changes")
    assert "changes" not in dana.received()
    with pytest.raises(socketio.exceptions.ConnectionError):
        dana.connect()
    priya.client.disconnect()


def test_a_wall_receives_only_walls_and_ends_when_it_is_unpaired(served: RunningApp) -> None:
    token = tokens.new_token()
    hashed = tokens.token_hash(token)
    assert hashed is not None
    people, now = served.store.people, served.clock.now()
    wall = people.add_wall("CEO desk", "", hashed, now, "priya")
    with pytest.raises(socketio.exceptions.ConnectionError):
        Browser(served, cookie=f"wallflower_wall={token}").connect()
    screen = Browser(served, cookie=f"wallflower_wall={token}", room="wall")
    screen.connect()
    people.remove_wall(wall.id, now, "priya")
    assert screen.until("reload") == {"reason": "access"}
    screen.until("disconnect")


def test_the_sockets_of_this_machine_end_when_there_is_an_account(tmp_path: Path) -> None:
    served = RunningApp(config(tmp_path)).start()
    try:
        local = Browser(served)
        local.connect()
        add_people(served.store, FakeClock(served.clock.now()))
        local.until("reload")
        local.until("disconnect")
    finally:
        served.stop()
