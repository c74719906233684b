"""Streams over real sockets: what is read, how much of it waits, and how each end is told."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from monitor.errors import AuthError, BadResponse, RateLimited, SourceError
from monitor.streams import MAX_MESSAGE_BYTES, StreamMessage, StreamReader, WebSocketStream
from tests.fake_jetstream import CLOSE, PING, Raw, end, frame, greet
from tests.fake_server import Connection, Script, Server, http_for, serving

PATIENCE = 5.0
"""Seconds that nothing here takes."""


@contextmanager
def opened(script: Script, quiet: float = 20.0, **limits: float) -> Iterator[tuple[WebSocketStream, Server]]:
    """A stream from a server that runs ``script``."""
    with serving(script) as server:
        http = http_for(server, **limits)
        try:
            yield WebSocketStream.open(http, f"{server.url}/subscribe?a=1", quiet), server
        finally:
            http.close()


def counted(message: bytes) -> StreamMessage[int]:
    """A number as a message; even ones are wanted."""
    number = int(message)
    return StreamMessage(number, number if number % 2 == 0 else None)


def numbers(*some: int) -> list[bytes]:
    return [b"".join(frame(str(n).encode()) for n in some)]


def test_messages_come_as_they_were_sent() -> None:
    sent = [b"a", b"b" * 125, b"c" * 126, b"d" * 65536, "é".encode(), b""]
    with opened(Raw([b"".join(map(frame, sent))])) as (stream, server):
        assert [stream.receive() for _ in sent] == sent
    assert server.requests[0].path == "/subscribe?a=1"
    assert "Wallflower" in server.requests[0].headers["user-agent"]
    assert "origin" not in server.requests[0].headers


def test_a_message_in_parts_is_put_together_and_pings_between_are_answered() -> None:
    parts = frame(b"he", last=False) + frame(b"still there?", PING) + frame(b"llo", opcode=0)
    ponged: list[bytes] = []

    def listen(line: Connection) -> None:
        ponged.append(line.sock.recv(100))
        line.send(frame(b"good"))
        line.hang()

    with opened(Raw([parts], then=listen)) as (stream, _):
        assert stream.receive() == b"hello"
        assert stream.receive() == b"good"
    assert ponged[0][0] == 0x8A


def test_a_message_that_is_too_long_is_passed_over() -> None:
    with opened(Raw([frame(b"x" * (MAX_MESSAGE_BYTES + 1)), frame(b"after")])) as (stream, _):
        assert stream.receive() == b""
        assert stream.receive() == b"after"


def test_parts_that_never_end_are_not_kept() -> None:
    part = b"x" * 60_000
    frames = [frame(part, last=False), *(frame(part, 0, last=False) for _ in range(40)), frame(b"", 0), frame(b"after")]
    with opened(Raw(frames)) as (stream, _):
        assert len(stream.receive()) <= MAX_MESSAGE_BYTES
        assert stream.receive() == b"after"


def test_a_message_without_end_is_refused() -> None:
    with opened(Raw([b"\x81\x7f" + struct.pack("!Q", 1 << 62)])) as (stream, _), pytest.raises(BadResponse):
        stream.receive()


@pytest.mark.parametrize(
    ("frames", "then", "words"),
    [
        ([], end, "ended the stream (1001: server shutting down)"),
        ([frame(b"", CLOSE)], Connection.hang, "ended the stream."),
        ([b"\x81\x7e"], lambda line: None, "broke off the stream"),
        ([b"\x81\x05he"], Connection.reset, "broke off the stream"),
        ([b"\xf1\x00"], Connection.hang, "no message"),
        ([b"\x83\x00"], Connection.hang, "no message"),
        ([], Connection.hang, "has sent nothing for too long"),
    ],
)
def test_every_end_is_told_in_words(frames: list[bytes], then: Callable[[Connection], None], words: str) -> None:
    with opened(Raw(frames, then), quiet=0.2) as (stream, _), pytest.raises(SourceError) as caught:
        stream.receive()
    assert words in str(caught.value)


def _answer(head: str, body: bytes = b"") -> Script:
    return partial(_say, head, body)


def _say(head: str, body: bytes, line: Connection) -> None:
    line.send(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.mark.parametrize(
    ("script", "expected", "words"),
    [
        (_answer("401 No"), AuthError, "401"),
        (_answer("429 No\r\nRetry-After: 60"), RateLimited, "asks us to wait"),
        (_answer("200 OK", b"<html>"), BadResponse, "answers with 200 instead of a stream"),
        (_answer("101 Yes"), BadResponse, "does not answer as a stream"),
        (_answer("301 Moved\r\nLocation: ws://169.254.169.254/"), BadResponse, "does not answer as a stream"),
        (_answer("200 OK", b"x" * 100_000), BadResponse, "unexpectedly long response"),
        (_answer("nonsense"), BadResponse, "does not answer as a stream"),
        (Connection.hang, SourceError, "did not respond in time"),
        (lambda line: line.drip(b"HTTP/1.1 101 Yes\r\n" * 500), SourceError, "did not respond in time"),
        (lambda line: None, SourceError, "closed the connection"),
    ],
)
def test_a_handshake_that_fails_is_told_in_words(script: Script, expected: type[SourceError], words: str) -> None:
    with (
        pytest.raises(expected) as caught,
        opened(script, read_timeout=0.3, total_timeout=0.3),
    ):
        pass
    assert words in str(caught.value)


def test_a_stream_into_a_private_network_is_refused() -> None:
    with serving(greet) as server, pytest.raises(SourceError, match="private network"):
        WebSocketStream.open(http_for(), server.url, 1.0)
    assert server.requests == []


def test_a_site_that_cannot_prove_itself_is_refused() -> None:
    with serving(Connection.hang) as server, pytest.raises(SourceError) as caught:
        WebSocketStream.open(http_for(server, read_timeout=0.3), server.url.replace("http", "https"), 1.0)
    assert str(caught.value).startswith(server.host)


def test_closing_wakes_the_reader() -> None:
    with opened(Raw([])) as (stream, _):
        tap = StreamReader(stream, counted, room=5)
        tap.close()
        taken = tap.take(5, PATIENCE, first=True)
    assert taken.trouble is not None


def test_a_tap_gives_what_is_wanted_and_how_far_it_read() -> None:
    with opened(Raw(numbers(1, 2, 3, 4, 5))) as (stream, _):
        taken = StreamReader(stream, counted, room=10).take(10, PATIENCE, first=True)
    assert taken.items == (2, 4)
    assert (taken.position, taken.first, taken.messages, taken.more) == (5, 1, 5, False)
    assert taken.trouble is None


def test_a_tap_that_is_taken_in_parts_says_how_far_each_leads() -> None:
    with opened(Raw(numbers(*range(1, 10)))) as (stream, _):
        tap = StreamReader(stream, counted, room=10)
        first = tap.take(3, PATIENCE, first=True)
        second = tap.take(3, PATIENCE)
    assert (first.items, first.position, first.more) == ((2, 4, 6), 6, True)
    assert (second.items, second.position, second.more) == ((8,), 9, False)


def test_positions_never_go_back() -> None:
    with opened(Raw(numbers(8, 2, 4))) as (stream, _):
        taken = StreamReader(stream, counted, room=10).take(10, PATIENCE, first=True)
    assert taken.items == (8, 2, 4)
    assert taken.position == 8


def test_what_makes_no_sense_is_counted() -> None:
    frames = [frame(b"1") + frame(b"{") + frame(b"\xff\xfe") + frame(b"4")]
    with opened(Raw(frames)) as (stream, _):
        taken = StreamReader(stream, counted, room=10).take(10, PATIENCE, first=True)
    assert (taken.items, taken.unreadable, taken.messages) == ((4,), 2, 4)


def test_the_end_is_told_when_everything_was_taken() -> None:
    with opened(Raw(numbers(2, 4, 6), then=end)) as (stream, _):
        tap = StreamReader(stream, counted, room=10)
        first = tap.take(2, PATIENCE, first=True)
        assert not tap.spent
        second = tap.take(2, PATIENCE)
    assert (first.items, first.trouble) == ((2, 4), None)
    assert second.items == (6,)
    assert isinstance(second.trouble, SourceError)
    assert tap.spent


class Counting:
    """A stream of even numbers without end that counts what was read of it."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = threading.Event()

    def arrives(self, seconds: float) -> bool:
        return True

    def receive(self) -> bytes:
        if self.closed.is_set():
            raise SourceError("Closed.")
        self.read += 2
        return str(self.read).encode()

    def close(self) -> None:
        self.closed.set()


def test_a_full_tap_makes_the_site_wait_and_loses_nothing() -> None:
    stream = Counting()
    tap = StreamReader(stream, counted, room=100)
    got: list[int] = []
    for _ in range(50):
        got += tap.take(100, PATIENCE).items
        assert stream.read <= 2 * (len(got) + 102)
    tap.close()
    assert got == list(range(2, 2 * len(got) + 1, 2))
    assert len(got) == 5_000


def test_a_fault_of_our_own_does_not_end_in_silence() -> None:
    def broken(message: bytes) -> StreamMessage[int]:
        raise KeyError("oh")

    with opened(Raw(numbers(1))) as (stream, _):
        tap = StreamReader(stream, broken, room=10)
        with pytest.raises(KeyError):
            tap.take(10, PATIENCE, first=True)


def test_json_that_is_nested_without_end_is_no_fault() -> None:
    with opened(Raw([frame(b"[" * 200_000) + frame(b"2")])) as (stream, _):
        taken = StreamReader(stream, lambda m: StreamMessage(1, json.loads(m)), room=10).take(10, PATIENCE, first=True)
    assert (taken.items, taken.unreadable) == ((2,), 1)
