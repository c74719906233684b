"""The Bluesky source: generated events over a real socket, through stream reader, prefilter and matcher.

    python bench/stream.py [EVENTS]

A separate process sends EVENTS (default 100,000) posts as fast as they are read; one in a hundred contains a term.
Prints, for 20 terms, events per second of CPU time and of elapsed time, the growth of peak memory, and the cost of each
stage. The network produces about 480 events per second, of which the source requests only the posts.
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
TARGET_EVENTS_PER_SECOND = 5_000


def generate_event(n: int, rng: random.Random) -> bytes:
    """Event ``n`` as Jetstream sends it, of typical size."""
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


def websocket_frame(payload: bytes) -> bytes:
    """An unmasked WebSocket frame."""
    return b"\x81" + (bytes([126]) + len(payload).to_bytes(2, "big")) + payload


def serve_events(listener: socket.socket, events: int) -> None:
    """Serve connections one after another: handshake, all events, then wait until the client has gone."""
    rng = random.Random(1)
    block = b"".join(websocket_frame(generate_event(n, rng)) for n in range(events))
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


def measure_stage(name: str, count: int, work: Callable[[], object]) -> None:
    """Print the CPU time of one stage."""
    start = time.process_time()
    work()
    print(f"  {name:<28}{(time.process_time() - start) / count * 1e6:8.1f} µs per event")


def read_events(port: int, events: int, matcher: Matcher) -> tuple[int, float, float]:
    """Read all events through the source; returns (posts matched, CPU seconds, elapsed seconds)."""
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
    elapsed = time.process_time() - cpu, time.monotonic() - wall
    http.close()
    return matched, *elapsed


def main() -> None:
    """Measure and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    matcher = Matcher([Brand(name, f'{name} OR @{name} OR "{name} corp"') for name in NAMES])
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(target=serve_events, args=(listener, events), daemon=True)
    server.start()
    port = listener.getsockname()[1]
    read_events(port, events, matcher)  # warm-up, and until the server has generated its events
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    matched, cpu, wall = read_events(port, events, matcher)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    rate = events / cpu
    print(f"{events:,} events, {matched:,} of them mention a brand")
    print(f"  {rate:,.0f} events/s per core ({events / wall:,.0f}/s elapsed); target {TARGET_EVENTS_PER_SECOND:,}")
    print(f"  peak memory grew by {grown / 1024:.1f} MB over {events:,} events")
    rng = random.Random(2)
    messages = [generate_event(n, rng) for n in range(20_000)]
    parser = EventParser()
    measure_stage("JSON alone", len(messages), lambda: [json.loads(message) for message in messages])
    parser.set_terms(matcher.terms())
    measure_stage("JSON and prefilter", len(messages), lambda: [parser.parse(message) for message in messages])
    unfiltered = EventParser()
    posts = [parsed.item for parsed in map(unfiltered.parse, messages) if parsed.item is not None]
    measure_stage("without prefilter: match", len(messages), lambda: matcher.match(_posts(posts)))
    print("ok" if rate >= TARGET_EVENTS_PER_SECOND else "TOO SLOW")


def _posts(events: Sequence[Event]) -> list[Post]:
    return [clean(post, NOW) for event in events if (post := to_post(event, "Bluesky", NOW))]


if __name__ == "__main__":
    main()
