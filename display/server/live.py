"""From the change log to every connected browser.

    Store -- Tail --> Live.turn --+--> "changes" {last_id, saved_at, changes}              room "pages"
                                  +--> "changes" {last_id, saved_at, changes, state}       room "wall:<name>" of each
                                  +--> "heartbeat" {now, last_id, version}, every 10 s     all; walls get a state, too,
                                  |                                    and one more when the next voice has its turn
                                  +--> "reload" {reason}                                   one browser

One thread does all of it, so a browser that comes back needs no lock: between two turns it gets what it missed and
joins its room. A browser sends ``auth = {last_id, version, room, wall, size}`` when it connects and nothing else, ever;
sockets write nothing.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO

from display.server.screens import Screen, Screens, size_of
from display.server.websocket import MOST_BYTES, Pings, WebSocket
from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import Change
from monitor.store.tail import Tail

if TYPE_CHECKING:
    from monitor.store import Store

log = logging.getLogger(__name__)

MOST_SOCKETS = 100
SPARE_SOCKETS = 16
"""Beyond the cap, so that who is refused can still be told why."""
TICK = 0.05
HEARTBEAT = 10.0
BURST = 4
"""Changes in a second; with more, walls get one state a second."""
PACE = 1.0
MOST_LISTED = 1000
"""Changes in one message; of more, only the newest are listed and ``omitted`` tells how many are not."""
MOST_MISSED = 5000
"""A browser that missed more loads its page anew."""
PAGES, WALL = "pages", "wall"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A browser that has connected and waits for what it missed."""

    sid: str
    last_id: int
    """The last change it knows; 0 when it knows none."""
    version: str
    """Of the server that rendered its page; empty when it cannot tell."""
    wall: str | None = None
    """The name of its wall, empty for the first; None for a page."""
    size: str = ""
    """Of a wall's screen, "1920 x 1080"."""

    @classmethod
    def of(cls, sid: str, auth: object) -> Arrival:
        """What ``auth`` says, whatever a stranger put into it."""
        said = auth if isinstance(auth, Mapping) else {}
        last_id, version, wall = said.get("last_id"), said.get("version"), said.get("wall")
        known = last_id if type(last_id) is int and last_id > 0 else 0
        name = wall[:100] if isinstance(wall, str) else ""
        is_wall = said.get("room") == WALL
        of = version[:100] if isinstance(version, str) else ""
        return cls(sid, known, of, name if is_wall else None, size_of(said.get("size")))


class States(Protocol):
    """What Live asks of the walls' states."""

    def known(self, name: str) -> bool:
        """Whether there is a wall of this name."""
        ...

    def get(self, name: str) -> Json:
        """Its newest state."""
        ...

    def due(self, name: str) -> bool:
        """Whether it changes by itself by now."""
        ...


