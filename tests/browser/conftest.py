"""A real Chromium in front of a real site on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests import mentions_data as data
from tests.browser import measures
from tests.browser.scripted_wall import ScriptedWall
from tests.browser_setup import COMMANDS, SHELL
from tests.fake_site import RunningApp, config

NO_BROWSER = (
    "No Chromium was found, and without one nothing here is tested. Get one with: python -m tests.browser_setup. "
    "Or name yours in WALLFLOWER_BROWSER."
)
CHROMIUM_OPTIONS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    # Without windows, Chromium would round the widths of letters to whole pixels. The others ignore this.
    "--font-render-hinting=none",
    # Two pages below the address bar of each window; they would take more processor than the page that is tested.
    "--disable-features=WebUIOmniboxAimPopup,WebUIOmniboxPopup,WebUIOmniboxFullPopup",
)
TIMEOUT_MS = 15_000
"""A page that lost its server retries every few seconds."""
COLLECT_CSP_REPORTS = """
window.reports = [];
addEventListener("securitypolicyviolation", (e) => reports.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def executable(playwright: Playwright) -> str:
    """WALLFLOWER_BROWSER, an installed browser, or that of Playwright. Fails the test if there is none."""
    installed = (shutil.which(name) for name in (SHELL, *COMMANDS))
    for found in (os.environ.get("WALLFLOWER_BROWSER"), *installed, playwright.chromium.executable_path):
        if found and Path(found).is_file():
            return found
    pytest.fail(NO_BROWSER, pytrace=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=[*CHROMIUM_OPTIONS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A clean profile, at the size of a television, that records violations of the content security policy."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(COLLECT_CSP_REPORTS)
    yield context
    context.close()


class PageErrors(list[str]):
    """What a page must never produce: console errors, uncaught errors and dialogs."""

    def listen(self, page: Page) -> None:
        """Collect from ``page``. Network errors do not count, because a test may stop the server."""
        page.on("pageerror", lambda error: self.append(f"error: {error}"))
        page.on("console", lambda m: self.append(m.text) if m.type == "error" and "ERR_" not in m.text else None)
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: object) -> None:
        self.append(f"dialog: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]


@pytest.fixture
def page_errors() -> PageErrors:
    """The errors of ``page`` so far."""
    return PageErrors()


@pytest.fixture
def page(context: BrowserContext, page_errors: PageErrors) -> Page:
    """A page of ``context``."""
    page = context.new_page()
    page_errors.listen(page)
    return page


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    """A running site with an empty database: brands Acme (ours), Globex, Initech; sources Forum and Reddit."""
    served = RunningApp(config(tmp_path, sources=("Forum", "Reddit"))).start()
    yield served
    served.stop()


@contextmanager
def site_with_mentions(folder: Path, plain: int = 60) -> Iterator[RunningApp]:
    """A site with the readable posts of ``mentions_data`` and so many plain ones, whose sources work."""
    served = RunningApp(config(folder, sources=data.SOURCES, brands=data.BRANDS)).start()
    now = served.clock.now()
    for name in data.SOURCES:
        served.store.save_status(data.status(name, now), now)
    data.save_posts(served.store, now, plain)
    yield served
    served.stop()


def desktop_context(browser: Browser, **options: object) -> BrowserContext:
    """A context of 1440 x 900 without motion, which collects reports about the content security policy."""
    settings = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    context.add_init_script(COLLECT_CSP_REPORTS)
    return context


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """One site for all tests of a process that need only its pages and files."""
    served = RunningApp(config(tmp_path_factory.mktemp("site"))).start()
    yield served
    served.stop()


@pytest.fixture
def scripted_wall(page: Page, site: RunningApp) -> ScriptedWall:
    """A wall that is not open yet and receives the states that a test sends."""
    return ScriptedWall(page, site.url)


@pytest.fixture(scope="module")
def all_page_errors() -> PageErrors:
    """The errors of ``wall`` so far."""
    return PageErrors()


@pytest.fixture(scope="module")
def wall(browser: Browser, site: RunningApp, all_page_errors: PageErrors) -> Iterator[ScriptedWall]:
    """One page for all tests of a file: sending a state replaces a reload."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(COLLECT_CSP_REPORTS)
    page = context.new_page()
    all_page_errors.listen(page)
    wall = ScriptedWall(page, site.url)
    wall.open("normal")
    yield wall
    context.close()


@pytest.fixture(scope="module")
def meter(wall: ScriptedWall) -> Page:
    """A page that measures pictures of ``wall``."""
    found = measures.meter(wall.page.context)
    wall.page.bring_to_front()  # a page in the background is painted once a second
    return found
