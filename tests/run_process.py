"""``wallflower run`` as a separate process with a folder of its own, and a feed that it reads."""

from __future__ import annotations

import contextlib
import json
import os
import signal
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

from tests.config_text import config_text, feed, without_model
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 30.0
"""How long a test waits for a process."""
STOP_TIMEOUT_SECONDS = 15.0

ITEM = "<item><title>About Acme {n}</title><description>Acme is great, they say</description><guid>g{n}</guid></item>"


class Feed(BaseHTTPRequestHandler):
    """A feed with ``server.items`` items. It answers only while ``server.answering`` is set.

    ``server.paths`` lists the paths of all requests.
    """

    def do_GET(self) -> None:
        server: Any = self.server
        server.paths.append(self.path)
        server.requested.set()
        server.answering.wait(TIMEOUT_SECONDS)
        items = "".join(ITEM.format(n=n) for n in range(server.items))
        body = f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@contextlib.contextmanager
def served_feed() -> Iterator[Any]:
    """A running Feed."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    server.daemon_threads = True
    server.items, server.paths = 3, list[str]()
    server.requested, server.answering = threading.Event(), threading.Event()
    server.answering.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.answering.set()
    server.shutdown()
    server.server_close()


class Running:
    """A run with its own folder."""

    def __init__(self, folder: Path, feed_port: int, *, model: bool = False) -> None:
        """``model``: whether it uses the language model, if that is installed."""
        self.folder, self.port = folder, free_port()
        self.config = folder / "config.toml"
        forum = feed("Forum", f"http://127.0.0.1:{feed_port}/feed.xml")
        self.config.write_text(config_text(self.port, forum, *([] if model else [without_model()]), site=feed_port))
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.creates = True
        """Whether it may create its database."""

    def start(self, **options: Any) -> None:
        """Start it, and return when it answers."""
        self.launch(**options)
        until(lambda: self.health() is not None, self.output)

    def launch(self, **options: Any) -> subprocess.Popen[bytes]:
        arguments = ["--config", str(self.config), *(["--create"] if self.creates else [])]
        command = [sys.executable, "-m", "wallflower", "run", *arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, **options
            )
        return self.process

    def exit_and_output(self) -> tuple[int, str]:
        """The exit status and the output of a run that does not start."""
        status = self.launch().wait(TIMEOUT_SECONDS)
        return status, self.output()

    def kill(self) -> None:
        """Kill it and its worker, if it runs."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(TIMEOUT_SECONDS)

    def end(self, number: int = signal.SIGTERM, timeout: float = STOP_TIMEOUT_SECONDS) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=TIMEOUT_SECONDS) as answer:
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

    def output(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def until(condition: Callable[[], bool], output: Callable[[], str]) -> None:
    """Wait until ``condition`` returns True; fail with ``output`` if that takes too long."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, output()
        time.sleep(0.02)
