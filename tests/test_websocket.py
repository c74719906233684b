"""WebSockets under engineio: messages in both directions, their limits, and clients that misbehave or do not read."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import engineio
import pytest
from engineio.packet import CLOSE, MESSAGE, OPEN, Packet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, Request, TextMessage

from display.server import patches
from display.server.socket_loop import SocketLoop
from display.server.websocket import (
    MAX_BLOCKED_SECONDS,
    MAX_MESSAGE_BYTES,
    MAX_UNREAD_BYTES,
    Outbox,
    WebSocket,
    WebSocketDriver,
    accept_handshake,
)
from tests.run_process import until

TIMEOUT_SECONDS = 20.0
UPGRADE: dict[str, Any] = {
    "HTTP_HOST": "localhost",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


class Server:
    """An engineio server on our sockets, without HTTP. ``received``: the messages of clients."""

    def __init__(self) -> None:
        self.loop = SocketLoop()
        self.engine: Any = engineio.Server(
            async_mode="threading", transports=["websocket"], monitor_clients=False, async_handlers=False
        )
        patches.use_websocket(self.engine, partial(WebSocketDriver, self.loop), Outbox)
        self.engine.start_background_task = lambda *_: None  # no pings
        self.received: list[tuple[str, str]] = []
        self.left = threading.Event()
        self.engine.on("message", lambda sid, data: self.received.append((sid, data)))
        self.engine.on("disconnect", lambda sid, reason: self.left.set())

    def connect(self) -> Client:
        client, ours = socket.socketpair()
        client.settimeout(TIMEOUT_SECONDS)
        protocol = WSConnection(ConnectionType.CLIENT)
        sent = protocol.send(Request(host="localhost", target="/socket.io/")).decode()
        query = {"REQUEST_METHOD": "GET", "QUERY_STRING": "EIO=4&transport=websocket"}
        key = {"HTTP_SEC_WEBSOCKET_KEY": re.findall(r"(?i)Sec-WebSocket-Key: (\S+)", sent)[0]}
        environ = {**UPGRADE, **query, **key, "gunicorn.socket": ours}
        with pytest.raises(StopIteration):
            self.engine.handle_request(environ, lambda *_: None)
        assert ours.fileno() == -1, "gunicorn's object owns the connection no more"
        return Client(client, protocol)

    def close(self) -> None:
        self.loop.stop(TIMEOUT_SECONDS)


class Client:
    """The client's end of a WebSocket."""

    def __init__(self, sock: socket.socket, protocol: WSConnection) -> None:
        self.sock, self.protocol = sock, protocol
        self.waiting: list[Any] = []
        assert isinstance(self.event(), AcceptConnection)
        opened = Packet(encoded_packet=self.event().data)
        assert opened.packet_type == OPEN
        self.sid = opened.data["sid"]

    def event(self) -> Any:
        """The next event; None at the end of the connection."""
        while not self.waiting:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.protocol.receive_data(data)
            self.waiting += self.protocol.events()
        return self.waiting.pop(0)

    def send(self, event: Any) -> None:
        self.sock.sendall(self.protocol.send(event))

    def close_code(self) -> int:
        """The code with which the server closes, before it ends the connection."""
        while not isinstance(event := self.event(), CloseConnection):
            assert event is not None
        return int(event.code)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_messages_go_both_ways(server: Server) -> None:
    client = server.connect()
    for piece, is_last in (('40{"last_', False), ('id": 1', False), ("}", True)):
        client.send(TextMessage(piece, message_finished=is_last))
    client.send(Ping(b"here?"))
    assert client.event() == Pong(b"here?"), "so the message has been received as well"
    assert server.received == [(client.sid, '0{"last_id": 1}')]
    server.engine.send_packet(client.sid, Packet(MESSAGE, "2é"))
    assert client.event().data == "42é"


def test_many_connections_need_one_thread(server: Server) -> None:
    before = threading.active_count()
    clients = [server.connect() for _ in range(40)]
    assert threading.active_count() == before + 1
    packet = Packet(MESSAGE, "to all")
    for client in clients:
        server.engine.send_packet(client.sid, packet)
    assert {client.event().data for client in clients} == {"4to all"}


@pytest.mark.parametrize("message", ["421", '42["hide", 1]', "4", "2probe", "{", ""])
def test_a_message_that_is_not_allowed_ends_the_connection(server: Server, message: str) -> None:
    client = server.connect()
    client.send(TextMessage(message))
    assert client.close_code() == 1008
    assert (client.event(), server.received) == (None, [])
    assert server.left.wait(TIMEOUT_SECONDS)


def test_a_binary_message_ends_the_connection(server: Server) -> None:
    client = server.connect()
    client.send(BytesMessage(b"40"))
    assert client.close_code() == 1003