def room_of(wall: str) -> str:
    """The room in which the walls of this name are."""
    return f"{WALL}:{wall}"


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970, as browsers count."""
    return round(time.timestamp() * 1000)


def news(changes: Sequence[Change]) -> Json:
    """The payload of ``changes`` for at least one change."""
    listed = [
        {"id": c.id, "kind": c.kind.value, "mention": c.mention, "at": epoch_ms(c.at)} for c in changes[-MOST_LISTED:]
    ]
    return {
        "last_id": changes[-1].id,
        "saved_at": max(c["at"] for c in listed),
        "changes": listed,
        "omitted": len(changes) - len(listed),
    }


class Live:
    """Owns the Socket.IO server of ``app`` and the thread that speaks through it."""

    def __init__(
        self,
        app: Flask,
        store: Store,
        clock: Clock,
        states: States,
        *,
        version: str,
        most_sockets: int = MOST_SOCKETS,
    ) -> None:
        self._store, self._clock, self._states, self._version = store, clock, states, version
        self._most_sockets = most_sockets
        self._arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._for_walls: list[Change] = []
        self._walls: set[str] = set()
        self._recent: deque[float] = deque(maxlen=BURST + 1)
        self._painted = self._beaten = float("-inf")
        self._last_id = 0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._tail: Tail | None = None
        self._io = socket_server(app)
        self._pings = Pings()
        self._pings.take_over(self._io.server.eio)
        self._io.on_event("connect", self._admit)
        self.screens = Screens(clock, lambda sid: bool(self._io.server.manager.is_connected(sid, "/")))

    @property
    def most_sockets(self) -> int:
        """How many connections are let in before Socket.IO looks at them."""
        return self._most_sockets + SPARE_SOCKETS

    def sockets(self) -> int:
        """How many connections are open, whether greeted or not."""
        return sum(not s.closed for s in self._io.server.eio.sockets.copy().values())

    def start(self) -> None:
        """Begin to follow the change log in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop following and close every connection."""
        self._stopping = True
        self._pings.stop()
        if self._thread:
            self._thread.join(seconds)
        for socket in self._io.server.eio.sockets.copy().values():
            socket.close(wait=False)

    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def follow(self) -> None:
        """Begin at the newest change: whoever connects was served a page that knows it."""
        self._last_id = self._store.last_change()
        self._tail = Tail(self._store, self._clock, after=self._last_id)

    def turn(self, seconds: float = TICK) -> None:
        """Wait for changes up to ``seconds``, then tell everyone what there is to tell."""
        assert self._tail is not None, "follow() comes first"
        self._tell(self._tail.wait(seconds))
        self._greet_arrivals()
        self._paint()
        self._beat()

    def _run(self) -> None:
        step = self.follow
        while not (self._stopping or self._clock.stopped):
            try:
                step()
                step = self.turn
            except StoreError as error:
                log.error("walls and pages are not kept current: %s", error)
                self._clock.wait(PACE)
            except Exception:
                log.exception("walls and pages are not kept current because of a bug")
                self._clock.wait(PACE)

    def _admit(self, auth: object = None) -> None:
        """In the connection's own thread: only takes note, for no room may be joined before the handshake is over."""
        if self.sockets() > self._most_sockets:
            raise ConnectionRefusedError("full")
        self._arrivals.put(Arrival.of(request.sid, auth))  # type: ignore[attr-defined]

    def _tell(self, changes: list[Change]) -> None:
        if not changes:
            return
        self._last_id = changes[-1].id
        self._for_walls = [*self._for_walls, *changes][-MOST_MISSED:]
        self._recent.extend([self._clock.monotonic()] * min(len(changes), BURST + 1))
        self._io.emit("changes", news(changes), to=PAGES)

    def _greet_arrivals(self) -> None:
        waiting = [self._arrivals.get() for _ in range(self._arrivals.qsize())]
        for arrival in waiting:
            manager = self._io.server.manager
            if manager.is_connected(arrival.sid, "/"):
                self._greet(arrival)
            elif manager.is_pre_connected(arrival.sid, "/"):
                self._arrivals.put(arrival)

    def _greet(self, arrival: Arrival) -> None:
        """Bring a browser up to now, then let it hear what comes."""
        reason = self._reason_to_reload(arrival)
        if reason:
            self._io.emit("reload", {"reason": reason}, to=arrival.sid)
        elif arrival.last_id:
            missed = self._missed(arrival.last_id)
            if missed:
                self._io.emit("changes", news(missed), to=arrival.sid)
        if arrival.wall is None:
            self._io.server.enter_room(arrival.sid, PAGES)
            self._io.emit("heartbeat", self._heartbeat(), to=arrival.sid)
        elif self._states.known(arrival.wall):
            self._walls.add(arrival.wall)
            self._io.server.enter_room(arrival.sid, room_of(arrival.wall))
            state = self._states.get(arrival.wall)
            self.screens.arrived(arrival.sid, state, Screen(arrival.size, arrival.version))
            self._io.emit("heartbeat", self._heartbeat(arrival.wall), to=arrival.sid)

    def _reason_to_reload(self, arrival: Arrival) -> str:
        if arrival.version and arrival.version != self._version:
            return "version"
        if arrival.wall is not None and not self._states.known(arrival.wall):
            return "wall"
        if not arrival.last_id:
            return ""
        too_old = arrival.last_id < self._store.first_change() - 1 or self._last_id - arrival.last_id > MOST_MISSED
        return "behind" if too_old or arrival.last_id > self._last_id else ""

    def _missed(self, last_id: int) -> list[Change]:
        """Changes after ``last_id`` up to the newest that was told to everyone."""
        found: list[Change] = []
        while last_id < self._last_id:
            some = [c for c in self._store.changes(last_id) if c.id <= self._last_id]
            if not some:
                break
            found += some
            last_id = some[-1].id
        return found

    def _paint(self) -> None:
        """Give walls a new state: at once when little happens, once a second when much does."""
        now = self._clock.monotonic()
        busy = len(self._recent) > BURST and now - self._recent[0] < PACE
        if busy and now - self._painted < PACE:
            return
        changes, self._for_walls = self._for_walls, []
        for wall in self._watched():
            if changes:
                self._io.emit("changes", {**news(changes), "state": self._state(wall)}, to=room_of(wall))
            elif self._states.due(wall):
                self._io.emit("heartbeat", self._heartbeat(wall), to=room_of(wall))
        if changes:
            self._painted = now

    def _beat(self) -> None:
        now = self._clock.monotonic()
        if now - self._beaten < HEARTBEAT:
            return
        self._beaten = now
        if self._anyone(PAGES):
            self._io.emit("heartbeat", self._heartbeat(), to=PAGES)
        for wall in self._watched():
            self._io.emit("heartbeat", self._heartbeat(wall), to=room_of(wall))

    def _heartbeat(self, wall: str | None = None) -> Json:
        """Walls get a state with it. If none can be built they must hear nothing, and so say that they are not live."""
        beat: Json = {"now": epoch_ms(self._clock.now()), "last_id": self._last_id, "version": self._version}
        return beat if wall is None else {**beat, "state": self._state(wall)}

    def _state(self, wall: str) -> Json:
        """The newest state of a wall, which is about to be sent there."""
        state = self._states.get(wall)
        self.screens.told(state)
        return state

    def _watched(self) -> list[str]:
        """The walls that anybody looks at."""
        return [wall for wall in sorted(self._walls) if self._anyone(room_of(wall))]

    def _anyone(self, room: str) -> bool:
        return next(iter(self._io.server.manager.get_participants("/", room)), None) is not None


def socket_server(app: Flask) -> Any:
    """A Socket.IO server on threads and WebSockets alone: long polling would hold a request, and escape the count."""
    io = SocketIO(
        app,
        async_mode="threading",
        transports=["websocket"],
        # Nothing is listened for, so a flood of events must not get a thread each.
        async_handlers=False,
        manage_session=False,
        max_http_buffer_size=MOST_BYTES,
    )
    driver = io.server.eio
    driver._async = {**driver._async, "websocket": WebSocket}
    return io
