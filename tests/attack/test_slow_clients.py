"""Clients that send nothing, send slowly or do not read: pages are answered all the same, and the worker lives."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from display.server.capacity import EXPORTS, THREADS
from tests.attack.running_server import SECRET, RunningServer

HEAD = b"GET /wall HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /in/Forum HTTP/1.1\r\nHost: localhost\r\n"
SLOW = {
    "silent": b"",
    "half a head": HEAD,
    "half a body": POST + b"Content-Length: 100000\r\n\r\n" + b"x" * 1000,
    "a chunked body": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "waiting to send": POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    "page not read": HEAD + b"Connection: close\r\n\r\n",
}
EXPORT = b"GET /mentions.csv?range=all HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAGES = ["/healthz", "/mentions?range=all", "/wall", "/wall/state.json", "/sources"]


@contextlib.contextmanager
def same_worker(server: RunningServer) -> Iterator[None]:
    """The worker that serves before the block serves after it."""
    before = server.worker().pid
    yield
    assert server.worker().pid == before, server.output()
    assert "Traceback" not in server.output()


def statuses(server: RunningServer) -> list[int]:
    return [server.status(path) for path in PAGES]


@pytest.mark.parametrize("kind", SLOW)
def test_300_slow_connections_do_not_keep_pages_waiting(server: RunningServer, kind: str) -> None:
    with same_worker(server), server.crowd(300, SLOW[kind], receive_buffer=2048):
        assert statuses(server) == [200] * len(PAGES)


def test_300_silent_and_300_slow_connections_together(server: RunningServer) -> None:
    with same_worker(server), server.crowd(300), server.crowd(300, SLOW["half a body"]):
        assert statuses(server) == [200] * len(PAGES)
        assert deliver(server) == 202


def test_unread_exports_hold_no_more_than_their_threads(server: RunningServer) -> None:
    with same_worker(server), server.crowd(160, EXPORT, receive_buffer=2048) as clients:
        assert statuses(server) == [200] * len(PAGES)
        answers = [client.recv(1024) for client in clients]
        refused = [answer for answer in answers if answer.startswith(b"HTTP/1.1 503 ")]
        begun = [answer for answer in answers if answer.startswith(b"HTTP/1.1 200 ")]
        assert (len(begun), len(refused)) == (THREADS[EXPORTS], 160 - THREADS[EXPORTS])
        assert all(b"\r\nRetry-After: " in answer for answer in refused)
        assert statuses(server) == [200] * len(PAGES)
    server.until(lambda: server.status("/mentions.csv?range=1h") != 503)


def deliver(server: RunningServer) -> int:
    """The status of a signed delivery."""
    body = json.dumps({"posts": [{"id": "1", "text": "Acme is here."}]}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    response, _ = server.request("/in/Forum", "POST", {"X-Hub-Signature-256": f"sha256={signature}"}, body)
    return response.status


# Descriptors


def test_a_lack_of_descriptors_closes_connections_and_not_the_worker(tmp_path: Path) -> None:
    server = RunningServer(tmp_path, descriptors=64)
    try:
        server.start()
        with same_worker(server), server.crowd(200):
            server.until(lambda: answers(server))
        server.until(lambda: statuses(server) == [200] * len(PAGES))
        with same_worker(server), server.crowd(200, HEAD + b"\r\n", receive_buffer=2048):
            server.until(lambda: answers(server))
        assert server.output().count("Connections are closed") == 1, "logged once"
    finally:
        server.stop()


def answers(server: RunningServer) -> bool:
    """Whether a page was answered: at the limit a connection may be closed before that."""
    with contextlib.suppress(OSError):
        return server.status("/healthz") == 200
    return False


# The parent


def test_the_worker_ends_with_its_parent(tmp_path: Path) -> None:
    server = RunningServer(tmp_path).start()
    try:
        worker = server.worker()
        descendants = worker.children(recursive=True)
        assert server.process
        server.process.send_signal(signal.SIGKILL)
        worker.wait(5)
        assert not [one for one in descendants if one.is_running()]
        assert "The parent process has gone" in server.output()
        assert "Wallflower has stopped" not in server.output(), "an orderly stop takes too long"
    finally:
        server.stop()
