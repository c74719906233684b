"""The soak's Jetstream: a network that goes on, whose last hours can be had again unless it forgot them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench._soak_pen import Pen
from tests.fake_jetstream import beat, commit, frame, handshake
from tests.fake_server import Connection

TURN = 0.2
"""Seconds between two looks for something new."""
FILLER = 4
"""Posts of others for each of ours; they are not repeated."""


class Stream:
    """Everything that was written since the start, from the asked cursor on, and then what comes."""

    def __init__(self, pen: Pen, fault: Callable[[], str]) -> None:
        """``fault``: what is wrong just now; empty: nothing."""
        self._pen, self._fault = pen, fault
        self._events: list[dict[str, Any]] = []
        self._changed = threading.Lock()
        self.floor = 0

    def write(self) -> None:
        """Another post; at times one is edited, or deleted."""
        n, words = self._pen.new()
        self._add(lambda at: commit(n, at, text=words))
        if n % 11 == 0:
            again = self._pen.again(n)
            self._add(lambda at: commit(n, at, "update", text=again))
        if n % 17 == 0:
            self._pen.delete(n)
            self._add(lambda at: commit(n, at, "delete"))

    def forget(self) -> None:
        """Repeat nothing of what was before."""
        self.floor = _now_us()

    def delete_some(self) -> None:
        """It does all the time."""

    def __call__(self, line: Connection) -> None:
        """Serve one connection until it is dropped."""
        handshake(line)
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(line.request.path).query).items()}
        cursor = max(int(asked.get("cursor", _now_us())), self.floor)
        at = next((n for n, event in enumerate(self._events) if event["time_us"] >= cursor), len(self._events))
        while not line.closing.wait(TURN):
            fault = self._fault()
            if fault in ("drop", "forget"):
                return line.reset()
            if fault:
                continue
            at = self._send(line, at)
            if line.broken:  # type: ignore[attr-defined]
                return None

    def _send(self, line: Connection, at: int) -> int:
        news = self._events[at:]
        here = datetime.now(UTC)
        others = [commit(10**9 + n, here, text="The harbour is quiet, and so are we.") for n in range(FILLER)]
        beats = [_at_us(event, _now_us()) for event in (beat(here), *others)] if not news else []
        line.send(b"".join(frame(json.dumps(event).encode()) for event in [*news, *beats]))
        return at + len(news)

    def _add(self, made: Callable[[datetime], dict[str, Any]]) -> None:
        with self._changed:
            self._events.append(_at_us(made(datetime.now(UTC)), _now_us()))


def _now_us() -> int:
    return int(time.time() * 1e6)


def _at_us(event: dict[str, Any], time_us: int) -> dict[str, Any]:
    """An event to the microsecond: no two of ours are of the same moment."""
    return {**event, "time_us": time_us}
