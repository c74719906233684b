"""Chromium for the benchmarks that look at a wall."""

from __future__ import annotations

import os
import shutil
import sys

from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from tests.browser_setup import COMMANDS


def installed_chromium() -> str | None:
    """The path of an installed browser; None for the one that Playwright installs."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium. Raises playwright's Error if there is none."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=installed_chromium(), args=["--disable-gpu", *sandbox])


def exit_without_chromium() -> None:
    """Say what is missing and exit with status 0 if Chromium does not start."""
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except Error:
        print("This benchmark needs Chromium: install it with python -m tests.browser_setup, then run it again.")
        sys.exit(0)


def open_wall(playwright: Playwright, url: str, errors: list[str] | None = None) -> Page:
    """A page of a new Chromium that shows the wall of the server at ``url``; adds what it logs as an error."""
    page = launch(playwright).new_page(viewport={"width": 1920, "height": 1080})
    logged: list[str] = [] if errors is None else errors
    page.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.goto(f"{url}/wall")
    page.wait_for_selector(".canvas")
    return page
