"""A wall in a real Chromium that receives exactly what a test sends: the real page, and a scripted server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

from display.wall_state.document import WallState
from tests.wall_states import fixtures

Json = dict[str, Any]
OPEN = {"sid": "scripted", "upgrades": [], "pingInterval": 10**8, "pingTimeout": 10**8, "maxPayload": 10**6}


@dataclass
class ScriptedWall:
    """A page, and the server side of its socket."""

    page: Page
    url: str
    state: Json = field(default_factory=dict)
    """The last one that was sent."""
    answers: bool = True
    """Whether the server is running."""
    rejection: str = ""
    """The reason with which sockets are rejected; empty: they are accepted."""
    joined: list[Json] = field(default_factory=list)
    """What each socket sent when it connected."""
    outside: list[str] = field(default_factory=list)
    """URLs of requests to other servers."""
    _socket: WebSocketRoute | None = None

    def __post_init__(self) -> None:
        self.page.route("**/state.json", self._answer)
        self.page.route_web_socket("**/socket.io/**", self._connect)
        self.page.on("request", self._record)

    def open(self, state: WallState | str, path: str = "/wall", **changes: Any) -> None:
        """Load the page with a state or the fixture of that name, and wait until its fonts are loaded."""
        self.state = as_json(state, changes)
        self.page.goto(f"{self.url}{path}")
        self.page.locator(".canvas").wait_for()
        self.page.evaluate("document.fonts.ready")

    def show(self, state: WallState | str, **changes: Any) -> None:
        """Send another state and wait until it is drawn."""
        self.send(state, **changes)
        self.page.locator(f'.canvas[data-last-id="{self.state["last_id"]}"]').wait_for()

    def send(self, state: WallState | str, **changes: Any) -> None:
        """Send another state."""
        last_id = self.state.get("last_id", 0) + 1
        self.state = as_json(state, {"last_id": last_id, **changes})
        assert self._socket, "the page has no socket"
        beat = {"now": self.state["clock"], "last_id": last_id, "version": self.state["version"], "state": self.state}
        self._socket.send("42" + json.dumps(["heartbeat", beat]))

    def settle(self) -> None:
        """Wait until the state is painted, including sizes that are measured after layout."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def fall_silent(self) -> None:
        """Stop the server."""
        self.answers = False
        if self._socket:
            self._socket.close()

    def _answer(self, route: Route) -> None:
        if not self.answers:
            route.abort()
        else:
            route.fulfill(json=self.state)

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self.answers:
            socket.close()
            return
        self._socket = socket
        socket.on_message(lambda message: self._reply(socket, str(message)))
        socket.send("0" + json.dumps(OPEN))

    def _reply(self, socket: WebSocketRoute, message: str) -> None:
        if not message.startswith("40"):
            return
        self.joined.append(json.loads(message[2:] or "{}"))
        if self.rejection:
            socket.send("44" + json.dumps({"message": self.rejection}))
        else:
            socket.send('40{"sid":"scripted"}')

    def _record(self, request: Any) -> None:
        if not request.url.startswith((self.url, self.url.replace("http", "ws"))):
            self.outside.append(request.url)


def as_json(state: WallState | str, changes: Mapping[str, Any]) -> Json:
    """A state as the page receives it, with ``changes`` to its zones."""
    found = fixtures.states()[state] if isinstance(state, str) else state
    return json.loads(json.dumps({**found.json(), **changes}))  # type: ignore[no-any-return]
