"""The soak's Jetstream server. It replays earlier events from a cursor on, unless it has forgotten them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench._soak_post_generator import PostGenerator
from tests.fake_jetstream import beat, commit, frame, handshake
from tests.fake_server import Connection

POLL_SECONDS = 0.2
"""Between two checks for new events."""
UNRELATED_POSTS = 4
"""Unrelated posts sent with each beat. They are not replayed."""


class Stream:
    """Sends the events since the requested cursor, and then each new one."""

    def __init__(self, generator: PostGenerator, fault: Callable[[], str]) -> None:
        """``fault`` returns the current fault, or an empty string."""
        self._generator, self._fault = generator, fault
        self._events: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._oldest_us = 0

    def write(self) -> None:
        """Add a post; edit or delete some."""
        n, text = self._generator.new_post()
        self._add(lambda at: commit(n, at, text=text))
        if n % 11 == 0:
            edited = self._generator.edit(n)
            self._add(lambda at: commit(n, at, "update", text=edited))
        if n % 17 == 0:
            self._generator.delete(n)
            self._add(lambda at: commit(n, at, "delete"))

    def forget(self) -> None:
        """Stop replaying the events until now."""
        self._oldest_us = _now_us()

    def delete_posts(self) -> None:
        """Do nothing: ``write`` deletes posts all the time."""

    def __call__(self, conn: Connection) -> None:
        """Serve one connection until it is dropped."""
        handshake(conn)
        parameters = {name: values[-1] for name, values in parse_qs(urlsplit(conn.request.path).query).items()}
        cursor = max(int(parameters.get("cursor", _now_us())), self._oldest_us)
        at = next((n for n, event in enumerate(self._events) if event["time_us"] >= cursor), len(self._events))
        while not conn.closing.wait(POLL_SECONDS):
            fault = self._fault()
            if fault in ("drop", "forget"):
                return conn.reset()
            if fault:
                continue
            at = self._send(conn, at)
            if conn.broken:  # type: ignore[attr-defined]
                return None

    def _send(self, conn: Connection, at: int) -> int:
        new = self._events[at:]
        now = datetime.now(UTC)
        others = [commit(10**9 + n, now, text="The harbour is quiet, and so are we.") for n in range(UNRELATED_POSTS)]
        beats = [_at_us(event, _now_us()) for event in (beat(now), *others)] if not new else []
        conn.send(b"".join(frame(json.dumps(event).encode()) for event in [*new, *beats]))
        return at + len(new)

    def _add(self, make_event: Callable[[datetime], dict[str, Any]]) -> None:
        with self._lock:
            self._events.append(_at_us(make_event(datetime.now(UTC)), _now_us()))


def _now_us() -> int:
    return int(time.time() * 1e6)


def _at_us(event: dict[str, Any], time_us: int) -> dict[str, Any]:
    """The event with a time in microseconds, so that no two events have the same time."""
    return {**event, "time_us": time_us}
