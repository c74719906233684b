"""60 kills with -9 while posts are delivered and messages sent: each mention is notified of, and hardly any twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from display.cli.dependencies import load_config
from monitor.clock import Clock
from monitor.model.notifications import ChannelKind, MessageState, NewChannel, NewSubscription
from monitor.notifications.vault import KEY_FILE, Vault
from monitor.store import open_store
from tests.attack.running_server import RunningServer
from tests.drills.drill_kills import send

KILLS = 60
MAX_POSTS, MAX_PAUSE_SECONDS = 3, 2.0
"""Between two kills. A message is sent within about three seconds, so a kill hits any moment of that."""
SETTLE_SECONDS = 300.0
SEED = 20_261_201
EVERYTHING = 1
"""A view that every database has."""


class Receiver:
    """Counts messages by the mention that they are about; some answers are errors."""

    def __init__(self) -> None:
        self.mentions: Counter[int] = Counter()
        chance = random.Random(SEED)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fails = chance.random() < 0.02
                if not fails and document["facts"].get("mentions"):
                    receiver.mentions[document["facts"]["mentions"][-1]] += 1
                with contextlib.suppress(OSError):  # the sender was killed
                    self.send_response(500 if fails else 200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def subscribe(server: RunningServer, receiver: Receiver) -> None:
    """Let the view Everything notify the receiver."""
    text = server.config.read_text(encoding="utf-8")
    allowed = f'allow_hosts = ["127.0.0.1:{receiver.port}"]'
    server.config.write_text(text.replace("allow_hosts = []", allowed), encoding="utf-8")
    config, now = load_config(server.config), Clock().now()
    sealed = Vault(config.data / KEY_FILE).seal({"url": f"http://127.0.0.1:{receiver.port}/", "secret": "s"})
    with contextlib.closing(open_store(config.database_url)) as store:
        store.register_brands(config.brands, now)
        new = NewChannel("CRM", ChannelKind.WEBHOOK, "127.0.0.1", sealed, alerts=False)
        channel = store.notifications.add_channel(new, now)
        store.notifications.add_subscription(NewSubscription(EVERYTHING, None, channel.id), now)


def deliver(server: RunningServer, identifier: str) -> None:
    """Deliver a post until that is acknowledged, as a program that does not give up."""
    server.until(lambda: send(server, identifier))


def test_sixty_kills_lose_no_message_and_repeat_hardly_any(tmp_path: Path) -> None:
    chance, receiver, delivered = random.Random(SEED), Receiver(), 0
    server = RunningServer(tmp_path)
    subscribe(server, receiver)
    server.start()
    try:
        for number in range(KILLS):
            for post in range(chance.randint(1, MAX_POSTS)):
                deliver(server, f"{number}-{post}")
                delivered += 1
            time.sleep(chance.uniform(0.0, MAX_PAUSE_SECONDS))
            kill(server)
            server.start()
        _wait_until_delivered(server)
    finally:
        server.stop()
        receiver.server.shutdown()
    mentions = _mentions(server)
    assert len(mentions) == delivered
    assert set(receiver.mentions) == mentions
    repeated = sum(receiver.mentions.values()) - len(receiver.mentions)
    print(f"{delivered} mentions, {KILLS} kills, {repeated} messages repeated")
    assert repeated <= KILLS


def kill(server: RunningServer) -> None:
    """End the program as kill -9 does."""
    assert server.process
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(10)


def _wait_until_delivered(server: RunningServer) -> None:
    """Wait for what an error of the receiver has delayed."""
    end = time.monotonic() + SETTLE_SECONDS
    while not _is_delivered(server):
        assert time.monotonic() < end, server.output()
        time.sleep(1.0)


def _is_delivered(server: RunningServer) -> bool:
    with contextlib.closing(open_store(load_config(server.config).database_url)) as store:
        messages = store.notifications.messages(1_000_000)
        is_complete = len(messages) == store.last_mention_id()
        return is_complete and all(message.state is MessageState.DELIVERED for message in messages)


def _mentions(server: RunningServer) -> set[int]:
    with contextlib.closing(open_store(load_config(server.config).database_url)) as store:
        return {int(message.subject.partition(":")[2]) for message in store.notifications.messages(1_000_000)}
