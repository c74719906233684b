"""Real servers on loopback, read by our sources through real sockets. A server that is not installed is skipped.

``python -m tests.servers.setup`` installs them: as root those that Debian has, and isso in a place of its own.
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

OWN = Path(__file__).resolve().parents[2] / ".servers" / "isso"
"""The virtual environment of isso, which Debian does not have."""
PATIENCE = 20.0
"""Seconds until a test gives up on a server."""


def command(name: str) -> str:
    """The path of a program; skips the test where there is none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{OWN / 'bin'}")
    if found is None:
        pytest.skip(f"needs {name}, which is not installed: python -m tests.servers.setup")
    return found


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until it is ``true``; fail with ``what`` where that takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether something answers there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(arguments: Sequence[str], port: int, log: Path, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """A server until the end of the block."""
    with log.open("ab") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=out, env={**os.environ, **(more or {})})
    try:
        until(lambda: process.poll() is not None or listens(port), "the server does not come up")
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextlib.contextmanager
def reading(port: int) -> Iterator[Http]:
    """An Http that may read this port of loopback."""
    clock = Clock()
    http = Http(
        clock,
        [f"127.0.0.1:{port}"],
        limits=Limits(read_timeout=5.0),
        rate_limiter=HostRateLimiter(clock, interval_seconds=0.0),
    )
    try:
        yield http
    finally:
        http.close()


def feed(http: Http, url: str) -> Source:
    """A feed source."""
    return Source(Options(name="Here", url=url), http)
