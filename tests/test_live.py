"""Live updates from the change log to browsers: no change is lost or sent twice."""

from __future__ import annotations

import base64
import itertools
import os
import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import socketio

from display.app import prepare_config
from display.server.live import (
    BURST_CHANGES,
    HEARTBEAT_SECONDS,
    MAX_LISTED_CHANGES,
    MAX_MISSED_CHANGES,
    MAX_PAUSE_SECONDS,
    MIN_PAUSE_SECONDS,
    Live,
    changes_payload,
)
from display.server.new_client import WALL_ROOM, NewClient
from display.server.websocket import MAX_MESSAGE_BYTES
from monitor.config.walls import Wall
from monitor.model import Change, ChangeKind, FaultKind, StoreFault, StoreHealth
from monitor.store import open_store
from tests.fake_site import RunningApp, app_for, config, judged, working_status
from tests.fakes import NOON, FakeClock

TIMEOUT_SECONDS = 10.0
"""How long a test waits for a message before it fails."""


class LiveApp:
    """An app with a Live that the test steps, and its test clients."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        settings = config(folder)
        self.clock = clock
        self.store = open_store(settings.database_url)
        self.store.register_brands(settings.brands, clock.now())
        self.flask = app_for(settings, self.store, clock)
        self.live: Live = self.flask.extensions["live"]
        self.live.follow()

    def save(self, *texts: str) -> None:
        now = self.clock.now()
        self.store.save("Forum", [judged(t, published_at=now) for t in texts], now=now, status=working_status(now))

    def client(self, **auth: Any) -> Any:
        """A browser that is connected and up to date."""
        client = self.flask.extensions["socketio"].test_client(self.flask, auth=auth or None)
        self.live.step(0)
        return client


@pytest.fixture
def app(tmp_path: Path, clock: FakeClock) -> Iterator[LiveApp]:
    app = LiveApp(tmp_path, clock)
    yield app
    app.store.close()


def received(client: Any, event: str) -> list[dict[str, Any]]:
    """The payloads of ``event`` received since the last call, which discards all other events."""
    return [message["args"][0] for message in client.get_received() if message["name"] == event]


def ids(message: dict[str, Any]) -> list[int]:
    return [change["id"] for change in message["changes"]]


def test_a_change_reaches_every_client_with_its_time(app: LiveApp) -> None:
    page, wall = app.client(), app.client(room=WALL_ROOM)
    received(page, ""), received(wall, "")
    app.save("Acme is fine.")
    app.live.step(0)
    for client in (page, wall):
        (message,) = received(client, "changes")
        assert message["last_id"] == app.store.last_change_id()
        assert message["saved_at"] == NOON.timestamp() * 1000
        assert [c["kind"] for c in message["changes"]] == ["saved"]


def test_only_walls_receive_the_state(app: LiveApp) -> None:
    page, wall = app.client(), app.client(room=WALL_ROOM)
    received(page, ""), received(wall, "")
    app.save("Acme is fine.")
    app.live.step(0)
    assert "state" not in received(page, "changes")[0]
    (message,) = received(wall, "changes")
    assert message["state"]["voices"][0]["text"] == "Acme is fine."
    assert message["state"]["last_id"] == message["last_id"]


def test_a_returning_client_receives_exactly_what_it_missed(app: LiveApp) -> None:
    app.save("Acme one.", "Acme two.")
    app.live.step(0)
    known = app.store.last_change_id()
    app.save("Acme three.", "Acme four.")
    app.live.step(0)
    client = app.client(last_id=known)
    app.save("Acme five.")
    app.live.step(0)
    missed, later = received(client, "changes")
    assert ids(missed) == [known + 1, known + 2]
    assert ids(later) == [known + 3]


def test_a_client_that_missed_nothing_receives_only_a_heartbeat(app: LiveApp) -> None:
    app.save("Acme one.")
    app.live.step(0)
    client = app.client(last_id=app.store.last_change_id(), version="1")
    assert [m["name"] for m in client.get_received()] == ["heartbeat"]


def test_a_change_between_connecting_and_welcome_is_sent_once(app: LiveApp) -> None:
    app.save("Acme one.")
    app.live.step(0)
    known = app.store.last_change_id()
    client = app.flask.extensions["socketio"].test_client(app.flask, auth={"last_id": known})
    app.save("Acme two.")
    app.live.step(0)
    app.live.step(0)
    assert [ids(m) for m in received(client, "changes")] == [[known + 1]]


def test_a_change_saved_after_the_last_step_is_not_sent_twice(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.save("Acme one.")
    app.save("Acme two.")
    app.live.step(0)
    app.save("Acme three.")
    with monkeypatch.context() as before_the_tail_sees_it:
        before_the_tail_sees_it.setattr(app.live._tail, "wait", lambda seconds: [])
        client = app.client(last_id=1)
    app.live.step(0)
    assert [ids(m) for m in received(client, "changes")] == [[2], [3]]


def test_a_page_of_another_version_reloads(app: LiveApp) -> None:
    assert received(app.client(version="0.9"), "reload") == [{"reason": "version"}]
    assert received(app.client(version="1"), "reload") == []


def test_a_client_older_than_the_log_reloads(app: LiveApp) -> None:
    for n in range(5):
        app.save(f"Acme number {n}.")
    app.store.trim_changes(2)
    app.live.step(0)
    first = app.store.first_change_id()
    assert received(app.client(last_id=first - 2), "reload") == [{"reason": "behind"}]
    assert received(app.client(last_id=first - 1), "reload") == []


def test_a_client_that_knows_changes_of_another_database_reloads(app: LiveApp) -> None:
    assert received(app.client(last_id=10_000), "reload") == [{"reason": "behind"}]


@pytest.mark.parametrize(
    "auth", [None, "text", 7, [], {"last_id": "1"}, {"last_id": -1}, {"last_id": True}, {"room": []}]
)
def test_invalid_auth_counts_as_missing(auth: object) -> None:
    assert NewClient.from_auth("a", auth) == NewClient("a", 0, "")


def test_a_heartbeat_is_sent_every_ten_seconds(app: LiveApp) -> None:
    client = app.client()
    received(client, "heartbeat")
    app.clock.advance(HEARTBEAT_SECONDS - 1)
    app.live.step(0)
    assert received(client, "heartbeat") == []
    app.clock.advance(1)
    app.live.step(0)
    (beat,) = received(client, "heartbeat")
    assert beat["now"] == app.clock.now().timestamp() * 1000
    assert (beat["last_id"], beat["version"]) == (0, "1")


def test_a_fault_of_the_store_is_sent_at_once_and_so_is_its_end(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.save("Acme is fine.")
    page, wall = app.client(), app.client(room=WALL_ROOM)
    app.live.step(0)
    received(page, ""), received(wall, "")
    fault = StoreFault(FaultKind.LOCKED, NOON, "It is locked.")
    with monkeypatch.context() as locked:
        locked.setattr(app.store, "health", lambda: StoreHealth(fault=fault))
        app.live.step(0)
        app.live.step(0)
        assert [message["fault"] for message in received(page, "heartbeat")] == ["locked"]
        assert [message["state"]["kind"] for message in received(wall, "heartbeat")] == ["blind"]
    app.live.step(0)
    assert [message["fault"] for message in received(page, "heartbeat")] == [""]
    assert [message["state"]["kind"] for message in received(wall, "heartbeat")] != ["blind"]


def test_a_wall_receives_no_heartbeat_without_a_state(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> None:
    page, wall = app.client(), app.client(room=WALL_ROOM)
    received(page, ""), received(wall, "")

    def broken(name: str) -> dict[str, Any]:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(app.live._states, "get", broken)
    app.clock.advance(HEARTBEAT_SECONDS)
    with pytest.raises(ZeroDivisionError):
        app.live.step(0)
    assert len(received(page, "heartbeat")) == 1
    assert received(wall, "heartbeat") == []


def test_in_a_burst_walls_receive_several_changes_with_one_state_and_pages_every_change(app: LiveApp) -> None:
    page, wall = app.client(), app.client(room=WALL_ROOM)
    received(page, ""), received(wall, "")
    for n in range(20):
        app.save(f"Acme number {n}.")
        app.live.step(0)
    states = received(wall, "changes")
    assert len(states) <= BURST_CHANGES + 1
    assert len(received(page, "changes")) == 20
    app.clock.advance(MIN_PAUSE_SECONDS)
    app.live.step(0)
    (last,) = received(wall, "changes")
    assert sorted(i for m in (*states, last) for i in ids(m)) == list(range(1, 21))
    assert last["state"]["last_id"] == 20


def test_states_that_take_long_to_build_are_built_less_often(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> None:
    wall = app.client(room=WALL_ROOM)

    busy = itertools.count(step=MAX_PAUSE_SECONDS)
    monkeypatch.setattr(app.live, "_cpu_seconds", lambda: next(busy))
    for n in range(BURST_CHANGES + 2):
        app.save(f"Acme number {n}.")
        app.live.step(0)
    received(wall, "")
    app.save("Acme again.")
    app.clock.advance(MIN_PAUSE_SECONDS)
    app.live.step(0)
    assert received(wall, "changes") == []
    app.clock.advance(MAX_PAUSE_SECONDS)
    app.live.step(0)
    assert len(received(wall, "changes")) == 1


def test_a_message_lists_the_newest_changes_and_counts_the_others() -> None:
    count = MAX_LISTED_CHANGES + 10
    message = changes_payload([Change(n, ChangeKind.SAVED, n, NOON) for n in range(1, count + 1)])
    assert (message["last_id"], message["omitted"], len(message["changes"])) == (count, 10, MAX_LISTED_CHANGES)
    assert message["changes"][-1]["id"] == count


class Manager:
    """Replaces Socket.IO's manager while a client's handshake is still under way."""

    def __init__(self, manager: Any) -> None:
        self._manager, self.handshake_complete = manager, False

    def is_connected(self, sid: str, namespace: str) -> bool:
        return self.handshake_complete and bool(self._manager.is_connected(sid, namespace))

    def is_pre_connected(self, sid: str, namespace: str) -> bool:
        return not self.handshake_complete

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)


def test_a_client_whose_handshake_is_not_complete_is_welcomed_later(
    app: LiveApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = app.flask.extensions["socketio"].server
    manager = Manager(server.manager)
    monkeypatch.setattr(server, "manager", manager)
    client = app.client()
    assert client.get_received() == []
    manager.handshake_complete = True
    app.live.step(0)
    assert [m["name"] for m in client.get_received()] == ["heartbeat"]
    app.save("Acme one.")
    app.live.step(0)
    assert [ids(m) for m in received(client, "changes")] == [[1]]


def test_pending_changes_for_walls_are_limited(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded while changes wait for the next state of the walls."""
    wall = app.client(room=WALL_ROOM)
    for n in range(BURST_CHANGES + 1):
        app.save(f"Acme number {n}.")
        app.live.step(0)
    received(wall, "")
    batch = [Change(n, ChangeKind.SAVED, n, NOON) for n in range(100, 100 + MAX_MISSED_CHANGES + 10)]
    monkeypatch.setattr(app.live._tail, "wait", lambda seconds: batch)
    app.live.step(0)
    monkeypatch.setattr(app.live._tail, "wait", lambda seconds: [])
    app.clock.advance(MIN_PAUSE_SECONDS)
    app.live.step(0)
    (message,) = received(wall, "changes")
    assert message["last_id"] == batch[-1].id
    assert len(message["changes"]) + message["omitted"] == MAX_MISSED_CHANGES


