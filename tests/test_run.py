"""``wallflower run`` as a process of its own: how it starts, what it refuses, what it survives, how it stops."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import pytest
import socketio

from display.pages.sources.system_status import advice_on_sqlite
from display.server.service import THREADS, check_host
from monitor.config import Config, Server
from monitor.errors import ConfigError
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0
"""Seconds until a test gives up on a process."""
STOPS_WITHIN = 15.0

CONFIG = """
[wallflower]
data = "data"
allow_hosts = ["127.0.0.1:{feed}"]
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = 'acme'
[[sources]]
kind = "feed"
name = "Forum"
url = "http://127.0.0.1:{feed}/feed.xml"
every = "1s"
"""
ITEM = "<item><title>About Acme {n}</title><description>Acme is great, they say</description><guid>g{n}</guid></item>"


class Feed(BaseHTTPRequestHandler):
    """A feed of as many items as its server says; it hangs while its server does."""

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.set()
        server.go_on.wait(PATIENCE)
        items = "".join(ITEM.format(n=n) for n in range(server.items))
        body = f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def feed() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    server.daemon_threads = True
    server.items, server.asked, server.go_on = 3, threading.Event(), threading.Event()
    server.go_on.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()


class Running:
    """A run in a folder of its own."""

    def __init__(self, folder: Path, feed_port: int) -> None:
        self.folder, self.port = folder, free_port()
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(port=self.port, feed=feed_port))
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it answers."""
        self.launch()
        until(lambda: self.health() is not None, self.said)

    def launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "display.cli.main", "run", "--config", str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        return self.process

    def refused(self) -> tuple[int, str]:
        """The exit status and what was said of a run that does not come up."""
        status = self.launch().wait(PATIENCE)
        return status, self.said()

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(STOPS_WITHIN)

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
            return answer.status, dict(answer.headers), answer.read()

    def health(self) -> dict[str, bool] | None:
        try:
            found: dict[str, bool] = json.loads(self.get("/healthz")[2])
            return found
        except HTTPError as error:
            return dict(json.loads(error.read()))
        except (URLError, OSError):
            return None

    def mentions(self) -> int:
        """How many are stored; 0 before there is a database."""
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(self._db()) as db:
            return int(db.execute("SELECT count(*) FROM mention").fetchone()[0])
        return 0

    def _db(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.folder / 'data' / 'wallflower.db'}?mode=ro", uri=True)

    def worker(self) -> psutil.Process:
        assert self.process
        (worker,) = psutil.Process(self.process.pid).children()
        return worker

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def until(true: Callable[[], bool], said: Callable[[], str]) -> None:
    """Wait until ``true``; fail with what was ``said`` where that takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, said()
        time.sleep(0.02)


@pytest.fixture
def running(tmp_path: Path, feed: Any) -> Iterator[Running]:
    made = Running(tmp_path, feed.server_port)
    yield made
    if made.process and made.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(made.process.pid, signal.SIGKILL)
        made.process.wait(PATIENCE)


def test_it_serves_reads_and_stops(running: Running) -> None:
    running.start()
    until(lambda: running.mentions() == 3, running.said)
    assert running.health() == {"writer": True, "scheduler": True, "watch": True, "web": True}
    status, headers, _ = running.get("/wall")
    assert (status, "gunicorn" in str(headers).lower()) == (200, False)
    assert b" is great, they say" in running.get("/mentions")[2]
    assert running.end() == 0
    said = running.said()
    assert f"listens on http://127.0.0.1:{running.port} — the wall: http://127.0.0.1:{running.port}/wall" in said
    assert "Wallflower has stopped." in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_open_sockets_and_a_hanging_source_do_not_hold_up_a_stop(running: Running, feed: Any, number: int) -> None:
    feed.go_on.clear()
    running.start()
    assert feed.asked.wait(PATIENCE)
    clients = [socketio.Client(reconnection=False) for _ in range(5)]
    for client in clients:
        client.connect(f"http://127.0.0.1:{running.port}", transports=["websocket"], auth={"last_id": 0})
    assert running.end(number) == 0
    assert "Forum: still reading; left behind" in running.said()
    assert "Traceback" not in running.said()


def test_ctrl_c_reaches_parent_and_worker_at_once(running: Running) -> None:
    running.start()
    assert running.process
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(STOPS_WITHIN) == 0
    assert "Traceback" not in running.said()


def test_a_terminal_that_closes_ends_it(running: Running) -> None:
    running.start()
    assert running.end(signal.SIGHUP) == 0


def test_a_worker_that_dies_is_started_again_and_no_signal_makes_a_second(running: Running) -> None:
    running.start()
    assert running.process
    for number in (signal.SIGTTIN, signal.SIGUSR2):
        running.process.send_signal(number)
    first = running.worker()
    first.kill()
    first.wait(PATIENCE)
    until(lambda: (running.health() or {}).get("scheduler", False), running.said)
    assert running.worker().pid != first.pid
    assert running.end() == 0


def test_a_port_in_use_is_one_line_and_nothing_is_touched(running: Running) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", running.port))
        other.listen(1)
        status, said = running.refused()
    assert (status, said) == (1, f"Port {running.port} is in use. Stop what uses it, or set [server] port.\n")
    assert not (running.folder / "data").exists()


def test_a_second_run_on_the_same_folder_is_refused(running: Running) -> None:
    running.start()
    second = Running(running.folder, 1)
    second.log = running.folder / "second.log"
    status, said = second.refused()
    assert (status, said.count("\n")) == (1, 1)
    assert "is running already" in said
    assert running.health() is not None


def test_a_data_folder_that_cannot_be_is_one_line(running: Running) -> None:
    (running.folder / "data").write_text("in the way")
    status, said = running.refused()
    assert (status, said.count("\n")) == (1, 1)
    assert "The data folder" in said


def test_a_damaged_database_is_refused_and_left(running: Running) -> None:
    database = running.folder / "data" / "wallflower.db"
    database.parent.mkdir()
    database.write_bytes(b"damaged" * 4000)
    status, said = running.refused()
    assert (status, said.count("\n")) == (1, 1)
    assert "damaged" in said
    assert database.read_bytes() == b"damaged" * 4000


def test_killed_at_any_moment_nothing_is_lost_or_doubled(running: Running, feed: Any) -> None:
    feed.items = 200
    for _ in range(3):
        feed.asked.clear()
        running.launch()
        assert feed.asked.wait(PATIENCE)
        assert running.process
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait(PATIENCE)
    running.start()
    until(lambda: running.mentions() >= 200, running.said)
    feed.items = 201
    until(lambda: running.mentions() > 200, running.said)
    assert running.mentions() == 201
    assert running.end() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_this_machine_may_be_named_in_any_way(tmp_path: Path, host: str) -> None:
    config = Config(tmp_path, tmp_path, None, Server(host), (), ())  # type: ignore[arg-type]
    check_host(config)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "wallflower.example", "::", ""])
def test_any_other_address_is_refused(tmp_path: Path, host: str) -> None:
    config = Config(tmp_path, tmp_path, None, Server(host), (), ())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no accounts yet"):
        check_host(config)


def test_an_old_sqlite_is_told_and_a_safe_one_is_not() -> None:
    assert advice_on_sqlite((3, 51, 2)).startswith("SQLite 3.51.2 can")
    assert advice_on_sqlite((3, 51, 3)) == ""


def test_an_import_beside_a_run_is_stored(running: Running) -> None:
    running.start()
    posts = running.folder / "posts.csv"
    posts.write_text("id,text,date\n1,Acme again,2024-01-01\n")
    command = [sys.executable, "-m", "display.cli.main", "import", "--config", str(running.config), str(posts)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "1 new" in done.stdout or "new mention" in done.stdout
    until(lambda: running.mentions() == 4, running.said)


def test_half_requests_and_silent_connections_hold_up_no_page(running: Running) -> None:
    running.start()
    with contextlib.ExitStack() as open_ones:
        for start in (b"GET /mentions HTTP/1.1\r\nHost: loc", b""):
            for _ in range(THREADS + 10):
                one = open_ones.enter_context(socket.create_connection(("127.0.0.1", running.port), PATIENCE))
                one.sendall(start)
        assert running.get("/mentions")[0] == 200


def test_a_request_that_comes_in_pieces_is_answered(running: Running) -> None:
    running.start()
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as one:
        for _ in range(2):
            one.sendall(b"GET /healthz HTTP/1.1\r\n")
            assert running.get("/mentions")[0] == 200, "the server has seen the first piece"
            one.sendall(b"Host: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}\n"):
                answer += (piece := one.recv(4096))
                assert piece, answer
            assert answer.startswith(b"HTTP/1.1 200 OK")
