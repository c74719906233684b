"""Programs that deliver posts to a webhook of a real process as fast as they are answered."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException

from tests.attack.running_server import SECRET, RunningServer

POSTS_PER_DELIVERY = 20


class Sender(threading.Thread):
    """Delivers posts as fast as they are accepted, and remembers which were acknowledged."""

    def __init__(self, server: RunningServer, source: str, name: str, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._server, self._path, self._ended = server, f"/in/{source}", stop
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        for number in itertools.count():
            if self._ended.is_set():
                return
            self.deliver_once(number)

    def deliver_once(self, number: int) -> None:
        """Deliver the posts of this number."""
        ids = [f"{self.name}-{number}-{n}" for n in range(POSTS_PER_DELIVERY)]
        status = self._deliver(ids)
        self.statuses[status] += 1
        if status == 202:
            self.acknowledged += ids

    def _deliver(self, ids: list[str]) -> int:
        body = json.dumps({"posts": [{"id": one, "text": f"Acme is fine, says {one}."} for one in ids]}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        with contextlib.suppress(OSError, HTTPException):
            return self._server.request(self._path, "POST", {"X-Hub-Signature-256": signature}, body)[0].status
        return 0


@contextlib.contextmanager
def sending(server: RunningServer, source: str, count: int, phase: str) -> Iterator[list[Sender]]:
    """Run ``count`` senders until the end of the block."""
    stop = threading.Event()
    senders = [Sender(server, source, f"{phase}{n}", stop) for n in range(count)]
    for one in senders:
        one.start()
    try:
        yield senders
    finally:
        stop.set()
        for one in senders:
            one.join(60)
