"""The live connection of a page or a wall in a soak, which notices what is lost, listed twice, or ended."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from typing import Any

import requests
import websocket

TIMEOUT_SECONDS = 30.0
SILENT_SECONDS = 60.0
"""Something arrives every ten seconds."""


class LiveConnection:
    """A live connection, which resumes from its last change each time it is opened again. A thread reads it."""

    def __init__(self, **auth: str) -> None:
        self._auth = auth
        self._socket: websocket.WebSocket | None = None
        self._thread: threading.Thread | None = None
        self._greeted = threading.Event()
        self.connected = False
        self.first_id = self.last_id = 0
        self.received: dict[int, int] = {}
        """Change -> how often it was listed."""
        self.omitted = 0
        """Changes that messages counted but did not list."""
        self.reloads: list[str] = []
        self.ends: list[str] = []
        """When and how each connection ended."""

    def connect(self, url: str, session: requests.Session) -> None:
        """Open the connection with the cookies of ``session``; return when the first heartbeat has arrived."""
        self.disconnect()
        self._greeted.clear()
        address = f"ws{url.removeprefix('http')}/socket.io/?EIO=4&transport=websocket"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        tls = {"ca_certs": session.verify} if isinstance(session.verify, str) else {"cert_reqs": ssl.CERT_REQUIRED}
        opened = websocket.create_connection(
            address, origin=url, cookie=cookies, sslopt=tls, timeout=TIMEOUT_SECONDS, enable_multithread=True
        )
        opened.settimeout(SILENT_SECONDS)
        self._socket, self.connected = opened, True
        self._thread = threading.Thread(target=self._read, args=(opened,), name="live", daemon=True)
        self._thread.start()
        if not self._greeted.wait(TIMEOUT_SECONDS):
            raise TimeoutError(f"no heartbeat for {self._auth}")

    def disconnect(self) -> None:
        """Close the connection, as a network does that is gone."""
        if self._socket is not None:
            self._socket.shutdown()  # type: ignore[no-untyped-call]
        if self._thread is not None:
            self._thread.join(TIMEOUT_SECONDS)

    @property
    def doubled(self) -> list[int]:
        """Changes that were listed more than once."""
        return [number for number, n in self.received.items() if n > 1]

    @property
    def lost(self) -> int:
        """Changes between the first and the last one that were neither listed nor counted."""
        listed = sum(number > self.first_id for number in self.received)  # a wall may get older ones at first
        return max(0, self.last_id - self.first_id - listed - self.omitted)

    def _read(self, opened: websocket.WebSocket) -> None:
        how = "closed"
        try:
            while self._answer(opened, opened.recv()):
                pass
        except (websocket.WebSocketException, OSError) as error:
            how = f"{type(error).__name__}: {error}"
        self.ends.append(f"{time.strftime('%H:%M:%S')} {how}")
        self.connected = False
        with contextlib.suppress(OSError):
            opened.shutdown()  # type: ignore[no-untyped-call]

    def _answer(self, opened: websocket.WebSocket, message: str | bytes) -> bool:
        """Answer a message. Returns whether the connection continues."""
        text = message if isinstance(message, str) else message.decode()
        if text.startswith("0"):
            opened.send("40" + json.dumps({**self._auth, "last_id": self.last_id}))
        elif text == "2":
            opened.send("3")
        elif text.startswith("42"):
            event, payload = json.loads(text[2:])
            self.follow(event, payload)
            if "state" in payload:
                opened.send("42" + json.dumps(["painted", payload["state"]["as_of"]]))
        return text not in ("", "1", "41") and not text.startswith("44")

    def follow(self, event: str, payload: dict[str, Any]) -> None:
        """Take note of an event."""
        if event == "reload":
            self.reloads.append(payload["reason"])
        elif event == "heartbeat":
            if not self.first_id:
                self.first_id = self.last_id = payload["last_id"]
            self._greeted.set()
        elif event == "changes":
            for change in payload["changes"]:
                self.received[change["id"]] = self.received.get(change["id"], 0) + 1
            self.omitted += payload["omitted"]
            self.last_id = payload["last_id"]
