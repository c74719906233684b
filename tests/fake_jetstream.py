"""A fake Jetstream: a script for fake_server that opens a WebSocket and plays events from the requested cursor on."""

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
"""What the server does once it has sent everything."""


def frame(payload: bytes, opcode: int = TEXT, last: bool = True) -> bytes:
    """An unmasked WebSocket frame, as servers send it."""
    size = len(payload)
    long = struct.pack("!BQ", 127, size) if size > 65535 else struct.pack("!BH", 126, size)
    return bytes([opcode | (128 if last else 0)]) + (bytes([size]) if size < 126 else long) + payload


def handshake(conn: Connection) -> None:
    """Accept the WebSocket (RFC 6455)."""
    key = conn.request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    conn.send(f"{upgrade}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())


def us(at: datetime) -> int:
    """Microseconds since 1970."""
    return int(at.timestamp()) * 1_000_000


def event(at: datetime, **parts: Any) -> dict[str, Any]:
    """An event of any kind."""
    return {"did": "did:plc:someone", "time_us": us(at), **parts}


def beat(at: datetime) -> dict[str, Any]:
    """An event that is not a post, and shows that the network is alive."""
    return event(at, kind="identity", identity={"did": "did:plc:someone", "seq": 1, "time": at.isoformat()})


def commit(n: int, at: datetime, operation: str = "create", **record: Any) -> dict[str, Any]:
    """The event that post ``n`` was created, updated or deleted."""
    path = {"collection": "app.bsky.feed.post", "rkey": f"post{n}", "rev": f"rev{n}-{operation}-{us(at)}"}
    body = {"commit": {**path, "operation": operation}}
    if operation != "delete":
        fields = {"$type": path["collection"], "createdAt": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "langs": ["en"]}
        body["commit"] |= {"record": {**fields, **record}, "cid": f"cid{n}"}
    return {**event(at, kind="commit", **body), "did": f"did:plc:writer{n}"}


def end(conn: Connection) -> None:
    """Send a close frame."""
    conn.send(frame(struct.pack("!H", 1001) + b"server shutting down", CLOSE))


@dataclass
class Jetstream:
    """Sends ``events`` from the requested cursor on, none before ``floor``, in one piece; then calls ``then``."""

    events: Sequence[dict[str, Any]] = ()
    floor: datetime = NOON - timedelta(hours=36)
    then: End = Connection.hang
    requests: list[dict[str, str]] = field(default_factory=list)
    """The query of each request."""

    def __call__(self, conn: Connection) -> None:
        """Serve one connection."""
        self.requests.append({k: v[-1] for k, v in parse_qs(urlsplit(conn.request.path).query).items()})
        handshake(conn)
        cursor = int(self.requests[-1].get("cursor", "0"))
        wanted = [e for e in self.events if e["time_us"] >= max(cursor, us(self.floor))]
        conn.send(b"".join(frame(json.dumps(e).encode()) for e in wanted))
        self.then(conn)


@dataclass
class RawStream:
    """Sends ``frames`` whatever was requested; then calls ``then``."""

    frames: Iterable[bytes]
    then: End = Connection.hang

    def __call__(self, conn: Connection) -> None:
        """Serve one connection."""
        handshake(conn)
        for each in self.frames:
            conn.send(each)
        self.then(conn)
