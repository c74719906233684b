"""/setup in Chromium: looks, contrasts, targets, no scripts, and what a person sees who begins without a config."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import COLLECT_CSP_REPORTS, TIMEOUT_MS
from tests.browser.looks import each_look
from tests.browser.test_people import SMALL_TARGETS
from tests.fake_site import Served
from tests.test_setup_pages import CONFIG, Site

MORE = """
[[topics]]
name = "Delivery"
rule = "deliver* OR shipping"

[[walls]]
name = "sales"
brands = ["Globex"]
"""
PAGES = (
    "/setup",
    "/setup/sources/new",
    "/setup/brands/edit",
    "/setup/brands/edit?original=Globex",
    "/setup/sources/edit?kind=reddit",
    "/setup/topics/edit?original=Delivery",
    "/setup/walls/edit?original=sales",
    "/setup/wallflower/edit",
    "/setup/backup/edit",
    "/setup/server/edit",
)
NAMELESS_FIELDS = """
[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]
  .filter((e) => !e.labels.length && !e.ariaLabel)
  .map((e) => e.outerHTML.slice(0, 80))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation with a config file."""
    site = Site(tmp_path_factory.mktemp("setup"), CONFIG + MORE)
    yield site
    site.store.close()


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[Served]:
    with Served(site.app) as served:
        yield served


def check(page: Page, width: int, path: str) -> None:
    """Nothing is cut off, too pale, without a name, too small to touch, or refused by the content security policy."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.evaluate(PALE_TEXTS) == [], path
    assert page.evaluate(NAMELESS_FIELDS) == [], path
    assert page.evaluate("document.querySelectorAll('h1').length") == 1, path
    assert page.evaluate("window.reports") == [], path
    if width < 600:
        assert page.evaluate(SMALL_TARGETS) == [], path


def check_looks(page: Page) -> None:
    """``check`` at every size, light and dark."""
    for width, where in each_look(page, ((320, 844), (390, 844), (1024, 844), (1440, 844))):
        check(page, width, where)


def test_the_pages_fit_every_screen_with_enough_contrast(browser: Browser, served: Served) -> None:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(COLLECT_CSP_REPORTS)
    page = context.new_page()
    for path in PAGES:
        page.goto(served.url + path)
        check_looks(page)
        for summary in page.locator("main summary").all():
            summary.click()
            check_looks(page)
    page.goto(f"{served.url}/setup/brands/edit?original=Globex")
    page.get_by_label("Rule").fill("globex AND (pickup OR NEAR late)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Column 23: NEAR needs a word before it and a number.")).to_be_visible()
    check_looks(page)
    page.get_by_label("Rule").fill("globex")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="What it finds now")).to_be_visible()
    check_looks(page)
    context.close()


def test_a_topic_is_added_changed_and_removed_without_scripts(browser: Browser, served: Served, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/setup")
    page.get_by_role("link", name="Add a topic").click()
    page.get_by_label("Name").fill("Prices")
    page.get_by_label("Rule").fill("price OR prices OR expensive")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Change Prices").click()
    page.get_by_label("Rule").fill("pric*")
    page.get_by_role("button", name="Save").click()
    assert [(topic.name, topic.rule) for topic in site.reloader.config.topics][1:] == [("Prices", "pric*")]
    page.get_by_role("link", name="Change Prices").click()
    page.locator("summary", has_text="Remove Prices").click()
    page.get_by_role("button", name="Remove Prices").click()
    expect(page.get_by_role("link", name="Change Prices")).to_have_count(0)
    assert site.text == CONFIG + MORE
    context.close()


def test_a_newcomer_is_asked_and_sees_what_there_is(browser: Browser, tmp_path: Path) -> None:
    width = 390
    empty = Site(tmp_path, None)
    with Served(empty.app) as served:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme="dark")
        context.add_init_script(COLLECT_CSP_REPORTS)
        page = context.new_page()
        page.goto(served.url)
        expect(page.get_by_role("heading", level=1)).to_have_text("Which organisation do you want to follow?")
        check(page, width, "the questions")
        page.get_by_label("Your organisation").fill("Harbour Bikes")
        page.get_by_label("Your competitors").fill("Pedalo")
        page.get_by_role("button", name="See what it finds").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What Wallflower would follow")
        check(page, width, "the proposals")
        page.get_by_role("button", name="Start collecting").click()
        expect(page).to_have_url(f"{served.url}/sources")
        context.close()
    assert "Harbour Bikes" in empty.text
    empty.store.close()
