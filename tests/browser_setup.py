"""Finds a Chromium for the browser tests, or gets one: ``python -m tests.browser_setup``.

An installed chromium or chrome; else, as root on Debian, apt-get install chromium; else Playwright's own download; else
a clear error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """The browser to use: one of the machine, else Playwright's own; None without either."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _playwrights()


def get() -> str:
    """The browser to use, installed now where there was none. Exits with a message where none can be had."""
    if not installed() and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing chromium with apt-get")
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if not installed():
        say("downloading Playwright's Chromium")
        run(sys.executable, "-m", "playwright", "install", "chromium")
    found = installed()
    if found is None:
        sys.exit("The browser tests need a Chromium. Install chromium or Google Chrome, then run the tests again.")
    return found


def run(*command: str) -> None:
    """Run a step; whether it helped is seen by looking for the browser."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def say(step: str) -> None:
    """Tell whoever waits."""
    print(f"browser tests: {step}", flush=True)


def _playwrights() -> str | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


if __name__ == "__main__":
    say(f"using {get()}")
