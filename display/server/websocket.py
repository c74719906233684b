"""The WebSocket under one Socket.IO connection: engineio's packets as frames, in memory that is bounded.

Seen with python-engineio 4.15 and simple-websocket 1.1: a connection needed three threads, one unfinished message of
400 MB took 471 MB of memory before any authentication, and a screen that stopped reading blocked its thread forever.
Here a message has at most ``MAX_MESSAGE_BYTES``, what a client has not read at most ``MAX_UNREAD_BYTES`` for at most
``MAX_BLOCKED_SECONDS``, and one thread serves all connections (``socket_loop``).
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from engineio.exceptions import EngineIOError
from engineio.packet import Packet
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Message,
    Ping,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from display.server.socket_loop import SocketLoop

MAX_MESSAGE_BYTES = 64 * 1024
"""Browsers send only their last id and pongs, so their messages are short."""
MAX_UNREAD_BYTES = 4 << 20
"""A client that leaves more unread is cut off; a wall's state has some 5 KB and comes at most ten times a second."""
MAX_BLOCKED_SECONDS = 20
"""How long a client may read nothing although data is waiting for it."""
RECEIVE_BYTES = 16 * 1024
ALLOWED_PREFIXES = ("3", "40", "41", "1", '42["painted",')
"""Prefixes of the only messages clients may send: pong, connect with auth, disconnect, close, "painted".

Anything else makes engineio or socketio log an error, each in its own way.
"""


class Outbox:
    """The packets that engineio wants to send, in place of its ``queue.Queue``. Any thread may add one."""

    def __init__(self) -> None:
        self.packets: deque[Packet | None] = deque()
        self.notify: Callable[[], None] = lambda: None
        """Called after a packet was added."""

    def put(self, packet: Packet | None) -> None:
        """Add a packet; None ends the connection after those before it."""
        self.packets.append(packet)
        self.notify()

    def join(self) -> None:
        """engineio waits with this until all is sent; the loop sends it without anybody waiting."""


class WebSocket:
    """An accepted WebSocket. Only the thread of the loop uses it."""

    def __init__(self, sock: socket.socket, protocol: WSConnection, client: Any) -> None:
        """``client``: the engineio.socket.Socket whose packets it carries."""
        self.sock, self.client = sock, client
        self.is_open = True
        self.blocked_since: float | None = None
        """When the client stopped reading; None while everything is sent."""
        self._protocol = protocol
        self._unsent = bytearray()
        self._closing = False
        self._message: list[str] = []
        self._message_chars = 0

    def receive(self) -> None:
        """Read what the client has sent."""
        try:
            data = self.sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.is_open = False
            return
        try:
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                self._follow(event)
        except (RemoteProtocolError, LocalProtocolError):
            self.is_open = False

    def send(self, now: float) -> None:
        """Send as many of the packets as the client takes."""
        packets: deque[Packet | None] = self.client.queue.packets
        while packets and not self._closing:
            packet = packets.popleft()
            if packet is None:
                self._close(CloseReason.NORMAL_CLOSURE)
            else:
                self._unsent += self._protocol.send(Message(data=packet.encode()))
        self._flush(now)

    @property
    def wants_to_write(self) -> bool:
        """Whether the client did not take everything yet."""
        return bool(self._unsent) and self.is_open

    def _flush(self, now: float) -> None:
        try:
            while self._unsent:
                sent = self.sock.send(self._unsent)
                del self._unsent[:sent]
                self.blocked_since = None
        except BlockingIOError:
            if self.blocked_since is None:
                self.blocked_since = now
        except OSError:
            self.is_open = False
        too_slow = self.blocked_since is not None and now - self.blocked_since > MAX_BLOCKED_SECONDS
        if too_slow or len(self._unsent) > MAX_UNREAD_BYTES or (self._closing and not self._unsent):
            self.is_open = False

    def _follow(self, event: object) -> None:
        if isinstance(event, TextMessage):
            self._message.append(event.data)
            self._message_chars += len(event.data)
            if self._message_chars > MAX_MESSAGE_BYTES:
                self._close(CloseReason.MESSAGE_TOO_BIG)
            elif event.message_finished:
                message = "".join(self._message)
                self._message, self._message_chars = [], 0
                self._deliver(message)
        elif isinstance(event, Ping):
            self._unsent += self._protocol.send(event.response())
        elif isinstance(event, CloseConnection):
            if not self._closing:
                self._unsent += self._protocol.send(event.response())
            self._closing = True
        elif isinstance(event, Message):  # binary
            self._close(CloseReason.UNSUPPORTED_DATA)

    def _deliver(self, message: str) -> None:
        """Give a message to engineio, which answers through its outbox."""
        if message.startswith(ALLOWED_PREFIXES):
            try:
                self.client.receive(Packet(encoded_packet=message))
            except EngineIOError:  # the connection was closed meanwhile
                self._close(CloseReason.NORMAL_CLOSURE)
        else:
            self._close(CloseReason.POLICY_VIOLATION)

    def _close(self, reason: CloseReason) -> None:
        if not self._closing:
            self._closing = True
            self._unsent += self._protocol.send(CloseConnection(reason))


class WebSocketDriver:
    """What engineio uses as its WebSocket: a WSGI app that accepts one and gives it to the loop."""

    def __init__(self, loop: SocketLoop, handler: Callable[..., Any], server: object) -> None:
        """``handler``: the method of an engineio.socket.Socket that would serve the connection in a thread."""
        self._loop = loop
        self._client: Any = handler.__self__  # type: ignore[attr-defined]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sock = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        protocol = WSConnection(ConnectionType.SERVER)
        try:
            answer = accept_handshake(protocol, environ)
        except (RemoteProtocolError, LocalProtocolError):
            answer = b""
        if not (answer and isinstance(sock, socket.socket)):
            self._client.close(wait=False, abort=True)
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"This is not a valid WebSocket request.\n"]
        sock.sendall(answer)
        self._client.connected = self._client.upgraded = True
        # The server that accepted the connection no longer owns its descriptor.
        own = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.detach())
        own.setblocking(False)
        self._loop.add(WebSocket(own, protocol, self._client))
        # This is how each server learns that there is nothing to answer.
        raise StopIteration if "gunicorn.socket" in environ else ConnectionError


def accept_handshake(protocol: WSConnection, environ: WSGIEnvironment) -> bytes:
    """The response that accepts the WebSocket that ``environ`` asks for. Raises RemoteProtocolError."""
    headers = [
        (name[5:].replace("_", "-").title(), value) for name, value in environ.items() if name.startswith("HTTP_")
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    protocol.receive_data(f"GET / HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
    if not any(isinstance(event, Request) for event in protocol.events()):
        return b""
    return protocol.send(AcceptConnection())
