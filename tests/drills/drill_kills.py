"""60 kills with -9 at random moments, while posts are delivered and a feed is read: each post is there, once."""

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
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from display.cli.dependencies import load_config
from monitor.model import MentionFilter
from monitor.store import open_store
from tests.attack.running_server import SECRET, SECRET_NAME, RunningServer
from tests.config_text import config_text, feed, webhook
from tests.fake_store import raw_connection
from tests.run_process import served_feed

KILLS = 60
SENDERS = 4
MAX_POSTS_ALIVE, MAX_PAUSE_SECONDS = 30, 0.1
"""Between two kills, so many posts are acknowledged at most; then a pause, to hit any moment of the next one."""
START_SHARE, MAX_START_SECONDS = 0.25, 2.0
"""How often the next start is killed as well, and after how long at most."""
SEED = 20_261_130


def send(server: RunningServer, identifier: str) -> bool:
    """Deliver a post; return whether the delivery was acknowledged."""
    body = json.dumps({"posts": [{"id": identifier, "text": f"Acme is fine, says {identifier}."}]}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    with contextlib.suppress(OSError, HTTPException):
        response, _ = server.request("/in/Forum", "POST", {"X-Hub-Signature-256": signature}, body)
        return response.status == 202
    return False


def stored_posts(server: RunningServer) -> Counter[str]:
    """How often each post is stored, by its id at its source."""
    store = open_store(load_config(server.config).database_url)
    with contextlib.closing(store):
        return Counter(mention.post.external_id for mention in store.export(MentionFilter()))


def posts_of_blog(server: RunningServer) -> int:
    """How many posts of the feed are stored."""
    with contextlib.closing(raw_connection(load_config(server.config).database)) as db:
        select = "SELECT count(*) FROM post JOIN source ON source.id = post.source WHERE source.name = 'Blog'"
        return int(db.execute(select).fetchone()[0])


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


def _kill(server: RunningServer) -> None:
    assert server.process
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(10)


def _wait_for_posts(server: RunningServer, senders: Sequence[Sender], count: int) -> None:
    """Wait until so many more posts are acknowledged."""
    wanted = sum(len(sender.acknowledged) for sender in senders) + count
    server.until(lambda: sum(len(sender.acknowledged) for sender in senders) >= wanted)


@pytest.fixture
def blog() -> Iterator[Any]:
    """A feed that gets an item before each kill."""
    with served_feed() as site:
        yield site


def test_sixty_kills_lose_and_double_nothing(tmp_path: Path, blog: Any) -> None:
    pick = random.Random(SEED)
    server, stop = RunningServer(tmp_path), threading.Event()
    tables = webhook("Forum", SECRET_NAME), feed("Blog", f"http://127.0.0.1:{blog.server_port}/feed.xml")
    server.config.write_text(config_text(server.port, *tables, site=blog.server_port), encoding="utf-8")
    server.start()
    senders = [Sender(server, f"sender{n}", stop) for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(KILLS):
            blog.items += 1
            _wait_for_posts(server, senders, pick.randint(0, MAX_POSTS_ALIVE))
            time.sleep(pick.uniform(0.0, MAX_PAUSE_SECONDS))
            _kill(server)
            server.launch()
            if pick.random() < START_SHARE:
                time.sleep(pick.uniform(0.0, MAX_START_SECONDS))
                _kill(server)
                server.launch()
        server.until(server.answers)
    finally:
        stop.set()
    for sender in senders:
        sender.join(60)
    server.until(lambda: posts_of_blog(server) == blog.items)
    server.stop()
    acknowledged = [identifier for sender in senders for identifier in sender.acknowledged]
    assert len(acknowledged) > 10 * KILLS, (len(acknowledged), server.output()[-2000:])
    assert sum(sender.tries for sender in senders) > len(acknowledged), "no kill has interrupted a delivery"
    stored = stored_posts(server)
    assert {identifier for identifier in acknowledged if stored[identifier] != 1} == set()
    assert max(stored.values()) == 1
    with contextlib.closing(raw_connection(load_config(server.config).database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
