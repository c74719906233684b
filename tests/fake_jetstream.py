"""A made-up Jetstream on loopback: a server's script that shakes hands, replays from the asked cursor, and goes on."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_server import Connection
from tests.fakes import NOON

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9

End = Callable[[Connection], None]
"""What the server does when it has sent everything."""


def frame(payload: bytes, opcode: int = TEXT, last: bool = True) -> bytes:
    """A frame as servers send it, unmasked."""
    size = len(payload)
    long = struct.pack("!BQ", 127, size) if size > 65535 else struct.pack("!BH", 126, size)
    return bytes([opcode | (128 if last else 0)]) + (bytes([size]) if size < 126 else long) + payload


def greet(line: Connection) -> None:
    """Answer the handshake (RFC 6455)."""
    key = line.request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    line.send(f"{upgrade}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())


def us(at: datetime) -> int:
    """Microseconds since 1970."""
    return int(at.timestamp()) * 1_000_000


def event(at: datetime, **parts: Any) -> dict[str, Any]:
    """Any event."""
    return {"did": "did:plc:someone", "time_us": us(at), **parts}


def beat(at: datetime) -> dict[str, Any]:
    """An event that is no post: the network goes on."""
    return event(at, kind="identity", identity={"did": "did:plc:someone", "seq": 1, "time": at.isoformat()})


def commit(n: int, at: datetime, operation: str = "create", **record: Any) -> dict[str, Any]:
    """Post ``n``, written, changed or deleted ``at``."""
    path = {"collection": "app.bsky.feed.post", "rkey": f"post{n}", "rev": f"rev{n}-{operation}-{us(at)}"}
    said = {"commit": {**path, "operation": operation}}
    if operation != "delete":
        fields = {"$type": path["collection"], "createdAt": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "langs": ["en"]}
        said["commit"] |= {"record": {**fields, **record}, "cid": f"cid{n}"}
    return {**event(at, kind="commit", **said), "did": f"did:plc:writer{n}"}


def end(line: Connection) -> None:
    """Say goodbye."""
    line.send(frame(struct.pack("!H", 1001) + b"server shutting down", CLOSE))


@dataclass
class Jetstream:
    """Plays ``events`` from the asked cursor on, not before ``floor``, in one piece; then ``then``."""

    events: Sequence[dict[str, Any]] = ()
    floor: datetime = NOON - timedelta(hours=36)
    then: End = Connection.hang
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, line: Connection) -> None:
        """Serve one connection."""
        self.asked.append({k: v[-1] for k, v in parse_qs(urlsplit(line.request.path).query).items()})
        greet(line)
        cursor = int(self.asked[-1].get("cursor", "0"))
        wanted = [e for e in self.events if e["time_us"] >= max(cursor, us(self.floor))]
        line.send(b"".join(frame(json.dumps(e).encode()) for e in wanted))
        self.then(line)


@dataclass
class Raw:
    """Sends these frames, whatever was asked; then ``then``."""

    frames: Iterable[bytes]
    then: End = Connection.hang

    def __call__(self, line: Connection) -> None:
        """Serve one connection."""
        greet(line)
        for one in self.frames:
            line.send(one)
        self.then(line)
