"""From the change log to every connected browser.

    Store -- Tail --> Live.step --+--> "changes" {last_id, saved_at, changes}            room "pages"
                                  +--> "changes" {last_id, saved_at, changes, state}     room "wall:<name>" of each wall
                                  +--> "heartbeat" {now, last_id, version}, every 10 s   everyone; walls with a state,
                                  |                                      and one more when a voice is due
                                  +--> "reload" {reason}                                 one browser

One thread does all of it, so a browser that reconnects needs no lock: between two steps it receives what it missed and
joins its room. A browser sends ``auth = {last_id, version, room, wall, size}`` when it connects. After that, only walls
send something: "painted", the time of the state that they have drawn. Sockets never write to the store.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, request
from flask_socketio import ConnectionRefusedError

from display.server import patches
from display.server.new_client import PAGES_ROOM, NewClient, wall_room
from display.server.painted import PaintedReports
from display.server.pings import PingScheduler
from display.server.screens import Screen, Screens
from display.server.sending_delays import SendingDelays
from display.server.socket_access import SocketAccess
from display.server.socket_loop import SocketLoop
from display.server.socket_server import socket_server
from display.wall_state import UnknownWall
from monitor.clock import Clock, epoch_ms
from monitor.errors import StoreError
from monitor.logs import FaultLog
from monitor.model import ERASING, Change
from monitor.store.tail import Tail

if TYPE_CHECKING:
    from display.access.identity import Identities
    from monitor.store import Store

log = logging.getLogger(__name__)

MAX_SOCKETS = 500
"""Measured with ``bench/walls.py``: 400 walls and 100 pages at 50 mentions a second."""
SPARE_SOCKETS = 16
"""Connections accepted beyond the cap, so that rejected clients still receive a reason."""
STEP_SECONDS = 0.05
HEARTBEAT_SECONDS = 10.0
BURST_CHANGES = 4
BURST_SECONDS = 1.0
"""With more changes than that in this time, walls get several changes with one state, after a pause."""
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.1, 1.0
MAX_BUSY_SHARE = 0.25
"""How much of a processor the states of walls may take in a burst; a longer pause keeps it, up to the maximum."""
RETRY_SECONDS = 1.0
"""Pause after an error in the loop."""
NOT_UPDATED, UPDATED_AGAIN = "Walls and pages are not updated", "Walls and pages are updated again"
MAX_LISTED_CHANGES = 1000
"""Changes listed in one message. If there are more, it lists the newest, and ``omitted`` counts the others."""
MAX_MISSED_CHANGES = 5000
"""A browser that missed more changes reloads its page. Pending changes for walls have the same limit."""

JsonObject = dict[str, Any]


class StateProvider(Protocol):
    """The states of the walls, as Live needs them."""

    def has_wall(self, name: str) -> bool:
        """Whether a wall of this name exists."""
        ...

    def get(self, name: str) -> JsonObject:
        """Its newest state. Raises UnknownWall."""
        ...

    def is_due(self, name: str) -> bool:
        """Whether its state is due to change without a change in the store."""
        ...


def changes_payload(changes: Sequence[Change]) -> JsonObject:
    """The payload of a "changes" event. ``changes`` must not be empty."""
    listed = [
        {"id": c.id, "kind": c.kind.value, "mention": c.mention, "at": epoch_ms(c.at)}
        for c in changes[-MAX_LISTED_CHANGES:]
    ]
    return {
        "last_id": changes[-1].id,
        "saved_at": max(c["at"] for c in listed),
        "changes": listed,
        "omitted": len(changes) - len(listed),
    }


class Live:
    """Owns the Socket.IO server of ``app`` and the thread that sends through it."""

    def __init__(
        self,
        app: Flask,
        store: Store,
        clock: Clock,
        states: StateProvider,
        identities: Identities,
        *,
        version: str,
        max_sockets: int = MAX_SOCKETS,
        cpu_seconds: Callable[[], float] = time.thread_time,
    ) -> None:
        """``cpu_seconds`` returns the processor time of the thread that calls it."""
        self._store, self._clock, self._states, self._version = store, clock, states, version
        self.max_sockets = max_sockets
        self._new_clients: queue.SimpleQueue[NewClient] = queue.SimpleQueue()
        self._pending_for_walls: list[Change] = []
        self._walls: set[str] = set()
        self._recent_change_times: deque[float] = deque(maxlen=BURST_CHANGES + 1)
        self._walls_updated_at = self._heartbeat_sent_at = float("-inf")
        self._pause, self._cpu_seconds = MIN_PAUSE_SECONDS, cpu_seconds
        self._last_id = 0
        self._sent_fault = ""
        """Why nothing can be stored, as the last heartbeats said."""
        self._stopping = self._config_changed = False
        self.delays = SendingDelays(clock)
        self._faults = FaultLog(log, clock.monotonic)
        self._thread: threading.Thread | None = None
        self._tail: Tail | None = None
        self._sockets = SocketLoop()
        self._io = socket_server(app, self._sockets)
        self._pings = PingScheduler()
        patches.schedule_pings(self._io.server.eio, self._pings)
        self._io.on_event("connect", self._accept_client)
        self._access = SocketAccess(self._io.server, identities, clock)
        self.screens = Screens(clock, lambda sid: bool(self._io.server.manager.is_connected(sid, "/")))
        self._io.on_event("painted", PaintedReports(self.screens, identities.last_uses).receive)

    def is_full(self) -> bool:
        """Whether no connection is accepted any more, not even to tell its client why."""
        return self.connections() >= self.max_sockets + SPARE_SOCKETS

    def connections(self) -> int:
        """How many connections are open, including those that are still connecting."""
        return sum(not s.closed for s in self._io.server.eio.sockets.copy().values())

    def start(self) -> None:
        """Start following the change log in a new thread."""
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop following the change log and close every connection. Waits at most ``seconds`` for the thread."""
        self._stopping = True
        self._pings.stop()
        if self._thread:
            self._thread.join(seconds)
        for socket in self._io.server.eio.sockets.copy().values():
            socket.close(wait=False)
        self._sockets.stop()

    def config_changed(self) -> None:
        """Send every wall its state soon: its settings may have changed. Walls that are gone reload their page."""
        self._config_changed = True

    def lag(self) -> int:
        """How many changes are stored and not sent yet."""
        return max(0, self._store.last_change_id() - self._last_id)

    def alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread is not None and self._thread.is_alive()

    def follow(self) -> None:
        """Follow the log from its newest change: clients connect with a page that already contains it."""
        self._last_id = self._store.last_change_id()
        self._tail = Tail(self._store, self._clock, after=self._last_id)

    def step(self, seconds: float = STEP_SECONDS) -> None:
        """Wait up to ``seconds`` for changes, then send every client what it needs. Call ``follow`` first."""
        assert self._tail is not None, "call follow() first"
        changes = self._tail.wait(seconds)
        self._access.close_ended()
        self._send_changes(changes)
        self._welcome_new_clients()
        self._update_walls()
        self._send_heartbeats()

    def _run(self) -> None:
        step = self.follow
        while not (self._stopping or self._clock.stopped):
            try:
                step()
                step = self.step
                self._faults.clear(NOT_UPDATED, UPDATED_AGAIN)
            except StoreError as error:
                if self._store.health().fault is None:  # else the log has the cause already
                    self._faults.report(NOT_UPDATED, str(error))
                self._send_heartbeats_if_possible()
                self._clock.wait(RETRY_SECONDS)
            except Exception as error:
                self._faults.report(NOT_UPDATED, f"a bug in Wallflower: {error!r}", exc_info=True)
                self._clock.wait(RETRY_SECONDS)

    def _accept_client(self, auth: object = None) -> None:
        """Queue the client. Runs in its connection's thread; it cannot join a room before the handshake is complete."""
        if self.connections() > self.max_sockets:
            raise ConnectionRefusedError("full")
        client = NewClient.from_auth(request.sid, auth)  # type: ignore[attr-defined]
        self._access.admit(client.sid, request.environ, wall=client.wall)
        self._new_clients.put(client)

    def _send_changes(self, changes: list[Change]) -> None:
        if not changes:
            return
        self._last_id = changes[-1].id
        self._pending_for_walls = [*self._pending_for_walls, *changes][-MAX_MISSED_CHANGES:]
        self._recent_change_times.extend([self._clock.monotonic()] * min(len(changes), BURST_CHANGES + 1))
        self._io.emit("changes", changes_payload(changes), to=PAGES_ROOM)
        self.delays.observe_sent(changes)

    def _welcome_new_clients(self) -> None:
        """Bring clients up to date; those whose handshake is not complete wait for the next step."""
        waiting = [self._new_clients.get() for _ in range(self._new_clients.qsize())]
        for client in waiting:
            manager = self._io.server.manager
            if manager.is_connected(client.sid, "/"):
                self._welcome(client)
            elif manager.is_pre_connected(client.sid, "/"):
                self._new_clients.put(client)

    def _welcome(self, client: NewClient) -> None:
        """Send a client what it missed, then add it to its room."""
        reason = self._reload_reason(client)
        if reason:
            self._io.emit("reload", {"reason": reason}, to=client.sid)
        elif client.last_id:
            missed = self._missed_changes(client.last_id)
            if missed:
                self._io.emit("changes", changes_payload(missed), to=client.sid)
        if client.wall is None:
            self._io.server.enter_room(client.sid, PAGES_ROOM)
            self._io.emit("heartbeat", self._heartbeat(), to=client.sid)
        elif self._states.has_wall(client.wall):
            self._walls.add(client.wall)
            self._io.server.enter_room(client.sid, wall_room(client.wall))
            with suppress(UnknownWall):
                state = self._states.get(client.wall)
                screen = Screen(client.size, client.version, self._access.paired_wall(client.sid))
                self.screens.connected(client.sid, state, screen)
            self._send_heartbeat(client.wall, to=client.sid)

    def _reload_reason(self, client: NewClient) -> str:
        """Why the client has to reload its page: "version", "wall", "behind"; empty if it does not."""
        if client.version and client.version != self._version:
            return "version"
        if client.wall is not None and not self._states.has_wall(client.wall):
            return "wall"
        if not client.last_id:
            return ""
        log_starts_later = client.last_id < self._store.first_change_id() - 1
        missed_too_many = self._last_id - client.last_id > MAX_MISSED_CHANGES
        return "behind" if log_starts_later or missed_too_many or client.last_id > self._last_id else ""

    def _missed_changes(self, last_id: int) -> list[Change]:
        """Changes after ``last_id``, up to the last one that was sent to everyone."""
        missed: list[Change] = []
        while last_id < self._last_id:
            page = [c for c in self._store.changes(last_id) if c.id <= self._last_id]
            if not page:
                break
            missed += page
            last_id = page[-1].id
        return missed

    def _update_walls(self) -> None:
        """Send walls a new state: immediately when changes are few, after a pause in a burst."""
        now = self._clock.monotonic()
        times = self._recent_change_times
        in_burst = len(times) > BURST_CHANGES and now - times[0] < BURST_SECONDS
        if in_burst and now - self._walls_updated_at < self._pause:
            return
        changes, self._pending_for_walls = self._pending_for_walls, []
        busy_before = self._cpu_seconds()
        for wall in self._open_walls():
            if changes:
                self._emit_with_state("changes", changes_payload(changes), wall, to=wall_room(wall))
            elif self._states.is_due(wall):
                self._send_heartbeat(wall, to=wall_room(wall))
        if changes:
            self._walls_updated_at = now
            wanted = (self._cpu_seconds() - busy_before) / MAX_BUSY_SHARE
            self._pause = min(MAX_PAUSE_SECONDS, max(MIN_PAUSE_SECONDS, wanted))

    def _send_heartbeats(self) -> None:
        now, health = self._clock.monotonic(), self._store.health()
        fault = health.fault.kind.value if health.fault else ERASING if health.pause else ""
        is_due = now - self._heartbeat_sent_at >= HEARTBEAT_SECONDS
        if not (is_due or self._config_changed or fault != self._sent_fault):
            return
        self._heartbeat_sent_at, self._config_changed, self._sent_fault = now, False, fault
        if self._has_clients(PAGES_ROOM):
            self._io.emit("heartbeat", self._heartbeat(), to=PAGES_ROOM)
        for wall in self._open_walls():
            self._send_heartbeat(wall, to=wall_room(wall))

    def _send_heartbeats_if_possible(self) -> None:
        """While the store cannot be read, walls that have a picture learn why; others show that they are not live."""
        with contextlib.suppress(StoreError):
            self._send_heartbeats()

    def _heartbeat(self) -> JsonObject:
        """The payload of a heartbeat; walls also get their state."""
        return {
            "now": epoch_ms(self._clock.now()),
            "last_id": self._last_id,
            "version": self._version,
            "fault": self._sent_fault,
        }

    def _send_heartbeat(self, wall: str, to: str) -> None:
        """Send a heartbeat to a wall; if the config has no such wall any more, let its page reload instead."""
        if not self._emit_with_state("heartbeat", self._heartbeat(), wall, to):
            self._io.emit("reload", {"reason": "wall"}, to=to)

    def _emit_with_state(self, event: str, payload: JsonObject, wall: str, to: str) -> bool:
        """Send ``event`` with the newest state of ``wall``; return whether the config has this wall.

        If the state cannot be built, nothing is sent, so that the wall shows that it is not live.
        """
        try:
            state = self._states.get(wall)
        except UnknownWall:
            return False
        self.screens.state_sent(state)
        self._io.emit(event, {**payload, "state": state}, to=to)
        return True

    def _open_walls(self) -> list[str]:
        """The walls that at least one screen shows."""
        return [wall for wall in sorted(self._walls) if self._has_clients(wall_room(wall))]

    def _has_clients(self, room: str) -> bool:
        return next(iter(self._io.server.manager.get_participants("/", room)), None) is not None
