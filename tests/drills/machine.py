"""A machine to install things on: systemd, booted in a container over a copy-on-write copy of this machine.

Everything it writes is in memory and gone at the end. It needs root and systemd-nspawn (Debian's systemd-container).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

BOOT_SECONDS = 60.0
COMMAND_SECONDS = 180.0
KEPT_VARIABLES = ("PIP_", "SSL_", "REQUESTS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy")
"""Prefixes of the variables that pip may need to reach its index."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FETCH = """
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=20)
except urllib.error.HTTPError as error:
    answer = error
sys.stdout.write(answer.read().decode())
"""


def missing() -> str:
    """Why there can be no machine here; empty if there can."""
    if os.geteuid() != 0:
        return "only root can boot a container"
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is not installed (Debian: apt-get install systemd-container)"
    if not Path("/lib/systemd/systemd").exists():
        return "systemd is not installed"
    return ""


class Machine:
    """Use it as a context manager: the container ends with it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wallflower-machine-"))
        self.root = self._folder / "memory" / "root"
        self._container: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Machine:
        memory = self.root.parent
        memory.mkdir()
        _call("mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "tmpfs", memory)
        for name in ("upper", "work", "root"):
            (memory / name).mkdir()
        layers = f"lowerdir=/,upperdir={memory / 'upper'},workdir={memory / 'work'}"
        _call("mount", "-t", "overlay", "overlay", "-o", layers, self.root)
        # its journal must be told from that of this machine
        (self.root / "etc" / "machine-id").unlink(missing_ok=True)
        _call("systemd-machine-id-setup", f"--root={self.root}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._container:
            for end in (self._container.terminate, self._container.terminate, self._container.kill):
                end()
                with suppress(subprocess.TimeoutExpired):
                    self._container.wait(2)
                    break
        for folder in (self.root, self.root.parent):
            subprocess.run(["umount", "--lazy", folder], check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def prepare(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command on the machine before it is booted, with the network of this machine."""
        kept = [f"--setenv={name}={value}" for name, value in os.environ.items() if name.startswith(KEPT_VARIABLES)]
        return _run([*self._nspawn(), "--quiet", "--pipe", *kept, f"--setenv=PATH={PATH}", *command])

    def boot(self) -> None:
        """Boot it, without a network but for its own loopback."""
        options = ["--private-network", "--link-journal=no", "--console=pipe", "--boot", "systemd.unit=basic.target"]
        log = (self._folder / "console").open("wb")
        with log:
            self._container = subprocess.Popen(
                [*self._nspawn(), *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.until(self._is_running, BOOT_SECONDS)

    def run(self, *command: str, check: bool = True, seconds: float = COMMAND_SECONDS) -> str:
        """The output, stderr included, of a command on the booted machine."""
        entered = [
            "nsenter",
            f"--target={self._leader}",
            *["-m", "-u", "-i", "-n", "-p", "-r", "-w"],
            "/usr/bin/env",
            "-i",
        ]
        return _run([*entered, f"PATH={PATH}", "LANG=C.UTF-8", *command], check=check, seconds=seconds).stdout

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """A program that goes on on the booted machine, until it or the machine ends."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen([*self._enter(), *command], stdin=quiet, stdout=quiet, stderr=quiet)

    def get(self, url: str) -> str:
        """The body of a page that the machine serves to itself. Raises CalledProcessError if nothing answers."""
        return _run(["nsenter", f"--target={self._leader}", "-n", sys.executable, "-c", FETCH, url]).stdout

    def until(self, condition: Callable[[], bool], seconds: float = COMMAND_SECONDS) -> None:
        """Wait until ``condition`` returns True."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self._console()
            time.sleep(0.1)

    def _nspawn(self) -> list[str | Path]:
        options = ["--register=no", "--keep-unit", "--private-users=no", f"--directory={self.root}"]
        return ["systemd-nspawn", *options]

    def _enter(self) -> list[str]:
        return ["nsenter", f"--target={self._leader}", "-m", "-u", "-i", "-n", "-p", "-r", "-w"]

    def _is_running(self) -> bool:
        assert self._container
        assert self._container.poll() is None, self._console()
        children = psutil.Process(self._container.pid).children()
        if not children:
            return False
        self._leader = children[0].pid
        state = self.run("systemctl", "is-system-running", check=False)
        return state.strip() in {"running", "degraded"}

    def _console(self) -> str:
        console = self._folder / "console"
        return console.read_text(errors="replace")[-2000:] if console.exists() else ""


def _call(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _run(
    command: list[str | Path] | list[str], *, check: bool = True, seconds: float = COMMAND_SECONDS
) -> subprocess.CompletedProcess[str]:
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(
        command, text=True, errors="replace", timeout=seconds, stdin=subprocess.DEVNULL, check=False, **output
    )
    if check and done.returncode:
        raise AssertionError(f"{json.dumps([str(c) for c in command])} ended with {done.returncode}:\n{done.stdout}")
    return done
