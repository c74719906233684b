"""More deliveries than can be stored, while another program holds the lock of the database: pages are answered."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator

from display.cli.dependencies import load_config
from display.server.capacity import DELIVERIES, THREADS
from tests.attack.running_server import SECRET, RunningServer
from tests.attack.test_slow_clients import PAGES, same_worker, statuses

DELIVERED = 150


def delivery(number: int) -> bytes:
    """A signed delivery as a whole request."""
    body = json.dumps({"posts": [{"id": f"overload {number}", "text": "Acme is here."}]}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = "POST /in/Forum HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return f"{head}X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.contextmanager
def locked(server: RunningServer) -> Iterator[None]:
    """Hold the write lock of the database."""
    database = sqlite3.connect(load_config(server.config).database, isolation_level=None)
    with contextlib.closing(database):
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def test_pages_are_answered_while_deliveries_wait_for_the_database(server: RunningServer) -> None:
    with same_worker(server), contextlib.ExitStack() as stack:
        with locked(server):
            clients = [stack.enter_context(server.connected(delivery(n))) for n in range(DELIVERED)]
            assert statuses(server)[1:] == [200] * (len(PAGES) - 1)
            first = [client.recv(4096) for client in clients[-50:]]
        assert all(answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: " in answer for answer in first)
        answers = [client.recv(4096) for client in clients[:-50]]
        assert all(answer.startswith((b"HTTP/1.1 202 ", b"HTTP/1.1 503 ")) for answer in answers)
        assert sum(answer.startswith(b"HTTP/1.1 202 ") for answer in answers) <= THREADS[DELIVERIES]
    server.until(lambda: statuses(server) == [200] * len(PAGES))
