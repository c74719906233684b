"""Real servers on loopback, read by our sources over real sockets. Tests of a missing server are skipped.

``python -m tests.servers.setup`` installs them: those in Debian's archive as root, and isso in its own environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.http import HostRateLimiter, Http, Limits
from monitor.sources.feed import Options, Source

ISSO_ENVIRONMENT = Path(__file__).resolve().parents[2] / ".servers" / "isso"
"""The virtual environment of isso, which is not in Debian's archive."""
OIDC_FOLDER = ISSO_ENVIRONMENT.with_name("oidc")
"""Where npm installs oidc-provider."""
PROMETHEUS_FOLDER = ISSO_ENVIRONMENT.with_name("prometheus")
"""Where Debian's package of Prometheus is unpacked: installing it would start a server."""
FOLDERS = ("/usr/sbin", "/sbin", ISSO_ENVIRONMENT / "bin", PROMETHEUS_FOLDER / "usr" / "bin")
"""Where programs are besides those in PATH."""
TIMEOUT_SECONDS = 20.0


def command(name: str) -> str:
    """The path of a program. Skips the test if it is not installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{':'.join(map(str, FOLDERS))}")
    if found is None:
        pytest.skip(f"{name} is not installed: run python -m tests.servers.setup")
    return found


def wait_until(condition: Callable[[], bool], message: str) -> None:
    """Wait until ``condition`` holds; fail with ``message`` if that takes too long."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether a server listens on ``port``."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(
    arguments: Sequence[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a server until the end of the block. ``environment`` is added to ours."""
    with log.open("ab") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=out, env={**os.environ, **(environment or {})})
    try:
        wait_until(lambda: process.poll() is not None or listens(port), "the server does not start")
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(TIMEOUT_SECONDS)


@contextlib.contextmanager
def http_to(port: int) -> Iterator[Http]:
    """An Http that may read this loopback port."""
    clock = Clock()
    limits, limiter = Limits(read_timeout=5.0), HostRateLimiter(clock, interval_seconds=0.0)
    http = Http(clock, [f"127.0.0.1:{port}"], limits=limits, rate_limiter=limiter)
    try:
        yield http
    finally:
        http.close()


def feed_source(http: Http, url: str) -> Source:
    """A feed source named "Here"."""
    return Source(Options(name="Here", url=url), http)