@pytest.mark.parametrize("in_one_frame", [True, False])
def test_a_message_without_end_is_cut_off(server: Server, in_one_frame: bool) -> None:
    client, piece = server.connect(), b"x" * 8192
    if in_one_frame:
        client.sock.sendall(bytes([0x01, 0xFF]) + (1 << 40).to_bytes(8, "big") + b"\0\0\0\0")
    else:
        piece = client.protocol.send(TextMessage(piece.decode(), message_finished=False))
    with pytest.raises(ConnectionError):
        client.sock.sendall(piece * (64 * MAX_MESSAGE_BYTES // len(piece)))
    assert server.left.wait(TIMEOUT_SECONDS)


def test_a_client_that_reads_nothing_is_cut_off_and_delays_nobody(server: Server) -> None:
    stalled, reading = server.connect(), server.connect()
    packet = Packet(MESSAGE, "x" * 100_000)
    for _ in range(2 * MAX_UNREAD_BYTES // 100_000):
        server.engine.send_packet(stalled.sid, packet)
    server.engine.send_packet(reading.sid, Packet(MESSAGE, "on time"))
    assert reading.event().data == "4on time"
    assert server.left.wait(TIMEOUT_SECONDS)
    assert list(server.engine.sockets) == [reading.sid]


def test_a_client_that_reads_nothing_for_too_long_is_cut_off() -> None:
    theirs, ours = socket.socketpair()
    ours.setblocking(False)
    client = type("EngineSocket", (), {"queue": Outbox()})()
    protocol = WSConnection(ConnectionType.SERVER)
    assert accept_handshake(protocol, {**UPGRADE, "HTTP_SEC_WEBSOCKET_KEY": "AAAAAAAAAAAAAAAAAAAAAA=="})
    websocket = WebSocket(ours, protocol, client)
    with theirs, ours:
        client.queue.put(Packet(MESSAGE, "x" * (MAX_UNREAD_BYTES // 2)))
        websocket.send(now=0.0)
        assert (websocket.is_open, websocket.wants_to_write) == (True, True)
        theirs.recv(1 << 20)
        websocket.send(now=MAX_BLOCKED_SECONDS + 1.0)
        websocket.send(now=2 * MAX_BLOCKED_SECONDS)
        assert websocket.is_open, "it has read something in between"
        websocket.send(now=2 * MAX_BLOCKED_SECONDS + 2.0)
        assert not websocket.is_open


def test_the_server_closes_a_connection_after_what_it_sent(server: Server) -> None:
    client = server.connect()
    server.engine.send_packet(client.sid, Packet(MESSAGE, "last"))
    server.engine.disconnect(client.sid)
    assert client.event().data == "4last"
    assert Packet(encoded_packet=client.event().data).packet_type == CLOSE
    assert client.close_code() == 1000
    assert client.event() is None
    assert server.engine.sockets == {}


@pytest.mark.parametrize("politely", [True, False])
def test_a_client_that_leaves_is_forgotten(server: Server, politely: bool) -> None:
    client = server.connect()
    if politely:
        client.send(CloseConnection(1001))
        assert client.close_code() == 1001
    client.sock.close()
    assert server.left.wait(TIMEOUT_SECONDS)
    # The engine forgets a client after it has announced that it left.
    until(lambda: server.engine.sockets == {}, lambda: str(server.engine.sockets))


def test_a_stop_sends_what_waits(server: Server) -> None:
    client = server.connect()
    server.engine.send_packet(client.sid, Packet(MESSAGE, "goodbye"))
    server.loop.stop(TIMEOUT_SECONDS)
    assert client.event().data == "4goodbye"
    assert client.event() is None


def test_a_bug_ends_only_the_connection_that_met_it(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    unlucky, other = server.connect(), server.connect()
    server.engine.sockets[unlucky.sid].receive = None
    unlucky.send(TextMessage("40"))
    assert unlucky.event() is None
    server.engine.send_packet(other.sid, Packet(MESSAGE, "still here"))
    assert other.event().data == "4still here"
    assert "because of a bug" in caplog.text


def test_a_request_that_is_not_a_websocket_is_refused(server: Server) -> None:
    theirs, ours = socket.socketpair()
    environ = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "EIO=4&transport=websocket",
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_UPGRADE": "websocket",
        "gunicorn.socket": ours,
    }
    statuses: list[str] = []
    with theirs, ours:
        server.engine.handle_request(environ, lambda status, headers: statuses.append(status))
    assert statuses == ["400 Bad Request"]
    assert server.engine.sockets == {}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=200))
def test_no_bytes_stop_the_loop(server: Server, data: bytes) -> None:
    hostile = server.connect()
    hostile.sock.sendall(data)
    hostile.sock.close()
    client = server.connect()
    server.engine.send_packet(client.sid, Packet(MESSAGE, "alive"))
    assert client.event().data == "4alive"
    client.sock.close()
