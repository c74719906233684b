"""Many Socket.IO clients in one thread, so that they take little processor time from the server that is measured."""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage

CHANGE_ID = re.compile(r'\{"id":\s?([0-9]+)')


@dataclass(eq=False)
class Client:
    """One connection. It only reads, and answers pings."""

    sock: socket.socket
    protocol: WSConnection
    auth: dict[str, Any]
    received: dict[int, float] = field(default_factory=dict)
    """Id of a change -> when the message that lists it had arrived, in seconds since 1970."""
    state_bytes: int = 0
    connected: bool = False
    is_open: bool = True
    _text: list[str] = field(default_factory=list)

    @classmethod
    def connect(cls, port: int, auth: dict[str, Any]) -> Client:
        """Connect to a server on this machine."""
        sock = socket.create_connection(("127.0.0.1", port), 30)
        protocol = WSConnection(ConnectionType.CLIENT)
        target = "/socket.io/?EIO=4&transport=websocket"
        sock.sendall(protocol.send(Request(host=f"127.0.0.1:{port}", target=target)))
        return cls(sock, protocol, auth)

    def receive(self) -> None:
        """Read what has arrived."""
        data = self.sock.recv(1 << 18)
        now = time.time()
        if not data:
            self.is_open = False
            return
        self.protocol.receive_data(data)
        for event in self.protocol.events():
            if isinstance(event, AcceptConnection):
                self.sock.sendall(self.protocol.send(TextMessage("40" + json.dumps(self.auth))))
            elif isinstance(event, CloseConnection):
                self.is_open = False
            elif isinstance(event, TextMessage):
                self._text.append(event.data)
                if event.message_finished:
                    self._follow("".join(self._text), now)
                    self._text = []

    def _follow(self, message: str, now: float) -> None:
        if message == "2":
            self.sock.sendall(self.protocol.send(TextMessage("3")))
        elif message.startswith("42"):
            self.connected = True
            listed, _, state = message.partition('"state":')
            self.state_bytes = max(self.state_bytes, len(state))
            if message.startswith('42["changes"'):
                for number in CHANGE_ID.findall(listed):
                    self.received.setdefault(int(number), now)


def run_clients(port: int, auths: Sequence[dict[str, Any]], pipe: Connection) -> None:
    """Connect a client for each of ``auths``; say "ready" through ``pipe``; at "stop" send what each has received."""
    selector = selectors.DefaultSelector()
    selector.register(pipe, selectors.EVENT_READ, None)
    clients = []
    for auth in auths:
        client = Client.connect(port, auth)
        selector.register(client.sock, selectors.EVENT_READ, client)
        clients.append(client)
    said_ready = False
    while True:
        for key, _ in selector.select(0.1):
            if key.data is None:
                pipe.recv()
                pipe.send([(client.received, client.is_open, client.state_bytes) for client in clients])
                return
            key.data.receive()
            if not key.data.is_open:
                selector.unregister(key.fileobj)
        if not said_ready and all(client.connected for client in clients):
            said_ready = True
            pipe.send("ready")
