"""Builds and runs the Dockerfile without a container engine: each instruction in a Debian made by debootstrap.

Only the instructions that ours has are known; another one raises KeyError.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import psutil

from tests.drills.machine import FETCH

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / ".make" / "debian"
"""Debian as debootstrap made it, kept for the next time."""
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
TRUSTED = "/run/trusted.crt"
NSPAWN = (
    "systemd-nspawn",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--private-users=no",
    "--resolv-conf=replace-host",
)


def base(release: str) -> Path:
    """A minimal Debian, like the image debian:RELEASE-slim."""
    folder = BASE / release
    if not (folder / "etc" / "debian_version").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", release, str(folder), "http://deb.debian.org/debian"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def instructions() -> list[tuple[str, str]]:
    """(keyword, arguments) of each instruction of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line.strip()]
    return [(keyword, arguments.strip()) for keyword, _, arguments in lines]


class Image:
    """The image being built: its stages, and what the last one says about running it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stages: list[Path] = []
        self._names: dict[str, Path] = {}
        self.environment: dict[str, str] = {}
        self.said: dict[str, str] = {}
        """Keyword -> arguments of instructions that only describe how to run it."""
        self._started: list[subprocess.Popen[str]] = []

    @property
    def root(self) -> Path:
        """The file system of the stage being built."""
        return self._stages[-1]

    def build(self) -> None:
        """Carry out every instruction. A failure is an AssertionError."""
        for keyword, arguments in instructions():
            print(f"{keyword} {arguments}", flush=True)
            {"FROM": self._from, "RUN": self._run, "COPY": self._copy, "ENV": self._env}.get(
                keyword, lambda text, keyword=keyword: self.said.update({keyword: text})
            )(arguments)

    def start(self, volume: Path, *command: str) -> subprocess.Popen[str]:
        """Run the image as compose.yaml does: read-only, as its user, as process 1, with ``volume`` mounted."""
        variables = [f"--setenv={name}={value}" for name, value in self.environment.items()]
        options = [
            *("--read-only", "--private-network", "--tmpfs=/tmp", "--no-new-privileges=yes", "--console=pipe"),
            f"--bind={volume}:{self.said['VOLUME']}",
            f"--user={self.said['USER']}",
            f"--chdir={self.said['WORKDIR']}",
        ]
        arguments = json.loads(self.said["ENTRYPOINT"]) + list(command or json.loads(self.said["CMD"]))
        running = subprocess.Popen(
            [*NSPAWN, f"--directory={self.root}", *options, *variables, "--", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(running)
        return running

    def stop(self) -> None:
        """Kill what a failed test has left running."""
        for running in self._started:
            if running.poll() is None:
                os.kill(leader(running), signal.SIGKILL)
                running.communicate()

    def healthcheck(self, running: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
        """Run the HEALTHCHECK in the running container."""
        command = json.loads(self.said["HEALTHCHECK"].partition("CMD")[2])
        while not psutil.Process(running.pid).children():
            time.sleep(0.1)
            assert running.poll() is None, running.communicate()[0]
        entered = ["nsenter", f"--target={leader(running)}", "-m", "-u", "-i", "-n", "-p", "-r"]
        return subprocess.run([*entered, *command], capture_output=True, text=True, check=False)

    def _from(self, arguments: str) -> None:
        image, _, name = arguments.partition(" AS ")
        release = image.removeprefix("debian:").removesuffix("-slim")
        stage = self._folder / f"stage{len(self._stages)}"
        subprocess.run(["cp", "--archive", base(release), stage], check=True)
        self._stages.append(stage)
        self._names[name] = stage
        self.environment, self.said = {}, {}

    def _run(self, arguments: str) -> None:
        kept = ("PIP_INDEX_URL", "npm_config_registry", "HTTPS_PROXY", "NO_PROXY")
        variables = {name: os.environ[name] for name in kept if name in os.environ} | self.environment
        options = [f"--setenv={name}={value}" for name, value in variables.items()]
        if CERTIFICATES.exists():
            # of the network of this machine, which the image does not know
            options += [f"--bind-ro={CERTIFICATES}:{TRUSTED}"]
            options += [f"--setenv={name}={TRUSTED}" for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS")]
        command = [*NSPAWN, f"--directory={self.root}", "--pipe", *options, "--", "/bin/sh", "-c", arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"RUN {arguments}\n{done.stdout[-5000:]}{done.stderr[-5000:]}"

    def _copy(self, arguments: str) -> None:
        *sources, target = arguments.split()
        goal = self.root / target.lstrip("/")
        if sources[0].startswith("--from="):
            copied = self._names[sources[0].removeprefix("--from=")] / sources[1].lstrip("/")
            subprocess.run(["cp", "--archive", copied, goal], check=True)
            return
        for source in context(sources):
            (goal / source).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / source, goal / source, follow_symlinks=False)

    def _env(self, arguments: str) -> None:
        self.environment |= dict(pair.split("=", 1) for pair in arguments.split())


def context(sources: Sequence[str]) -> Iterator[Path]:
    """The files that COPY sends, relative to the project, without those that .dockerignore leaves out."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    allowed = [line[1:] for line in lines if line.startswith("!")]
    ignored = [line for line in lines if not line.startswith("!") and line != "*"]
    for name in allowed if "." in sources else sources:
        for path in [ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*")):
            relative = path.relative_to(ROOT)
            parents = [str(relative), *map(str, relative.parents)]
            if path.is_file() and not any(
                fnmatch(p, pattern.replace("**/", "*")) for p in parents for pattern in ignored
            ):
                yield relative


def leader(running: subprocess.Popen[str]) -> int:
    """Process 1 of the container."""
    return psutil.Process(running.pid).children()[0].pid


def get(running: subprocess.Popen[str], url: str) -> str:
    """A page, requested within the network of the container."""
    command = ["nsenter", f"--target={leader(running)}", "-n", sys.executable, "-c", FETCH, url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
