"""``wallflower run`` as a process of its own, with a small config and whatever posts a test needs."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil

from display.cli.dependencies import load_config
from monitor.clock import Clock
from monitor.model import JudgedPost
from monitor.store import open_store
from tests.config_text import brand, config_text, webhook, without_model
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 30.0
"""How long a test waits for a process or a response. A promise about time must keep well below it."""
SECRET_NAME, SECRET = "FORUM_SECRET", "a secret of the tests"


class RunningServer:
    """One run. ``server``: more keys of ``[server]``; ``descriptors``: its limit of open files."""

    def __init__(self, folder: Path, *, server: str = "", descriptors: int | None = None) -> None:
        self.folder, self.port, self._descriptors = folder, free_port(), descriptors
        self.config, self.log = folder / "config.toml", folder / "log"
        tables = brand("Globex"), webhook("Forum", SECRET_NAME), without_model()
        self.config.write_text(config_text(self.port, *tables, server=server), encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def save(self, posts: Sequence[JudgedPost]) -> None:
        """Store posts before the start."""
        config = load_config(self.config)
        store = open_store(config.database_url)
        store.register_brands(config.brands, Clock().now())
        for start in range(0, len(posts), 1000):
            store.save("Forum", posts[start : start + 1000], now=Clock().now())
        store.close()

    def start(self) -> RunningServer:
        """Start it, and return when it answers."""
        self.launch()
        self.until(self.answers)
        return self

    def launch(self) -> None:
        """Start it."""

        def limit() -> None:
            if self._descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self._descriptors, self._descriptors))

        command = [sys.executable, "-m", "display.cli.main", "run", "--create", "--config", str(self.config)]
        environment = {**os.environ, SECRET_NAME: SECRET}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, env=environment, preexec_fn=limit
            )

    def stop(self) -> None:
        """End it, with whatever it has started."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def worker(self) -> psutil.Process:
        """The process that serves."""
        assert self.process
        (worker,) = psutil.Process(self.process.pid).children()
        return worker

    def output(self) -> str:
        """What it has logged."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; fail with the log if that takes too long."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.02)

    def request(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[HTTPResponse, bytes]:
        """The response and its body. Redirects are not followed."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host="Host" in (headers or {}))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response, response.read()

    def status(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> int:
        """The status of the response."""
        return self.request(path, method, headers)[0].status

    def raw(self, sent: bytes) -> bytes:
        """What the server answers to bytes, until it closes the connection."""
        with self.connected(sent) as client:
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := client.recv(65536):
                    answer += piece
            return answer

    def connected(self, sent: bytes = b"", receive_buffer: int | None = None) -> socket.socket:
        """A connection on which ``sent`` was sent. ``receive_buffer``: bytes that the kernel takes from the server."""
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(TIMEOUT_SECONDS)
        client.connect(("127.0.0.1", self.port))
        if sent:
            client.sendall(sent)
        return client

    @contextlib.contextmanager
    def crowd(self, count: int, sent: bytes = b"", receive_buffer: int | None = None) -> Iterator[list[socket.socket]]:
        """``count`` connections that have sent ``sent`` and then do nothing."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self.connected(sent, receive_buffer)) for _ in range(count)]

    def answers(self) -> bool:
        """Whether it answers. Fails if it has ended."""
        assert self.process
        assert self.process.poll() is None, self.output()
        with contextlib.suppress(OSError):
            return self.status("/healthz") == 200
        return False
