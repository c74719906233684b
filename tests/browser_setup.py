"""Finds or installs Chromium for the browser tests: ``python -m tests.browser_setup``.

Uses an installed Chromium or Chrome. Otherwise installs Debian's package, if run as root on Debian, or else the build
that Playwright downloads. Where Debian has Chromium without its windows, that is installed as well and preferred: pages
look the same in it, and opening them takes a third less time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """The path of the system's browser, or of Playwright's; None if neither is installed."""
    found = next((path for name in (SHELL, *COMMANDS) if (path := shutil.which(name))), None)
    return found or _playwright_chromium()


def install() -> str:
    """The path of the browser, which is installed first if needed. Exits with a message if that fails."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        if not installed():
            report("installing chromium with apt-get")
            run("apt-get", "update", "-qq")
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        if not shutil.which(SHELL) and apt_has(SHELL):
            report(f"installing {SHELL} with apt-get")
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", SHELL)
    if not installed():
        report("downloading Playwright's Chromium")
        run(sys.executable, "-m", "playwright", "install", "chromium")
    found = installed()
    if found is None:
        sys.exit("The browser tests need a Chromium. Install chromium or Google Chrome, then run the tests again.")
    return found


def run(*command: str) -> None:
    """Run a command. A failure is ignored: whether the program is then installed is checked afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def apt_has(package: str) -> bool:
    """Whether Debian has the package, as far as this machine knows."""
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


def report(step: str) -> None:
    """Print the progress."""
    print(f"browser tests: {step}", flush=True)


def _playwright_chromium() -> str | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


if __name__ == "__main__":
    report(f"using {install()}")
