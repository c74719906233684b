"""The Jetstream source: generated events over a real socket, through the stream reader, the prefilter and the matcher.

    python -m bench.stream [EVENTS]

A second process sends EVENTS posts (100,000 by default) as fast as they are read; one in a hundred names a brand.
Prints, for 20 rules, events per second of CPU time and of the clock, the growth of peak memory, and the cost of each
stage. The ratio is the rate divided by the target. Bluesky sends about 480 events per second, of which we request only
the posts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import random
import resource
import socket
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from monitor.clock import Clock
from monitor.http import Http
from monitor.model import Brand, Json, Post
from monitor.query.matcher import Matcher
from monitor.sources._bluesky_events import Event, EventParser, to_post
from monitor.sources.bluesky import Options, Source
from monitor.text.cleaning import clean

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
VOCABULARY = (
    "today the harbour was quiet again and nobody knew why so we walked home past the old mill with coffee in hand "
    "thinking of friends who moved away last year before all of this began they would have laughed at us honestly 🌊 "
    "ça va très bien merci la pluie arrive demain 新しい朝 が 来た"
)
NAMES = [f"{name}{n}" for n in range(5) for name in ("acme", "globex", "initech", "hooli")]
TARGET = 5_000
"""Events per second of one core."""


def generated_event(n: int, rng: random.Random) -> bytes:
    """Event ``n`` in Jetstream's format, of the usual size."""
    words = [*rng.choices(VOCABULARY.split(), k=rng.randint(6, 45)), *([rng.choice(NAMES)] if n % 100 == 0 else [])]
    ref = {"cid": "bafyrei" + "x" * 52, "uri": f"at://did:plc:{'y' * 24}/app.bsky.feed.post/3mmojbrjwbs26"}
    record = {
        "$type": "app.bsky.feed.post",
        "createdAt": "2026-03-04T11:00:00.000Z",
        "langs": ["en"],
        "reply": {"parent": ref, "root": ref},
        "text": " ".join(words),
    }
    path = {"rev": f"3mm{n:010}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"3mn{n:010}"}
    commit = {**path, "record": record, "cid": "bafyrei" + "z" * 52}
    time_us = int((NOW - timedelta(hours=1)).timestamp() * 1e6) + n * 2_000
    event = {"did": f"did:plc:{n % 5000:024}", "time_us": time_us, "kind": "commit", "commit": commit}
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def frame(payload: bytes) -> bytes:
    """A WebSocket frame."""
    return b"\x81" + (bytes([126]) + len(payload).to_bytes(2, "big")) + payload


def serve(listener: socket.socket, events: int) -> None:
    """Serve connections one by one: shake hands, send all events, wait until the client closes."""
    rng = random.Random(1)
    block = b"".join(frame(generated_event(n, rng)) for n in range(events))
    while True:
        sock, _ = listener.accept()
        with sock:
            request = sock.recv(65536).decode()
            key = request.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            try:
                sock.sendall(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode() + block)
                sock.recv(1)
            except OSError:
                pass


def print_stage(name: str, count: int, work: Callable[[], object]) -> None:
    """Print the cost of one stage."""
    start = time.process_time()
    work()
    print(f"  {name:<33}{(time.process_time() - start) / count * 1e6:8.1f} µs per event")


def streamed(port: int, events: int, matcher: Matcher) -> tuple[int, float, float]:
    """(posts matched, seconds of CPU time, seconds of the clock) for reading all events through the source."""
    http = Http(Clock(), [f"127.0.0.1:{port}"])
    source = Source(Options(name="Bluesky", hosts=(f"ws://127.0.0.1:{port}",)), http)
    cursor: Json = None
    last = int((NOW - timedelta(hours=1)).timestamp() * 1e6) + (events - 1) * 2_000
    matched = 0
    cpu, wall = time.process_time(), time.monotonic()
    while not (isinstance(cursor, dict) and cursor["time_us"] >= last):
        batch = source.fetch(matcher.terms(), cursor, NOW)
        matched += sum(map(bool, matcher.match([clean(post, NOW) for post in batch.posts])))
        cursor = batch.cursor
    spent = time.process_time() - cpu, time.monotonic() - wall
    http.close()
    return matched, *spent


def main() -> None:
    """Measure and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    matcher = Matcher([Brand(name, f'{name} OR @{name} OR "{name} corp"') for name in NAMES])
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(target=serve, args=(listener, events), daemon=True)
    server.start()
    port = listener.getsockname()[1]
    streamed(port, events, matcher)  # a warm-up, which also waits until the server has generated its events
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    matched, cpu, wall = streamed(port, events, matcher)
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    rate = events / cpu
    print(f"{events:,} events, {matched:,} of which mention a brand")
    print(f"  {rate:,.0f} events/s of CPU time ({events / wall:,.0f}/s of the clock)")
    print(f"  peak memory grew by {growth / 1024:.1f} MB over {events:,} events")
    rng = random.Random(2)
    sample = [generated_event(n, rng) for n in range(20_000)]
    parser = EventParser()
    print_stage("JSON alone", len(sample), lambda: [json.loads(one) for one in sample])
    parser.set_terms(matcher.terms())
    print_stage("JSON and prefilter", len(sample), lambda: [parser.parse(one) for one in sample])
    everything = EventParser()
    posts = [read.item for read in map(everything.parse, sample) if read.item is not None]
    print_stage("matching, without a prefilter", len(sample), lambda: matcher.match(_posts(posts)))
    print(f"ratio of the rate to the target of {TARGET:,} events/s: {rate / TARGET:.2f}")


def _posts(events: Sequence[Event]) -> list[Post]:
    return [clean(post, NOW) for event in events if (post := to_post(event, "Bluesky", NOW))]


if __name__ == "__main__":
    main()