# Over real connections


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    served = RunningApp(config(tmp_path)).start()
    yield served
    served.stop()


class Browser:
    """A real Socket.IO client that puts the events it receives into queues."""

    def __init__(self, served: RunningApp, **auth: Any) -> None:
        self.changes: queue.Queue[dict[str, Any]] = queue.Queue()
        self.beats: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        self.client.on("changes", self.changes.put)
        self.client.on("heartbeat", self.beats.put)
        self.client.connect(served.url, auth=auth, transports=["websocket"], wait_timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Browser:
        self.beats.get(timeout=TIMEOUT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()


def test_a_saved_mention_arrives_over_a_real_connection(served: RunningApp) -> None:
    with Browser(served) as browser:
        served.save(judged())
        assert ids(browser.changes.get(timeout=TIMEOUT_SECONDS)) == [1]


def test_a_restart_loses_no_change_and_sends_none_twice(served: RunningApp) -> None:
    with Browser(served) as browser:
        served.save(judged("Acme one."))
        last_id = browser.changes.get(timeout=TIMEOUT_SECONDS)["last_id"]
    served.stop()
    store = open_store(served.config.database_url)
    store.save("Forum", [judged("Acme two.")], now=served.clock.now())
    store.close()
    served.start()
    with Browser(served, last_id=last_id) as browser:
        served.save(judged("Acme three."))
        assert [ids(browser.changes.get(timeout=TIMEOUT_SECONDS)) for _ in "ab"] == [[2], [3]]


def test_a_client_above_the_limit_receives_the_reason_and_pages_still_work(tmp_path: Path) -> None:
    served = RunningApp(config(tmp_path)).start()
    served.live.max_sockets = 2
    try:
        with Browser(served), Browser(served):
            errors: queue.Queue[Any] = queue.Queue()
            third = socketio.Client(reconnection=False)
            third.on("connect_error", errors.put)
            with pytest.raises(socketio.exceptions.ConnectionError):
                third.connect(served.url, transports=["websocket"], wait_timeout=TIMEOUT_SECONDS)
            assert errors.get(timeout=TIMEOUT_SECONDS) == {"message": "full"}
            assert served.app.test_client().get("/wall/state.json").status_code == 200
    finally:
        served.stop()


def handshake(served: RunningApp) -> socket.socket:
    """A raw WebSocket after the HTTP upgrade, without a Socket.IO connect message."""
    raw = socket.create_connection(("127.0.0.1", int(served.url.rsplit(":", 1)[1])), timeout=TIMEOUT_SECONDS)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert b" 101 " in raw.recv(4096)
    return raw


def test_connections_beyond_the_spare_ones_are_rejected_before_the_handshake(served: RunningApp) -> None:
    served.live.max_sockets = -13
    raws = [handshake(served) for _ in range(3)]
    rejected = socket.create_connection(raws[0].getpeername(), timeout=TIMEOUT_SECONDS)
    rejected.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b" 503 " in rejected.recv(4096)
    for raw in (*raws, rejected):
        raw.close()


def test_a_message_without_end_is_cut_off(served: RunningApp) -> None:
    raw = handshake(served)
    frame = bytes([0x01, 0xFF]) + (1 << 40).to_bytes(8, "big") + b"\0\0\0\0"
    raw.sendall(frame)
    with pytest.raises((ConnectionError, TimeoutError)):
        raw.sendall(b"x" * 64 * MAX_MESSAGE_BYTES)
    raw.close()


def test_long_polling_is_rejected(served: RunningApp) -> None:
    assert served.app.test_client().get("/socket.io/?EIO=4&transport=polling").status_code == 400


def test_another_origin_gets_no_socket(served: RunningApp) -> None:
    client, headers = socketio.Client(reconnection=False), {"Origin": "https://evil.example"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(served.url, transports=["websocket"], headers=headers, wait_timeout=TIMEOUT_SECONDS)


def test_stop_ends_every_thread_that_is_not_a_daemon(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    served = RunningApp(config(tmp_path)).start()
    browser = Browser(served)
    served.stop()
    browser.client.disconnect()
    left = [t for t in set(threading.enumerate()) - before if not t.daemon]
    assert left == []


def test_a_reload_gives_walls_a_new_state_and_lets_the_page_of_a_removed_wall_reload(app: LiveApp) -> None:
    config_in_use = app.flask.extensions["wallflower"].config
    use = prepare_config(app.flask, replace(config_in_use, walls=(Wall("ceo"), Wall("lobby"))))
    use()
    ceo, lobby = (app.client(room=WALL_ROOM, wall=name) for name in ("ceo", "lobby"))
    page = app.client()
    received(ceo, ""), received(lobby, ""), received(page, "")
    prepare_config(app.flask, replace(config_in_use, walls=(Wall("ceo", language="de"),)))()
    app.save("Acme is fine.")
    app.live.step(0)
    assert [m["state"]["language"] for m in received(ceo, "heartbeat")] == ["de"]
    assert len(received(page, "heartbeat")) == 1
    assert [message["reason"] for message in received(lobby, "reload")] == ["wall"]
    use()
    app.live.step(0)
    assert [m["state"]["wall"] for m in received(lobby, "heartbeat")] == ["lobby"], "it comes back if the page stayed"


def test_a_reload_keeps_the_mentions_on_a_wall_that_it_still_may_show(app: LiveApp) -> None:
    config_in_use = app.flask.extensions["wallflower"].config
    states = app.flask.extensions["wallflower"].states
    app.save("Acme is fine.")
    shown = states.get()["voices"]
    app.clock.advance(2)
    app.save("Acme is newer.")
    prepare_config(app.flask, replace(config_in_use, sources=()))()
    assert states.get()["voices"][:1] == shown, "it has not been shown long enough"
    prepare_config(app.flask, replace(config_in_use, walls=(Wall(never_show=("fine",)),)))()
    assert [voice["text"] for voice in states.get()["voices"]] == ["Acme is newer."]
