"""A wall in a real Chromium that hears exactly what a test says: the real page and files, a made-up server's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

from display.wall_state.document import WallState
from tests.wall_states import fixtures

Json = dict[str, Any]
OPEN = {"sid": "made", "upgrades": [], "pingInterval": 10**8, "pingTimeout": 10**8, "maxPayload": 10**6}


@dataclass
class ScriptedWall:
    """``page`` shows what is ``said``, over a socket that the test speaks through."""

    page: Page
    url: str
    words: Json = field(default_factory=dict)
    answers: bool = True
    """Whether the server is there."""
    refuses: str = ""
    """What a socket is refused with."""
    joined: list[Json] = field(default_factory=list)
    """What each socket said of itself."""
    outside: list[str] = field(default_factory=list)
    """Requests to anywhere else."""
    _socket: WebSocketRoute | None = None

    def __post_init__(self) -> None:
        self.page.route("**/state.json", self._answer)
        self.page.route_web_socket("**/socket.io/**", self._connect)
        self.page.on("request", self._notice)

    def open(self, state: WallState | str, path: str = "/wall", **changes: Any) -> None:
        """Load the page with a state, made up or by its name, and wait until its type is there."""
        self.words = as_json(state, changes)
        self.page.goto(f"{self.url}{path}")
        self.page.locator(".canvas").wait_for()
        self.page.evaluate("document.fonts.ready")

    def say(self, state: WallState | str, **changes: Any) -> None:
        """Send another state, and wait until it is drawn."""
        self.send(state, **changes)
        self.page.locator(f'.canvas[data-last-id="{self.words["last_id"]}"]').wait_for()

    def send(self, state: WallState | str, **changes: Any) -> None:
        """Send another state."""
        last_id = self.words.get("last_id", 0) + 1
        self.words = as_json(state, {"last_id": last_id, **changes})
        assert self._socket, "the page has no socket"
        beat = {"now": self.words["clock"], "last_id": last_id, "version": self.words["version"], "state": self.words}
        self._socket.send("42" + json.dumps(["heartbeat", beat]))

    def settle(self) -> None:
        """Wait until what was said is painted, sizes that were measured after layout too."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def fall_silent(self) -> None:
        """From now on the server is not there."""
        self.answers = False
        if self._socket:
            self._socket.close()

    def _answer(self, route: Route) -> None:
        if not self.answers:
            route.abort()
        else:
            route.fulfill(json=self.words)

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
        if self.refuses:
            socket.send("44" + json.dumps({"message": self.refuses}))
        else:
            socket.send('40{"sid":"made"}')

    def _notice(self, request: Any) -> None:
        if not request.url.startswith((self.url, self.url.replace("http", "ws"))):
            self.outside.append(request.url)


def as_json(state: WallState | str, changes: Mapping[str, Any]) -> Json:
    """A state as the page receives it, with ``changes`` to its zones."""
    found = fixtures.states()[state] if isinstance(state, str) else state
    return json.loads(json.dumps({**found.json(), **changes}))  # type: ignore[no-any-return]
