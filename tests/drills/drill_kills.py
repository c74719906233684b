"""60 kills with -9 at random moments while posts are delivered: what was acknowledged is there, and exists once."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path

from display.cli.dependencies import load_config
from monitor.model import MentionFilter
from monitor.store import open_store
from tests.attack.running_server import SECRET, RunningServer
from tests.fake_store import raw_connection

KILLS = 60
SENDERS = 4
MAX_SECONDS_ALIVE = 1.5
SEED = 20_261_130


def send(server: RunningServer, identifier: str) -> bool:
    """Deliver a post; return whether the delivery was acknowledged."""
    body = json.dumps({"posts": [{"id": identifier, "text": f"Acme is fine, says {identifier}."}]}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    with contextlib.suppress(OSError, HTTPException):
        response, _ = server.request("/in/Forum", "POST", {"X-Hub-Signature-256": signature}, body)
        return response.status == 202
    return False


class Sender(threading.Thread):
    """Delivers one post after the other, each until it is acknowledged, as a program that does not give up."""

    def __init__(self, server: RunningServer, name: str, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._server, self._stop_event = server, stop
        self.acknowledged: list[str] = []
        self.tries = 0

    def run(self) -> None:
        number = 0
        while not self._stop_event.is_set():
            identifier = f"{self.name}-{number}"
            self.tries += 1
            if send(self._server, identifier):
                self.acknowledged.append(identifier)
                number += 1
            else:
                self._stop_event.wait(0.05)


def test_sixty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    pick = random.Random(SEED)
    server, stop = RunningServer(tmp_path), threading.Event()
    server.start()
    senders = [Sender(server, f"sender{n}", stop) for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(KILLS):
            time.sleep(pick.uniform(0.0, MAX_SECONDS_ALIVE))
            assert server.process
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait(10)
            server.start()
    finally:
        stop.set()
    for sender in senders:
        sender.join(60)
    server.stop()
    acknowledged = [identifier for sender in senders for identifier in sender.acknowledged]
    assert len(acknowledged) > 10 * KILLS, (len(acknowledged), server.output()[-2000:])
    assert sum(sender.tries for sender in senders) > len(acknowledged), "no kill has interrupted a delivery"
    config = load_config(server.config)
    store = open_store(config.database_url)
    stored = Counter(mention.post.external_id for mention in store.export(MentionFilter()))
    store.close()
    assert {identifier for identifier in acknowledged if stored[identifier] != 1} == set()
    assert max(stored.values()) == 1
    with raw_connection(config.database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
