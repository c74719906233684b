"""From the change log to browsers: nothing lost, nothing doubled, nobody told before they were let in."""

from __future__ import annotations

import base64
import os
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from display.server.live import BURST, HEARTBEAT, MOST_LISTED, PACE, WALL, Arrival, Live, news
from display.server.websocket import MOST_BYTES
from monitor.model import Change, ChangeKind
from monitor.store import Store
from tests.fake_site import Served, app_over, config, judged, read_at
from tests.fakes import NOON, FakeClock

SECONDS = 10.0
"""How long a test waits for what must come at once before it fails."""


class Site:
    """An app whose Live is turned by hand, and its test clients."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        settings = config(folder)
        self.clock = clock
        self.store = Store.open(settings.database)
        self.store.register(settings.brands, clock.now())
        self.app = app_over(settings, self.store, clock)
        self.live: Live = self.app.extensions["live"]
        self.live.follow()

    def save(self, *texts: str) -> None:
        now = self.clock.now()
        self.store.save("Forum", [judged(t, published_at=now) for t in texts], now=now, status=read_at(now))

    def client(self, **auth: Any) -> Any:
        """A connected browser that has been greeted."""
        client = self.app.extensions["socketio"].test_client(self.app, auth=auth or None)
        self.live.turn(0)
        return client


@pytest.fixture
def site(tmp_path: Path, clock: FakeClock) -> Iterator[Site]:
    site = Site(tmp_path, clock)
    yield site
    site.store.close()


def heard(client: Any, event: str) -> list[dict[str, Any]]:
    """The payloads of ``event`` that came since the last look."""
    return [message["args"][0] for message in client.get_received() if message["name"] == event]


def ids(message: dict[str, Any]) -> list[int]:
    return [change["id"] for change in message["changes"]]


def test_a_change_reaches_everyone_with_its_time(site: Site) -> None:
    page, wall = site.client(), site.client(room=WALL)
    heard(page, ""), heard(wall, "")
    site.save("Acme is fine.")
    site.live.turn(0)
    for client in (page, wall):
        (message,) = heard(client, "changes")
        assert message["last_id"] == site.store.last_change()
        assert message["saved_at"] == NOON.timestamp() * 1000
        assert [c["kind"] for c in message["changes"]] == ["saved"]


def test_only_walls_get_the_state(site: Site) -> None:
    page, wall = site.client(), site.client(room=WALL)
    heard(page, ""), heard(wall, "")
    site.save("Acme is fine.")
    site.live.turn(0)
    assert "state" not in heard(page, "changes")[0]
    (message,) = heard(wall, "changes")
    assert message["state"]["voices"][0]["text"] == "Acme is fine."
    assert message["state"]["last_id"] == message["last_id"]


def test_who_comes_back_gets_exactly_what_was_missed(site: Site) -> None:
    site.save("Acme one.", "Acme two.")
    site.live.turn(0)
    known = site.store.last_change()
    site.save("Acme three.", "Acme four.")
    site.live.turn(0)
    client = site.client(last_id=known)
    site.save("Acme five.")
    site.live.turn(0)
    missed, later = heard(client, "changes")
    assert ids(missed) == [known + 1, known + 2]
    assert ids(later) == [known + 3]


def test_who_missed_nothing_hears_only_the_heartbeat(site: Site) -> None:
    site.save("Acme one.")
    site.live.turn(0)
    client = site.client(last_id=site.store.last_change(), version="1")
    assert [m["name"] for m in client.get_received()] == ["heartbeat"]


def test_a_change_between_the_last_turn_and_the_greeting_comes_once(site: Site) -> None:
    site.save("Acme one.")
    site.live.turn(0)
    known = site.store.last_change()
    client = site.app.extensions["socketio"].test_client(site.app, auth={"last_id": known})
    site.save("Acme two.")
    site.live.turn(0)
    site.live.turn(0)
    assert [ids(m) for m in heard(client, "changes")] == [[known + 1]]


def test_another_version_reloads(site: Site) -> None:
    assert heard(site.client(version="0.9"), "reload") == [{"reason": "version"}]
    assert heard(site.client(version="1"), "reload") == []


def test_who_is_older_than_the_log_reloads(site: Site) -> None:
    for n in range(5):
        site.save(f"Acme number {n}.")
    site.store.trim_changes(2)
    site.live.turn(0)
    first = site.store.first_change()
    assert heard(site.client(last_id=first - 2), "reload") == [{"reason": "behind"}]
    assert heard(site.client(last_id=first - 1), "reload") == []


def test_who_knows_changes_of_another_database_reloads(site: Site) -> None:
    assert heard(site.client(last_id=10_000), "reload") == [{"reason": "behind"}]


@pytest.mark.parametrize(
    "auth", [None, "text", 7, [], {"last_id": "1"}, {"last_id": -1}, {"last_id": True}, {"room": []}]
)
def test_nonsense_in_the_greeting_is_nobody_in_particular(auth: object) -> None:
    assert Arrival.of("a", auth) == Arrival("a", 0, "")


def test_the_heartbeat_comes_every_ten_seconds(site: Site) -> None:
    client = site.client()
    heard(client, "heartbeat")
    site.clock.advance(HEARTBEAT - 1)
    site.live.turn(0)
    assert heard(client, "heartbeat") == []
    site.clock.advance(1)
    site.live.turn(0)
    (beat,) = heard(client, "heartbeat")
    assert beat["now"] == site.clock.now().timestamp() * 1000
    assert (beat["last_id"], beat["version"]) == (0, "1")


def test_a_wall_hears_no_heartbeat_without_a_state(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    page, wall = site.client(), site.client(room=WALL)
    heard(page, ""), heard(wall, "")

    def broken(name: str) -> dict[str, Any]:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(site.live._states, "get", broken)
    site.clock.advance(HEARTBEAT)
    with pytest.raises(ZeroDivisionError):
        site.live.turn(0)
    assert len(heard(page, "heartbeat")) == 1
    assert heard(wall, "heartbeat") == []


def test_in_a_burst_walls_get_one_state_a_second_and_pages_every_change(site: Site) -> None:
    page, wall = site.client(), site.client(room=WALL)
    heard(page, ""), heard(wall, "")
    for n in range(20):
        site.save(f"Acme number {n}.")
        site.live.turn(0)
    states = heard(wall, "changes")
    assert len(states) <= BURST + 1
    assert len(heard(page, "changes")) == 20
    site.clock.advance(PACE)
    site.live.turn(0)
    (last,) = heard(wall, "changes")
    assert sorted(i for m in (*states, last) for i in ids(m)) == list(range(1, 21))
    assert last["state"]["last_id"] == 20


def test_a_message_lists_the_newest_and_counts_the_rest() -> None:
    log = [Change(n, ChangeKind.SAVED, n, NOON) for n in range(1, MOST_LISTED + 11)]
    message = news(log)
    assert (message["last_id"], message["omitted"], len(message["changes"])) == (MOST_LISTED + 10, 10, MOST_LISTED)


# Over real connections


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(config(tmp_path)).start()
    yield served
    served.stop()


class Browser:
    """A real Socket.IO client that puts what it hears into queues."""

    def __init__(self, served: Served, **auth: Any) -> None:
        self.changes: queue.Queue[dict[str, Any]] = queue.Queue()
        self.beats: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        self.client.on("changes", self.changes.put)
        self.client.on("heartbeat", self.beats.put)
        self.client.connect(served.url, auth=auth, transports=["websocket"], wait_timeout=SECONDS)

    def __enter__(self) -> Browser:
        self.beats.get(timeout=SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()


def test_a_saved_mention_arrives_over_a_real_connection(served: Served) -> None:
    with Browser(served) as browser:
        served.save(judged())
        assert ids(browser.changes.get(timeout=SECONDS)) == [1]


def test_a_restart_loses_and_doubles_nothing(served: Served) -> None:
    with Browser(served) as browser:
        served.save(judged("Acme one."))
        last_id = browser.changes.get(timeout=SECONDS)["last_id"]
    served.stop()
    store = Store.open(served.config.database)
    store.save("Forum", [judged("Acme two.")], now=served.clock.now())
    store.close()
    served.start()
    with Browser(served, last_id=last_id) as browser:
        served.save(judged("Acme three."))
        assert [ids(browser.changes.get(timeout=SECONDS)) for _ in "ab"] == [[2], [3]]


def test_one_too_many_is_told_so_and_pages_go_on(tmp_path: Path) -> None:
    served = Served(config(tmp_path)).start()
    served.live._most_sockets = 2
    try:
        with Browser(served), Browser(served):
            told: queue.Queue[Any] = queue.Queue()
            third = socketio.Client(reconnection=False)
            third.on("connect_error", told.put)
            with pytest.raises(socketio.exceptions.ConnectionError):
                third.connect(served.url, transports=["websocket"], wait_timeout=SECONDS)
            assert told.get(timeout=SECONDS) == {"message": "full"}
            assert served.app.test_client().get("/wall/state.json").status_code == 200
    finally:
        served.stop()


def handshake(served: Served) -> socket.socket:
    """A raw WebSocket that has been accepted but has greeted nobody."""
    raw = socket.create_connection(("127.0.0.1", int(served.url.rsplit(":", 1)[1])), timeout=SECONDS)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert b" 101 " in raw.recv(4096)
    return raw


def test_connections_beyond_the_spare_ones_are_refused_before_the_handshake(served: Served) -> None:
    served.live._most_sockets = -13
    raws = [handshake(served) for _ in range(3)]
    gate = served.app.wsgi_app
    gate._most_sockets = served.live.most_sockets  # type: ignore[attr-defined]
    refused = socket.create_connection(raws[0].getpeername(), timeout=SECONDS)
    refused.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b" 503 " in refused.recv(4096)
    for raw in (*raws, refused):
        raw.close()


def test_an_endless_message_is_cut_off(served: Served) -> None:
    raw = handshake(served)
    frame = bytes([0x01, 0xFF]) + (1 << 40).to_bytes(8, "big") + b"\0\0\0\0"
    raw.sendall(frame)
    with pytest.raises((ConnectionError, TimeoutError)):
        raw.sendall(b"x" * 64 * MOST_BYTES)
    raw.close()


def test_long_polling_is_refused(served: Served) -> None:
    assert served.app.test_client().get("/socket.io/?EIO=4&transport=polling").status_code == 400


def test_an_evil_origin_gets_no_socket(served: Served) -> None:
    client = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            served.url, transports=["websocket"], headers={"Origin": "https://evil.example"}, wait_timeout=SECONDS
        )


def test_stopping_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    served = Served(config(tmp_path)).start()
    browser = Browser(served)
    served.stop()
    browser.client.disconnect()
    left = [t for t in set(threading.enumerate()) - before if not t.daemon]
    assert left == []
