"""Streams over real sockets: messages, buffering, limits, and the error for each way a stream can end."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from monitor.errors import AuthError, BadResponse, RateLimited, SourceError
from monitor.streams import MAX_MESSAGE_BYTES, StreamMessage, StreamReader, WebSocketStream
from tests.fake_jetstream import CLOSE, PING, RawStream, end, frame, handshake
from tests.fake_server import Connection, Script, Server, http_for, serving

TIMEOUT = 5.0
"""Seconds; longer than anything here takes."""


@contextmanager
def opened(script: Script, max_silence: float = 20.0, **limits: float) -> Iterator[tuple[WebSocketStream, Server]]:
    """A stream from a server that runs ``script``."""
    with serving(script) as server:
        http = http_for(server, **limits)
        try:
            yield WebSocketStream.connect(http, f"{server.url}/subscribe?a=1", max_silence), server
        finally:
            http.close()


def parse_number(message: bytes) -> StreamMessage[int]:
    """A message that is a number; even numbers are kept."""
    number = int(message)
    return StreamMessage(number, number if number % 2 == 0 else None)


def numbers(*some: int) -> list[bytes]:
    return [b"".join(frame(str(n).encode()) for n in some)]


def test_messages_arrive_as_sent() -> None:
    sent = [b"a", b"b" * 125, b"c" * 126, b"d" * 65536, "é".encode(), b""]
    with opened(RawStream([b"".join(map(frame, sent))])) as (stream, server):
        assert [stream.receive() for _ in sent] == sent
    assert server.requests[0].path == "/subscribe?a=1"
    assert "Wallflower" in server.requests[0].headers["user-agent"]
    assert "origin" not in server.requests[0].headers


def test_a_fragmented_message_is_joined_and_pings_in_between_are_answered() -> None:
    parts = frame(b"he", last=False) + frame(b"still there?", PING) + frame(b"llo", opcode=0)
    ponged: list[bytes] = []

    def listen(conn: Connection) -> None:
        ponged.append(conn.sock.recv(100))
        conn.send(frame(b"good"))
        conn.hang()

    with opened(RawStream([parts], then=listen)) as (stream, _):
        assert stream.receive() == b"hello"
        assert stream.receive() == b"good"
    assert ponged[0][0] == 0x8A


def test_a_message_that_is_too_long_is_skipped() -> None:
    with opened(RawStream([frame(b"x" * (MAX_MESSAGE_BYTES + 1)), frame(b"after")])) as (stream, _):
        assert stream.receive() == b""
        assert stream.receive() == b"after"


def test_endless_fragments_are_not_kept() -> None:
    part = b"x" * 60_000
    frames = [frame(part, last=False), *(frame(part, 0, last=False) for _ in range(40)), frame(b"", 0), frame(b"after")]
    with opened(RawStream(frames)) as (stream, _):
        assert len(stream.receive()) <= MAX_MESSAGE_BYTES
        assert stream.receive() == b"after"


def test_an_extremely_long_message_is_refused() -> None:
    with opened(RawStream([b"\x81\x7f" + struct.pack("!Q", 1 << 62)])) as (stream, _), pytest.raises(BadResponse):
        stream.receive()


@pytest.mark.parametrize(
    ("frames", "then", "message"),
    [
        ([], end, "ended the stream (1001: server shutting down)"),
        ([frame(b"", CLOSE)], Connection.hang, "ended the stream."),
        ([b"\x81\x7e"], lambda conn: None, "closed the stream unexpectedly"),
        ([b"\x81\x05he"], Connection.reset, "closed the stream unexpectedly"),
        ([b"\xf1\x00"], Connection.hang, "sent an invalid message"),
        ([b"\x83\x00"], Connection.hang, "sent an invalid message"),
        ([], Connection.hang, "has sent nothing for too long"),
    ],
)
def test_each_end_of_a_stream_has_its_message(
    frames: list[bytes], then: Callable[[Connection], None], message: str
) -> None:
    with opened(RawStream(frames, then), max_silence=0.2) as (stream, _), pytest.raises(SourceError) as caught:
        stream.receive()
    assert message in str(caught.value)


def _answer(head: str, body: bytes = b"") -> Script:
    return partial(_send, head, body)


def _send(head: str, body: bytes, conn: Connection) -> None:
    conn.send(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.mark.parametrize(
    ("script", "expected", "message"),
    [
        (_answer("401 No"), AuthError, "401"),
        (_answer("429 No\r\nRetry-After: 60"), RateLimited, "asks us to wait"),
        (_answer("200 OK", b"<html>"), BadResponse, "responded with status 200 instead of a stream"),
        (_answer("101 Yes"), BadResponse, "did not open a stream"),
        (_answer("301 Moved\r\nLocation: ws://169.254.169.254/"), BadResponse, "did not open a stream"),
        (_answer("200 OK", b"x" * 100_000), BadResponse, "unexpectedly long response"),
        (_answer("nonsense"), BadResponse, "did not open a stream"),
        (Connection.hang, SourceError, "did not respond in time"),
        (lambda conn: conn.drip(b"HTTP/1.1 101 Yes\r\n" * 500), SourceError, "did not respond in time"),
        (lambda conn: None, SourceError, "closed the connection"),
    ],
)
def test_each_failed_handshake_has_its_error_and_message(
    script: Script, expected: type[SourceError], message: str
) -> None:
    with (
        pytest.raises(expected) as caught,
        opened(script, read_timeout=0.3, total_timeout=0.3),
    ):
        pass
    assert message in str(caught.value)


def test_a_stream_into_a_private_network_is_refused() -> None:
    with serving(handshake) as server, pytest.raises(SourceError, match="private network"):
        WebSocketStream.connect(http_for(), server.url, 1.0)
    assert server.requests == []


def test_a_site_without_tls_is_refused() -> None:
    with serving(Connection.hang) as server, pytest.raises(SourceError) as caught:
        WebSocketStream.connect(http_for(server, read_timeout=0.3), server.url.replace("http", "https"), 1.0)
    assert str(caught.value).startswith(server.host)


def test_close_wakes_the_reading_thread() -> None:
    with opened(RawStream([])) as (stream, _):
        reader = StreamReader(stream, parse_number, capacity=5)
        reader.close()
        batch = reader.take(5, TIMEOUT, wait_for_first=True)
    assert batch.error is not None


def test_silence_ends_a_stream_after_the_given_time() -> None:
    with opened(RawStream([]), max_silence=0.2) as (stream, _):
        start = time.monotonic()
        with pytest.raises(SourceError, match="has sent nothing for too long"):
            stream.receive()
    assert time.monotonic() - start < TIMEOUT


def test_closing_http_ends_its_streams() -> None:
    with serving(RawStream([])) as server:
        http = http_for(server)
        stream = WebSocketStream.connect(http, server.url, max_silence=2.0)
        http.close()
        with pytest.raises(SourceError, match="closed the stream unexpectedly"):
            stream.receive()


def test_a_batch_holds_the_wanted_items_and_the_position() -> None:
    with opened(RawStream(numbers(1, 2, 3, 4, 5))) as (stream, _):
        batch = StreamReader(stream, parse_number, capacity=10).take(10, TIMEOUT, wait_for_first=True)
    assert batch.items == (2, 4)
    assert (batch.position, batch.first_position, batch.messages, batch.more) == (5, 1, 5, False)
    assert batch.error is None


def test_each_partial_batch_has_its_own_position() -> None:
    with opened(RawStream(numbers(*range(1, 10)))) as (stream, _):
        reader = StreamReader(stream, parse_number, capacity=10)
        first = reader.take(3, TIMEOUT, wait_for_first=True)
        second = reader.take(3, TIMEOUT)
    assert (first.items, first.position, first.more) == ((2, 4, 6), 6, True)
    assert (second.items, second.position, second.more) == ((8,), 9, False)


def test_positions_never_decrease() -> None:
    with opened(RawStream(numbers(8, 2, 4))) as (stream, _):
        batch = StreamReader(stream, parse_number, capacity=10).take(10, TIMEOUT, wait_for_first=True)
    assert batch.items == (8, 2, 4)
    assert batch.position == 8


def test_unparsed_messages_are_counted() -> None:
    frames = [frame(b"1") + frame(b"{") + frame(b"\xff\xfe") + frame(b"4")]
    with opened(RawStream(frames)) as (stream, _):
        batch = StreamReader(stream, parse_number, capacity=10).take(10, TIMEOUT, wait_for_first=True)
    assert (batch.items, batch.unparsed, batch.messages) == ((4,), 2, 4)


def test_the_end_is_reported_once_everything_was_taken() -> None:
    with opened(RawStream(numbers(2, 4, 6), then=end)) as (stream, _):
        reader = StreamReader(stream, parse_number, capacity=10)
        first = reader.take(2, TIMEOUT, wait_for_first=True)
        assert not reader.is_exhausted
        second = reader.take(2, TIMEOUT)
    assert (first.items, first.error) == ((2, 4), None)
    assert second.items == (6,)
    assert isinstance(second.error, SourceError)
    assert reader.is_exhausted


class EvenNumbers:
    """An endless stream of even numbers; ``last`` is the last one read."""

    def __init__(self) -> None:
        self.last = 0
        self.closed = threading.Event()

    def wait_readable(self, seconds: float) -> bool:
        return True

    def receive(self) -> bytes:
        if self.closed.is_set():
            raise SourceError("Closed.")
        self.last += 2
        return str(self.last).encode()

    def close(self) -> None:
        self.closed.set()


def test_a_full_buffer_stops_reading_and_loses_nothing() -> None:
    stream = EvenNumbers()
    reader = StreamReader(stream, parse_number, capacity=100)
    got: list[int] = []
    for _ in range(50):
        got += reader.take(100, TIMEOUT).items
        assert stream.last <= 2 * (len(got) + 102)
    reader.close()
    assert got == list(range(2, 2 * len(got) + 1, 2))
    assert len(got) == 5_000


def test_a_bug_in_the_parser_is_raised() -> None:
    def broken(message: bytes) -> StreamMessage[int]:
        raise KeyError("bug")

    with opened(RawStream(numbers(1))) as (stream, _):
        reader = StreamReader(stream, broken, capacity=10)
        with pytest.raises(KeyError):
            reader.take(10, TIMEOUT, wait_for_first=True)


def test_deeply_nested_json_counts_as_unparsed() -> None:
    with opened(RawStream([frame(b"[" * 200_000) + frame(b"2")])) as (stream, _):
        batch = StreamReader(stream, lambda m: StreamMessage(1, json.loads(m)), capacity=10).take(
            10, TIMEOUT, wait_for_first=True
        )
    assert (batch.items, batch.unparsed) == ((2,), 1)
